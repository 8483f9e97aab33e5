#include "keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_KEYS = 10000, KEYS_ARENA = 16 << 20 };

struct key_list {
	struct key *items; /* sorted by text */
	size_t n, cap;
};

struct keys {
	struct arena *arena;
	char server_secret[PW_KEY_CHARS + 1];
	struct key_list list;
};

static void report(struct key_issues *issues, struct sv folder, const char *name, const struct pw_keyfile_error *wrong)
{
	struct key_issue *issue = list_push(issues->arena, issues);
	issue->file = arena_printf(issues->arena, "%.*s/%s", SV_ARG(folder), name);
	issue->line = wrong->line;
	issue->text = arena_sv(issues->arena, sv_of(wrong->why));
}

/* ---- files ---- */

/* Reads a key file that nobody but its owner and group may have changed, or (kept bits) may have read. `wrong` says why not. */
static bool read_key(int folder, const char *name, mode_t forbidden, const char *why_forbidden, struct pw_keyfile *out,
	struct pw_keyfile_error *wrong)
{
	char text[PW_KEY_FILE_BYTES + 1];
	struct stat info;
	size_t n = 0;
	*wrong = (struct pw_keyfile_error){ 0 };
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &info))
		wrong->why = strerrordesc_np(errno);
	else if (!S_ISREG(info.st_mode))
		wrong->why = "is not a file";
	else if (info.st_mode & forbidden)
		wrong->why = why_forbidden;
	ssize_t got = wrong->why ? 0 : read(fd, text, sizeof text);
	for (; got > 0 && n < sizeof text; got = read(fd, text + n, sizeof text - n))
		n += (size_t)got;
	if (got < 0)
		wrong->why = strerrordesc_np(errno);
	if (fd >= 0)
		(void)close(fd);
	bool is_read = !wrong->why && pw_keyfile_read(text, n, out, wrong) == 0;
	explicit_bzero(text, sizeof text);
	return is_read;
}

static enum status load_server_key(struct keys *keys, struct sv path, struct error *err)
{
	struct pw_keyfile file = { 0 };
	struct pw_keyfile_error wrong;
	const char *name = arena_cstr(keys->arena, path);
	if (!read_key(AT_FDCWD, name, S_IROTH | S_IWOTH | S_IWGRP,
		    "is a secret that others than its owner can read or change: chmod 0600, and make a new key if "
		    "others may "
		    "have read it",
		    &file, &wrong))
		return wrong.line ? error_set(err, E_CONFIG, "%s:%u: %s", name, wrong.line, wrong.why)
				  : error_set(err, E_CONFIG, "%s: %s", name, wrong.why);
	if (!file.secret_key[0])
		return error_set(
			err, E_CONFIG, "%s: holds no secret-key; the daemon needs the file that ends in _secret", name);
	memcpy(keys->server_secret, file.secret_key, sizeof keys->server_secret);
	explicit_bzero(&file, sizeof file);
	return OK;
}

/* ---- the folder ---- */

static int is_key_file(const struct dirent *entry)
{
	struct sv name = sv_of(entry->d_name);
	return name.p[0] != '.' && !sv_ends(name, SV("_secret")) && !sv_eq(name, SV("README"));
}

/* A file without a name of its own has that of the file, without its last ending: desk.key is "desk". */
static const char *name_key(struct key *key, const char *file)
{
	const char *dot = strrchr(file, '.');
	size_t n = dot && dot != file ? (size_t)(dot - file) : strlen(file);
	if (key->name[0])
		return NULL;
	if (!pw_key_is_name(file, n))
		return "says no name, and the name of the file is none";
	memcpy(key->name, file, n);
	return NULL;
}

static const char *find_twin(const struct key_list *list, const struct key *key)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].text, key->text) == 0)
			return "holds a key that another file holds already";
		if (strcmp(list->items[i].name, key->name) == 0)
			return "has a name that another key has already";
	}
	return NULL;
}

