#include "test.h"

#include "fake_log.h"
#include "json.h"
#include "limit.h"
#include "requests.h"

struct world {
	struct fake_log log;
	struct requests requests;
	struct inbox inbox;
	struct arena *arena;
	struct reply reply;
	uint64_t token; /* of the last call */
	char name[32], body[32];
	size_t calls;
};

static void on_call(void *ctx, const struct bus_call *call)
{
	struct world *w = ctx;
	w->token = call->token;
	w->calls++;
	(void)snprintf(w->name, sizeof w->name, "%.*s", SV_ARG(call->name));
	(void)snprintf(w->body, sizeof w->body, "%.*s", SV_ARG(call->body));
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	fake_log_init(&w->log);
	w->arena = arena_new(64u << 20);
	w->requests.log = fake_log_as_bus_log(&w->log);
	w->requests.ops = (struct bus_ops){ .ctx = w, .on_call = on_call };
	w->requests.instance = SV("test");
	w->requests.heartbeat_ms = 1000;
	inbox_init(&w->inbox);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	inbox_done(&w->inbox);
	arena_free(w->arena);
	fake_log_done(&w->log);
	free(w);
	return 0;
}

static void ask_frames(struct world *w, uint8_t verb, uint64_t id, const struct sv *body, size_t n)
{
	uint8_t header[PW_REQUEST_HEADER];
	struct pw_request request = { .verb = verb, .id = id };
	pw_request_write(&request, header);
	inbox_clear(&w->inbox);
	inbox_add(&w->inbox, SV("peer"));
	inbox_add(&w->inbox, (struct sv){ (const char *)header, sizeof header });
	for (size_t i = 0; i < n; i++)
		inbox_add(&w->inbox, body[i]);
	request_handle(&w->requests, &w->inbox, w->arena, &w->reply);
}

static void ask(struct world *w, uint8_t verb, struct sv body)
{
	ask_frames(w, verb, 77, &body, 1);
}

static struct pw_request header_of(const struct reply *reply)
{
	struct pw_request header = { 0 };
	assert_true(reply->frames.n > 0);
	assert_int_equal(pw_request_read(reply->frames.items[0].p, reply->frames.items[0].n, &header), 0);
	assert_true(header.is_reply);
	return header;
}

static uint64_t number_at(const struct world *w, size_t frame, size_t offset)
{
	assert_true(frame < w->reply.frames.n && offset + 8 <= w->reply.frames.items[frame].n);
	return pw_get_u64((const uint8_t *)w->reply.frames.items[frame].p + offset);
}

static void fill(struct world *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fake_log_append(&w->log, i % 2 ? SV("fact/a/b/figure/") : SV("source/s/failing/"), SV("{}"));
}

static void hello(struct world *w, int64_t time_ns)
{
	uint8_t body[8];
	pw_put_u64(body, (uint64_t)time_ns);
	ask(w, PW_VERB_HELLO, (struct sv){ (const char *)body, sizeof body });
}

static void replay(struct world *w, uint64_t epoch, uint64_t from, uint32_t rows, uint32_t bytes, const char *prefix)
{
	uint8_t body[24 + 300];
	size_t n = strlen(prefix);
	pw_put_u64(body, epoch);
	pw_put_u64(body + 8, from);
	pw_put_u32(body + 16, rows);
	pw_put_u32(body + 20, bytes);
	memcpy(body + 24, prefix, n);
	ask(w, PW_VERB_REPLAY, (struct sv){ (const char *)body, 24 + n });
}

static void ack(struct world *w, uint64_t epoch, uint64_t seq, const char *name)
{
	uint8_t body[16 + 128];
	size_t n = strlen(name);
	pw_put_u64(body, epoch);
	pw_put_u64(body + 8, seq);
	memcpy(body + 16, name, n);
	ask(w, PW_VERB_ACK, (struct sv){ (const char *)body, 16 + n });
}

/* ---- HELLO ---- */

