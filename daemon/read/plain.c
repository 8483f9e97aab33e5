/* Lines → paragraphs. Blank lines part paragraphs. Inside a run of lines a break is a space when the text was
 * wrapped by hand (both lines of ordinary width), and an end of paragraph when a line is longer than anybody wraps,
 * or starts with a mark of its own: heading, list item, signature. */
#include "plain.h"

#include "buf.h"
#include "feed.h"
#include "html.h"
#include "limit.h"
#include "unicode.h"

enum { WRAP_WIDTH = 100, TITLE_BYTES = 160 };

enum mark { MARK_NONE, MARK_HEADING, MARK_ITEM, MARK_OWN, MARK_RULE };

static bool is_rule(struct sv line)
{
	size_t n = 0;
	while (n < line.n && (line.p[n] == '-' || line.p[n] == '=' || line.p[n] == '*' || line.p[n] == '_'))
		n++;
	return n >= 3 && n == line.n;
}

/* What a line starts with; *line loses the mark. */
static enum mark cut_mark(struct sv *line)
{
	if (is_rule(*line))
		return MARK_RULE;
	size_t hashes = 0;
	while (hashes < line->n && line->p[hashes] == '#')
		hashes++;
	if (hashes && hashes <= 6 && hashes < line->n && line->p[hashes] == ' ') {
		*line = sv_trim(sv_slice(*line, hashes, line->n));
		return MARK_HEADING;
	}
	static const struct sv bullets[] = { SV("- "), SV("* "), SV("+ "), SV("\342\200\242 ") };
	for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++) {
		if (!sv_starts(*line, bullets[i]))
			continue;
		*line = sv_trim(sv_slice(*line, bullets[i].n, line->n));
		return MARK_ITEM;
	}
	if (sv_starts(*line, SV("> "))) {
		*line = sv_trim(sv_slice(*line, 2, line->n));
		return MARK_NONE;
	}
	if (sv_starts(*line, SV("\342\200\224 ")) || sv_starts(*line, SV("\342\200\223 ")))
		return MARK_OWN;
	size_t digits = 0;
	while (digits < line->n && digits < 3 && line->p[digits] >= '0' && line->p[digits] <= '9')
		digits++;
	bool is_numbered = digits && sv_starts(sv_slice(*line, digits, line->n), SV(". "));
	return is_numbered ? MARK_ITEM : MARK_NONE;
}

struct lines {
	struct arena *arena;
	struct block_list *out;
	struct buf text;
	enum block_kind kind;
	size_t last; /* length of the last line in the paragraph */
};

static void end_paragraph(struct lines *lines)
{
	struct sv text = text_squeeze(lines->arena, buf_sv(&lines->text));
	buf_clear(&lines->text);
	if (text.n)
		*list_push(lines->arena, lines->out) = (struct block){ .text = text, .kind = lines->kind };
	lines->kind = BLOCK_TEXT;
}

static void take_line(struct lines *lines, struct sv line)
{
	size_t width = line.n;
	line = sv_trim(line);
	enum mark mark = cut_mark(&line);
	bool is_long = width > WRAP_WIDTH || lines->last > WRAP_WIDTH;
	if (!line.n || mark != MARK_NONE || is_long)
		end_paragraph(lines);
	if (mark == MARK_RULE)
		return;
	if (mark == MARK_HEADING)
		lines->kind = BLOCK_HEADING;
	else if (mark == MARK_ITEM)
		lines->kind = BLOCK_ITEM;
	(void)buf_append(&lines->text, lines->text.n ? SV(" ") : SV(""));
	(void)buf_append(&lines->text, line);
	lines->last = width;
	if (mark == MARK_HEADING)
		end_paragraph(lines);
}

static void split_lines(struct arena *arena, struct sv text, struct block_list *out)
{
	struct lines lines = { .arena = arena, .out = out };
	buf_init(&lines.text, text.n * 2 + 16);
	while (text.n) {
		size_t end = sv_find_char(text, '\n');
		take_line(&lines, sv_slice(text, 0, end));
		text = end == SIZE_MAX ? (struct sv){ 0 } : sv_slice(text, end + 1, text.n);
	}
	end_paragraph(&lines);
	buf_done(&lines.text);
}

static bool ends_a_sentence(struct sv text)
{
	return sv_ends(text, SV(".")) || sv_ends(text, SV("!")) || sv_ends(text, SV("?")) || sv_ends(text, SV(":")) ||
		sv_ends(text, SV("\342\200\235")) || sv_ends(text, SV("\""));
}

/* The first paragraph is the title when it is a heading, or a short line that is no sentence. */
static struct sv cut_title(struct block_list *blocks)
{
	if (blocks->n < 2)
		return (struct sv){ 0 };
	const struct block *first = &blocks->items[0];
	bool is_title = first->kind == BLOCK_HEADING ||
		(first->kind == BLOCK_TEXT && first->text.n <= TITLE_BYTES && !ends_a_sentence(first->text));
	if (!is_title)
		return (struct sv){ 0 };
	struct sv title = first->text;
	blocks->items++;
	blocks->n--;
	blocks->cap--;
	return title;
}

enum status plain_read(
	struct arena *arena, struct sv text, const struct read_options *options, struct reading *out, struct error *err)
{
	struct block_list blocks = { 0 };
	split_lines(arena, text, &blocks);
	enum status st = arena_check(arena, err);
	if (st)
		return st;
	out->title = text_cut(cut_title(&blocks), LIMIT_TITLE_BYTES);
	feed_add_single(
		arena, &(struct feed_item){ .title = out->title, .text = html_join(arena, &blocks) }, options, out);
	return OK;
}
