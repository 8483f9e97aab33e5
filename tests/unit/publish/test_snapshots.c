#include "requests_world.h"

static void ask_page(struct world *w, uint64_t id, uint32_t max_bytes, const char *prefix, const char *after)
{
	uint8_t body[14 + 600];
	size_t n = strlen(prefix), m = strlen(after);
	pw_put_u64(body, id);
	pw_put_u32(body + 8, max_bytes);
	pw_put_u16(body + 12, (uint16_t)n);
	memcpy(body + 14, prefix, n);
	memcpy(body + 14 + n, after, m);
	ask(w, PW_VERB_SNAPSHOT, (struct sv){ (const char *)body, 14 + n + m });
}

static uint8_t status(const struct world *w)
{
	return header_of(&w->reply).status;
}

static uint64_t id_of(const struct world *w)
{
	return number_at(w, 1, 16);
}

static uint32_t small(const struct world *w, size_t offset)
{
	return pw_get_u32((const uint8_t *)w->reply.frames.items[1].p + offset);
}

static bool has_more(const struct world *w)
{
	return small(w, 24) & PW_SNAPSHOT_MORE;
}

static void a_small_one_comes_in_one_page_and_is_over(void **state)
{
	struct world *w = *state;
	fill(w, 7);
	w->log.facts = 3;
	ask_page(w, 0, UINT32_MAX, "", "");
	assert_int_equal(status(w), PW_WIRE_OK);
	assert_true(number_at(w, 1, 0) == FAKE_EPOCH);
	assert_int_equal(number_at(w, 1, 8), 7);
	assert_true(id_of(w) != 0);
	assert_false(has_more(w));
	assert_int_equal(small(w, 28), 3);
	assert_int_equal(w->reply.frames.n, 2 + 2 * 3);
	assert_sv(w->reply.frames.items[2], "fact/a/f000/state/");
	struct pw_record record;
	assert_int_equal(pw_record_read(w->reply.frames.items[3].p, w->reply.frames.items[3].n, &record), 0);
	assert_int_equal(record.kind, PW_RECORD_STATE);
	assert_int_equal(record.seq, 7);
	assert_int_equal(w->log.snapshots, 0);
}

static void pages_of_one_id_show_one_moment_and_join(void **state)
{
	struct world *w = *state;
	char after[64] = "";
	uint64_t id = 0;
	size_t seen = 0;
	fill(w, 7);
	w->log.facts = 100;
	do {
		ask_page(w, id, 7 * PW_RECORD_FIXED, "fact/", after);
		assert_int_equal(status(w), PW_WIRE_OK);
		assert_true(id == 0 || id == id_of(w));
		id = id_of(w);
		assert_int_equal(number_at(w, 1, 8), 7);
		for (size_t i = 2; i < w->reply.frames.n; i += 2) {
			(void)snprintf(after, sizeof after, "fact/a/f%03zu/state/", seen++);
			assert_sv(w->reply.frames.items[i], after);
		}
		fill(w, 1); /* the log goes on */
		w->log.facts++;
	} while (has_more(w));
	assert_int_equal(seen, 100);
	assert_int_equal(w->log.snapshots, 0);
}

static void a_prefix_chooses(void **state)
{
	struct world *w = *state;
	w->log.facts = 30;
	ask_page(w, 0, UINT32_MAX, "fact/a/f02", "");
	assert_int_equal(small(w, 28), 10);
	ask_page(w, 0, UINT32_MAX, "fact/a/f021/", "");
	assert_int_equal(small(w, 28), 1);
	ask_page(w, 0, UINT32_MAX, "source/", "");
	assert_int_equal(status(w), PW_WIRE_OK);
	assert_int_equal(small(w, 28), 0);
	assert_false(has_more(w));
	assert_int_equal(w->log.snapshots, 0);
}

static void a_page_holds_at_least_one(void **state)
{
	struct world *w = *state;
	w->log.facts = 3;
	ask_page(w, 0, 0, "", "");
	assert_int_equal(small(w, 28), 1);
	assert_true(has_more(w));
}

static void an_id_that_is_no_longer_held_is_gone(void **state)
{
	struct world *w = *state;
	w->log.facts = 3;
	ask_page(w, 12345, 0, "", "");
	assert_int_equal(status(w), PW_WIRE_GONE);
	ask_page(w, 0, 0, "", "");
	uint64_t id = id_of(w);
	w->requests.now.v += SNAPSHOT_IDLE_MS;
	ask_page(w, id, 0, "", "fact/a/f000/state/");
	assert_int_equal(status(w), PW_WIRE_OK);
	w->requests.now.v += SNAPSHOT_IDLE_MS + 1;
	ask_page(w, id, 0, "", "fact/a/f001/state/");
	assert_int_equal(status(w), PW_WIRE_GONE);
	assert_int_equal(w->log.snapshots, 0);
	ask_page(w, 0, 0, "", "fact/a/f001/state/"); /* a new one goes on behind it */
	assert_sv(w->reply.frames.items[2], "fact/a/f002/state/");
}

