/* Encryption with real sockets: who gets through, who does not, and what happens when keys change. */
#include <errno.h>

#include "bus_world.h"
#include "sample_keys.h"

struct pair {
	char public_key[PW_KEY_CHARS + 1], secret_key[PW_KEY_CHARS + 1];
};

struct fortress {
	struct world w; /* first: the helpers of bus_world.h know that */
	struct pair server, desk, feed, stranger;
	char tcp_events[128], tcp_query[128];
	char warning[400];
	size_t warnings;
	void *monitor, *monitored;
	size_t clients, joined, refused, gone;
	int socket;
};

static void on_warning(void *ctx, const char *text)
{
	struct fortress *f = ctx;
	(void)snprintf(f->warning, sizeof f->warning, "%s", text);
	f->warnings++;
}

static struct pair new_pair(void)
{
	struct pair pair;
	assert_int_equal(zmq_curve_keypair(pair.public_key, pair.secret_key), 0);
	return pair;
}

/* In this order: libzmq's thread waits for ever where it has an event and nobody to tell. */
static void unwatch_client(struct fortress *f)
{
	if (f->monitored)
		(void)zmq_socket_monitor(f->monitored, NULL, 0);
	f->monitored = NULL;
	close_socket(&f->monitor);
}

static int set_up_fortress(void **state)
{
	struct fortress *f = calloc(1, sizeof *f);
	void *inner = NULL;
	(void)set_up(&inner);
	f->w = *(struct world *)inner;
	free(inner);
	loop_timer_free(f->w.poll);
	f->w.poll = loop_timer_new(f->w.loop, on_poll, &f->w);
	f->socket = -1;
	f->server = new_pair();
	f->desk = new_pair();
	f->feed = new_pair();
	f->stranger = new_pair();
	*state = f;
	return 0;
}

static int tear_down_fortress(void **state)
{
	struct fortress *f = *state;
	unwatch_client(f);
	if (f->socket >= 0)
		(void)close(f->socket);
	return tear_down(state);
}

static struct keys *keys_of(const struct fortress *f, const char *desk_rights)
{
	const struct sample_key clients[] = { { "feed", "ingest", f->feed.public_key },
		{ "desk", desk_rights, f->desk.public_key } };
	return sample_keys(f->server.secret_key, clients, *desk_rights ? 2 : 1);
}

static enum status open_fortress(
	struct fortress *f, struct keys *keys, enum plain_tcp plain_tcp, const char *endpoint, struct error *err)
{
	struct world *w = &f->w;
	struct sv events[2] = { sv_of(w->events), sv_of(endpoint) }, query[2] = { sv_of(w->query), sv_of(endpoint) };
	struct bus_options options = { .events_endpoints = { events, 2, 2 },
		.query_endpoints = { query, 2, 2 },
		.heartbeat_ms = 20,
		.ipc_mode = 0660,
		.plain_tcp = plain_tcp,
		.keys = keys,
		.instance = SV("test") };
	struct bus_log log = fake_log_as_bus_log(&w->log);
	struct bus_ops ops = { .ctx = f, .on_call = on_call, .on_warning = on_warning };
	enum status st = bus_new(w->loop, &options, &log, &ops, &w->bus, err);
	if (st)
		return st;
	(void)snprintf(f->tcp_events, sizeof f->tcp_events, "%s", bus_events_endpoint(w->bus));
	(void)snprintf(f->tcp_query, sizeof f->tcp_query, "%s", bus_query_endpoint(w->bus));
	return OK;
}

static void start_fortress(struct fortress *f)
{
	struct error err;
	assert_ok(open_fortress(f, keys_of(f, "subscribe"), PLAIN_TCP_NEVER, "tcp://127.0.0.1:*", &err), err);
}

/* pair: NULL for a peer without a key. */
static void *connect_as(
	struct fortress *f, int type, const char *endpoint, const struct pair *pair, const struct pair *server)
{
	void *socket = zmq_socket(f->w.zmq, type);
	if (pair) {
		(void)zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, pair->public_key, PW_KEY_CHARS);
		(void)zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, pair->secret_key, PW_KEY_CHARS);
		(void)zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server->public_key, PW_KEY_CHARS);
	}
	if (type == ZMQ_SUB)
		(void)zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
	char name[64];
	(void)snprintf(name, sizeof name, "inproc://client-%zu", ++f->clients);
	assert_int_equal(zmq_socket_monitor(socket, name, ZMQ_EVENT_ALL), 0);
	f->monitored = socket;
	f->monitor = zmq_socket(f->w.zmq, ZMQ_PAIR);
	assert_int_equal(zmq_connect(f->monitor, name), 0);
	f->joined = f->refused = f->gone = 0;
	assert_int_equal(zmq_connect(socket, endpoint), 0);
	return socket;
}