static void hello_tells_the_log_and_the_daemon(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	w->log.oldest = 3;
	hello(w, INT64_MIN);
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
	assert_int_equal(header_of(&w->reply).id, 77);
	assert_int_equal(header_of(&w->reply).verb, PW_VERB_HELLO);
	assert_true(number_at(w, 1, 0) == FAKE_EPOCH);
	assert_int_equal(number_at(w, 1, 8), 10);
	assert_int_equal(number_at(w, 1, 16), 3);
	assert_int_equal(number_at(w, 1, 24), 11);
	assert_int_equal(pw_get_u32((const uint8_t *)w->reply.frames.items[1].p + 32), 1000);
	assert_sv(sv_slice(w->reply.frames.items[1], 36, SIZE_MAX), "test");
}

static void hello_finds_the_first_event_at_or_after_a_time(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	hello(w, 4000000000);
	assert_int_equal(number_at(w, 1, 24), 4);
	hello(w, 4000000001);
	assert_int_equal(number_at(w, 1, 24), 5);
	hello(w, INT64_MAX);
	assert_int_equal(number_at(w, 1, 24), 11);
}

static void hello_without_a_time_is_bad(void **state)
{
	struct world *w = *state;
	ask(w, PW_VERB_HELLO, SV("short"));
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	ask_frames(w, PW_VERB_HELLO, 1, NULL, 0);
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	assert_int_equal(w->requests.bad_requests, 2);
}

/* ---- REPLAY ---- */

