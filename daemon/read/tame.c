/* One pass over the text, left to right, that never looks back.
 *
 * Why limit attributes: libxml2 compares each attribute of a tag with all before it, so one tag of a megabyte
 * would take hours. Quotes count only after '=', as in a tag that a parser would accept; where we misjudge a
 * tag (inside a script), nothing is lost unless it has more than TAME_ATTRIBUTES words. */
#include "tame.h"

#include <string.h>

#include "buf.h"
#include "xml.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

/* The end of a tag that starts at `at` (its '<'): just past '>' or the end of the text. *out_kept is where it
 * must end instead when it has too many attributes. */
static size_t scan_tag(struct sv text, size_t at, size_t *out_kept)
{
	size_t words = 0;
	bool in_word = true;
	*out_kept = 0;
	for (size_t i = at + 1; i < text.n; i++) {
		char c = text.p[i];
		if (c == '>')
			return i + 1;
		if ((c == '"' || c == '\'') && text.p[i - 1] == '=') {
			const char *end = memchr(text.p + i + 1, c, text.n - i - 1);
			if (!end)
				return text.n;
			i = (size_t)(end - text.p);
			in_word = false; /* a="b"c="d" is two attributes */
			continue;
		}
		if (is_space(c) || c == '/') {
			in_word = false;
			continue;
		}
		if (!in_word && c != '=') {
			words++;
			in_word = true;
			if (words > TAME_ATTRIBUTES && *out_kept == 0)
				*out_kept = i;
		}
	}
	return text.n;
}

struct sv tame_html(struct arena *arena, struct sv text)
{
	char *out = NULL;
	size_t n = 0, copied = 0;
	for (size_t at = 0; at < text.n;) {
		const char *open = memchr(text.p + at, '<', text.n - at);
		if (!open)
			break;
		at = (size_t)(open - text.p);
		if (at + 1 >= text.n || !is_letter(text.p[at + 1])) {
			at++;
			continue;
		}
		size_t kept, end = scan_tag(text, at, &kept);
		if (kept) {
			if (!out)
				out = arena_alloc(arena, text.n);
			memcpy(out + n, text.p + copied, kept - copied);
			n += kept - copied;
			copied = end > 0 && text.p[end - 1] == '>' ? end - 1 : end;
		}
		at = end;
	}
	if (!out)
		return text;
	memcpy(out + n, text.p + copied, text.n - copied);
	return (struct sv){ out, n + text.n - copied };
}

/* Past <!DOCTYPE … [ … ]>, whose '<' is at `at`. */
static size_t skip_doctype(struct sv text, size_t at)
{
	int depth = 0;
	for (size_t i = at; i < text.n; i++) {
		char c = text.p[i];
		if (c == '[')
			depth++;
		if (c == ']')
			depth--;
		if (c == '>' && depth <= 0)
			return i + 1;
	}
	return text.n;
}

static size_t past(struct sv text, size_t at, struct sv end)
{
	size_t found = sv_find(sv_slice(text, at, text.n), end);
	return found == SIZE_MAX ? text.n : at + found + end.n;
}

static void put_entity(struct buf *out, struct sv text, size_t *at)
{
	static const char *const of_xml[] = { "amp", "lt", "gt", "quot", "apos" };
	struct sv rest = sv_slice(text, *at + 1, *at + 34);
	size_t end = sv_find_char(rest, ';');
	struct sv name = end == SIZE_MAX ? (struct sv){ 0 } : sv_slice(rest, 0, end);
	char character[4];
	size_t n = 0;
	bool is_fine = name.n > 1 && name.p[0] == '#';
	for (size_t i = 1; is_fine && i < name.n; i++)
		is_fine = (name.p[i] >= '0' && name.p[i] <= '9') || (i == 1 && name.p[i] == 'x') ||
			(name.p[1] == 'x' && ((name.p[i] | 32) >= 'a' && (name.p[i] | 32) <= 'f'));
	for (size_t i = 0; i < sizeof of_xml / sizeof *of_xml; i++)
		is_fine = is_fine || sv_eq(name, sv_of(of_xml[i]));
	if (!is_fine && name.n)
		n = xml_entity(name, character);
	if (n) {
		(void)buf_append(out, (struct sv){ character, n });
		*at += name.n + 2;
		return;
	}
	(void)buf_append(out, is_fine ? SV("&") : SV("&amp;"));
	*at += 1;
}

/* A tag of XML, with its attributes' entities put right. */
static void put_tag(struct buf *out, struct sv text, size_t *at)
{
	size_t kept, end = scan_tag(text, *at, &kept);
	bool is_whole = end > *at && text.p[end - 1] == '>';
	size_t stop = kept ? kept : end;
	for (size_t i = *at; i < stop;) {
		if (text.p[i] == '&') {
			put_entity(out, sv_slice(text, 0, stop), &i);
			continue;
		}
		if ((unsigned char)text.p[i] >= 32 || is_space(text.p[i]))
			(void)buf_char(out, text.p[i]);
		i++;
	}
	if (kept && is_whole)
		(void)buf_append(out, text.p[end - 2] == '/' ? SV("/>") : SV(">"));
	*at = end;
}

static bool put_markup(struct buf *out, struct sv text, size_t *at)
{
	struct sv rest = sv_slice(text, *at, text.n);
	size_t end = 0;
	if (sv_starts(rest, SV("<![CDATA["))) {
		end = past(text, *at, SV("]]>"));
		for (size_t i = *at; i < end; i++)
			if ((unsigned char)text.p[i] >= 32 || is_space(text.p[i]))
				(void)buf_char(out, text.p[i]);
		*at = end;
		return true;
	}
	if (sv_starts(rest, SV("<!--")))
		end = past(text, *at, SV("-->"));
	else if (sv_starts_nocase(rest, SV("<!DOCTYPE")))
		end = skip_doctype(text, *at);
	else if (sv_starts(rest, SV("<?")))
		end = past(text, *at, SV("?>"));
	if (end) {
		*at = end;
		return true;
	}
	if (rest.n > 1 && (is_letter(rest.p[1]) || (rest.p[1] == '/' && rest.n > 2 && is_letter(rest.p[2])))) {
		put_tag(out, text, at);
		return true;
	}
	return false;
}

struct sv tame_xml(struct arena *arena, struct sv text)
{
	struct buf out;
	buf_init(&out, text.n * 5 + 16); /* "&" becomes "&amp;" */
	for (size_t at = 0; at < text.n;) {
		size_t run = at;
		while (run < text.n && text.p[run] != '<' && text.p[run] != '&' &&
			((unsigned char)text.p[run] >= 32 || is_space(text.p[run])))
			run++;
		(void)buf_append(&out, sv_slice(text, at, run));
		at = run;
		if (at >= text.n)
			break;
		char c = text.p[at];
		if (c == '&') {
			put_entity(&out, text, &at);
		} else if (c == '<') {
			if (!put_markup(&out, text, &at)) {
				(void)buf_append(&out, SV("&lt;"));
				at++;
			}
		} else {
			at++; /* a control character, which XML forbids */
		}
	}
	struct sv tamed = arena_sv(arena, buf_sv(&out));
	buf_done(&out);
	return tamed;
}