static void load_client_key(struct keys *keys, int folder, struct sv path, const char *name, struct key_issues *issues)
{
	struct pw_keyfile file = { 0 };
	struct pw_keyfile_error wrong;
	struct stat info;
	struct key key = { 0 };
	if (!fstatat(folder, name, &info, 0) && !S_ISREG(info.st_mode))
		return;
	if (!read_key(folder, name, S_IWOTH, "everybody can change it: chmod o-w", &file, &wrong)) {
		report(issues, path, name, &wrong);
		return;
	}
	memcpy(key.text, file.public_key, sizeof key.text);
	memcpy(key.name, file.name, sizeof key.name);
	key.rights = file.rights;
	wrong = (struct pw_keyfile_error){ 0, name_key(&key, name) };
	if (!wrong.why)
		wrong.why = find_twin(&keys->list, &key);
	if (!wrong.why && keys->list.n >= MAX_KEYS)
		wrong.why = "is one key too many";
	if (wrong.why)
		report(issues, path, name, &wrong);
	else
		*list_push(keys->arena, &keys->list) = key;
	explicit_bzero(&file, sizeof file);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->text, ((const struct key *)b)->text);
}

static enum status read_folder(
	struct keys *keys, int folder, struct sv path, struct key_issues *issues, struct error *err)
{
	struct stat info;
	struct dirent **entries;
	if (fstat(folder, &info))
		return error_sys(err, E_CONFIG, errno, "cannot read %.*s", SV_ARG(path));
	if (info.st_mode & S_IWOTH)
		return error_set(err, E_CONFIG,
			"%.*s: everybody can put keys into this folder: chmod o-w, and look at what is in it",
			SV_ARG(path));
	int n = scandirat(folder, ".", &entries, is_key_file, alphasort);
	if (n < 0)
		return error_sys(err, E_CONFIG, errno, "cannot read %.*s", SV_ARG(path));
	for (int i = 0; i < n; i++) {
		load_client_key(keys, folder, path, entries[i]->d_name, issues);
		free(entries[i]);
	}
	free(entries);
	if (keys->list.n)
		qsort(keys->list.items, keys->list.n, sizeof keys->list.items[0], by_text);
	return OK;
}

static enum status load_folder(
	struct keys *keys, const struct keys_options *options, struct key_issues *issues, struct error *err)
{
	int folder = open(arena_cstr(keys->arena, options->folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT && !options->must_exist)
		return OK;
	if (folder < 0)
		return error_sys(err, E_CONFIG, errno, "cannot read the folder of keys %.*s", SV_ARG(options->folder));
	enum status st = read_folder(keys, folder, options->folder, issues, err);
	(void)close(folder);
	return st;
}

/* ---- the set ---- */

enum status keys_load(
	const struct keys_options *options, struct keys **out, struct key_issues *issues, struct error *err)
{
	struct keys *keys = calloc(1, sizeof *keys);
	if (!keys)
		abort();
	keys->arena = arena_new(KEYS_ARENA);
	enum status st = options->server_key.n ? load_server_key(keys, options->server_key, err) : OK;
	if (!st && options->folder.n)
		st = load_folder(keys, options, issues, err);
	if (st) {
		keys_free(keys);
		return st;
	}
	*out = keys;
	return OK;
}

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	arena_free(keys->arena);
	explicit_bzero(keys->server_secret, sizeof keys->server_secret);
	free(keys);
}

const char *keys_server_secret(const struct keys *keys)
{
	return keys && keys->server_secret[0] ? keys->server_secret : NULL;
}

size_t keys_count(const struct keys *keys)
{
	return keys ? keys->list.n : 0;
}

const struct key *keys_find(const struct keys *keys, struct sv text)
{
	struct key wanted = { 0 };
	if (!keys || !keys->list.n || text.n != PW_KEY_CHARS)
		return NULL;
	memcpy(wanted.text, text.p, PW_KEY_CHARS);
	return bsearch(&wanted, keys->list.items, keys->list.n, sizeof wanted, by_text);
}

/* Another name cuts nobody: who asks is found by the key each time. */
bool keys_must_cut(const struct keys *old, const struct keys *new)
{
	if (!old)
		return false;
	if (strcmp(old->server_secret, new->server_secret) != 0)
		return true;
	for (size_t i = 0; i < old->list.n; i++) {
		const struct key *was = &old->list.items[i];
		const struct key *is = keys_find(new, sv_of(was->text));
		if (!is || (was->rights & ~is->rights))
			return true;
	}
	return false;
}

void key_text(const char raw[32], char out[PW_KEY_CHARS + 1])
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
	const unsigned char *p = (const unsigned char *)raw;
	for (size_t group = 0; group < 8; group++, p += 4) {
		uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
		for (size_t i = 5; i-- > 0; v /= 85)
			out[group * 5 + i] = digits[v % 85];
	}
	out[PW_KEY_CHARS] = 0;
}
