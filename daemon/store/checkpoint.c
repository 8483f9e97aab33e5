#include "checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "database.h"

enum {
	PAGES_AT_ONCE = 1000, /* 4 MiB, SQLite's own default */
	PAUSE_S = 5           /* after a commit, when the log is short */
};

/* A connection that has read nothing does not know that there is a log, and checkpoints nothing. */
static const char SQL_TOUCH[] = "SELECT count(*) FROM sqlite_schema";

struct checkpointer {
	struct sqlite3 *db; /* of the thread */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool is_stopping, has_work, is_urgent;
	int pages;  /* in the log after the last commit */
	int tried;  /* in the log when the thread last set out */
	int copied; /* of them, when it came back */
};

static struct timespec seconds_from_now(int seconds)
{
	struct timespec at;
	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += seconds;
	return at;
}

/* Sleeps until there is something to do, and then, unless it is urgent, until the pause is over. False: stop. */
static bool wait_for_work(struct checkpointer *c)
{
	(void)pthread_mutex_lock(&c->mutex);
	while (!c->has_work && !c->is_stopping)
		(void)pthread_cond_wait(&c->wake, &c->mutex);
	struct timespec until = seconds_from_now(PAUSE_S);
	int timed_out = 0;
	while (!c->is_urgent && !c->is_stopping && !timed_out)
		timed_out = pthread_cond_timedwait(&c->wake, &c->mutex, &until);
	bool go_on = !c->is_stopping;
	c->has_work = c->is_urgent = false;
	c->tried = c->pages;
	(void)pthread_mutex_unlock(&c->mutex);
	return go_on;
}

static void *run(void *arg)
{
	struct checkpointer *c = arg;
	while (wait_for_work(c)) {
		struct error err;
		int left = 0, copied = 0;
		enum status st = database_checkpoint(c->db, &left, &copied, &err);
		/* The log keeps everything meanwhile: try again after the next pause. A disk that stays full or
		 * broken fails the next commit, and that is where it is told. */
		(void)pthread_mutex_lock(&c->mutex);
		c->has_work |= st || left > 0;
		c->copied = copied;
		(void)pthread_mutex_unlock(&c->mutex);
	}
	return NULL;
}

/* Signals are for the loop's thread. */
static int start_thread(struct checkpointer *c)
{
	sigset_t all, before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&c->thread, NULL, run, c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void release(struct checkpointer *c)
{
	database_close(c->db);
	(void)pthread_cond_destroy(&c->wake);
	(void)pthread_mutex_destroy(&c->mutex);
	free(c);
}

enum status checkpointer_start(const char *path, struct checkpointer **out, struct error *err)
{
	struct sqlite3 *db;
	int64_t tables;
	enum status st = database_open(path, &db, err);
	if (st)
		return st;
	st = database_number(db, SQL_TOUCH, &tables, err);
	if (st) {
		database_close(db);
		return st;
	}
	struct checkpointer *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->db = db;
	pthread_condattr_t attributes;
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&c->mutex, NULL);
	(void)pthread_cond_init(&c->wake, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	int rc = start_thread(c);
	if (rc) {
		release(c);
		return error_sys(err, E_SYSTEM, rc, "cannot start the checkpoint thread");
	}
	*out = c;
	return OK;
}

void checkpointer_stop(struct checkpointer *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&c->mutex);
	c->is_stopping = true;
	(void)pthread_cond_signal(&c->wake);
	(void)pthread_mutex_unlock(&c->mutex);
	(void)pthread_join(c->thread, NULL);
	release(c);
}

int checkpointer_copied(struct checkpointer *c)
{
	(void)pthread_mutex_lock(&c->mutex);
	int copied = c->copied;
	(void)pthread_mutex_unlock(&c->mutex);
	return copied;
}

void checkpointer_note(struct checkpointer *c, int pages, bool can_finish)
{
	(void)pthread_mutex_lock(&c->mutex);
	if (pages < c->pages) /* the log began anew */
		c->tried = c->copied = 0;
	c->pages = pages;
	/* Not at each commit once the log is long: a checkpoint syncs two files, and commits wait behind that. */
	bool is_urgent = pages - c->tried >= PAGES_AT_ONCE && can_finish;
	bool wakes = !c->has_work || (is_urgent && !c->is_urgent);
	c->has_work = true;
	c->is_urgent |= is_urgent;
	(void)pthread_mutex_unlock(&c->mutex);
	if (wakes)
		(void)pthread_cond_signal(&c->wake);
}
