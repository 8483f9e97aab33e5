#include "bus_world.h"

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
 * IN_FLIGHT at once, as replies to a client that does not read are dropped: of the 16 that may wait, ZeroMQ learns that they were
 * read eight at a time. */
enum { IN_FLIGHT = 8, REQUESTS = 5000 };

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_of_the_log_comes_over_the_query_socket),
		TEST(a_call_may_be_answered_later),
		TEST(an_answer_nobody_waits_for_is_ignored),
		TEST(a_frame_over_the_limit_cuts_the_connection_and_hurts_nobody_else),
		TEST(many_requests_are_all_answered_while_events_go_out),
		TEST(a_named_cursor_shows_where_its_client_is),
	};
	return RUN(tests);
}
