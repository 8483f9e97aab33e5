/* The bus with real sockets in one process: the loop turns until the client's side has what the test waits for. */
#include "test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "fake_log.h"
#include "json.h"

#define PATIENCE_MS 20000 /* until a test that waits in vain fails */
#define SILENT_MS 600000  /* a heartbeat that never comes */

struct world {
	struct loop *loop;
	struct fake_log log;
	struct bus *bus;
	void *zmq, *sub, *dealer;
	char folder[64];
	char events[128], query[128];
	struct loop_timer *poll;
	struct mono_ms deadline;
	bool (*is_done)(struct world *w);
	uint64_t token;
	/* What came last, and how much. */
	size_t asked, got, wanted, heartbeats;
	char topic[256];
	struct pw_record record;
	char payload[256];
	size_t frames, bytes;
	struct pw_request reply;
};

static void on_call(void *ctx, const struct bus_call *call)
{
	struct world *w = ctx;
	w->token = call->token;
}

static void on_poll(void *ctx)
{
	struct world *w = ctx;
	if (w->is_done(w) || mono_now().v > w->deadline.v)
		loop_stop(w->loop);
	else
		loop_timer_set(w->poll, 1);
}

static bool turn_until(struct world *w, bool (*is_done)(struct world *w))
{
	struct error err;
	w->is_done = is_done;
	w->deadline.v = mono_now().v + PATIENCE_MS;
	loop_timer_set(w->poll, 0);
	assert_ok(loop_run(w->loop, &err), err);
	return mono_now().v <= w->deadline.v;
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct error err;
	fake_log_init(&w->log);
	assert_ok(loop_new(&w->loop, &err), err);
	w->poll = loop_timer_new(w->loop, on_poll, w);
	(void)snprintf(w->folder, sizeof w->folder, "/tmp/pw-bus-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->events, sizeof w->events, "ipc://%s/events", w->folder);
	(void)snprintf(w->query, sizeof w->query, "ipc://%s/query", w->folder);
	w->zmq = zmq_ctx_new();
	*state = w;
	return 0;
}

static void close_socket(void **socket)
{
	int none = 0;
	if (!*socket)
		return;
	(void)zmq_setsockopt(*socket, ZMQ_LINGER, &none, sizeof none);
	(void)zmq_close(*socket);
	*socket = NULL;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char path[160];
	close_socket(&w->sub);
	close_socket(&w->dealer);
	(void)zmq_ctx_term(w->zmq);
	bus_free(w->bus);
	loop_timer_free(w->poll);
	loop_free(w->loop);
	fake_log_done(&w->log);
	(void)snprintf(path, sizeof path, "%s/events", w->folder);
	(void)unlink(path);
	assert_int_equal(rmdir(w->folder), 0); /* no socket file stays behind */
	free(w);
	return 0;
}

static enum status open_bus(struct world *w, struct sv_list events, int heartbeat_ms, struct error *err)
{
	struct sv query_item = sv_of(w->query);
	struct bus_options options = { .events_endpoints = events,
		.query_endpoints = { &query_item, 1, 1 },
		.heartbeat_ms = heartbeat_ms,
		.ipc_mode = 0660,
		.instance = SV("test") };
	struct bus_log log = fake_log_as_bus_log(&w->log);
	struct bus_ops ops = { .ctx = w, .on_call = on_call };
	return bus_new(w->loop, &options, &log, &ops, &w->bus, err);
}

static enum status open_at(struct world *w, const char *endpoint, struct error *err)
{
	struct sv item = sv_of(endpoint);
	return open_bus(w, (struct sv_list){ &item, 1, 1 }, SILENT_MS, err);
}

static void start(struct world *w, int heartbeat_ms)
{
	struct error err;
	struct sv item = sv_of(w->events);
	assert_ok(open_bus(w, (struct sv_list){ &item, 1, 1 }, heartbeat_ms, &err), err);
}

static void *subscriber(struct world *w, const char *endpoint, const char *prefix)
{
	void *sub = zmq_socket(w->zmq, ZMQ_SUB);
	int hwm = 0;
	(void)zmq_setsockopt(sub, ZMQ_RCVHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(sub, ZMQ_SUBSCRIBE, prefix, strlen(prefix));
	assert_int_equal(zmq_connect(sub, endpoint), 0);
	return sub;
}

static bool has_subscription(struct world *w)
{
	return bus_counts(w->bus).subscriptions == w->wanted;
}

static void subscribe(struct world *w, const char *prefix)
{
	w->sub = subscriber(w, w->events, prefix);
	w->wanted = 1;
	assert_true(turn_until(w, has_subscription));
}

static bool take(void *socket, char *out, size_t size, size_t *out_n)
{
	int n = zmq_recv(socket, out, size, ZMQ_DONTWAIT);
	if (n < 0)
		return false;
	*out_n = (size_t)n;
	return true;
}

/* Takes every message there is; the last event stays in w. The welcome has one frame. */
static bool take_event(struct world *w)
{
	static char record[70000];
	size_t n;
	int more = 0;
	size_t more_n = sizeof more;
	if (!take(w->sub, w->topic, sizeof w->topic - 1, &n))
		return false;
	w->topic[n] = 0;
	(void)zmq_getsockopt(w->sub, ZMQ_RCVMORE, &more, &more_n);
	if (!more)
		return true;
	assert_true(take(w->sub, record, sizeof record, &n));
	assert_int_equal(pw_record_read(record, n, &w->record), 0);
	(void)snprintf(
		w->payload, sizeof w->payload, "%.*s", (int)w->record.payload_bytes, (const char *)w->record.payload);
	if (w->record.kind == PW_RECORD_HEARTBEAT)
		w->heartbeats++;
	else
		w->got++;
	return true;
}

static bool has_all_events(struct world *w)
{
	while (w->got < w->wanted && take_event(w))
		;
	return w->got >= w->wanted;
}

static bool has_heartbeat(struct world *w)
{
	while (!w->heartbeats && take_event(w))
		;
	return w->heartbeats > 0;
}

static void append(struct world *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fake_log_append(&w->log, SV("fact/a/b/figure/"), SV("{\"a\":1}"));
}

/* ---- events ---- */

static void a_committed_event_arrives_as_it_was_stored(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	subscribe(w, "fact/");
	append(w, 1);
	bus_publish(w->bus);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_events));
	assert_string_equal(w->topic, "fact/a/b/figure/");
	assert_string_equal(w->payload, "{\"a\":1}");
	assert_int_equal(w->record.seq, 1);
	assert_true(w->record.epoch == FAKE_EPOCH);
	assert_int_equal(bus_counts(w->bus).published, 1);
}

