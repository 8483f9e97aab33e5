/* One attempt at a source: start it by its kind, tell the owner what came, decide when the next one is due.
 *
 * Each attempt ends in conclude(), which saves the state once and puts the source back into the schedule. The
 * owner's callbacks may call watch_set(): afterwards entry->is_gone tells whether there is anything left to do
 * (an entry that is gone is freed after the pass). */
#include <string.h>

#include "entry.h"
#include "limit.h"
#include "location.h"

static struct source_state *state_of(struct entry *entry)
{
	return &entry->memory.state;
}

static void begin(struct entry *entry)
{
	state_of(entry)->last_attempt = loop_wall(entry->watch->loop);
	state_of(entry)->fetches++;
	entry->watch->counts.fetches++;
}

static void conclude(struct entry *entry, int64_t delay_ms)
{
	struct watch *watch = entry->watch;
	state_of(entry)->next_due.v = loop_wall(watch->loop).v + delay_ms;
	memory_save(entry);
	if (entry->is_gone)
		return;
	if (!watch->is_once)
		schedule_put(&watch->schedule, &entry->due, (struct mono_ms){ loop_mono(watch->loop).v + delay_ms });
	watch_tried(entry);
	watch_arm(watch);
}

static void conclude_on_time(struct entry *entry)
{
	conclude(entry, schedule_interval_ms(entry->source->every_ms, entry->seed));
}

static void note_success(struct entry *entry)
{
	state_of(entry)->failures = 0;
	state_of(entry)->last_success = state_of(entry)->last_attempt;
	memory_set_error(&entry->memory, (struct sv){ 0 });
}

/* Bytes that could not be read count as a failure, of which the owner knows the reason. */
static void note_unread(struct entry *entry)
{
	state_of(entry)->failures++;
	entry->digest[0] = '\0';
	entry->stamp = (struct file_stamp){ 0 };
	memory_set_validators(&entry->memory, (struct sv){ 0 }, (struct sv){ 0 });
	memory_set_error(&entry->memory, SV("could not be read"));
}

static void tell_unchanged(struct entry *entry)
{
	struct watch *watch = entry->watch;
	note_success(entry);
	watch->counts.unchanged++;
	watch->ops.on_unchanged(watch->ops.ctx, entry->source);
	if (!entry->is_gone)
		conclude_on_time(entry);
}

static void tell_failure(struct entry *entry, const struct watch_failure *failure, int64_t retry_after_ms)
{
	struct watch *watch = entry->watch;
	struct source_state *state = state_of(entry);
	state->failures++;
	memory_set_error(&entry->memory, sv_of(failure->error.text));
	watch->counts.failures++;
	int64_t delay = schedule_backoff_ms(entry->source->every_ms, state->failures,
		status_is_transient(failure->error.code), retry_after_ms, entry->seed);
	watch->ops.on_failure(watch->ops.ctx, entry->source, failure);
	if (!entry->is_gone)
		conclude(entry, delay);
}

/* True when the owner could read it. */
static bool tell_snapshot(struct entry *entry, const struct snapshot *snapshot)
{
	struct watch *watch = entry->watch;
	watch->counts.bytes += snapshot->body.n;
	if (!watch->ops.on_snapshot(watch->ops.ctx, entry->source, snapshot))
		return false;
	if (!entry->is_gone)
		state_of(entry)->last_change = snapshot->retrieved;
	return true;
}

/* ---- by HTTP ---- */

static void on_page(struct entry *entry, const struct snapshot *snapshot)
{
	char digest[DIGEST_HEX];
	digest_sha256_hex(snapshot->body, digest);
	bool is_same = strcmp(digest, entry->digest) == 0;
	bool is_read = is_same || tell_snapshot(entry, snapshot);
	if (entry->is_gone)
		return;
	if (!is_read) {
		note_unread(entry);
		conclude_on_time(entry);
		return;
	}
	memcpy(entry->digest, digest, sizeof digest);
	memory_set_validators(&entry->memory, snapshot->etag, snapshot->last_modified);
	if (is_same) {
		entry->watch->counts.bytes += snapshot->body.n;
		tell_unchanged(entry);
		return;
	}
	note_success(entry);
	state_of(entry)->has_baseline = true;
	conclude_on_time(entry);
}

static void on_fetched(void *ctx, const struct fetch_result *result)
{
	struct entry *entry = ctx;
	entry->fetch = NULL;
	begin(entry);
	switch (result->outcome) {
	case FETCH_GOT: on_page(entry, &result->snapshot); return;
	case FETCH_UNCHANGED: tell_unchanged(entry); return;
	case FETCH_FAILED: tell_failure(entry, &result->failure, result->retry_after_ms); return;
	}
}

