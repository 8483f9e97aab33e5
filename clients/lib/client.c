#include "client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "endpoint.h"
#include "key.h"

/* The size in the first release: later ones only add fields at the end, which a caller compiled before does not have. */
#define OPTIONS_BYTES_MIN offsetof(struct pw_options, key_file)

int64_t client_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum pw_status client_fail(struct pw_client *client, enum pw_status status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(client->error, sizeof client->error, format, args);
	va_end(args);
	return status;
}

enum pw_status client_ask(
	struct pw_client *client, struct sock *sock, uint8_t verb, uint8_t flags, const void *body, size_t n)
{
	uint8_t head[PW_REQUEST_HEADER];
	struct pw_request request = { .verb = verb, .flags = flags, .id = ++client->last_id };
	pw_request_write(&request, head);
	struct frame frames[] = { { head, sizeof head }, { body, n } };
	return sock_send(sock, frames, 2);
}

static bool copy_text(char **out, const char *text)
{
	*out = text && text[0] ? strdup(text) : NULL;
	return *out || !text || !text[0];
}

static const char *given_or_set(const char *given, const char *variable)
{
	return given ? given : getenv(variable);
}

static enum pw_status take_peers(struct pw_client *client, const struct pw_options *options)
{
	const char *why = NULL, *server_key = given_or_set(options->server_key, "POLICYWATCH_SERVER_KEY");
	char *events = endpoint_choose(options->events, "POLICYWATCH_EVENTS", "events");
	char *query = endpoint_choose(options->query, "POLICYWATCH_QUERY", "query");
	enum pw_status st = PW_NOMEM;
	if (events && query)
		st = peers_init(&client->peers, events, query, server_key && server_key[0] ? server_key : NULL, &why);
	free(events);
	free(query);
	return st ? client_fail(client, st, "%s", why ? why : "no memory") : PW_OK;
}

static enum pw_status take_options(struct pw_client *client, const struct pw_options *options)
{
	const char *bad = NULL;
	client->from_seq = options->from_seq;
	client->from_time_ms = options->from_time_ms;
	client->request_ms = options->request_timeout_ms > 0 ? options->request_timeout_ms : CLIENT_REQUEST_MS;
	if (!copy_text(&client->cursor_file, options->cursor_file) ||
		!copy_text(&client->cursor_name, options->cursor_name) ||
		!copy_text(&client->key_file, given_or_set(options->key_file, "POLICYWATCH_KEY")))
		return client_fail(client, PW_NOMEM, "no memory");
	enum pw_status st = take_peers(client, options);
	if (st)
		return st;
	if (filter_init(&client->filter, options->topics, &bad) == PW_OK)
		return PW_OK;
	if (!bad)
		return client_fail(client, PW_INVALID, "more than %d topics", FILTER_TOPICS);
	return client_fail(client, PW_INVALID,
		"'%.100s' is no topic: lower-case letters, digits, '-', '_', '.', levels closed by '/'", bad);
}

static enum pw_status load_cursor(struct pw_client *client)
{
	if (!client->cursor_file)
		return PW_OK;
	enum pw_status st = cursor_read(client->cursor_file, &client->cursor);
	if (st == PW_NOT_FOUND)
		return PW_OK;
	if (st == PW_INVALID)
		return client_fail(client, st, "%s: not a cursor of policywatch", client->cursor_file);
	return st ? client_fail(client, st, "%s: %s", client->cursor_file, strerror(errno)) : PW_OK;
}

static bool is_tcp(const struct peer *peer)
{
	return strncmp(peer->events, "tcp://", 6) == 0 || strncmp(peer->query, "tcp://", 6) == 0;
}

/* Only what some endpoint needs is read, so that variables set for another daemon do no harm. */
static enum pw_status load_keys(struct pw_client *client)
{
	char why[KEY_WHY_BYTES];
	bool is_needed = false;
	for (size_t i = 0; i < client->peers.n; i++) {
		struct peer *peer = &client->peers.list[i];
		if (!is_tcp(peer) || !peer->server_key)
			continue;
		enum pw_status st = key_read_server(peer->server_key, peer->server_z85, why);
		if (st)
			return client_fail(client, st, "%s", why);
		is_needed = true;
	}
	if (!is_needed)
		return PW_OK;
	if (!client->key_file)
		return client_fail(client, PW_INVALID,
			"with the daemon's key a key of our own is needed (policywatch keygen makes one)");
	enum pw_status st = key_read_own(client->key_file, &client->key, why);
	return st ? client_fail(client, st, "%s", why) : PW_OK;
}

struct sock_keys client_keys(const struct pw_client *client, const struct peer *peer)
{
	return (struct sock_keys){ client->key.public_key, client->key.secret_key,
		peer->server_z85[0] ? peer->server_z85 : NULL };
}