static void a_page_holds_topics_and_records_as_stored(void **state)
{
	struct world *w = *state;
	fill(w, 5);
	replay(w, FAKE_EPOCH, 2, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
	assert_int_equal(number_at(w, 1, 24), 5);
	assert_int_equal(pw_get_u32((const uint8_t *)w->reply.frames.items[1].p + 32), 4);
	assert_int_equal(w->reply.frames.n, 2 + 2 * 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(sv_eq(w->reply.frames.items[2 + 2 * i], w->log.rows.items[1 + i].topic));
		assert_true(sv_eq(w->reply.frames.items[3 + 2 * i], w->log.rows.items[1 + i].record));
	}
	assert_int_equal(w->requests.replayed, 4);
}

static void pages_join_without_gap_or_overlap(void **state)
{
	struct world *w = *state;
	fill(w, 2500);
	uint64_t from = 1, seen = 0;
	while (from <= 2500) {
		replay(w, 0, from, UINT32_MAX, UINT32_MAX, "");
		for (size_t i = 3; i < w->reply.frames.n; i += 2)
			assert_int_equal(number_at(w, i, 16), ++seen);
		from = number_at(w, 1, 24) + 1;
	}
	assert_int_equal(seen, 2500);
}

static void a_page_is_bounded_whatever_is_asked_for(void **state)
{
	struct world *w = *state;
	fill(w, 2500);
	replay(w, 0, 1, UINT32_MAX, UINT32_MAX, "");
	assert_int_equal(w->reply.frames.n, 2 + 2 * LIMIT_REPLAY_ROWS);
	replay(w, 0, 1, 0, 0, "");
	assert_int_equal(w->reply.frames.n, 2 + 2);
}

static void a_prefix_chooses_and_still_says_how_far_it_looked(void **state)
{
	struct world *w = *state;
	fill(w, 9);
	replay(w, 0, 1, 100, 100000, "fact/");
	assert_int_equal(w->reply.frames.n, 2 + 2 * 4);
	assert_int_equal(number_at(w, 1, 24), 9);
}

static void when_nothing_under_the_prefix_came_the_log_is_not_read(void **state)
{
	struct world *w = *state;
	fill(w, 9); /* the last one under fact/ is number 8 */
	replay(w, 0, 9, 100, 100000, "fact/");
	assert_int_equal(number_at(w, 1, 24), 9);
	assert_int_equal(w->log.reads, 0);
	replay(w, 0, 8, 100, 100000, "fact/");
	assert_int_equal(w->log.reads, 1);
	assert_int_equal(w->reply.frames.n, 4);
}

static void asking_past_the_head_gives_nothing_up_to_the_head(void **state)
{
	struct world *w = *state;
	fill(w, 3);
	replay(w, FAKE_EPOCH, 4, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
	assert_int_equal(number_at(w, 1, 24), 3);
	assert_int_equal(w->reply.frames.n, 2);
	replay(w, FAKE_EPOCH, UINT64_MAX, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
}

static void what_was_trimmed_is_gone(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	w->log.oldest = 5;
	replay(w, FAKE_EPOCH, 4, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_GONE);
	assert_int_equal(number_at(w, 1, 16), 5);
	replay(w, FAKE_EPOCH, 0, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
	assert_int_equal(number_at(w, 3, 16), 5);
}

static void another_epoch_is_another_log(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	replay(w, 99, 1, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_EPOCH);
	assert_true(number_at(w, 1, 0) == FAKE_EPOCH);
}

static void a_prefix_that_is_no_topic_is_bad(void **state)
{
	struct world *w = *state;
	char longer[PW_TOPIC_MAX + 2];
	memset(longer, 'a', sizeof longer);
	longer[sizeof longer - 1] = 0;
	replay(w, 0, 1, 100, 100000, longer);
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	replay(w, 0, 1, 100, 100000, "fact/\x01");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	ask(w, PW_VERB_REPLAY, SV("short"));
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
}

static void a_log_that_cannot_be_read_fails_the_request_alone(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	w->log.is_broken = true;
	replay(w, 0, 1, 100, 100000, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_FAILED);
}

/* ---- ACK ---- */

static void an_ack_moves_the_cursor_of_its_name(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	ack(w, FAKE_EPOCH, 4, "mail");
	ack(w, FAKE_EPOCH, 7, "chat");
	ack(w, FAKE_EPOCH, 9, "mail");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
	assert_int_equal(w->reply.frames.n, 1);
	assert_int_equal(w->requests.cursors.n, 2);
	assert_int_equal(w->requests.cursors.items[0].seq, 9);
	assert_int_equal(w->requests.cursors.items[1].seq, 7);
}

static void an_ack_that_cannot_be_true_is_refused(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	ack(w, 99, 4, "mail");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_EPOCH);
	ack(w, FAKE_EPOCH, 11, "mail");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	ack(w, FAKE_EPOCH, 4, "");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	ack(w, FAKE_EPOCH, 4, "a\"b");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	assert_int_equal(w->requests.cursors.n, 0);
}

static void beyond_the_table_the_cursor_silent_for_longest_goes(void **state)
{
	struct world *w = *state;
	fill(w, 1);
	for (int i = 0; i <= MAX_CURSORS; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "c%d", i);
		w->requests.now.v = i + 1;
		ack(w, FAKE_EPOCH, 1, name);
	}
	assert_int_equal(w->requests.cursors.n, MAX_CURSORS);
	assert_sv(((struct sv){ w->requests.cursors.items[0].name, w->requests.cursors.items[0].name_bytes }), "c256");
}

/* ---- CALL ---- */

static struct error no_error;

static struct reply answered(struct world *w, uint64_t token, const struct json_t *result, const struct error *err)
{
	struct identity to;
	struct reply reply = { 0 };
	assert_true(request_answer(&w->requests, token, result, err, w->arena, &to, &reply));
	assert_sv(((struct sv){ to.bytes, to.n }), "peer");
	return reply;
}

static void a_call_is_handed_on_with_its_body_joined(void **state)
{
	struct world *w = *state;
	struct sv frames[] = { SV("{\"call\":\"learn\",\"x\":1}"), SV("abc"), SV(""), SV("def") };
	ask_frames(w, PW_VERB_CALL, 5, frames, 4);
	assert_int_equal(w->reply.frames.n, 0);
	assert_string_equal(w->name, "learn");
	assert_string_equal(w->body, "abcdef");
}

static void the_answer_goes_to_the_caller_with_the_id_of_its_request(void **state)
{
	struct world *w = *state;
	ask(w, PW_VERB_CALL, SV("{\"call\":\"status\"}"));
	struct json_t *result = json_new_object();
	json_put(result, "a", json_new_integer(1));
	struct reply reply = answered(w, w->token, result, &no_error);
	json_free(result);
	assert_int_equal(header_of(&reply).id, 77);
	assert_int_equal(header_of(&reply).status, PW_WIRE_OK);
	assert_int_equal(reply.frames.n, 2);
	assert_sv(reply.frames.items[1], "{\"a\":1}");
}

static void an_error_is_a_status_and_a_text(void **state)
{
	struct world *w = *state;
	struct error err;
	ask(w, PW_VERB_CALL, SV("{\"call\":\"fact\"}"));
	(void)error_set(&err, E_NOT_FOUND, "no fact 'x'");
	struct reply reply = answered(w, w->token, NULL, &err);
	assert_int_equal(header_of(&reply).status, PW_WIRE_NOT_FOUND);
	assert_sv(reply.frames.items[1], "{\"error\":\"no fact 'x'\"}");
}

static void a_large_answer_is_cut_into_frames(void **state)
{
	struct world *w = *state;
	ask(w, PW_VERB_CALL, SV("{\"call\":\"facts\"}"));
	size_t n = 150000;
	char *text = arena_alloc(w->arena, n);
	memset(text, 'x', n);
	struct json_t *result = json_new_text((struct sv){ text, n });
	struct json_t *object = json_new_object();
	json_put(object, "t", result);
	struct reply reply = answered(w, w->token, object, &no_error);
	json_free(object);
	assert_int_equal(reply.frames.n, 1 + 3);
	assert_int_equal(reply.frames.items[1].n, PW_WIRE_FRAME_MAX);
	assert_int_equal(reply.frames.items[1].n + reply.frames.items[2].n + reply.frames.items[3].n,
		n + strlen("{\"t\":\"\"}"));
}

static void a_second_answer_is_ignored(void **state)
{
	struct world *w = *state;
	struct identity to;
	struct reply reply;
	ask(w, PW_VERB_CALL, SV("{\"call\":\"status\"}"));
	struct json_t *result = json_new_object();
	(void)answered(w, w->token, result, &no_error);
	assert_false(request_answer(&w->requests, w->token, result, &no_error, w->arena, &to, &reply));
	assert_false(request_answer(&w->requests, 0, result, &no_error, w->arena, &to, &reply));
	json_free(result);
}

static void a_request_sent_again_while_it_runs_runs_once(void **state)
{
	struct world *w = *state;
	ask(w, PW_VERB_CALL, SV("{\"call\":\"status\"}"));
	ask(w, PW_VERB_CALL, SV("{\"call\":\"status\"}"));
	assert_int_equal(w->calls, 1);
	assert_int_equal(w->reply.frames.n, 0);
}

static void what_is_no_call_is_bad_with_a_text(void **state)
{
	static const char *const bodies[] = { "", "{", "[]", "{\"call\":1}", "{}", "{\"call\":\"\"}" };
	struct world *w = *state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		ask(w, PW_VERB_CALL, sv_of(bodies[i]));
		assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
		assert_true(sv_starts(w->reply.frames.items[1], SV("{\"error\":\"")));
	}
	assert_int_equal(w->calls, 0);
}

static void too_many_calls_at_once_are_busy_until_one_is_answered(void **state)
{
	struct world *w = *state;
	struct sv body = SV("{\"call\":\"status\"}");
	for (uint64_t i = 0; i < MAX_CALLS; i++)
		ask_frames(w, PW_VERB_CALL, i, &body, 1);
	ask_frames(w, PW_VERB_CALL, MAX_CALLS, &body, 1);
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BUSY);
	struct json_t *result = json_new_object();
	(void)answered(w, w->token, result, &no_error);
	json_free(result);
	ask_frames(w, PW_VERB_CALL, MAX_CALLS, &body, 1);
	assert_int_equal(w->reply.frames.n, 0);
}

