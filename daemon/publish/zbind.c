#include "zbind.h"

#include <errno.h>
#include <policywatch/keyfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "limit.h"

enum { ENDPOINT_BYTES = 256 };

struct zbind {
	char text[ENDPOINT_BYTES]; /* with its real port once it was bound */
	bool is_encrypted, is_bound;
};

struct zbinds {
	void *zmq;
	struct arena *arena;
	struct sv_list files; /* of ipc endpoints, NUL-terminated; libzmq leaves them behind */
	const char *domain;
	char server_secret[PW_KEY_CHARS + 1];
	struct zbind *items;
	size_t n, cap;
};

static enum status cannot_bind(const char *endpoint, int code, struct error *err)
{
	(void)error_set(err, E_SYSTEM, "cannot bind %s: %s", endpoint, zmq_strerror(code));
	err->sys = code;
	return err->code;
}

/* ---- socket files ---- */

/* libzmq would unlink whatever has the name, even the socket of a daemon that runs. */
static enum status clear_stale_file(const char *endpoint, const char *path, struct error *err)
{
	struct stat file;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (lstat(path, &file))
		return errno == ENOENT ? OK : cannot_bind(endpoint, errno, err);
	if (!S_ISSOCK(file.st_mode))
		return cannot_bind(endpoint, EEXIST, err);
	if (strlen(path) >= sizeof address.sun_path)
		return cannot_bind(endpoint, ENAMETOOLONG, err);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return cannot_bind(endpoint, errno, err);
	int sys = connect(probe, (const struct sockaddr *)&address, sizeof address) ? errno : EADDRINUSE;
	(void)close(probe);
	if (sys == ENOENT)
		return OK;
	if (sys != ECONNREFUSED) /* EAGAIN: it listens and is busy */
		return cannot_bind(endpoint, sys == EAGAIN ? EADDRINUSE : sys, err);
	return unlink(path) && errno != ENOENT ? cannot_bind(endpoint, errno, err) : OK;
}

/* ---- binding ---- */

/* A domain can't be taken back (4.3.4 refuses an empty one), so that what has none is bound first. */
static bool set_security(const struct zbinds *binds, const struct zbind *bind)
{
	int is_server = bind->is_encrypted;
	if (!endpoint_is_tcp(sv_of(bind->text)))
		return true;
	if (binds->domain && zmq_setsockopt(binds->zmq, ZMQ_ZAP_DOMAIN, binds->domain, strlen(binds->domain)))
		return false;
	if (zmq_setsockopt(binds->zmq, ZMQ_CURVE_SERVER, &is_server, sizeof is_server))
		return false;
	return !is_server || zmq_setsockopt(binds->zmq, ZMQ_CURVE_SECRETKEY, binds->server_secret, PW_KEY_CHARS) == 0;
}

static enum status listen_on(struct zbinds *binds, struct zbind *bind, struct error *err)
{
	size_t n = sizeof bind->text;
	if (bind->is_encrypted && !binds->server_secret[0])
		return error_set(err, E_CONFIG, "%s must be encrypted, and there is no server key", bind->text);
	if (!set_security(binds, bind))
		return error_set(err, E_SYSTEM, "cannot set up %s: %s", bind->text, zmq_strerror(zmq_errno()));
	if (zmq_bind(binds->zmq, bind->text))
		return cannot_bind(bind->text, zmq_errno(), err);
	bind->is_bound = true;
	(void)zmq_getsockopt(binds->zmq, ZMQ_LAST_ENDPOINT, bind->text, &n);
	return OK;
}

