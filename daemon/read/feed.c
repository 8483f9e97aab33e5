/* What the feed formats share: an item becomes a document with a key. */
#include "feed.h"

#include "dates.h"
#include "id.h"
#include "language.h"
#include "quote.h"
#include "unicode.h"
#include "xml.h"

static struct sv primary_tag(struct sv tag)
{
	tag = sv_trim(tag);
	size_t n = 0;
	while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
		n++;
	return sv_slice(tag, 0, n);
}

struct sv read_language(struct sv text, struct sv claimed, const struct read_options *options)
{
	struct sv word = primary_tag(options->language.n ? options->language : claimed);
	const struct language *known = word.n ? language_find(word) : NULL;
	if (options->language.n || (word.n && !known))
		return known ? language_tag(known) : (struct sv){ 0 };
	return language_tag(language_detect(text, word));
}

static struct wall_ms parse_date(struct sv v, struct sv lang)
{
	struct wall_ms t = WALL_NONE;
	const struct language *language = language_find(lang.n ? lang : SV("en"));
	if (!sv_trim(v).n || !text_date_parse(sv_trim(v), language, &t))
		return WALL_NONE;
	return t;
}

static bool is_taken(const struct reading *reading, struct sv key)
{
	for (size_t i = 0; i < reading->documents.n; i++)
		if (sv_eq(reading->documents.items[i].key, key))
			return true;
	return false;
}

/* Id, else link, else title and date, else what the text is; made unique by the latter, as two items that
 * share a key would be taken for two versions of one document. */
static struct sv choose_key(struct arena *arena, const struct feed_item *item, struct sv url, const struct reading *out)
{
	struct sv key = item->id.n ? item->id : url;
	if (!key.n && (item->title.n || item->published.n))
		key = arena_printf(arena, "%.*s %.*s", SV_ARG(item->title), SV_ARG(item->published));
	if (key.n && !is_taken(out, key))
		return key;
	char digest[DIGEST_HEX];
	digest_sha256_hex(item->text.n ? item->text : item->title, digest);
	if (!key.n)
		return arena_printf(arena, "sha256:%s", digest);
	struct sv unique = arena_printf(arena, "%.*s %.*s", SV_ARG(key), SV_ARG(item->title.n ? item->title : url));
	return is_taken(out, unique) ? arena_printf(arena, "%.*s sha256:%s", SV_ARG(key), digest) : unique;
}

static void set_language_and_dates(
	const struct feed_item *item, const struct read_options *options, struct document *document)
{
	struct sv sample = item->text.n ? text_cut(item->text, 4096) : item->title;
	document->lang = read_language(sample, item->lang, options);
	document->updated = parse_date(item->updated, document->lang);
	document->published = parse_date(item->published, document->lang);
	if (!wall_is_known(document->published))
		document->published = document->updated;
}

void feed_add(struct arena *arena, const struct feed_item *item, size_t number, const struct read_options *options,
	struct reading *out)
{
	struct document document = { .title = item->title, .author = item->author, .text = item->text };
	if (!item->id.n && !item->link.n)
		*list_push(arena, &out->warnings) = arena_printf(arena, "item %zu has neither id nor link", number);
	document.url = item->link.n ? xml_resolve(arena, item->link, item->base) : (struct sv){ 0 };
	document.key = choose_key(arena, item, document.url, out);
	set_language_and_dates(item, options, &document);
	if (item->published.n && !wall_is_known(document.published))
		*list_push(arena, &out->warnings) = arena_printf(
			arena, "item %zu: cannot read the date '%.*s'", number, SV_ARG(text_cut(item->published, 40)));
	*list_push(arena, &out->documents) = document;
}

/* The newest date by which a quoted tweet is signed: the text is no older than that. */
static struct wall_ms newest_signature(struct sv text, struct sv lang)
{
	struct wall_ms newest = WALL_NONE;
	while (text.n) {
		size_t end = sv_find(text, SV("\n\n"));
		struct signature signature;
		if (quote_signature(sv_slice(text, 0, end), &signature)) {
			struct wall_ms t = parse_date(signature.date, lang);
			newest = wall_is_known(t) && t.v > newest.v ? t : newest;
		}
		text = end == SIZE_MAX ? (struct sv){ 0 } : sv_slice(text, end + 2, text.n);
	}
	return newest;
}

void feed_add_single(
	struct arena *arena, const struct feed_item *item, const struct read_options *options, struct reading *out)
{
	struct document document = { .key = options->url,
		.url = options->url,
		.title = item->title,
		.author = item->author,
		.text = item->text };
	set_language_and_dates(item, options, &document);
	if (!wall_is_known(document.published))
		document.published = newest_signature(document.text, document.lang);
	*list_push(arena, &out->documents) = document;
}