static void a_call_never_answered_makes_room_in_the_end(void **state)
{
	struct world *w = *state;
	struct sv body = SV("{\"call\":\"status\"}");
	for (uint64_t i = 0; i < MAX_CALLS; i++)
		ask_frames(w, PW_VERB_CALL, i, &body, 1);
	w->requests.now.v += CALL_LOST_MS + 1;
	ask_frames(w, PW_VERB_CALL, MAX_CALLS, &body, 1);
	assert_int_equal(w->calls, MAX_CALLS + 1);
}

/* ---- what is no request ---- */

static void a_body_over_the_limit_is_drained_and_refused(void **state)
{
	struct world *w = *state;
	char *bytes = arena_alloc(w->arena, LIMIT_FRAME_BYTES);
	struct sv frames[200];
	frames[0] = SV("{\"call\":\"learn\"}");
	for (size_t i = 1; i < 200; i++)
		frames[i] = (struct sv){ bytes, LIMIT_FRAME_BYTES };
	ask_frames(w, PW_VERB_CALL, 1, frames, 200);
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	assert_int_equal(w->calls, 0);
	assert_true(w->inbox.rest.n <= LIMIT_CALL_BYTES);
	ask(w, PW_VERB_CALL, SV("{\"call\":\"status\"}"));
	assert_int_equal(w->calls, 1);
}