static void a_burst_arrives_whole_and_in_order(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	subscribe(w, "");
	append(w, 5000);
	bus_publish(w->bus);
	w->wanted = 5000;
	assert_true(turn_until(w, has_all_events));
	assert_int_equal(w->record.seq, 5000);
	assert_int_equal(w->got, 5000);
}

static void what_an_earlier_run_committed_is_left_to_replay(void **state)
{
	struct world *w = *state;
	append(w, 3);
	start(w, SILENT_MS);
	subscribe(w, "");
	bus_publish(w->bus);
	append(w, 1);
	bus_publish(w->bus);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_events));
	assert_int_equal(w->record.seq, 4);
}

static void events_of_a_failed_read_go_out_with_the_next(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	subscribe(w, "");
	append(w, 1);
	w->log.is_broken = true;
	bus_publish(w->bus);
	assert_int_equal(bus_counts(w->bus).failed_reads, 1);
	w->log.is_broken = false;
	append(w, 1);
	bus_publish(w->bus);
	w->wanted = 2;
	assert_true(turn_until(w, has_all_events));
	assert_int_equal(w->record.seq, 2);
}

static void a_heartbeat_tells_head_and_oldest(void **state)
{
	struct world *w = *state;
	append(w, 7);
	w->log.oldest = 3;
	start(w, 20);
	subscribe(w, PW_HEARTBEAT_TOPIC);
	assert_true(turn_until(w, has_heartbeat));
	assert_string_equal(w->topic, PW_HEARTBEAT_TOPIC);
	assert_int_equal(w->record.kind, PW_RECORD_HEARTBEAT);
	assert_int_equal(w->record.seq, 7);
	assert_int_equal(w->record.prev[0], 3);
	assert_int_equal(w->record.payload_bytes, 0);
	assert_true(w->record.epoch == FAKE_EPOCH);
}

