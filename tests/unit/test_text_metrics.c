/*
 * Metrics as OpenMetrics text.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/text_control.h"

TestSuite(text_metrics);

static const struct control_state_count states[] = {{"held", 3}, {"resting", 1}};

static char *
sample(void)
{
	struct tally tally = {.ignored = 7};

	tally_update(&tally, 0, 3000);
	tally_update(&tally, 0, 30000);
	tally_update(&tally, 5, 900);
	tally_update(&tally, -1, 0);
	tally_time(&tally.registered, 2500);
	return text_metrics(&tally, states, 2);
}

static void
has(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	cr_expect(at != NULL && (at == text || at[-1] == '\n') &&
	    at[strlen(line)] == '\n', "no line \"%s\" in\n%s", line, text);
}

Test(text_metrics, values)
{
	char *text = sample();

	has(text, "ddnsupd_updates_total{rcode=\"NOERROR\"} 2");
	has(text, "ddnsupd_updates_total{rcode=\"REFUSED\"} 1");
	has(text, "ddnsupd_updates_total{rcode=\"none\"} 1");
	cr_expect_null(strstr(text, "SERVFAIL"), "what never was is not said");
	has(text, "ddnsupd_update_seconds_bucket{le=\"0.001\"} 1");
	has(text, "ddnsupd_update_seconds_bucket{le=\"0.005\"} 2");
	has(text, "ddnsupd_update_seconds_bucket{le=\"60.0\"} 3");
	has(text, "ddnsupd_update_seconds_bucket{le=\"+Inf\"} 3");
	has(text, "ddnsupd_update_seconds_sum 0.033900");
	has(text, "ddnsupd_update_seconds_count 3");
	has(text, "ddnsupd_event_to_registered_seconds_count 1");
	has(text, "ddnsupd_registrations{state=\"held\"} 3");
	has(text, "ddnsupd_registrations{state=\"resting\"} 1");
	has(text, "ddnsupd_ignored_answers_total 7");
	free(text);
}

/* A family's TYPE comes before its samples, which bear its name; EOF is the end. */
Test(text_metrics, form)
{
	char *text = sample(), *rest = text, *line, family[64] = "";
	bool ended = false;

	while ((line = strsep(&rest, "\n")) != NULL && !ended) {
		if (strcmp(line, "# EOF") == 0)
			ended = true;
		else if (strncmp(line, "# TYPE ", 7) == 0)
			cr_expect_eq(sscanf(line, "# TYPE %63s %*s", family), 1);
		else if (line[0] == '#')
			cr_expect(strncmp(strchr(line + 2, ' ') + 1, family,
			    strlen(family)) == 0, "%s", line);
		else
			cr_expect(strncmp(line, family, strlen(family)) == 0 &&
			    strrchr(line, ' ') != NULL, "%s in %s", line, family);
	}
	cr_expect(ended);
	cr_expect(line != NULL && *line == '\0' && rest == NULL, "nothing after it");
	free(text);
}

Test(text_metrics, nothing_yet)
{
	struct tally tally = {0};
	char *text = text_metrics(&tally, NULL, 0);

	has(text, "ddnsupd_updates_total{rcode=\"NOERROR\"} 0");
	has(text, "ddnsupd_event_to_registered_seconds_bucket{le=\"+Inf\"} 0");
	has(text, "# EOF");
	free(text);
}
