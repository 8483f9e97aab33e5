/* A document's text → statements.
 *
 * Paragraphs part at "\n\n"; a paragraph is cut into sentences. Who speaks is settled by paragraph: each quotation
 * belongs to the speaker named outside of it in the sentences it touches, else to the one who spoke before it in the
 * paragraph; a quotation that a paragraph leaves open goes on in the next. The signature under a tweet gives
 * the paragraph before it a speaker and a date, and is no statement itself; nor is a line without words. */
#include "actors.h"
#include "cue.h"
#include "dates.h"
#include "limit.h"
#include "quantity.h"
#include "quote.h"
#include "read.h"
#include "segment.h"
#include "unicode.h"

/* What goes on from paragraph to paragraph. */
struct talk {
	struct sv last_named;  /* who a pronoun points at */
	struct sv quote_owner; /* whose quotation is still open */
	bool is_open;
};

struct paragraph {
	struct sv text;
	uint32_t from, block; /* place in the document */
	struct sv signed_by;  /* by a signature after it */
	struct date date;     /* that its words count from */
};

struct reader {
	struct arena *arena;
	struct document *document;
	const struct language *language;
	struct talk talk;
};

static void analyse(struct arena *arena, const struct language *language, const struct token_list *tokens,
	struct date published, struct statement *s)
{
	text_quantities(arena, s->text, tokens, language, &s->quantities);
	text_dates(arena, s->text, tokens, language, published, &s->dates);
	text_cues(arena, s->text, tokens, language, &s->cues);
	text_actors(arena, s->text, tokens, language, &s->actors);
}

static struct sv last_bytes(struct sv v, size_t max_bytes)
{
	size_t from = v.n > max_bytes ? v.n - max_bytes : 0;
	while (from > 0 && from < v.n && ((unsigned char)v.p[from] & 0xC0) == 0x80)
		from++;
	return sv_slice(v, from, v.n);
}

static bool is_address(struct sv word)
{
	return sv_find(word, SV("://")) != SIZE_MAX || sv_starts(word, SV("pic.twitter.com")) ||
		sv_starts_nocase(word, SV("www."));
}

/* Words besides addresses: "https://t.co/x pic.twitter.com/y" holds none. */
static bool has_words(struct sv text)
{
	struct sv piece;
	while (sv_split(&text, ' ', &piece)) {
		size_t at = is_address(piece) ? piece.n : 0;
		while (at < piece.n)
			if (text_is_letter(text_next(piece, &at)))
				return true;
	}
	return false;
}

/* The sentence without the addresses that hang on its end, as in a tweet. */
static struct span without_addresses(struct sv paragraph, struct span span)
{
	for (;;) {
		size_t from = span.to;
		while (from > span.from && paragraph.p[from - 1] != ' ')
			from--;
		if (from <= span.from || !is_address(sv_slice(paragraph, from, span.to)))
			return span;
		span.to = (uint32_t)(from - 1);
	}
}

/* ---- quotations and sentences of one paragraph ---- */

struct sentence {
	struct span span; /* in the paragraph */
	struct token_list tokens;
	struct span_list quoted; /* in the sentence */
	struct speaker speaker;  /* as the sentence itself says */
	struct sv name;          /* as settled */
	bool is_quote;
};
struct sentence_list {
	struct sentence *items;
	size_t n, cap;
};

static bool is_mark(int32_t c)
{
	return c == '"' || c == 0x201C || c == 0x201D || c == 0xAB || c == 0xBB || c == 0x2018 || c == 0x2019 ||
		c == '.' || c == ',' || c == ' ' || c == '!' || c == '?';
}

/* Is everything but marks inside quotations? */
static bool is_all_quoted(struct sv text, const struct span_list *quoted)
{
	size_t q = 0;
	for (size_t at = 0; at < text.n;) {
		while (q < quoted->n && quoted->items[q].to <= at)
			q++;
		if (q < quoted->n && quoted->items[q].from <= at) {
			at = quoted->items[q].to;
			continue;
		}
		if (!is_mark(text_next(text, &at)))
			return false;
	}
	return quoted->n > 0;
}

