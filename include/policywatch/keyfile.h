/* Key files: who a client or a daemon is on an encrypted connection, and what a client may do.
 *
 * The format is that of czmq's certificates, a few lines of ZPL (rfc.zeromq.org/spec/4), so that their tools and those
 * of pyzmq read our files and we read theirs:
 *
 *	#   comment
 *	metadata
 *	    name = "newsroom"
 *	    rights = "subscribe control"
 *	curve
 *	    public-key = "40 characters of Z85"
 *	    secret-key = "40 characters of Z85"
 *
 * `policywatch keygen PATH` writes PATH (public: give it to the other side) and PATH_secret (with both keys, mode
 * 0600: keep it). The name is [A-Za-z0-9._-], at most 64 characters, and names the client in logs, metrics and cursors.
 * Rights are any of "subscribe", "ingest", "control", parted by spaces or commas; without the line: "subscribe".
 * A daemon takes the rights from the file in its own folder of client keys: whoever puts a file there grants them.
 * Other sections and keys are skipped. */
#ifndef POLICYWATCH_KEYFILE_H
#define POLICYWATCH_KEYFILE_H

#include <stddef.h>
#include <string.h>

#define PW_KEY_CHARS 40
#define PW_KEY_NAME_CHARS 64
#define PW_KEY_FILE_BYTES 4096 /* a longer file is none */

enum pw_right { PW_RIGHT_SUBSCRIBE = 1, PW_RIGHT_INGEST = 2, PW_RIGHT_CONTROL = 4 };
#define PW_RIGHTS_ALL 7u

struct pw_keyfile {
	char name[PW_KEY_NAME_CHARS + 1]; /* "" when the file has none */
	unsigned rights;
	char public_key[PW_KEY_CHARS + 1]; /* Z85; "" when the file has none */
	char secret_key[PW_KEY_CHARS + 1];
};

/* Where a file is wrong. */
struct pw_keyfile_error {
	unsigned line;
	const char *why; /* a constant */
};

/* A run of characters of a line. */
struct pw_keyfile_word {
	const char *p;
	size_t n;
};

static inline int pw_keyfile_word_is(struct pw_keyfile_word word, const char *text)
{
	return word.n == strlen(text) && (word.n == 0 || memcmp(word.p, text, word.n) == 0);
}

static inline int pw_key_is_name(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		int is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_alnum && c != '.' && c != '_' && c != '-')
			return 0;
	}
	return n > 0 && n <= PW_KEY_NAME_CHARS;
}

/* 40 characters of the alphabet of Z85 (rfc.zeromq.org/spec/32). */
static inline int pw_key_is_z85(const char *text, size_t n)
{
	static const char others[] = ".-:+=^!/*?&<>()[]{}@%$#";
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		int is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_alnum && (c == '\0' || !strchr(others, c)))
			return 0;
	}
	return n == PW_KEY_CHARS;
}

/* "subscribe control" → PW_RIGHT_…; -1 when a word is none. Nothing at all is no right. */
static inline int pw_rights_read(const char *text, size_t n, unsigned *out)
{
	static const char *const names[] = { "subscribe", "ingest", "control" };
	unsigned rights = 0;
	for (size_t from = 0; from < n;) {
		size_t to = from, which = 0;
		while (to < n && text[to] != ' ' && text[to] != ',')
			to++;
		struct pw_keyfile_word word = { text + from, to - from };
		while (which < 3 && !pw_keyfile_word_is(word, names[which]))
			which++;
		if (word.n && which == 3)
			return -1;
		if (word.n)
			rights |= 1u << which;
		from = to + 1;
	}
	*out = rights;
	return 0;
}

static inline struct pw_keyfile_word pw_keyfile_trim(const char *p, size_t n)
{
	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t' || p[n - 1] == '\r'))
		n--;
	struct pw_keyfile_word word = { p, n };
	return word;
}

