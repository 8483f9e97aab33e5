#include "requests_world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_is_handed_on_with_its_body_joined),
		TEST(the_answer_goes_to_the_caller_with_the_id_of_its_request),
		TEST(an_error_is_a_status_and_a_text),
		TEST(a_large_answer_is_cut_into_frames),
		TEST(a_second_answer_is_ignored),
		TEST(a_request_sent_again_while_it_runs_runs_once),
		TEST(what_is_no_call_is_bad_with_a_text),
		TEST(too_many_calls_at_once_are_busy_until_one_is_answered),
		TEST(a_call_never_answered_makes_room_in_the_end),
	};
	return RUN(tests);
}
