/* What a page says about itself. Every place that can hold a field has a rank in a table; the highest rank that is
 * not empty wins, among equals the first. Structured data (JSON-LD) outranks meta elements, those outrank marks in
 * the text. */
#include "json.h"
#include "limit.h"
#include "page.h"
#include "unicode.h"

enum meta_field { META_TITLE, META_AUTHOR, META_LANG, META_PUBLISHED, META_UPDATED, META_SITE, META_FEED };
#define META_FIELDS 7

struct picks {
	struct arena *arena;
	struct sv value[META_FIELDS];
	int rank[META_FIELDS];
};

static const struct meta_rule {
	struct sv name; /* of <meta name|property|itemprop> */
	enum meta_field field;
	int rank;
} meta_rules[] = {
	{ SV("og:title"), META_TITLE, 50 },
	{ SV("dc.title"), META_TITLE, 30 },
	{ SV("twitter:title"), META_TITLE, 29 },
	{ SV("headline"), META_TITLE, 28 },
	{ SV("og:site_name"), META_SITE, 10 },
	{ SV("author"), META_AUTHOR, 40 },
	{ SV("article:author"), META_AUTHOR, 30 },
	{ SV("dc.creator"), META_AUTHOR, 39 },
	{ SV("dcterms.creator"), META_AUTHOR, 38 },
	{ SV("parsely-author"), META_AUTHOR, 37 },
	{ SV("sailthru.author"), META_AUTHOR, 36 },
	{ SV("byl"), META_AUTHOR, 35 },
	{ SV("article:published_time"), META_PUBLISHED, 50 },
	{ SV("og:article:published_time"), META_PUBLISHED, 49 },
	{ SV("datepublished"), META_PUBLISHED, 48 },
	{ SV("dc.date.issued"), META_PUBLISHED, 47 },
	{ SV("dcterms.issued"), META_PUBLISHED, 46 },
	{ SV("dc.date"), META_PUBLISHED, 45 },
	{ SV("dcterms.date"), META_PUBLISHED, 44 },
	{ SV("dcterms.created"), META_PUBLISHED, 43 },
	{ SV("parsely-pub-date"), META_PUBLISHED, 42 },
	{ SV("sailthru.date"), META_PUBLISHED, 41 },
	{ SV("pubdate"), META_PUBLISHED, 40 },
	{ SV("publishdate"), META_PUBLISHED, 39 },
	{ SV("publish-date"), META_PUBLISHED, 38 },
	{ SV("publication_date"), META_PUBLISHED, 37 },
	{ SV("displaydate"), META_PUBLISHED, 36 },
	{ SV("date"), META_PUBLISHED, 35 },
	{ SV("datemodified"), META_UPDATED, 48 },
	{ SV("article:modified_time"), META_UPDATED, 47 },
	{ SV("og:updated_time"), META_UPDATED, 46 },
	{ SV("dcterms.modified"), META_UPDATED, 45 },
	{ SV("last-modified"), META_UPDATED, 40 },
	{ SV("language"), META_LANG, 10 },
	{ SV("content-language"), META_LANG, 15 },
	{ SV("dc.language"), META_LANG, 16 },
	{ SV("dcterms.language"), META_LANG, 16 },
	{ SV("og:locale"), META_LANG, 12 },
};

static void offer(struct picks *picks, enum meta_field field, int rank, struct sv value)
{
	if (rank <= picks->rank[field])
		return;
	value = text_cut(text_squeeze(picks->arena, value), LIMIT_TITLE_BYTES);
	if (!value.n)
		return;
	picks->value[field] = value;
	picks->rank[field] = rank;
}

static bool is_address(struct sv v)
{
	return sv_starts_nocase(v, SV("http:")) || sv_starts_nocase(v, SV("https:"));
}