static void a_header_that_cannot_be_read_is_dropped_and_counted(void **state)
{
	struct world *w = *state;
	static const char *const headers[] = { "", "PW", "PW\x01\x01............", "XX\x01\x01............" };
	for (size_t i = 0; i < 4; i++) {
		inbox_clear(&w->inbox);
		inbox_add(&w->inbox, SV("peer"));
		inbox_add(&w->inbox, (struct sv){ headers[i], i == 2 ? 15 : strlen(headers[i]) });
		request_handle(&w->requests, &w->inbox, w->arena, &w->reply);
		assert_int_equal(w->reply.frames.n, 0);
	}
	inbox_clear(&w->inbox);
	request_handle(&w->requests, &w->inbox, w->arena, &w->reply);
	assert_int_equal(w->reply.frames.n, 0);
	assert_int_equal(w->requests.bad_requests, 5);
}

static void a_verb_nobody_knows_is_bad(void **state)
{
	struct world *w = *state;
	ask(w, 0x55, SV(""));
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_BAD);
	assert_int_equal(header_of(&w->reply).verb, 0x55);
}

static void a_reply_is_no_request(void **state)
{
	struct world *w = *state;
	ask(w, PW_VERB_HELLO | PW_VERB_REPLY, SV("12345678"));
	assert_int_equal(w->reply.frames.n, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_tells_the_log_and_the_daemon),
		TEST(hello_finds_the_first_event_at_or_after_a_time),
		TEST(hello_without_a_time_is_bad),
		TEST(a_page_holds_topics_and_records_as_stored),
		TEST(pages_join_without_gap_or_overlap),
		TEST(a_page_is_bounded_whatever_is_asked_for),
		TEST(a_prefix_chooses_and_still_says_how_far_it_looked),
		TEST(when_nothing_under_the_prefix_came_the_log_is_not_read),
		TEST(asking_past_the_head_gives_nothing_up_to_the_head),
		TEST(what_was_trimmed_is_gone),
		TEST(another_epoch_is_another_log),
		TEST(a_prefix_that_is_no_topic_is_bad),
		TEST(a_log_that_cannot_be_read_fails_the_request_alone),
		TEST(an_ack_moves_the_cursor_of_its_name),
		TEST(an_ack_that_cannot_be_true_is_refused),
		TEST(beyond_the_table_the_cursor_silent_for_longest_goes),
		TEST(a_call_is_handed_on_with_its_body_joined),
		TEST(the_answer_goes_to_the_caller_with_the_id_of_its_request),
		TEST(an_error_is_a_status_and_a_text),
		TEST(a_large_answer_is_cut_into_frames),
		TEST(a_second_answer_is_ignored),
		TEST(a_request_sent_again_while_it_runs_runs_once),
		TEST(what_is_no_call_is_bad_with_a_text),
		TEST(too_many_calls_at_once_are_busy_until_one_is_answered),
		TEST(a_call_never_answered_makes_room_in_the_end),
		TEST(a_body_over_the_limit_is_drained_and_refused),
		TEST(a_header_that_cannot_be_read_is_dropped_and_counted),
		TEST(a_verb_nobody_knows_is_bad),
		TEST(a_reply_is_no_request),
	};
	return RUN(tests);
}