static void a_heartbeat_follows_a_burst_without_waiting_for_the_interval(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	subscribe(w, PW_HEARTBEAT_TOPIC);
	append(w, 2);
	bus_publish(w->bus);
	assert_true(turn_until(w, has_heartbeat));
	assert_int_equal(w->record.seq, 2);
}

static bool has_welcome(struct world *w)
{
	return take_event(w);
}

static void who_asks_for_heartbeats_is_welcomed_with_the_epoch(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	w->sub = subscriber(w, w->events, PW_HEARTBEAT_TOPIC);
	assert_true(turn_until(w, has_welcome));
	assert_string_equal(w->topic, "!hb welcome 1122334455667788");
}

static void subscriptions_are_counted_until_the_subscriber_leaves(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	subscribe(w, "fact/");
	void *other = subscriber(w, w->events, "fact/");
	(void)zmq_setsockopt(other, ZMQ_SUBSCRIBE, "daemon/", 7);
	w->wanted = 3;
	assert_true(turn_until(w, has_subscription));
	close_socket(&other);
	w->wanted = 1;
	assert_true(turn_until(w, has_subscription));
}

/* ---- endpoints ---- */

static void every_endpoint_serves_the_same_events(void **state)
{
	struct world *w = *state;
	struct error err;
	struct sv items[2] = { sv_of(w->events), SV("tcp://127.0.0.1:*") };
	assert_ok(open_bus(w, (struct sv_list){ items, 2, 2 }, SILENT_MS, &err), err);
	subscribe(w, "");
	void *first = w->sub;
	w->sub = subscriber(w, bus_events_endpoint(w->bus), "");
	w->wanted = 2;
	assert_true(turn_until(w, has_subscription));
	append(w, 1);
	bus_publish(w->bus);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_events));
	close_socket(&w->sub);
	w->sub = first;
	w->got = 0;
	assert_true(turn_until(w, has_all_events));
}

static void a_busy_port_is_an_error_with_its_name(void **state)
{
	struct world *w = *state;
	struct error err;
	char endpoint[64], want[160];
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int busy = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(busy, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(busy, 1), 0);
	assert_int_equal(getsockname(busy, (struct sockaddr *)&address, &n), 0);
	(void)snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
	(void)snprintf(want, sizeof want, "cannot bind %s: Address already in use", endpoint);
	assert_int_equal(open_at(w, endpoint, &err), E_SYSTEM);
	assert_string_equal(err.text, want);
	(void)close(busy);
}

static void an_endpoint_nobody_understands_is_an_error(void **state)
{
	struct world *w = *state;
	struct error err;
	assert_int_equal(open_at(w, "smoke://signals", &err), E_SYSTEM);
	assert_string_equal(err.text, "cannot bind smoke://signals: Protocol not supported");
}

