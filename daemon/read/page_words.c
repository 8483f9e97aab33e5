#include "page_words.h"

#include <stddef.h>

static const char *const boilerplate_words[] = {
	"ad",
	"addthis",
	"ads",
	"adsense",
	"advert",
	"advertisement",
	"adverts",
	"authorbox",
	"banner",
	"bio",
	"breadcrumb",
	"breadcrumbs",
	"byline",
	"caption",
	"comment",
	"commentlist",
	"comments",
	"consent",
	"cookie",
	"cookies",
	"copyright",
	"credit",
	"dfp",
	"disclaimer",
	"disqus",
	"donate",
	"donation",
	"feedback",
	"filters",
	"flyout",
	"follow",
	"footer",
	"footnav",
	"gdpr",
	"hidden",
	"lightbox",
	"login",
	"masthead",
	"menu",
	"menus",
	"meta",
	"modal",
	"nav",
	"navbar",
	"navigation",
	"newsletter",
	"newsletters",
	"noprint",
	"nocontent",
	"offscreen",
	"outbrain",
	"overlay",
	"pager",
	"paginate",
	"pagination",
	"paywall",
	"popular",
	"popup",
	"postmeta",
	"print",
	"promo",
	"promos",
	"promotion",
	"rating",
	"ratings",
	"recirc",
	"recommend",
	"recommendations",
	"recommended",
	"registration",
	"relacionadas",
	"relacionados",
	"related",
	"relatedposts",
	"reply",
	"respond",
	"rss",
	"search",
	"share",
	"sharedaddy",
	"sharing",
	"shopping",
	"sidebar",
	"signup",
	"skip",
	"skyscraper",
	"social",
	"sponsor",
	"sponsored",
	"subscribe",
	"subscription",
	"tagcloud",
	"taglist",
	"tags",
	"taboola",
	"teaser",
	"teasers",
	"ticker",
	"toc",
	"toolbar",
	"tooltip",
	"trending",
	"tweet",
	"userinfo",
};

/* Whole names, without their separators: any of them says "here is the text". */
static const char *const body_names[] = { "articlebody", "articlecontent", "articletext", "contentbody", "bodycontent",
	"entrycontent", "entrytext", "maincontent", "mwcontenttext", "newsbody", "postbody", "postcontent", "posttext",
	"storybody", "storycontent", "storytext", "textbody", "blogcontent", "blogpost", "singlecontent",
	"articlebodytext", "articlemain", "mainarticle", "contentmain", "postentry", "fullarticle", "storybodytext",
	"fieldnamebody" };

static const char *const roles[] = { "navigation", "banner", "contentinfo", "complementary", "search", "dialog",
	"alertdialog", "alert", "menu", "menubar", "toolbar", "tablist", "tooltip" };

/* Starts of short lines that are about the page and not of the text. */
static const char *const lines[] = { "advertisement", "publicidad", "read more", "read also", "also read",
	"see also:", "related:", "related articles", "related stories", "related posts", "more from", "more on this",
	"share this", "share on", "follow us", "follow @", "sign up", "subscribe", "click here", "photo:", "photo by",
	"photograph:", "image:", "image source", "image caption", "file photo", "picture:", "copyright", "\302\251",
	"all rights reserved", "continue reading", "story continues", "leave a comment", "leave a reply", "comments",
	"print this", "email this", "tags:", "filed under", "posted in", "back to top", "skip to", "loading",
	"lee tambi\303\251n", "leer m\303\241s", "te puede interesar", "comparte", "compartir", "s\303\255guenos",
	"suscr\303\255bete", "foto:", "imagen:", "derechos reservados", "ver tambi\303\251n",
	"etiquetas:", "recommended", "most read", "most popular", "trending", "watch:", "listen:", "download the",
	"get the latest" };

static bool is_listed(const char *const *list, size_t n, struct sv v)
{
	for (size_t i = 0; v.n && i < n; i++)
		if (list[i][0] == v.p[0] && sv_eq(sv_of(list[i]), v)) /* most differ in the first letter */
			return true;
	return false;
}
#define IS_LISTED(list, v) is_listed(list, sizeof(list) / sizeof *(list), v)

static bool ends_with_listed(const char *const *list, size_t n, struct sv v)
{
	for (size_t i = 0; i < n; i++)
		if (sv_ends(v, sv_of(list[i])))
			return true;
	return false;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || is_upper(c) || (c >= '0' && c <= '9') || (c & 0x80);
}

/* The next word of a name, in lower case, into `out`; its length, 0 at the end. Words too long are cut. A piece of
 * three letters or less between capitals is no word: made-up class names ("hJpRadX") are full of them. */
static size_t next_word(struct sv names, size_t *at, char *out, size_t max, bool *out_new_name)
{
	*out_new_name = false;
	while (*at < names.n && !is_alphanumeric(names.p[*at])) {
		*out_new_name = *out_new_name || names.p[*at] == ' ';
		*at += 1;
	}
	size_t n = 0, from = *at;
	for (; *at < names.n && is_alphanumeric(names.p[*at]); *at += 1) {
		char c = names.p[*at];
		if (n && is_upper(c) && !is_upper(names.p[*at - 1]))
			break;
		if (is_upper(c))
			c = (char)(c | 32); /* to lower case */
		if (n < max)
			out[n++] = c;
	}
	bool is_part = (from > 0 && is_alphanumeric(names.p[from - 1])) ||
		(*at < names.n && is_alphanumeric(names.p[*at]));
	if (is_part && n <= 3)
		out[0] = '?';
	return n;
}

enum word_sense page_sense(struct sv names)
{
	char word[32], whole[64];
	size_t at = 0, whole_n = 0;
	bool is_new, is_boilerplate = false;
	for (size_t words = 0; words < 64; words++) {
		size_t n = next_word(names, &at, word, sizeof word, &is_new);
		if (is_new || !n) {
			struct sv name = { whole, whole_n };
			if (ends_with_listed(body_names, sizeof body_names / sizeof *body_names, name))
				return SENSE_BODY;
			whole_n = 0;
		}
		if (!n)
			break;
		is_boilerplate = is_boilerplate || IS_LISTED(boilerplate_words, ((struct sv){ word, n }));
		for (size_t i = 0; i < n && whole_n < sizeof whole; i++)
			whole[whole_n++] = word[i];
	}
	return is_boilerplate ? SENSE_BOILERPLATE : SENSE_NONE;
}

bool page_is_boilerplate_role(struct sv role)
{
	return role.n && IS_LISTED(roles, role);
}

bool page_is_boilerplate_line(struct sv line)
{
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (sv_starts_nocase(line, sv_of(lines[i])))
			return true;
	return false;
}