static void watch_client(struct fortress *f)
{
	char frame[256];
	size_t n;
	while (f->monitor && take(f->monitor, frame, sizeof frame, &n)) {
		uint16_t event;
		memcpy(&event, frame, sizeof event);
		f->joined += event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
		f->refused += event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
		f->gone += event == ZMQ_EVENT_DISCONNECTED;
		(void)take(f->monitor, frame, sizeof frame, &n);
	}
}

static bool is_refused(struct world *w)
{
	struct fortress *f = (struct fortress *)w;
	watch_client(f);
	assert_int_equal(f->joined, 0);
	return f->refused > 0;
}

static void subscribe_as(struct fortress *f, const struct pair *pair)
{
	unwatch_client(f);
	close_socket(&f->w.sub);
	f->w.heartbeats = 0;
	f->w.sub = connect_as(f, ZMQ_SUB, f->tcp_events, pair, &f->server);
}

static void dealer_as(struct fortress *f, const struct pair *pair)
{
	unwatch_client(f);
	close_socket(&f->w.dealer);
	f->w.dealer = connect_as(f, ZMQ_DEALER, f->tcp_query, pair, &f->server);
}

static bool has_reply(struct world *w)
{
	char header[PW_REQUEST_HEADER], rest[1024];
	size_t n;
	int more = 1;
	size_t more_n = sizeof more;
	if (!take(w->dealer, header, sizeof header, &n))
		return false;
	assert_int_equal(pw_request_read(header, n, &w->reply), 0);
	w->payload[0] = 0;
	for (; !zmq_getsockopt(w->dealer, ZMQ_RCVMORE, &more, &more_n) && more;) {
		assert_true(take(w->dealer, rest, sizeof rest, &n));
		(void)snprintf(w->payload, sizeof w->payload, "%.*s", (int)(n < 255 ? n : 255), rest);
	}
	return true;
}

static void send_request(void *dealer, uint8_t verb, const void *body, size_t n)
{
	uint8_t header[PW_REQUEST_HEADER];
	struct pw_request request = { .verb = verb, .id = 1 };
	pw_request_write(&request, header);
	(void)zmq_send(dealer, header, sizeof header, ZMQ_SNDMORE);
	(void)zmq_send(dealer, body, n, 0);
}

static uint8_t hello_status(struct fortress *f)
{
	uint8_t body[8];
	pw_put_u64(body, (uint64_t)INT64_MIN);
	send_request(f->w.dealer, PW_VERB_HELLO, body, sizeof body);
	assert_true(turn_until(&f->w, has_reply));
	return f->w.reply.status;
}

static bool has_warning(struct world *w)
{
	return ((struct fortress *)w)->warnings > 0;
}

/* ---- who gets through ---- */

static void a_known_key_hears_events_and_is_answered(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	subscribe_as(f, &f->desk);
	assert_true(turn_until(&f->w, has_heartbeat));
	dealer_as(f, &f->desk);
	assert_int_equal(hello_status(f), PW_WIRE_OK);
	assert_int_equal(bus_counts(f->w.bus).connections_events, 1);
	assert_int_equal(bus_counts(f->w.bus).connections_query, 1);
}

static void an_unknown_key_is_refused_counted_and_told_once(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	subscribe_as(f, &f->stranger);
	assert_true(turn_until(&f->w, is_refused));
	dealer_as(f, &f->stranger);
	assert_true(turn_until(&f->w, is_refused));
	assert_true(turn_until(&f->w, has_warning));
	assert_int_equal(bus_counts(f->w.bus).refused[2], 2);
	assert_int_equal(f->warnings, 1);
	assert_string_equal(f->warning, "refused connections: 2, the last: 127.0.0.1: its key is not known here");
}

static void without_subscribe_one_is_refused_events_and_denied_requests(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	subscribe_as(f, &f->feed);
	assert_true(turn_until(&f->w, is_refused));
	dealer_as(f, &f->feed);
	assert_int_equal(hello_status(f), PW_WIRE_DENIED);
	assert_string_equal(f->w.payload, "{\"error\":\"this needs the right 'subscribe'\"}");
	assert_int_equal(bus_counts(f->w.bus).denied, 1);
}

static bool has_protocol_failure(struct world *w)
{
	return bus_counts(w->bus).refused[1] >= w->wanted;
}

static uint64_t refused_handshakes(const struct world *w)
{
	const struct bus_counts counts = bus_counts(w->bus);
	return counts.refused[0] + counts.refused[1];
}

