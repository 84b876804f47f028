"""story - the list of stories: each a function of a World, with a sentence as its name."""

STORIES = []


class Skip(Exception):
    """The story cannot be told here; the argument says why."""


def story(sentence):
    def register(function):
        STORIES.append((sentence, function))
        return function
    return register


def stories(sentence, cases):
    """One story for each case; the sentence has {} for the case's name."""
    def register(function):
        for name, case in cases.items():
            STORIES.append((sentence.format(name),
                            lambda world, case=case: function(world, *case)))
        return function
    return register