/* A socket file at the events endpoint; returns the descriptor that listens on it. */
static int occupy(const struct world *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/events", w->folder);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void a_socket_file_in_use_is_not_taken_over(void **state)
{
	struct world *w = *state;
	struct error err;
	int fd = occupy(w);
	assert_int_equal(open_at(w, w->events, &err), E_SYSTEM);
	assert_non_null(strstr(err.text, "Address already in use"));
	(void)close(fd);
}

static void a_socket_file_left_behind_is_replaced(void **state)
{
	struct world *w = *state;
	(void)close(occupy(w));
	start(w, SILENT_MS);
	subscribe(w, "");
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	struct error err;
	struct stat file;
	const char *path = w->events + strlen("ipc://");
	FILE *stream = fopen(path, "w");
	assert_non_null(stream);
	(void)fclose(stream);
	assert_int_equal(open_at(w, w->events, &err), E_SYSTEM);
	assert_int_equal(stat(path, &file), 0);
	assert_true(S_ISREG(file.st_mode));
}

static void a_socket_file_has_the_mode_asked_for(void **state)
{
	struct world *w = *state;
	struct stat file;
	start(w, SILENT_MS);
	assert_int_equal(stat(w->events + strlen("ipc://"), &file), 0);
	assert_int_equal(file.st_mode & 0777, 0660);
	assert_int_equal(stat(w->query + strlen("ipc://"), &file), 0);
	assert_int_equal(file.st_mode & 0777, 0660);
}

/* ---- requests ---- */

static void ask(struct world *w, uint8_t verb, uint64_t id, struct sv body, bool has_more)
{
	uint8_t header[PW_REQUEST_HEADER];
	struct pw_request request = { .verb = verb, .id = id };
	if (!w->dealer) {
		int hwm = 0;
		w->dealer = zmq_socket(w->zmq, ZMQ_DEALER);
		(void)zmq_setsockopt(w->dealer, ZMQ_SNDHWM, &hwm, sizeof hwm);
		assert_int_equal(zmq_connect(w->dealer, w->query), 0);
	}
	pw_request_write(&request, header);
	assert_true(zmq_send(w->dealer, header, sizeof header, ZMQ_SNDMORE) > 0);
	assert_true(zmq_send(w->dealer, body.p, body.n, has_more ? ZMQ_SNDMORE : 0) >= 0);
}

/* Takes whole replies; the header of the last stays in w, with the number of its body frames and their bytes. */
static bool take_reply(struct world *w)
{
	static char frame[PW_WIRE_FRAME_MAX];
	size_t n, size = sizeof(int);
	int more = 1;
	if (!take(w->dealer, frame, sizeof frame, &n))
		return false;
	assert_int_equal(pw_request_read(frame, n, &w->reply), 0);
	w->frames = w->bytes = 0;
	(void)zmq_getsockopt(w->dealer, ZMQ_RCVMORE, &more, &size);
	while (more) {
		assert_true(take(w->dealer, frame, sizeof frame, &n));
		w->frames++;
		w->bytes += n;
		(void)zmq_getsockopt(w->dealer, ZMQ_RCVMORE, &more, &size);
	}
	w->got++;
	return true;
}

static bool has_all_replies(struct world *w)
{
	while (w->got < w->wanted && take_reply(w))
		;
	return w->got >= w->wanted;
}

static void a_page_of_the_log_comes_over_the_query_socket(void **state)
{
	struct world *w = *state;
	uint8_t body[24];
	append(w, 5);
	start(w, SILENT_MS);
	pw_put_u64(body, 0);
	pw_put_u64(body + 8, 2);
	pw_put_u32(body + 16, 100);
	pw_put_u32(body + 20, 100000);
	ask(w, PW_VERB_REPLAY, 9, (struct sv){ (const char *)body, sizeof body }, false);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_replies));
	assert_int_equal(w->reply.id, 9);
	assert_int_equal(w->reply.status, PW_WIRE_OK);
	assert_int_equal(w->frames, 1 + 2 * 4);
	assert_int_equal(bus_counts(w->bus).replayed, 4);
}

static bool has_call(struct world *w)
{
	return w->token != 0;
}

static void a_call_may_be_answered_later(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	ask(w, PW_VERB_CALL, 3, SV("{\"call\":\"status\"}"), false);
	assert_true(turn_until(w, has_call));
	bus_answer(w->bus, w->token, json_new_object(), NULL);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_replies));
	assert_int_equal(w->reply.id, 3);
	assert_int_equal(w->bytes, 2);
	assert_int_equal(bus_counts(w->bus).calls, 1);
}

static void an_answer_nobody_waits_for_is_ignored(void **state)
{
	struct world *w = *state;
	start(w, SILENT_MS);
	bus_answer(w->bus, 12345, json_new_object(), NULL);
}

