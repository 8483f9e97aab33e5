/* Bytes of one snapshot → documents with statements. A pure function: no files, no network, no clock, no
 * globals; the same input gives the same output. It is safe to run in a process of its own. */
#ifndef READ_READ_H
#define READ_READ_H

#include "document.h"
#include "source.h"

enum read_format { FORMAT_RSS, FORMAT_ATOM, FORMAT_RDF, FORMAT_JSON_FEED, FORMAT_HTML, FORMAT_TEXT };
#define READ_FORMATS 6
const char *read_format_name(enum read_format format);

struct read_options {
	enum source_kind kind; /* a feed must be a feed; the others take any format by its bytes */
	struct sv url;         /* base for relative links, and the key of a single document */
	struct sv selector; /* XPath ("//…") or simple CSS ("main article", "#id", ".class", "tag"); empty: density */
	struct sv language; /* the user's word; empty: document, then detection */
	struct sv charset;  /* the user's override; empty: ladder */
};

struct reading {
	enum read_format format;
	struct sv charset;
	struct sv title;                /* of the feed or page */
	struct document_list documents; /* of a feed: one an item, newest first as in the feed */
	struct sv_list warnings;        /* "item 12 has neither id nor link", "truncated after item 3" */
};

/* A feed that is cut off gives the items before the cut and a warning; an HTML page served where a feed is
 * expected is E_FORMAT ("is an HTML page, not a feed"), and so are empty and binary bodies. A selector that
 * matches nothing is E_NOT_FOUND. */
enum status read_snapshot(struct arena *arena, const struct snapshot *snapshot, const struct read_options *options,
	struct reading *out, struct error *err);

/* Sets document->statements from document->text, title, lang and published: sentences, quotes with speakers,
 * quantities, dates, cues, actors. The first statement is the title (is_heading), if there is one. */
enum status read_statements(struct arena *arena, struct document *document, struct error *err);
/* One sentence as a statement (for tests, evaluation and stored statements): lang may be empty. */
enum status read_statement(struct arena *arena, struct sv sentence, struct sv lang, struct date published,
	struct statement *out, struct error *err);

#endif