const char *client_hint(const struct peer *peer, struct sock *sock)
{
	switch (sock_handshake(sock)) {
	case HANDSHAKE_FINE: break;
	case HANDSHAKE_CUT:
		return peer->server_z85[0] ? " (it closes the connection: is the key given that of this daemon?)" : "";
	case HANDSHAKE_MISMATCH:
		return peer->server_z85[0]
			? " (it speaks without encryption here, or is no daemon)"
			: " (it wants an encrypted connection: a key and the daemon's key are needed)";
	case HANDSHAKE_REFUSED: return " (it does not take our key)";
	}
	return "";
}

static enum pw_status set_up(struct pw_client *client, const struct pw_options *given)
{
	struct pw_options options = PW_OPTIONS_INIT;
	if (given->size < OPTIONS_BYTES_MIN)
		return client_fail(client, PW_INVALID, "options without PW_OPTIONS_INIT");
	memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
	enum pw_status st = take_options(client, &options);
	if (st)
		return st;
	st = load_keys(client);
	if (st == PW_OK)
		st = load_cursor(client);
	if (st)
		return st;
	st = sockets_init(&client->sockets);
	if (st == PW_OK)
		st = waker_init(client->waker, client->sockets.epoll_fd);
	if (st)
		return client_fail(client, st, "sockets: %s", strerror(errno));
	struct sock_keys keys = client_keys(client, client_peer(client));
	st = sock_dealer(&client->sockets, client_peer(client)->query, &keys, &client->query);
	if (st)
		return client_fail(client, st, "%s: %s", client_peer(client)->query, sock_error());
	return PW_OK;
}

enum pw_status pw_connect(const struct pw_options *options, struct pw_client **out)
{
	struct timespec now;
	struct pw_client *client = calloc(1, sizeof *client);
	struct waker *waker = calloc(1, sizeof *waker);
	if (!client || !waker) {
		free(client);
		free(waker);
		*out = NULL;
		return PW_NOMEM;
	}
	*out = client;
	waker->fd = -1;
	client->waker = waker;
	client->sockets.epoll_fd = -1;
	client->refused_ms = CLIENT_REFUSED_MS;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	client->last_id = (uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec; /* no reply to an earlier client fits */
	enum pw_status st = set_up(client, options);
	if (st)
		return st;
	follow_start(client);
	return PW_OK;
}

void pw_close(struct pw_client *client)
{
	if (!client)
		return;
	(void)follow_save(client); /* at worst some events come again */
	follow_done(client);
	sock_close(client->events);
	sock_close(client->query);
	sock_close(client->calls);
	waker_done(client->waker);
	free(client->waker);
	sockets_done(&client->sockets);
	frames_done(&client->frames);
	peers_done(&client->peers);
	free(client->cursor_file);
	free(client->cursor_name);
	free(client->key_file);
	explicit_bzero(&client->key, sizeof client->key);
	free(client);
}

const char *pw_error(const struct pw_client *client)
{
	return client ? client->error : "no memory";
}

enum pw_state pw_client_state(const struct pw_client *client)
{
	return follow_state(client);
}

enum pw_status pw_ack(struct pw_client *client, const struct pw_event *event)
{
	return follow_ack(client, event);
}

static enum pw_status resume(struct pw_client *client, uint64_t from_seq, int64_t from_time_ms)
{
	if (client->follow.phase != PHASE_HALTED)
		return client_fail(client, PW_INVALID, "nothing to resume");
	client->from_seq = from_seq;
	client->from_time_ms = from_time_ms;
	client->is_chosen = true;
	client->chosen_epoch = client->follow.halt_epoch;
	follow_leave_log(client);
	follow_done(client);
	memset(&client->follow, 0, sizeof client->follow);
	follow_start(client);
	return PW_OK;
}

enum pw_status pw_resume(struct pw_client *client, uint64_t from_seq)
{
	return resume(client, from_seq, 0);
}

enum pw_status pw_resume_time(struct pw_client *client, int64_t time_ms)
{
	if (time_ms <= 0)
		return client_fail(client, PW_INVALID, "not a time since 1970");
	return resume(client, 0, time_ms);
}

int64_t pw_last_time(const struct pw_client *client)
{
	if (client->follow.has_place && client->follow.acked_time_ms)
		return client->follow.acked_time_ms;
	for (size_t i = 0; i < client->cursor.n; i++) {
		if (client->cursor.logs[i].time_ms)
			return client->cursor.logs[i].time_ms;
	}
	return 0;
}

const char *pw_daemon(const struct pw_client *client)
{
	return client->peers.n ? client_peer(client)->events : "";
}