static void start_fetch(struct entry *entry)
{
	const struct source *source = entry->source;
	struct fetch_request request = { .url = source->url,
		.etag = state_of(entry)->etag,
		.last_modified = state_of(entry)->last_modified,
		.timeout_ms = source->timeout_ms,
		.max_bytes = source->max_bytes,
		.max_redirects = source->max_redirects };
	entry->fetch = fetch_start(entry->watch->fetcher, &request, on_fetched, entry);
}

/* ---- a file ---- */

static void read_file(struct entry *entry)
{
	struct watch *watch = entry->watch;
	struct watch_failure failure = { 0 };
	struct file_stamp stamp;
	begin(entry);
	notify_refresh(entry->notify);
	entry->is_link = file_is_link(entry->path);
	enum status st = file_look(entry->path, &stamp, &failure.error);
	if (!st && file_stamp_eq(&stamp, &entry->stamp)) {
		tell_unchanged(entry);
		return;
	}
	if (!st)
		st = file_read(entry->path, entry->source->max_bytes, &watch->body, &stamp, &failure.error);
	if (st) {
		tell_failure(entry, &failure, 0);
		return;
	}
	struct snapshot snapshot = { .url = entry->source->url,
		.media_type = file_media_type(entry->path),
		.retrieved = loop_wall(watch->loop),
		.body = buf_sv(&watch->body) };
	entry->stamp = stamp;
	on_page(entry, &snapshot);
}

/* Something happened in the folder of the file: look at the file now. A link may point to something that moved. */
static void on_beside_file(void *ctx, enum notify_event event, struct sv name)
{
	struct entry *entry = ctx;
	struct watch *watch = entry->watch;
	const char *own = strrchr(entry->path, '/');
	bool is_own = sv_eq(name, sv_of(own ? own + 1 : entry->path));
	bool is_due = event == NOTIFY_LOOK || (event == NOTIFY_FILE && is_own) || entry->is_link;
	if (!is_due || watch->is_once)
		return;
	schedule_put(&watch->schedule, &entry->due, loop_mono(watch->loop));
	watch_arm(watch);
}

/* ---- a folder ---- */

static bool on_folder_file(void *ctx, const struct snapshot *snapshot)
{
	struct entry *entry = ctx;
	return !entry->is_gone && tell_snapshot(entry, snapshot);
}

static void on_bad_file(void *ctx, const struct error *err)
{
	struct entry *entry = ctx;
	struct watch *watch = entry->watch;
	struct watch_failure failure = { .error = *err };
	if (entry->is_gone)
		return;
	state_of(entry)->failures++;
	memory_set_error(&entry->memory, sv_of(err->text));
	watch->counts.failures++;
	watch->ops.on_failure(watch->ops.ctx, entry->source, &failure);
}

static void on_scanned(void *ctx, const struct error *err)
{
	struct entry *entry = ctx;
	if (entry->is_gone)
		return;
	begin(entry);
	if (err) {
		struct watch_failure failure = { .error = *err };
		tell_failure(entry, &failure, 0);
		return;
	}
	state_of(entry)->has_baseline = true;
	tell_unchanged(entry);
}

static void on_folder_idle(void *ctx)
{
	struct entry *entry = ctx;
	if (entry->is_gone)
		return;
	state_of(entry)->last_success = state_of(entry)->last_attempt = loop_wall(entry->watch->loop);
	memory_save(entry);
}

/* ---- by kind ---- */

void attempt_prepare(struct entry *entry)
{
	struct watch *watch = entry->watch;
	const struct source *source = entry->source;
	char *path = NULL;
	struct error err;
	if (!location_is_file(source->url))
		return;
	arena_reset(watch->scratch);
	if (location_to_path(watch->scratch, source->url, &path, &err))
		abort();
	if (source->kind == SOURCE_FOLDER) {
		struct folder_ops ops = { entry, on_folder_file, on_bad_file, on_scanned, on_folder_idle };
		entry->folder = folder_new(watch->loop, watch->notify, path, source->max_bytes, &ops);
		return;
	}
	entry->path = strdup(path);
	if (!entry->path)
		abort();
	char *slash = strrchr(path, '/');
	slash[slash == path] = '\0';
	entry->notify = notify_add(watch->notify, path, on_beside_file, entry);
}

void attempt_start(struct entry *entry)
{
	if (entry->folder)
		folder_scan(entry->folder);
	else if (entry->path)
		read_file(entry);
	else if (!entry->fetch)
		start_fetch(entry);
}

void attempt_stop(struct entry *entry)
{
	fetch_cancel(entry->fetch);
	entry->fetch = NULL;
	notify_remove(entry->notify);
	entry->notify = NULL;
}
