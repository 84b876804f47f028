/*
 * text_config_outline: where the values of a file stand, and how people call them.
 */
#include <stdlib.h>
#include <string.h>

#include "text_config.h"

void
outline_free(struct outline *outline)
{
	free(outline->nodes);
	strbuf_free(&outline->keys);
	*outline = (struct outline){ 0 };
}

const struct node *
outline_child(const struct outline *outline, const struct node *node, const char *key)
{
	const struct node *child;

	if (node == NULL || node->kind != NODE_MAPPING)
		return NULL;
	for (uint32_t at = node->child; at != 0; at = child->next) {
		child = &outline->nodes[at];
		if (strcmp(outline->keys.s + child->key, key) == 0)
			return child;
	}
	return NULL;
}

const struct node *
outline_item(const struct outline *outline, const struct node *node, size_t index)
{
	const struct node *item;

	if (node == NULL || node->child == 0)
		return NULL;
	item = &outline->nodes[node->child];
	while (item != NULL && item->index < index)
		item = outline_next(outline, item);
	return item;
}

const struct node *
outline_next(const struct outline *outline, const struct node *node)
{
	return node->next != 0 ? &outline->nodes[node->next] : NULL;
}

const char *
outline_key(const struct outline *outline, const struct node *node)
{
	if (node != outline->nodes && node->key_line == 0)
		node = &outline->nodes[node->parent];
	return node->key_line != 0 ? outline->keys.s + node->key : "";
}

char *
outline_path(const struct outline *outline, const struct node *node)
{
	struct strbuf out = { 0 };

	outline_add_path(outline, node, &out);
	if (out.len == 0)
		strbuf_add(&out, DIAG_FILE);
	return strbuf_take(&out);
}

/* The scan bounds the depth, and so the recursion. */
void
outline_add_path(const struct outline *outline, const struct node *node,
    struct strbuf *out)
{
	if (node == outline->nodes)
		return;
	outline_add_path(outline, &outline->nodes[node->parent], out);
	if (node->key_line == 0)
		strbuf_printf(out, "[%u]", (unsigned)node->index);
	else
		strbuf_printf(out, "%s%s", out->len > 0 ? "." : "",
		    outline->keys.s + node->key);
}