/* "value" in quotes, 'value', or a bare word. Keys hold '#', so that a comment can't follow a bare one. */
static inline int pw_keyfile_value(struct pw_keyfile_word raw, struct pw_keyfile_word *out)
{
	if (raw.n && (raw.p[0] == '"' || raw.p[0] == '\'')) {
		const char *end = (const char *)memchr(raw.p + 1, raw.p[0], raw.n - 1);
		if (!end)
			return -1;
		out->p = raw.p + 1;
		out->n = (size_t)(end - out->p);
		return 0;
	}
	*out = raw;
	return 0;
}

/* One "key = value" of a section; NULL, or what is wrong with it. */
static inline const char *pw_keyfile_entry(struct pw_keyfile *file, struct pw_keyfile_word section,
	struct pw_keyfile_word key, struct pw_keyfile_word value)
{
	int is_curve = pw_keyfile_word_is(section, "curve"), is_metadata = pw_keyfile_word_is(section, "metadata");
	int is_public = is_curve && pw_keyfile_word_is(key, "public-key");
	if (is_public || (is_curve && pw_keyfile_word_is(key, "secret-key"))) {
		char *out = is_public ? file->public_key : file->secret_key;
		if (!pw_key_is_z85(value.p, value.n))
			return "a key is 40 characters of Z85, in quotes";
		memcpy(out, value.p, PW_KEY_CHARS);
		out[PW_KEY_CHARS] = '\0';
	} else if (is_metadata && pw_keyfile_word_is(key, "name")) {
		if (!pw_key_is_name(value.p, value.n))
			return "a name is at most 64 of A-Z, a-z, 0-9, '.', '_', '-'";
		memcpy(file->name, value.p, value.n);
		file->name[value.n] = '\0';
	} else if (is_metadata && pw_keyfile_word_is(key, "rights")) {
		if (pw_rights_read(value.p, value.n, &file->rights))
			return "rights are any of subscribe, ingest, control";
	}
	return NULL;
}

/* One line. *section is where the file stands. NULL, or what is wrong. */
static inline const char *pw_keyfile_line(
	struct pw_keyfile *file, struct pw_keyfile_word *section, const char *line, size_t n)
{
	struct pw_keyfile_word words = pw_keyfile_trim(line, n), value;
	const char *equals;
	if (words.n == 0 || words.p[0] == '#')
		return NULL;
	equals = (const char *)memchr(words.p, '=', words.n);
	if (line[0] != ' ' && line[0] != '\t') {
		*section = pw_keyfile_trim(words.p, equals ? (size_t)(equals - words.p) : words.n);
		return NULL;
	}
	if (!equals)
		return NULL; /* a section within a section: none of ours */
	if (pw_keyfile_value(pw_keyfile_trim(equals + 1, words.n - (size_t)(equals + 1 - words.p)), &value))
		return "a quote is not closed";
	return pw_keyfile_entry(file, *section, pw_keyfile_trim(words.p, (size_t)(equals - words.p)), value);
}

/* Reads a key file. 0, or -1 and where it is wrong: also when it holds no public key. */
static inline int pw_keyfile_read(const char *text, size_t n, struct pw_keyfile *out, struct pw_keyfile_error *err)
{
	struct pw_keyfile file;
	struct pw_keyfile_word section = { "", 0 };
	unsigned line = 0;
	memset(&file, 0, sizeof file);
	file.rights = PW_RIGHT_SUBSCRIBE;
	err->line = 0;
	err->why = n > PW_KEY_FILE_BYTES ? "too long for a key file" : NULL;
	for (size_t from = 0; from < n && !err->why;) {
		const char *end = (const char *)memchr(text + from, '\n', n - from);
		size_t to = end ? (size_t)(end - text) : n;
		err->line = ++line;
		err->why = pw_keyfile_line(&file, &section, text + from, to - from);
		from = to + 1;
	}
	if (!err->why && !file.public_key[0]) {
		err->line = line;
		err->why = "holds no public-key in a section curve";
	}
	if (err->why)
		return -1;
	*out = file;
	return 0;
}

#endif
