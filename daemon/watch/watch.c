/* Joins the parts: a table of sources, a schedule with one timer, and the fetchers behind them.
 *
 * Invariants: a source is in the schedule, or an attempt at it is under way (or both: a file that changed while it
 * waits), or --once is done with it. The timer is set for the first thing to do; what it runs in one pass is bounded
 * by time, as a thousand files may come due together. */
#include "watch.h"

#include <string.h>

#include "entry.h"
#include "limit.h"
#include "location.h"

enum { KEPT_BODY_BYTES = 1 << 17 }; /* a larger file gives its memory back */

static void free_entry(struct entry *entry)
{
	folder_free(entry->folder);
	memory_done(&entry->memory);
	free(entry->path);
	free(entry);
}

static void free_gone(struct watch *watch)
{
	while (watch->gone) {
		struct entry *entry = watch->gone;
		watch->gone = entry->next_gone;
		free_entry(entry);
	}
}

/* ---- the timer ---- */

void watch_arm(struct watch *watch)
{
	struct schedule_item *first = schedule_first(&watch->schedule);
	bool is_pass_done = watch->is_pass_open && !watch->untried;
	if (is_pass_done || watch->gone || job_is_ready(watch))
		loop_timer_set(watch->timer, 0);
	else if (first)
		loop_timer_set(watch->timer, first->due.v - loop_mono(watch->loop).v);
	else
		loop_timer_stop(watch->timer);
}

static void on_timer(void *ctx)
{
	struct watch *watch = ctx;
	struct mono_ms now = loop_mono(watch->loop);
	int64_t end = mono_now().v + LIMIT_PASS_WORK_MS;
	free_gone(watch);
	job_run_ready(watch);
	do {
		struct schedule_item *first = schedule_first(&watch->schedule);
		if (!first || first->due.v > now.v)
			break;
		schedule_remove(&watch->schedule, first);
		attempt_start(first->owner);
	} while (mono_now().v < end);
	if (watch->body.cap > KEPT_BODY_BYTES)
		buf_done(&watch->body);
	if (watch->is_pass_open && !watch->untried) {
		watch->is_pass_open = false;
		if (watch->ops.on_pass_done)
			watch->ops.on_pass_done(watch->ops.ctx);
	}
	watch_arm(watch);
}

void watch_tried(struct entry *entry)
{
	if (entry->is_tried)
		return;
	entry->is_tried = true;
	entry->watch->untried--;
}

/* ---- life ---- */

