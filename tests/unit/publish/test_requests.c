#include "requests_world.h"

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

static void who_is_ahead_of_the_log_is_warned_of_once_a_minute(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	w->requests.now.v = 5000;
	replay(w, FAKE_EPOCH, 11, 100, 100000, "");
	replay(w, 0, 50, 100, 100000, ""); /* does not say which log it means */
	assert_int_equal(w->warnings, 0);
	for (int i = 0; i < 3; i++)
		replay(w, FAKE_EPOCH, 21, 100, 100000, "");
	assert_int_equal(w->warnings, 1);
	assert_non_null(strstr(w->warning, "seen event 20 of this log, which ends at 10"));
	w->requests.now.v += AHEAD_EVERY_MS;
	replay(w, FAKE_EPOCH, UINT64_MAX, 100, 100000, "");
	assert_int_equal(w->warnings, 2);
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

static void who_missed_nothing_of_what_was_trimmed_goes_on(void **state)
{
	struct world *w = *state;
	fill(w, 10); /* the last one under fact/ is number 10, none is under daemon/ */
	w->log.oldest = 10;
	replay(w, FAKE_EPOCH, 4, 100, 100000, "daemon/");
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_OK);
	assert_int_equal(number_at(w, 1, 24), 10);
	replay(w, FAKE_EPOCH, 4, 100, 100000, "source/"); /* 9 is gone */
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_GONE);
	replay(w, FAKE_EPOCH, 4, 100, 100000, "daemo"); /* no whole level: nobody knows */
	assert_int_equal(header_of(&w->reply).status, PW_WIRE_GONE);
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
		w->requests.wall.v = i + 1;
		ack(w, FAKE_EPOCH, 1, name);
	}
	assert_int_equal(w->requests.cursors.n, MAX_CURSORS);
	assert_sv(((struct sv){ w->requests.cursors.items[0].name, w->requests.cursors.items[0].name_bytes }), "c256");
}

static void an_ack_is_told_on_and_forgotten_on_demand(void **state)
{
	struct world *w = *state;
	fill(w, 10);
	w->requests.wall.v = 1234;
	ack(w, FAKE_EPOCH, 4, "mail");
	ack(w, FAKE_EPOCH, 5, "chat");
	ack(w, FAKE_EPOCH, 11, "mail"); /* refused */
	assert_int_equal(w->acks, 2);
	struct bus_cursor cursors[4];
	assert_int_equal(cursors_list(&w->requests.cursors, cursors, 4), 2);
	assert_int_equal(cursors[0].acked.v, 1234);
	assert_true(cursors_forget(&w->requests.cursors, SV("mail")));
	assert_false(cursors_forget(&w->requests.cursors, SV("mail")));
	assert_int_equal(cursors_list(&w->requests.cursors, cursors, 4), 1);
	assert_sv(cursors[0].name, "chat");
}

static void a_cursor_of_an_earlier_run_goes_on(void **state)
{
	struct world *w = *state;
	struct bus_cursor cursors[4], stored = { .name = SV("mail"), .seq = 3, .acked = { 99 } };
	fill(w, 10);
	cursors_restore(&w->requests.cursors, &stored);
	assert_int_equal(cursors_list(&w->requests.cursors, cursors, 4), 1);
	assert_int_equal(cursors[0].seq, 3);
	assert_int_equal(cursors[0].acked.v, 99);
	ack(w, FAKE_EPOCH, 4, "mail");
	assert_int_equal(cursors_list(&w->requests.cursors, cursors, 4), 1);
	assert_int_equal(cursors[0].seq, 4);
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
		TEST(who_is_ahead_of_the_log_is_warned_of_once_a_minute),
		TEST(what_was_trimmed_is_gone),
		TEST(who_missed_nothing_of_what_was_trimmed_goes_on),
		TEST(another_epoch_is_another_log),
		TEST(a_prefix_that_is_no_topic_is_bad),
		TEST(a_log_that_cannot_be_read_fails_the_request_alone),
		TEST(an_ack_moves_the_cursor_of_its_name),
		TEST(an_ack_that_cannot_be_true_is_refused),
		TEST(beyond_the_table_the_cursor_silent_for_longest_goes),
		TEST(an_ack_is_told_on_and_forgotten_on_demand),
		TEST(a_cursor_of_an_earlier_run_goes_on),
		TEST(a_body_over_the_limit_is_drained_and_refused),
		TEST(a_header_that_cannot_be_read_is_dropped_and_counted),
		TEST(a_verb_nobody_knows_is_bad),
		TEST(a_reply_is_no_request),
	};
	return RUN(tests);
}