static bool has_more_refused(struct world *w)
{
	return refused_handshakes(w) >= w->wanted;
}

static void a_wrong_server_key_or_none_gets_nothing(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	f->w.sub = connect_as(f, ZMQ_SUB, f->tcp_events, &f->desk, &f->stranger);
	f->w.wanted = 1;
	assert_true(turn_until(&f->w, has_protocol_failure));
	subscribe_as(f, NULL);
	f->w.wanted = refused_handshakes(&f->w) + 1;
	assert_true(turn_until(&f->w, has_more_refused));
	watch_client(f);
	assert_int_equal(f->joined, 0);
	assert_int_equal(f->w.heartbeats, 0);
}

static bool has_call(struct world *w)
{
	return w->token != 0;
}

static void who_called(void **state, const struct pair *pair, const char *endpoint, const char *name, unsigned rights)
{
	static const char body[] = "{\"call\":\"x\"}";
	struct fortress *f = *state;
	unwatch_client(f);
	close_socket(&f->w.dealer);
	f->w.dealer = connect_as(f, ZMQ_DEALER, endpoint, pair, &f->server);
	f->w.token = 0;
	send_request(f->w.dealer, PW_VERB_CALL, body, sizeof body - 1);
	assert_true(turn_until(&f->w, has_call));
	assert_string_equal(f->w.peer.name, name);
	assert_int_equal(f->w.peer.rights, rights);
}

static void a_call_comes_with_who_made_it(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	who_called(state, &f->feed, f->tcp_query, "feed", PW_RIGHT_INGEST);
	who_called(state, &f->desk, f->tcp_query, "desk", PW_RIGHT_SUBSCRIBE);
	who_called(state, NULL, f->w.query, "", PW_RIGHTS_ALL);
}

/* ---- in the clear ---- */

static int connect_raw(const char *endpoint)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	address.sin_port = htons((uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10));
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void send_raw(int fd, const void *bytes, size_t n)
{
	assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), n);
}

/* More than the greeting came: the answer to ours, which is when a peer may begin. */
static bool has_ready(struct world *w)
{
	char bytes[512];
	return recv(((struct fortress *)w)->socket, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT) > 64;
}

/* A peer in the clear that writes a User-Id and an address of its own into its greeting. */
static void send_liar(struct fortress *f, int fd, const char *user)
{
	uint8_t greeting[64] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L' };
	char ready[256];
	size_t n = 2;
	const struct {
		const char *name, *value;
	} properties[] = { { "Socket-Type", "DEALER" }, { "Identity", "" }, { "User-Id", user },
		{ "Peer-Address", "localhost:0:0:1" } };
	memcpy(ready + n, "\5READY", 6);
	n += 6;
	for (size_t i = 0; i < 4; i++) {
		size_t name = strlen(properties[i].name), value = strlen(properties[i].value);
		ready[n++] = (char)name;
		memcpy(ready + n, properties[i].name, name);
		n += name;
		pw_put_u32((uint8_t *)ready + n, (uint32_t)value);
		n += 4;
		memcpy(ready + n, properties[i].value, value);
		n += value;
	}
	ready[0] = 4; /* a command */
	ready[1] = (char)(n - 2);
	send_raw(fd, greeting, sizeof greeting);
	send_raw(fd, ready, n);
	f->socket = fd;
	assert_true(turn_until(&f->w, has_ready));
}

static void in_the_clear_one_may_read_and_cannot_pose_as_another(void **state)
{
	struct fortress *f = *state;
	struct error err;
	uint8_t header[2 + PW_REQUEST_HEADER] = { 1, PW_REQUEST_HEADER };
	struct pw_request request = { .verb = PW_VERB_CALL, .id = 1 };
	assert_ok(
		open_fortress(f, keys_of(f, "subscribe control"), PLAIN_TCP_LOOPBACK, "tcp://127.0.0.1:*", &err), err);
	who_called(state, NULL, f->tcp_query, "", PW_RIGHT_SUBSCRIBE);
	f->w.token = 0;
	send_liar(f, connect_raw(f->tcp_query), f->desk.public_key);
	pw_request_write(&request, header + 2);
	send_raw(f->socket, header, sizeof header);
	send_raw(f->socket, "\0\14{\"call\":\"x\"}", 14);
	assert_true(turn_until(&f->w, has_call));
	assert_string_equal(f->w.peer.name, "");
	assert_int_equal(f->w.peer.rights, PW_RIGHT_SUBSCRIBE);
}