enum status watch_new(struct loop *loop, const struct watch_ops *ops, struct watch **out, struct error *err)
{
	struct fetcher *fetcher = NULL;
	struct notify *notify = NULL;
	enum status st = fetcher_new(loop, &fetcher, err);
	if (st)
		return st;
	st = notify_new(loop, &notify, err);
	if (st) {
		fetcher_free(fetcher);
		return st;
	}
	struct watch *watch = calloc(1, sizeof *watch);
	if (!watch)
		abort();
	watch->loop = loop;
	watch->ops = *ops;
	watch->fetcher = fetcher;
	watch->notify = notify;
	watch->timer = loop_timer_new(loop, on_timer, watch);
	watch->scratch = arena_new(1u << 20);
	buf_init(&watch->body, LIMIT_FETCH_BYTES);
	*out = watch;
	return OK;
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct entry *find(const struct watch *watch, struct sv source_id)
{
	struct entry *entry = NULL;
	HASH_FIND(hh, watch->entries, source_id.p, source_id.n, entry);
	return entry;
}

/* The key is part of the source: an entry is taken out and put in again when it gets another one. */
/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static void put(struct watch *watch, struct entry *entry)
{
	const struct sv id = entry->source->id;
	HASH_ADD_KEYPTR(hh, watch->entries, id.p, id.n, entry);
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static void take_out(struct watch *watch, struct entry *entry)
{
	HASH_DEL(watch->entries, entry);
}

/* What is under way ends here; the memory goes with the next timer, as one of its callbacks may be running now. */
static void drop_entry(struct entry *entry)
{
	struct watch *watch = entry->watch;
	entry->is_gone = true;
	if (!entry->is_tried)
		watch->untried--;
	schedule_remove(&watch->schedule, &entry->due);
	take_out(watch, entry);
	attempt_stop(entry);
	entry->next_gone = watch->gone;
	watch->gone = entry;
}

void watch_free(struct watch *watch)
{
	struct entry *entry, *next;
	if (!watch)
		return;
	job_end_all(watch);
	HASH_ITER(hh, watch->entries, entry, next) {
		drop_entry(entry);
	}
	free_gone(watch);
	fetcher_free(watch->fetcher);
	notify_free(watch->notify);
	loop_timer_free(watch->timer);
	schedule_done(&watch->schedule);
	buf_done(&watch->body);
	arena_free(watch->scratch);
	free(watch);
}

/* ---- what is watched ---- */

/* The same as to what is fetched, read and told. */
static bool is_same_source(const struct source *a, const struct source *b)
{
	if (a->beats.n != b->beats.n)
		return false;
	for (size_t i = 0; i < a->beats.n; i++)
		if (!sv_eq(a->beats.items[i], b->beats.items[i]))
			return false;
	return a->kind == b->kind && sv_eq(a->url, b->url) && sv_eq(a->selector, b->selector) &&
		sv_eq(a->language, b->language) && sv_eq(a->charset, b->charset) && a->track == b->track &&
		a->follow == b->follow && a->every_ms == b->every_ms && a->timeout_ms == b->timeout_ms &&
		a->max_bytes == b->max_bytes && a->max_redirects == b->max_redirects;
}

static bool is_local(const struct source *source)
{
	return source->kind == SOURCE_FILE || source->kind == SOURCE_FOLDER;
}

static int by_id(const void *a, const void *b)
{
	const struct sv *x = a, *y = b;
	return sv_compare(*x, *y);
}

/* All that can be wrong with a set, found before anything is changed. */
static enum status check_sources(struct watch *watch, const struct source *sources, size_t n, struct error *err)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new((n + 1) * sizeof(struct sv));
	struct sv *ids = arena_array(arena, struct sv, n);
	for (size_t i = 0; i < n; i++) {
		char *path = NULL;
		ids[i] = sources[i].id;
		arena_reset(watch->scratch);
		if (!location_is_file(sources[i].url))
			continue;
		enum status st = location_to_path(watch->scratch, sources[i].url, &path, err);
		if (st)
			return error_wrap(err, "source '%.*s'", SV_ARG(sources[i].id));
	}
	if (n)
		qsort(ids, n, sizeof *ids, by_id);
	for (size_t i = 1; i < n; i++)
		if (sv_eq(ids[i], ids[i - 1]))
			return error_set(err, E_CONFIG, "source '%.*s' is there twice", SV_ARG(ids[i]));
	return OK;
}

static void add_entry(struct watch *watch, const struct source *source, size_t n, bool is_changed)
{
	struct entry *entry = calloc(1, sizeof *entry);
	if (!entry)
		abort();
	entry->watch = watch;
	entry->source = source;
	entry->seed = sv_hash(source->id);
	entry->due.owner = entry;
	entry->is_marked = true;
	attempt_prepare(entry);
	memory_load(entry);
	struct source_state *state = &entry->memory.state;
	int64_t delay = 0;
	if (is_changed) /* what the server calls unchanged is to be read in a new way */
		memory_set_validators(&entry->memory, (struct sv){ 0 }, (struct sv){ 0 });
	else if (!watch->is_once && !is_local(source)) /* what changed on this machine meanwhile is read at once */
		delay = schedule_resume_ms(state->next_due, loop_wall(watch->loop), source->every_ms, n, entry->seed);
	put(watch, entry);
	watch->untried++;
	schedule_put(&watch->schedule, &entry->due, (struct mono_ms){ loop_mono(watch->loop).v + delay });
}

static void take_source(struct watch *watch, const struct source *source, size_t n)
{
	struct entry *entry = find(watch, source->id);
	bool is_same = entry && is_same_source(entry->source, source);
	if (!is_same) {
		if (entry)
			drop_entry(entry);
		add_entry(watch, source, n, entry != NULL);
		return;
	}
	take_out(watch, entry);
	entry->source = source;
	entry->is_marked = true;
	put(watch, entry);
}

enum status watch_set(struct watch *watch, const struct source *sources, size_t n, const struct watch_options *options,
	struct error *err)
{
	struct entry *entry, *next;
	enum status st = check_sources(watch, sources, n, err);
	if (st)
		return st;
	watch->is_once = options->is_once;
	watch->is_pass_open = true;
	fetcher_configure(watch->fetcher, options->user_agent, options->fetch_limit, options->fetch_limit_per_host);
	HASH_ITER(hh, watch->entries, entry, next) {
		entry->is_marked = false;
	}
	for (size_t i = 0; i < n; i++) {
		if (sources[i].kind != SOURCE_PUSH)
			take_source(watch, &sources[i], n);
	}
	HASH_ITER(hh, watch->entries, entry, next) {
		if (!entry->is_marked)
			drop_entry(entry);
	}
	watch_arm(watch);
	return OK;
}

enum status watch_poke(struct watch *watch, struct sv source_id, struct error *err)
{
	struct entry *entry = find(watch, source_id);
	if (!entry)
		return error_set(err, E_NOT_FOUND, "no source '%.*s'", SV_ARG(source_id));
	schedule_put(&watch->schedule, &entry->due, loop_mono(watch->loop));
	watch_arm(watch);
	return OK;
}

const struct source_state *watch_state(const struct watch *watch, struct sv source_id)
{
	const struct entry *entry = find(watch, source_id);
	return entry ? &entry->memory.state : NULL;
}

void watch_set_health(struct watch *watch, struct sv source_id, enum source_health health)
{
	struct entry *entry = find(watch, source_id);
	if (entry)
		entry->memory.state.health = health;
}

void watch_forget(struct watch *watch, struct sv source_id)
{
	struct entry *entry = find(watch, source_id);
	if (!entry)
		return;
	memory_set_validators(&entry->memory, (struct sv){ 0 }, (struct sv){ 0 });
	entry->digest[0] = '\0';
	entry->stamp = (struct file_stamp){ 0 };
	memory_save(entry);
}

struct watch_counts watch_counts(const struct watch *watch)
{
	struct watch_counts counts = watch->counts;
	counts.in_flight = (uint32_t)fetcher_in_flight(watch->fetcher);
	counts.sources = (uint32_t)HASH_COUNT(watch->entries);
	return counts;
}
