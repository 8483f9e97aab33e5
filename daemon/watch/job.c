/* Fetches that somebody asked for once: linked pages, articles to learn from. */
#include <string.h>

#include "entry.h"
#include "limit.h"
#include "location.h"

struct job {
	struct watch *watch;
	struct arena *arena;
	watch_fetched *callback;
	void *ctx;
	struct fetch *fetch; /* by HTTP */
	char *path;          /* a file, to be read when its turn comes */
	size_t max_bytes;
	struct job *next;
};

static void free_job(struct job *job)
{
	arena_free(job->arena);
	free(job);
}

static void take_out(struct job *job)
{
	struct job **at = &job->watch->jobs;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
}

/* Of a job that is out of the list: the callback may ask for more. */
static void end_job(struct job *job, const struct snapshot *snapshot, const struct watch_failure *failure)
{
	struct watch *watch = job->watch;
	if (snapshot)
		watch->counts.bytes += snapshot->body.n;
	else
		watch->counts.failures++;
	job->callback(job->ctx, snapshot, failure);
	free_job(job);
}

static void on_fetched(void *ctx, const struct fetch_result *result)
{
	struct job *job = ctx;
	job->fetch = NULL;
	take_out(job);
	if (result->outcome == FETCH_GOT)
		end_job(job, &result->snapshot, NULL);
	else
		end_job(job, NULL, &result->failure);
}

static void read_file(struct job *job)
{
	struct watch *watch = job->watch;
	struct watch_failure failure = { 0 };
	struct file_stamp stamp;
	take_out(job);
	if (file_read(job->path, job->max_bytes, &watch->body, &stamp, &failure.error)) {
		end_job(job, NULL, &failure);
		return;
	}
	struct snapshot snapshot = { .url = location_of_path(job->arena, job->path),
		.media_type = file_media_type(job->path),
		.retrieved = loop_wall(watch->loop),
		.body = buf_sv(&watch->body) };
	end_job(job, &snapshot, NULL);
}

bool job_is_ready(const struct watch *watch)
{
	for (const struct job *job = watch->jobs; job; job = job->next)
		if (job->path)
			return true;
	return false;
}

void job_run_ready(struct watch *watch)
{
	for (struct job *job = watch->jobs; job; job = job->next)
		if (job->path) {
			read_file(job);
			return; /* one a pass; the list is another one now */
		}
}

void job_end_all(struct watch *watch)
{
	struct watch_failure failure = { 0 };
	struct job *next;
	(void)error_set(&failure.error, E_REFUSED, "stopped");
	watch->is_stopping = true;
	for (struct job *job = watch->jobs; job; job = next) {
		next = job->next;
		fetch_cancel(job->fetch);
		end_job(job, NULL, &failure);
	}
	watch->jobs = NULL;
}

enum status watch_fetch(struct watch *watch, const struct source *source, struct sv url, watch_fetched *callback,
	void *ctx, struct error *err)
{
	char *path = NULL;
	if (watch->is_stopping)
		return error_set(err, E_REFUSED, "stopped");
	if (!url.n || url.n > LIMIT_URL_BYTES)
		return error_set(err, E_FORMAT, "a URL has 1 to %d bytes", LIMIT_URL_BYTES);
	/* What comes from the network must not make us read files. */
	if (location_is_file(url) && !location_is_file(source->url))
		return error_set(err, E_REFUSED, "a page from the network cannot name a file: %.*s", SV_ARG(url));
	struct arena *arena = arena_new(1u << 20);
	enum status st = location_is_file(url) ? location_to_path(arena, url, &path, err) : OK;
	if (st) {
		arena_free(arena);
		return st;
	}
	struct job *job = calloc(1, sizeof *job);
	if (!job)
		abort();
	*job = (struct job){ .watch = watch,
		.arena = arena,
		.callback = callback,
		.ctx = ctx,
		.path = path,
		.max_bytes = source->max_bytes,
		.next = watch->jobs };
	watch->jobs = job;
	watch->counts.fetches++;
	if (path) {
		watch_arm(watch);
		return OK;
	}
	struct fetch_request request = { .url = url,
		.timeout_ms = source->timeout_ms,
		.max_bytes = source->max_bytes,
		.max_redirects = source->max_redirects };
	job->fetch = fetch_start(watch->fetcher, &request, on_fetched, job);
	return OK;
}