static void a_port_for_other_hosts_without_a_key_is_refused(void **state)
{
	struct fortress *f = *state;
	struct error err;
	assert_int_equal(open_fortress(f, NULL, PLAIN_TCP_LOOPBACK, "tcp://*:*", &err), E_CONFIG);
	assert_string_equal(err.text, "tcp://*:* must be encrypted, and there is no server key");
}

/* ---- noise ---- */

static bool has_noise_refused(struct world *w)
{
	return has_more_refused(w) && bus_counts(w->bus).connections_events == 1;
}

static void garbage_and_half_greetings_are_counted_and_disturb_nobody(void **state)
{
	static const char *const noise[] = { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\xff\1\1\1\1\1\1\1\1\x7f\3",
		"\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4" };
	struct fortress *f = *state;
	start_fortress(f);
	subscribe_as(f, &f->desk);
	assert_true(turn_until(&f->w, has_heartbeat));
	for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
		int fd = connect_raw(f->tcp_events);
		send_raw(fd, noise[i], strlen(noise[i]));
		(void)close(fd);
	}
	f->w.wanted = 3;
	assert_true(turn_until(&f->w, has_noise_refused));
	assert_true(turn_until(&f->w, has_warning));
	f->w.heartbeats = 0;
	assert_true(turn_until(&f->w, has_heartbeat));
	watch_client(f);
	assert_int_equal(f->gone, 0);
}

/* ---- other keys ---- */

static bool is_cut(struct world *w)
{
	struct fortress *f = (struct fortress *)w;
	watch_client(f);
	return f->gone > 0;
}

static void a_key_that_is_added_is_let_in_and_cuts_nobody(void **state)
{
	struct fortress *f = *state;
	struct error err;
	assert_ok(open_fortress(f, keys_of(f, ""), PLAIN_TCP_NEVER, "tcp://127.0.0.1:*", &err), err);
	dealer_as(f, &f->feed);
	assert_int_equal(hello_status(f), PW_WIRE_DENIED);
	bus_set_keys(f->w.bus, keys_of(f, "subscribe"));
	assert_int_equal(hello_status(f), PW_WIRE_DENIED);
	watch_client(f);
	assert_int_equal(f->gone, 0);
	subscribe_as(f, &f->desk);
	assert_true(turn_until(&f->w, has_heartbeat));
}

static void a_key_that_is_taken_away_is_cut_off_and_refused_from_then_on(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	subscribe_as(f, &f->desk);
	assert_true(turn_until(&f->w, has_heartbeat));
	bus_set_keys(f->w.bus, keys_of(f, ""));
	assert_true(turn_until(&f->w, is_cut));
	f->joined = 0;
	assert_true(turn_until(&f->w, is_refused));
}

static bool is_alone(struct world *w)
{
	return bus_counts(w->bus).connections_events == 1;
}

static void whoever_keeps_its_key_comes_back_after_others_were_cut_off(void **state)
{
	struct fortress *f = *state;
	start_fortress(f);
	subscribe_as(f, &f->desk);
	assert_true(turn_until(&f->w, has_heartbeat));
	for (int i = 0; i < 20; i++) {
		f->server = new_pair();
		bus_set_keys(f->w.bus, keys_of(f, "subscribe"));
		subscribe_as(f, &f->desk);
		assert_true(turn_until(&f->w, has_heartbeat));
	}
	assert_true(turn_until(&f->w, is_alone));
	bus_set_keys(f->w.bus, keys_of(f, "subscribe"));
	bus_set_keys(f->w.bus,
		sample_keys(f->server.secret_key, &(struct sample_key){ "desk", "subscribe", f->desk.public_key }, 1));
	assert_true(turn_until(&f->w, is_cut));
	f->w.heartbeats = 0;
	assert_true(turn_until(&f->w, has_heartbeat));
	assert_true(turn_until(&f->w, is_alone));
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up_fortress, tear_down_fortress)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_known_key_hears_events_and_is_answered),
		TEST(an_unknown_key_is_refused_counted_and_told_once),
		TEST(without_subscribe_one_is_refused_events_and_denied_requests),
		TEST(a_wrong_server_key_or_none_gets_nothing),
		TEST(a_call_comes_with_who_made_it),
		TEST(in_the_clear_one_may_read_and_cannot_pose_as_another),
		TEST(a_port_for_other_hosts_without_a_key_is_refused),
		TEST(garbage_and_half_greetings_are_counted_and_disturb_nobody),
		TEST(a_key_that_is_added_is_let_in_and_cuts_nobody),
		TEST(a_key_that_is_taken_away_is_cut_off_and_refused_from_then_on),
		TEST(whoever_keeps_its_key_comes_back_after_others_were_cut_off),
	};
	return RUN(tests);
}