static void read_sentence(
	struct reader *reader, struct sv paragraph, const struct span_list *quotes, size_t *next, struct sentence *s)
{
	struct sv text = sv_slice(paragraph, s->span.from, s->span.to);
	while (*next < quotes->n && quotes->items[*next].to <= s->span.from)
		*next += 1;
	for (size_t q = *next; q < quotes->n && quotes->items[q].from < s->span.to; q++) {
		uint32_t from = quotes->items[q].from, to = quotes->items[q].to;
		from = from > s->span.from ? from - s->span.from : 0;
		to = (to < s->span.to ? to : s->span.to) - s->span.from;
		*list_push(reader->arena, &s->quoted) = (struct span){ from, to };
	}
	text_tokens(reader->arena, text, reader->language, &s->tokens);
	s->is_quote = is_all_quoted(text, &s->quoted);
	if (!s->is_quote)
		s->speaker = quote_speaker(reader->arena, text, &s->tokens, &s->quoted, reader->language);
}

/* Speakers that sentences name themselves; pronouns get the last one named. */
static void settle_named(struct reader *reader, struct sentence_list *sentences)
{
	for (size_t i = 0; i < sentences->n; i++) {
		struct sentence *s = &sentences->items[i];
		if (s->speaker.kind == SPEAKER_NAMED)
			reader->talk.last_named = s->name = s->speaker.name;
		else if (s->speaker.kind == SPEAKER_BEFORE)
			s->name = reader->talk.last_named;
	}
}

/* Sentences wholly inside a quotation get its owner: the speaker of a sentence that the quotation reaches into,
 * or the last one before, or the one after it that nobody else's words part from it. */
static void settle_quoted(struct reader *reader, struct sentence_list *sentences, bool starts_open)
{
	struct sv owner = starts_open ? reader->talk.quote_owner : (struct sv){ 0 };
	for (size_t i = 0; i < sentences->n; i++) {
		struct sentence *s = &sentences->items[i];
		if (!s->is_quote) {
			if (s->name.n)
				owner = s->name;
			continue;
		}
		struct sv next = { 0 };
		for (size_t k = i + 1; !owner.n && !next.n && k < sentences->n && k < i + 8; k++)
			next = sentences->items[k].name;
		s->name = owner.n ? owner : next;
		if (!s->name.n && i == 0)
			s->name = reader->talk.last_named;
		owner = s->name;
	}
	reader->talk.quote_owner = owner;
}

static void add_statement(struct reader *reader, const struct paragraph *p, const struct sentence *s)
{
	struct sv whole = reader->document->text, text = sv_slice(p->text, s->span.from, s->span.to);
	if (!has_words(text))
		return;
	struct statement *out = list_push(reader->arena, &reader->document->statements);
	out->text = text;
	out->lang = reader->document->lang;
	out->speaker = p->signed_by.n ? p->signed_by : s->name;
	out->is_quote = s->is_quote;
	out->place = (struct span){ p->from + s->span.from, p->from + s->span.to };
	out->block = p->block;
	out->prefix = last_bytes(sv_slice(whole, 0, out->place.from), LIMIT_CONTEXT_BYTES);
	out->suffix = text_cut(sv_slice(whole, out->place.to, whole.n), LIMIT_CONTEXT_BYTES);
	analyse(reader->arena, reader->language, &s->tokens, p->date, out);
}