static void read_meta(struct picks *picks, const struct tree *tree, uint32_t i)
{
	static const struct sv keys[] = { SV("property"), SV("name"), SV("itemprop"), SV("http-equiv") };
	struct sv content = tree_attr(tree, i, SV("content"));
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		struct sv name = tree_attr(tree, i, keys[k]);
		for (size_t r = 0; name.n && r < sizeof meta_rules / sizeof *meta_rules; r++) {
			if (!sv_eq_nocase(name, meta_rules[r].name))
				continue;
			if (meta_rules[r].field != META_AUTHOR || !is_address(content))
				offer(picks, meta_rules[r].field, meta_rules[r].rank, content);
		}
	}
}

static void read_link(struct picks *picks, const struct tree *tree, uint32_t i)
{
	struct sv type = tree_attr(tree, i, SV("type"));
	bool is_feed = sv_eq_nocase(type, SV("application/rss+xml")) ||
		sv_eq_nocase(type, SV("application/atom+xml")) || sv_eq_nocase(type, SV("application/feed+json"));
	if (is_feed && sv_find_nocase(tree_attr(tree, i, SV("rel")), SV("alternate")) != SIZE_MAX)
		offer(picks, META_FEED, 1, tree_attr(tree, i, SV("href")));
}

/* ---- JSON-LD ---- */

static bool is_article(const struct json_t *object)
{
	static const struct sv kinds[] = { SV("Article"), SV("Posting"), SV("Report"), SV("WebPage"),
		SV("GovernmentService") };
	const struct json_t *type = json_get(object, "@type");
	struct sv name = json_is_array(type) ? json_text(json_at(type, 0)) : json_text(type);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (name.n && sv_ends(name, kinds[i]))
			return true;
	return false;
}

static struct sv author_name(const struct json_t *author)
{
	if (json_is_array(author))
		author = json_at(author, 0);
	return json_is_object(author) ? json_text(json_get(author, "name")) : json_text(author);
}

static void read_article(struct picks *picks, const struct json_t *object)
{
	if (!is_article(object))
		return;
	struct sv author = author_name(json_get(object, "author"));
	offer(picks, META_TITLE, 40, json_text(json_get(object, "headline")));
	if (!is_address(author))
		offer(picks, META_AUTHOR, 50, author);
	offer(picks, META_PUBLISHED, 60, json_text(json_get(object, "datePublished")));
	offer(picks, META_UPDATED, 60, json_text(json_get(object, "dateModified")));
	offer(picks, META_LANG, 14, json_text(json_get(object, "inLanguage")));
}

static void read_json_ld(struct picks *picks, struct sv text)
{
	CLEANUP(json_freep) struct json_t *json = NULL;
	struct error ignored;
	if (json_read(sv_trim(text), &json, &ignored))
		return; /* other people's broken JSON is no news */
	read_article(picks, json);
	const struct json_t *list = json_is_array(json) ? json : json_get(json, "@graph");
	for (size_t i = 0; i < json_size(list) && i < 100; i++)
		read_article(picks, json_at(list, i));
}

/* ---- marks in the text ---- */

static void read_time(struct picks *picks, const struct tree *tree, uint32_t i)
{
	struct sv value = tree_attr(tree, i, SV("datetime"));
	struct sv itemprop = tree_attr(tree, i, SV("itemprop"));
	int rank = tree_has_attr(tree, i, SV("pubdate")) ? 30 : 20;
	if (sv_eq_nocase(itemprop, SV("dateModified")))
		offer(picks, META_UPDATED, 30, value);
	else
		offer(picks, META_PUBLISHED, sv_eq_nocase(itemprop, SV("datePublished")) ? 34 : rank, value);
}