static void a_frame_over_the_limit_cuts_the_connection_and_hurts_nobody_else(void **state)
{
	struct world *w = *state;
	char *big = calloc(1, PW_WIRE_FRAME_MAX + 1);
	start(w, SILENT_MS);
	ask(w, PW_VERB_CALL, 1, (struct sv){ big, PW_WIRE_FRAME_MAX + 1 }, false);
	free(big);
	void *rude = w->dealer;
	w->dealer = NULL;
	ask(w, PW_VERB_ACK, 2, SV("short"), false);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_replies));
	assert_int_equal(w->reply.status, PW_WIRE_BAD);
	assert_int_equal(bus_counts(w->bus).bad_requests, 1);
	close_socket(&rude);
}

/* The trap of the edge-triggered descriptor: requests that arrive while the same sockets are used for sending. At most
 * IN_FLIGHT at once, as replies to a client that does not read are dropped. */
enum { IN_FLIGHT = 50, REQUESTS = 5000 };

static bool has_all_replies_while_publishing(struct world *w)
{
	append(w, 1);
	bus_publish(w->bus);
	(void)has_all_replies(w);
	for (; w->asked < REQUESTS && w->asked - w->got < IN_FLIGHT; w->asked++)
		ask(w, PW_VERB_ACK, w->asked, SV("short"), false);
	return w->got == REQUESTS;
}

static void many_requests_are_all_answered_while_events_go_out(void **state)
{
	struct world *w = *state;
	start(w, 1);
	subscribe(w, "");
	w->wanted = REQUESTS;
	assert_true(turn_until(w, has_all_replies_while_publishing));
	assert_int_equal(w->reply.id, REQUESTS - 1);
}

static void a_named_cursor_shows_where_its_client_is(void **state)
{
	struct world *w = *state;
	uint8_t body[16 + 4] = { 0 };
	struct bus_cursor cursors[4];
	append(w, 5);
	start(w, SILENT_MS);
	pw_put_u64(body, FAKE_EPOCH);
	pw_put_u64(body + 8, 4);
	memcpy(body + 16, "mail", 4);
	ask(w, PW_VERB_ACK, 1, (struct sv){ (const char *)body, sizeof body }, false);
	w->wanted = 1;
	assert_true(turn_until(w, has_all_replies));
	assert_int_equal(bus_cursors(w->bus, cursors, 4), 1);
	assert_sv(cursors[0].name, "mail");
	assert_int_equal(cursors[0].seq, 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_committed_event_arrives_as_it_was_stored),
		TEST(a_burst_arrives_whole_and_in_order),
		TEST(what_an_earlier_run_committed_is_left_to_replay),
		TEST(events_of_a_failed_read_go_out_with_the_next),
		TEST(a_heartbeat_tells_head_and_oldest),
		TEST(a_heartbeat_follows_a_burst_without_waiting_for_the_interval),
		TEST(who_asks_for_heartbeats_is_welcomed_with_the_epoch),
		TEST(subscriptions_are_counted_until_the_subscriber_leaves),
		TEST(every_endpoint_serves_the_same_events),
		TEST(a_busy_port_is_an_error_with_its_name),
		TEST(an_endpoint_nobody_understands_is_an_error),
		TEST(a_socket_file_in_use_is_not_taken_over),
		TEST(a_socket_file_left_behind_is_replaced),
		TEST(a_file_that_is_no_socket_is_left_alone),
		TEST(a_socket_file_has_the_mode_asked_for),
		TEST(a_page_of_the_log_comes_over_the_query_socket),
		TEST(a_call_may_be_answered_later),
		TEST(an_answer_nobody_waits_for_is_ignored),
		TEST(a_frame_over_the_limit_cuts_the_connection_and_hurts_nobody_else),
		TEST(many_requests_are_all_answered_while_events_go_out),
		TEST(a_named_cursor_shows_where_its_client_is),
	};
	return RUN(tests);
}
