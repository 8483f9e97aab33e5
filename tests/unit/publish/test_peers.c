#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peers.h"

struct world {
	struct peers peers;
	int ours, theirs; /* two ends of a connection */
};

static void connect_tcp(struct world *w)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
	w->theirs = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(w->theirs, (const struct sockaddr *)&address, sizeof address), 0);
	w->ours = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	(void)close(listener);
}

static void connect_local(struct world *w)
{
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	w->ours = ends[0];
	w->theirs = ends[1];
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct world));
	return 0;
}

static int set_up_tcp(void **state)
{
	(void)set_up(state);
	connect_tcp(*state);
	return 0;
}

static int set_up_local(void **state)
{
	(void)set_up(state);
	connect_local(*state);
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	(void)close(w->ours);
	(void)close(w->theirs);
	peers_done(&w->peers);
	free(w);
	return 0;
}

static void fill(const struct world *w)
{
	static char bytes[65536];
	/* TCP moves bytes on a little later: until nothing more goes for a while. */
	for (int idle = 0; idle < 20;) {
		if (send(w->ours, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
			idle = 0;
			continue;
		}
		assert_int_equal(errno, EAGAIN);
		idle++;
		(void)usleep(2000);
	}
}

static size_t drain(const struct world *w, size_t max)
{
	static char bytes[65536];
	size_t sum = 0;
	ssize_t n = 1;
	while (sum < max && n > 0) {
		n = recv(w->theirs, bytes, sizeof bytes, MSG_DONTWAIT);
		sum += n > 0 ? (size_t)n : 0;
	}
	return sum;
}

static bool is_ended(const struct world *w)
{
	return send(w->ours, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EPIPE;
}

static void look(struct world *w, unsigned n, bool may_cut)
{
	for (unsigned i = 0; i < n; i++)
		(void)peers_look(&w->peers, may_cut);
}

static void who_does_not_read_is_slow_and_then_cut_off(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, w->ours);
	fill(w);
	look(w, PEER_SLOW_LOOKS - 1, true);
	assert_int_equal(w->peers.slow, 0);
	look(w, 1, true);
	assert_int_equal(w->peers.slow, 1);
	look(w, PEER_CUT_LOOKS - PEER_SLOW_LOOKS - 1, true);
	assert_false(is_ended(w));
	assert_int_equal(peers_look(&w->peers, true), 1);
	assert_true(is_ended(w));
	assert_int_equal(w->peers.cut, 1);
	assert_int_equal(w->peers.slow, 0);
	assert_int_equal(w->peers.open, 0);
}

static void who_reads_on_is_slow_no_longer(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, w->ours);
	fill(w);
	look(w, PEER_CUT_LOOKS - 1, true);
	assert_int_equal(w->peers.slow, 1);
	while (drain(w, SIZE_MAX))
		(void)usleep(2000);
	look(w, 2, true);
	assert_int_equal(w->peers.slow, 0);
	look(w, PEER_CUT_LOOKS, true);
	assert_false(is_ended(w));
}

static void where_nobody_may_be_cut_it_is_only_counted(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, w->ours);
	fill(w);
	look(w, 2 * PEER_CUT_LOOKS, false);
	assert_int_equal(w->peers.slow, 1);
	assert_false(is_ended(w));
}

static void who_is_idle_is_never_slow(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, w->ours);
	look(w, 3 * PEER_CUT_LOOKS, true);
	assert_int_equal(w->peers.slow, 0);
	assert_int_equal(w->peers.open, 1);
	assert_false(is_ended(w));
}

/* The queue is never empty when we look, as under steady load. */
static void who_reads_under_load_is_never_cut_off(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, w->ours);
	fill(w);
	for (unsigned i = 0; i < PEER_CUT_LOOKS + 10; i++) {
		if (i % 4 == 0)
			(void)drain(w, 200000);
		else if (i % 4 == 2)
			fill(w);
		(void)usleep(2000);
		assert_int_equal(peers_look(&w->peers, true), 0);
	}
	assert_int_equal(w->peers.slow, 0);
	assert_false(is_ended(w));
}

/* Its number is somebody else's by now, who does not read either. */
static void a_number_that_was_given_away_is_not_touched(void **state)
{
	struct world *w = *state;
	struct world other = { 0 };
	peers_add(&w->peers, w->ours);
	fill(w);
	look(w, PEER_CUT_LOOKS - 1, true);
	connect_local(&other);
	assert_int_equal(dup3(other.ours, w->ours, O_CLOEXEC), w->ours);
	fill(w);
	assert_int_equal(peers_look(&w->peers, true), 0);
	assert_false(is_ended(w) && errno == EPIPE);
	assert_int_equal(w->peers.open, 0);
	assert_int_equal(w->peers.slow, 0);
	(void)close(other.ours);
	(void)close(other.theirs);
}

static void who_has_gone_is_forgotten_with_or_without_a_word(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, w->ours);
	assert_int_equal(w->peers.open, 1);
	(void)peers_remove(&w->peers, w->ours);
	assert_int_equal(w->peers.open, 0);
	assert_string_equal(peers_remove(&w->peers, w->ours), "");
	peers_add(&w->peers, w->ours);
	peers_add(&w->peers, w->ours); /* accepted again, though nobody said that the first had gone */
	assert_int_equal(w->peers.open, 1);
	(void)close(w->ours);
	look(w, 1, true);
	assert_int_equal(w->peers.open, 0);
	w->ours = -1;
}

static void strange_numbers_are_passed_over(void **state)
{
	struct world *w = *state;
	peers_add(&w->peers, -1);
	peers_add(&w->peers, INT32_MAX);
	assert_int_equal(w->peers.open, 0);
	peers_add(&w->peers, 9999); /* closed before we heard of it */
	look(w, 1, true);
	assert_int_equal(w->peers.open, 0);
	assert_string_equal(peers_remove(&w->peers, -1), "");
	w->ours = w->theirs = -1;
}

static void an_address_is_numbers_or_local(void **state)
{
	struct world *w = *state;
	connect_tcp(w);
	peers_add(&w->peers, w->ours);
	assert_string_equal(peers_remove(&w->peers, w->ours), "127.0.0.1");
	(void)close(w->ours);
	(void)close(w->theirs);
	connect_local(w);
	peers_add(&w->peers, w->ours);
	assert_string_equal(peers_remove(&w->peers, w->ours), "local");
}

#define BOTH(f)                                               \
	{ #f " (tcp)", f, set_up_tcp, tear_down, NULL },      \
	{                                                     \
#f " (ipc)", f, set_up_local, tear_down, NULL \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BOTH(who_does_not_read_is_slow_and_then_cut_off),
		BOTH(who_reads_on_is_slow_no_longer),
		BOTH(where_nobody_may_be_cut_it_is_only_counted),
		BOTH(who_is_idle_is_never_slow),
		BOTH(who_reads_under_load_is_never_cut_off),
		BOTH(a_number_that_was_given_away_is_not_touched),
		BOTH(who_has_gone_is_forgotten_with_or_without_a_word),
		cmocka_unit_test_setup_teardown(strange_numbers_are_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_address_is_numbers_or_local, set_up, tear_down),
	};
	return RUN(tests);
}
