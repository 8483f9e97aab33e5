/* bench_diff [FACTS…]: the fact index under generated facts (default 1,000, 100,000 and 1,000,000).
 *
 * Words follow Zipf's law over a vocabulary that grows with the number of facts, as in real text; a tenth of the
 * words are the policy words of the bridge. Statements are made of the words of one fact and of random ones, read
 * beforehand, so that what is timed is the diff alone, in CPU time. Prints one line a size. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "diff.h"
#include "read.h"

#define STATEMENTS 2000
#define ARENA_BYTES (256u << 20)

static const char *const common[] = { "tariff", "border", "agreement", "troops", "percent", "steel", "security", "fund",
	"emissions", "vaccine", "government", "minister", "market", "oil", "energy", "migration", "export", "import",
	"trade", "deployment", "parliament", "budget", "treaty", "water", "rail" };
static const char *const countries[] = { "Mexico", "Brazil", "Spain", "France", "Canada", "Peru", "Chile", "Japan",
	"India", "Kenya", "Poland", "Norway", "Italy", "Egypt", "Ghana", "Cuba" };

struct random {
	uint64_t state;
};

static uint64_t draw(struct random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state;
}

static double draw_unit(struct random *r)
{
	return (double)(draw(r) >> 11) / 9007199254740992.0;
}

/* Rank by Zipf's law: the density of 1/x over 1..n. */
static size_t draw_rank(struct random *r, size_t n)
{
	return (size_t)pow((double)n, draw_unit(r)) - 1;
}

static void put_word(struct random *r, size_t vocabulary, char *out, size_t size)
{
	if (draw(r) % 10 == 0) {
		(void)snprintf(out, size, "%s", common[draw(r) % (sizeof common / sizeof *common)]);
		return;
	}
	static const char *const syllables[] = { "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe",
		"ri", "so", "tu", "va" };
	size_t rank = draw_rank(r, vocabulary) + 16;
	size_t n = 0;
	while (rank > 0 && n + 3 < size) {
		n += (size_t)snprintf(out + n, size - n, "%s", syllables[rank % 16]);
		rank /= 16;
	}
	(void)snprintf(out + n, size - n, "n");
}

static struct sv sentence(struct random *r, struct arena *arena, size_t words, size_t vocabulary, uint64_t value)
{
	struct sv text = arena_printf(arena, "%s has", countries[draw(r) % 16]);
	char word[64];
	for (size_t i = 0; i < words; i++) {
		put_word(r, vocabulary, word, sizeof word);
		if (i == words / 2)
			text = arena_printf(arena, "%.*s %llu", SV_ARG(text), (unsigned long long)value);
		text = arena_printf(arena, "%.*s %s", SV_ARG(text), word);
	}
	return arena_printf(arena, "%.*s.", SV_ARG(text));
}

static struct fact make_fact(struct arena *arena, uint64_t number, size_t vocabulary)
{
	struct random r = { number * 0x9e3779b97f4a7c15ull + 88172645463325252ull };
	char word[64], other[64];
	(void)draw(&r);
	struct fact fact = { .beat = arena_printf(arena, "beat-%llu", (unsigned long long)(number % 50)) };
	fact.id = arena_printf(arena, "%.*s.fact-%llu", SV_ARG(fact.beat), (unsigned long long)number);
	uint64_t value = draw(&r) % 90000 + 100;
	fact.text = sentence(&r, arena, 12, vocabulary, value);
	fact.status = STATUS_ANNOUNCED;
	fact.as_of = (struct date){ 2021, 6, 8 };
	put_word(&r, vocabulary, word, sizeof word);
	put_word(&r, vocabulary, other, sizeof other);
	*list_push(arena, &fact.aliases) = arena_printf(arena, "%s %s", word, other);
	*list_push(arena, &fact.parties) = SV("MX");
	fact.figure =
		(struct figure){ .is_set = true, .value = (double)value, .unit = arena_printf(arena, "%s", word) };
	return fact;
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* other programs of the machine do not count */
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static struct statement_list make_statements(struct arena *arena, size_t facts, size_t vocabulary)
{
	struct random r = { 424242 };
	struct statement_list list = { 0 };
	for (size_t i = 0; i < STATEMENTS; i++) {
		struct fact about = make_fact(arena, draw(&r) % facts, vocabulary);
		struct sv rest = sentence(&r, arena, 10, vocabulary, draw(&r) % 90000);
		struct sv text = i % 2
			? rest
			: arena_printf(arena, "%.*s %.*s", (int)(about.text.n - 1), about.text.p, SV_ARG(rest));
		struct error err = { 0 };
		struct statement *s = list_push(arena, &list);
		if (read_statement(arena, text, SV("en"), (struct date){ 2022, 1, 1 }, s, &err)) {
			fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
	}
	return list;
}

static void bench(size_t facts)
{
	size_t vocabulary = 2000 + 40 * (size_t)sqrt((double)facts) * 4;
	struct fact_index *index = fact_index_new();
	struct arena *arena = arena_new(ARENA_BYTES);
	double build = 0, worst_put = 0;
	for (size_t i = 0; i < facts; i++) {
		struct fact fact = make_fact(arena, i, vocabulary);
		double start = now_ms();
		fact_index_put(index, &fact);
		build += now_ms() - start;
		arena_reset(arena);
	}
	struct statement_list statements = make_statements(arena, facts, vocabulary);
	static double times[STATEMENTS];
	struct diff_context context = { .published = { 2022, 1, 1 } };
	size_t changes = 0;
	struct arena *job = arena_new(ARENA_BYTES);
	for (size_t i = 0; i < STATEMENTS; i++) {
		struct change_list out = { 0 };
		struct error err = { 0 };
		double start = now_ms();
		if (diff_statement(index, job, &statements.items[i], &context, &out, &err))
			exit(1);
		times[i] = now_ms() - start;
		changes += out.n;
		arena_reset(job);
	}
	for (size_t i = 0; i < 500; i++) {
		struct fact fact = make_fact(arena, i % facts, vocabulary);
		fact.text = sentence(&(struct random){ i + 7 }, arena, 12, vocabulary, 5);
		double start = now_ms();
		fact_index_put(index, &fact);
		double took = now_ms() - start;
		worst_put = took > worst_put ? took : worst_put;
	}
	qsort(times, STATEMENTS, sizeof *times, by_double);
	printf("facts %8zu  build %8.0f ms  %6.1f bytes/fact  statement p50 %.3f ms  p99 %.3f ms  replace max %.3f ms  "
	       "changes %zu of %d\n",
		facts, build, (double)fact_index_bytes(index) / (double)facts, times[STATEMENTS / 2],
		times[STATEMENTS * 99 / 100], worst_put, changes, STATEMENTS);
	(void)fflush(stdout);
	arena_free(job);
	arena_free(arena);
	fact_index_free(index);
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		bench(1000);
		bench(100000);
		bench(1000000);
	}
	for (int i = 1; i < argc; i++) {
		uint64_t n;
		if (!sv_to_u64(sv_of(argv[i]), 100000000, &n) || n == 0) {
			fprintf(stderr, "usage: %s [FACTS…]\n", argv[0]);
			return 2;
		}
		bench(n);
	}
	return 0;
}