static void one_that_is_asked_for_all_the_time_ends_too(void **state)
{
	struct world *w = *state;
	w->log.facts = 3;
	ask_page(w, 0, 0, "", "");
	uint64_t id = id_of(w);
	for (int i = 0; i < 10; i++) {
		w->requests.now.v += SNAPSHOT_IDLE_MS;
		ask_page(w, id, 0, "", "");
		assert_int_equal(status(w), PW_WIRE_OK);
	}
	w->requests.now.v += 1;
	snapshots_expire(&w->requests);
	assert_int_equal(w->log.snapshots, 0);
}

static void one_that_the_log_gave_up_is_gone(void **state)
{
	struct world *w = *state;
	w->log.facts = 3;
	ask_page(w, 0, 0, "", "");
	w->log.are_over = true;
	ask_page(w, id_of(w), 0, "", "");
	assert_int_equal(status(w), PW_WIRE_GONE);
	assert_int_equal(w->log.snapshots, 0);
}

static void a_peer_holds_one_and_nobody_elses(void **state)
{
	struct world *w = *state;
	w->log.facts = 3;
	ask_page(w, 0, 0, "", "");
	uint64_t first = id_of(w);
	ask_page(w, 0, 0, "", "");
	uint64_t second = id_of(w);
	assert_true(first != second);
	assert_int_equal(w->log.snapshots, 1);
	ask_page(w, first, 0, "", "");
	assert_int_equal(status(w), PW_WIRE_GONE);
	w->peer = "stranger";
	ask_page(w, second, 0, "", "");
	assert_int_equal(status(w), PW_WIRE_GONE);
	assert_int_equal(w->log.snapshots, 1);
}

static void beyond_the_places_a_peer_waits_or_takes_an_idle_one(void **state)
{
	struct world *w = *state;
	char name[16];
	w->log.facts = 3;
	w->peer = name;
	for (int i = 0; i <= LIMIT_SNAPSHOTS; i++) {
		(void)snprintf(name, sizeof name, "peer%d", i);
		ask_page(w, 0, 0, "", "");
		assert_int_equal(status(w), i < LIMIT_SNAPSHOTS ? PW_WIRE_OK : PW_WIRE_BUSY);
	}
	w->requests.now.v += SNAPSHOT_SPARE_MS + 1;
	ask_page(w, 0, 0, "", "");
	assert_int_equal(status(w), PW_WIRE_OK);
	assert_int_equal(w->log.snapshots, LIMIT_SNAPSHOTS);
}

static void a_request_that_cannot_be_read_is_bad(void **state)
{
	struct world *w = *state;
	uint8_t body[14] = { [12] = 0, [13] = 9 }; /* a prefix longer than the body */
	w->log.facts = 3;
	ask(w, PW_VERB_SNAPSHOT, SV("short"));
	assert_int_equal(status(w), PW_WIRE_BAD);
	ask(w, PW_VERB_SNAPSHOT, (struct sv){ (const char *)body, sizeof body });
	assert_int_equal(status(w), PW_WIRE_BAD);
	static const char *const afters[] = { "fact/a/", "fact/a/f001", "source/a/failing/", "fact/a/f001/figure/",
		"a b" };
	for (size_t i = 0; i < sizeof afters / sizeof afters[0]; i++) {
		ask_page(w, 0, 0, "", afters[i]);
		assert_int_equal(status(w), PW_WIRE_BAD);
	}
	assert_int_equal(w->log.snapshots, 0);
}

static void a_store_that_fails_fails_the_request_alone(void **state)
{
	struct world *w = *state;
	w->log.is_broken = true;
	ask_page(w, 0, 0, "", "");
	assert_int_equal(status(w), PW_WIRE_FAILED);
	w->log.is_broken = false;
	ask_page(w, 0, 0, "", "");
	assert_int_equal(status(w), PW_WIRE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_small_one_comes_in_one_page_and_is_over),
		TEST(pages_of_one_id_show_one_moment_and_join),
		TEST(a_prefix_chooses),
		TEST(a_page_holds_at_least_one),
		TEST(an_id_that_is_no_longer_held_is_gone),
		TEST(one_that_is_asked_for_all_the_time_ends_too),
		TEST(one_that_the_log_gave_up_is_gone),
		TEST(a_peer_holds_one_and_nobody_elses),
		TEST(beyond_the_places_a_peer_waits_or_takes_an_idle_one),
		TEST(a_request_that_cannot_be_read_is_bad),
		TEST(a_store_that_fails_fails_the_request_alone),
	};
	return RUN(tests);
}