static enum status read_paragraph(struct reader *reader, const struct paragraph *p, struct error *err)
{
	struct span_list quotes = { 0 }, spans = { 0 };
	struct sentence_list sentences = { 0 };
	bool starts_open = reader->talk.is_open;
	quote_spans(reader->arena, p->text, &quotes, &reader->talk.is_open);
	text_sentences(reader->arena, p->text, reader->language, &spans);
	size_t next = 0;
	for (size_t i = 0; i < spans.n && reader->document->statements.n + i < LIMIT_STATEMENTS; i++) {
		struct sentence *s = list_push(reader->arena, &sentences);
		s->span = without_addresses(p->text, spans.items[i]);
		read_sentence(reader, p->text, &quotes, &next, s);
		enum status st = arena_check(reader->arena, err);
		if (st)
			return st;
	}
	settle_named(reader, &sentences);
	settle_quoted(reader, &sentences, starts_open);
	for (size_t i = 0; i < sentences.n; i++)
		add_statement(reader, p, &sentences.items[i]);
	return OK;
}

/* ---- the document ---- */

static void add_title(struct reader *reader, struct date published)
{
	struct document *document = reader->document;
	struct sv title = document->title;
	if (!has_words(title))
		return;
	struct token_list tokens = { 0 };
	text_tokens(reader->arena, title, reader->language, &tokens);
	struct statement *s = list_push(reader->arena, &document->statements);
	s->text = title;
	s->lang = document->lang;
	s->is_heading = true;
	s->suffix = text_cut(document->text, LIMIT_CONTEXT_BYTES);
	analyse(reader->arena, reader->language, &tokens, published, s);
}

static size_t paragraph_end(struct sv text, size_t from)
{
	size_t end = sv_find(sv_slice(text, from, text.n), SV("\n\n"));
	return end == SIZE_MAX ? text.n : from + end;
}

/* A signature in the paragraph after this one. */
static void take_signature(const struct reader *reader, struct sv text, size_t next, struct paragraph *p)
{
	struct signature signature;
	struct wall_ms date;
	if (next >= text.n || !quote_signature(sv_slice(text, next, paragraph_end(text, next)), &signature))
		return;
	p->signed_by = signature.name;
	if (text_date_parse(signature.date, reader->language, &date))
		p->date = date_from_wall(date);
}

enum status read_statements(struct arena *arena, struct document *document, struct error *err)
{
	struct document result = *document;
	result.statements = (struct statement_list){ 0 };
	struct reader reader = { .arena = arena, .document = &result };
	struct sv text = document->text;
	const struct language *known = document->lang.n ? language_find(document->lang) : NULL;
	reader.language = known ? known : language_detect(text_cut(text, 4096), document->lang);
	struct date published = date_from_wall(document->published);
	add_title(&reader, published);
	uint32_t block = 0;
	for (size_t from = 0; from < text.n && result.statements.n < LIMIT_STATEMENTS;) {
		size_t end = paragraph_end(text, from);
		struct signature signature;
		struct paragraph p = { .text = sv_slice(text, from, end), .from = (uint32_t)from, .block = block++ };
		p.date = published;
		take_signature(&reader, text, end + 2, &p);
		if (p.text.n && !quote_signature(p.text, &signature)) {
			enum status st = read_paragraph(&reader, &p, err);
			if (st)
				return st;
		}
		from = end + 2;
	}
	*document = result;
	return OK;
}

enum status read_statement(struct arena *arena, struct sv sentence, struct sv lang, struct date published,
	struct statement *out, struct error *err)
{
	const struct language *known = lang.n ? language_find(lang) : NULL;
	const struct language *language = known ? known : language_detect(sentence, lang);
	struct statement s = { .text = text_squeeze(arena, sentence), .lang = lang };
	struct token_list tokens = { 0 };
	struct span_list quoted = { 0 };
	bool is_open;
	quote_spans(arena, s.text, &quoted, &is_open);
	text_tokens(arena, s.text, language, &tokens);
	s.is_quote = is_all_quoted(s.text, &quoted);
	if (!s.is_quote)
		s.speaker = quote_speaker(arena, s.text, &tokens, &quoted, language).name;
	s.place = (struct span){ 0, (uint32_t)s.text.n };
	analyse(arena, language, &tokens, published, &s);
	enum status st = arena_check(arena, err);
	if (st)
		return st;
	*out = s;
	return OK;
}