static void read_marked(struct picks *picks, const struct tree *tree, uint32_t i)
{
	const struct node *node = &tree->items[i];
	struct sv itemprop = tree_attr(tree, i, SV("itemprop"));
	if (sv_eq(itemprop, SV("datePublished")))
		offer(picks, META_PUBLISHED, 33,
			tree_has_attr(tree, i, SV("content")) ? tree_attr(tree, i, SV("content"))
							      : tree_text(picks->arena, tree, i));
	bool is_author = sv_eq(itemprop, SV("author")) || sv_eq(tree_attr(tree, i, SV("rel")), SV("author"));
	bool is_byline = !is_author && sv_find_nocase(tree_attr(tree, i, SV("class")), SV("byline")) != SIZE_MAX;
	if (!is_author && !is_byline)
		return;
	if (node->end - i > 40)
		return;
	struct sv name = text_squeeze(picks->arena, tree_text(picks->arena, tree, i));
	static const struct sv starts[] = { SV("by "), SV("by: "), SV("por "), SV("por: ") };
	for (size_t k = 0; k < sizeof starts / sizeof *starts; k++)
		if (sv_starts_nocase(name, starts[k]))
			name = sv_slice(name, starts[k].n, name.n);
	if (name.n && name.n <= 80)
		offer(picks, META_AUTHOR, is_author ? 20 : 10, name);
}

static void read_node(struct picks *picks, const struct tree *tree, uint32_t i)
{
	switch ((int)tree->items[i].tag) {
	case TAG_TEXT: return;
	case TAG_META: read_meta(picks, tree, i); return;
	case TAG_LINK: read_link(picks, tree, i); return;
	case TAG_HTML: offer(picks, META_LANG, 20, tree_attr(tree, i, SV("lang"))); return;
	case TAG_TITLE: offer(picks, META_TITLE, 10, tree_text(picks->arena, tree, i)); return;
	case TAG_H1: offer(picks, META_TITLE, 20, tree_text(picks->arena, tree, i)); return;
	case TAG_TIME: read_time(picks, tree, i); return;
	case TAG_SCRIPT:
		if (sv_eq_nocase(tree_attr(tree, i, SV("type")), SV("application/ld+json")))
			read_json_ld(picks, tree_text(picks->arena, tree, i));
		return;
	default:
		if (tree->items[i].n_attrs)
			read_marked(picks, tree, i);
	}
}

/* "Headline | Site" → "Headline": when the last part is the site's name, or the title element spoke alone. */
static struct sv without_site(struct sv title, struct sv site, bool is_element)
{
	static const struct sv separators[] = { SV(" | "), SV(" - "), SV(" \342\200\223 "), SV(" \342\200\224 "),
		SV(" :: "), SV(" \302\267 "), SV(" \302\273 ") };
	size_t cut = SIZE_MAX, after = 0;
	for (size_t k = 0; k < sizeof separators / sizeof *separators; k++) {
		size_t from = 0;
		for (size_t at = sv_find(title, separators[k]); at != SIZE_MAX;
			at = sv_find(sv_slice(title, from, title.n), separators[k])) {
			size_t here = from + at;
			from = here + separators[k].n;
			if (cut == SIZE_MAX || here > cut) {
				cut = here;
				after = from;
			}
		}
	}
	if (cut == SIZE_MAX)
		return title;
	bool is_site = site.n && sv_eq_nocase(sv_slice(title, after, title.n), site);
	return is_site || (is_element && cut >= 15) ? sv_slice(title, 0, cut) : title;
}

void page_meta(struct arena *arena, const struct tree *tree, struct page_meta *out)
{
	struct picks picks = { .arena = arena };
	for (uint32_t i = 1; i < tree->n; i++)
		read_node(&picks, tree, i);
	struct sv title = picks.value[META_TITLE];
	*out = (struct page_meta){ .title = without_site(title, picks.value[META_SITE], picks.rank[META_TITLE] == 10),
		.author = picks.value[META_AUTHOR],
		.lang = picks.value[META_LANG],
		.published = picks.value[META_PUBLISHED],
		.updated = picks.value[META_UPDATED],
		.feed = picks.value[META_FEED] };
}
