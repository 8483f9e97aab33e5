/* Quotation marks. A straight mark opens where a space or bracket stands before it and a character after it, and
 * closes elsewhere; ’ is an apostrophe unless ‘ is open and no letter follows. */
#include "quote.h"

#include "unicode.h"

static const struct pair {
	int32_t open, close;
} pairs[] = { { 0x201C, 0x201D }, { '"', '"' }, { 0xAB, 0xBB }, { 0x2018, 0x2019 } };

static const struct pair *find_pair(int32_t c)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i].open == c)
			return &pairs[i];
	return NULL;
}

static bool is_opening_place(struct sv text, size_t before)
{
	size_t at = before;
	int32_t c = text_prev(text, &at);
	return c < 0 || text_is_space(c) || c == '(' || c == '[' || c == 0x2014 || c == 0x2013 || c == '-' ||
		c == ':' || c == 0xBF || c == 0xA1 || find_pair(c);
}

void quote_spans(struct arena *arena, struct sv paragraph, struct span_list *out, bool *out_is_open)
{
	const struct pair *open = NULL;
	size_t from = 0, depth = 0;
	for (size_t at = 0; at < paragraph.n;) {
		size_t here = at;
		int32_t c = text_next(paragraph, &at);
		if (open && c == open->close) {
			size_t peek = at;
			bool is_apostrophe = c == 0x2019 && text_is_letter(text_next(paragraph, &peek));
			if (is_apostrophe || depth-- > 1)
				continue;
			*list_push(arena, out) = (struct span){ (uint32_t)from, (uint32_t)at };
			open = NULL;
			depth = 0;
		} else if (open && c == open->open) {
			depth++;
		} else if (!open && find_pair(c) && is_opening_place(paragraph, here)) {
			open = find_pair(c);
			from = here;
			depth = 1;
		}
	}
	*out_is_open = open != NULL;
	if (open)
		*list_push(arena, out) = (struct span){ (uint32_t)from, (uint32_t)paragraph.n };
}

bool quote_signature(struct sv paragraph, struct signature *out)
{
	static const struct sv dashes[] = { SV("\342\200\224"), SV("\342\200\223"), SV("--"), SV("\342\200\225") };
	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
		if (!sv_starts(paragraph, dashes[i]))
			continue;
		struct sv rest = sv_trim(sv_slice(paragraph, dashes[i].n, paragraph.n));
		size_t handle = sv_find(rest, SV("(@"));
		if (handle == SIZE_MAX || handle == 0 || rest.n > 300)
			return false;
		struct sv after = sv_slice(rest, handle, rest.n);
		size_t close = sv_find_char(after, ')');
		if (close == SIZE_MAX)
			return false;
		out->name = sv_trim(sv_slice(rest, 0, handle));
		out->date = sv_trim(sv_slice(after, close + 1, after.n));
		return out->date.n <= 80;
	}
	return false;
}