/* Nobody but the owner may connect until group and mode are set. */
static enum status bind_file(
	struct zbinds *binds, struct zbind *bind, const struct zsocket_options *options, struct error *err)
{
	const char *path = bind->text + sizeof "ipc://" - 1;
	enum status st = clear_stale_file(bind->text, path, err);
	if (st)
		return st;
	mode_t before = options->ipc_mode ? umask(0177) : 0;
	st = listen_on(binds, bind, err);
	if (options->ipc_mode)
		(void)umask(before);
	if (st)
		return st;
	*list_push(binds->arena, &binds->files) = sv_of(arena_cstr(binds->arena, sv_of(path)));
	if (options->has_ipc_group && lchown(path, (uid_t)-1, options->ipc_group))
		return error_sys(err, E_SYSTEM, errno,
			"cannot give %s to the group of bus.ipc_group, of which the daemon must be a member", path);
	if (options->ipc_mode && chmod(path, (mode_t)options->ipc_mode))
		return error_sys(err, E_SYSTEM, errno, "cannot set the mode of %s", path);
	return OK;
}

static enum status bind_one(
	struct zbinds *binds, struct zbind *bind, const struct zsocket_options *options, struct error *err)
{
	bool is_file = sv_starts(sv_of(bind->text), SV("ipc://")) && !sv_starts(sv_of(bind->text), SV("ipc://@"));
	return is_file ? bind_file(binds, bind, options, err) : listen_on(binds, bind, err);
}

static enum status bind_all(struct zbinds *binds, bool is_tcp, const struct zsocket_options *options, struct error *err)
{
	for (size_t i = 0; i < binds->n; i++) {
		if (endpoint_is_tcp(sv_of(binds->items[i].text)) != is_tcp)
			continue;
		enum status st = bind_one(binds, &binds->items[i], options, err);
		if (st)
			return st;
	}
	return OK;
}

enum status zbinds_new(void *zmq, const struct zsocket_options *options, struct zbinds **out, struct error *err)
{
	struct arena *arena = arena_new(LIMIT_CONFIG_BYTES);
	struct zbinds *binds = arena_new_of(arena, struct zbinds);
	*binds = (struct zbinds){ .zmq = zmq, .arena = arena, .domain = options->zap_domain };
	*out = binds;
	if (options->server_secret)
		memcpy(binds->server_secret, options->server_secret, sizeof binds->server_secret);
	for (size_t i = 0; i < options->endpoints.n; i++) {
		struct sv endpoint = options->endpoints.items[i];
		struct zbind *bind = list_push(arena, binds);
		if (endpoint.n >= sizeof bind->text)
			return error_set(err, E_SYSTEM, "cannot bind %.*s: the name is too long", SV_ARG(endpoint));
		memcpy(bind->text, endpoint.p, endpoint.n);
		bind->is_encrypted = endpoint_is_encrypted(endpoint, options->plain_tcp);
	}
	enum status st = bind_all(binds, false, options, err);
	return st ? st : bind_all(binds, true, options, err);
}

void zbinds_free(struct zbinds *binds)
{
	if (!binds)
		return;
	for (size_t i = 0; i < binds->files.n; i++)
		(void)unlink(binds->files.items[i].p);
	explicit_bzero(binds->server_secret, sizeof binds->server_secret);
	arena_free(binds->arena);
}

const char *zbinds_last(const struct zbinds *binds)
{
	return binds->n ? binds->items[binds->n - 1].text : "";
}

/* ---- again ---- */

void zbinds_cut(struct zbinds *binds, const char *server_secret)
{
	memcpy(binds->server_secret, server_secret, sizeof binds->server_secret);
	for (size_t i = 0; i < binds->n; i++) {
		struct zbind *bind = &binds->items[i];
		if (bind->is_encrypted && bind->is_bound)
			bind->is_bound = zmq_unbind(binds->zmq, bind->text) != 0;
	}
}

enum status zbinds_again(struct zbinds *binds, struct error *err)
{
	enum status first = OK;
	for (size_t i = 0; i < binds->n; i++) {
		struct error other;
		if (binds->items[i].is_bound)
			continue;
		enum status st = listen_on(binds, &binds->items[i], first ? &other : err);
		first = first ? first : st;
	}
	return first;
}
