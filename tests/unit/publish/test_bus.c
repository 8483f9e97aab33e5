#include "bus_world.h"

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
	};
	return RUN(tests);
}
