/* A pipe tells how many bytes in it are unread, and a shell's `read` takes exactly one line out of it. So a line that was
 * read to its end is being handled, and one whose next byte was read as well was handled: a loop reads on only
 * when it is through. For the last line that next byte is a blank, written ahead of the line to come; JSON does not
 * mind it and `read` drops it. A program that reads ahead looks as if it had handled what it holds. */
#include "reader.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_MIN_MS 5
#define WAIT_MAX_MS 500

void reader_init(struct reader *reader, bool is_asked)
{
	struct stat about;
	memset(reader, 0, sizeof *reader);
	reader->is_pipe = fstat(STDOUT_FILENO, &about) == 0 && S_ISFIFO(about.st_mode);
	reader->is_asked = reader->is_pipe && is_asked;
}

/* Frees the first n and moves the others up. */
static void drop(struct reader *reader, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pw_event_free(reader->unread[i].event);
	reader->n -= n;
	memmove(reader->unread, reader->unread + n, reader->n * sizeof *reader->unread);
}

void reader_done(struct reader *reader)
{
	drop(reader, reader->n);
}

/* To acknowledge an event is to acknowledge all before it, so every second one will do. */
static void thin_out(struct reader *reader)
{
	size_t kept = 0;
	for (size_t i = 0; i < reader->n; i++) {
		if (i % 2 == 0 && i + 1 < reader->n)
			pw_event_free(reader->unread[i].event);
		else
			reader->unread[kept++] = reader->unread[i];
	}
	reader->n = kept;
}

void reader_add(struct reader *reader, size_t bytes, struct pw_event *event)
{
	if (reader->n == READER_EVENTS)
		thin_out(reader);
	reader->written += bytes;
	reader->has_blank = false;
	reader->unread[reader->n++] = (struct unread){ reader->written, event };
	reader->wait_ms = WAIT_MIN_MS;
}

void reader_ask(struct reader *reader)
{
	if (!reader->is_asked || reader->has_blank || reader->n == 0)
		return;
	if (putchar(' ') == EOF)
		return; /* the flush will say so */
	reader->written++;
	reader->has_blank = true;
}

void reader_flushed(struct reader *reader)
{
	reader->flushed = reader->written;
}

void reader_end(struct reader *reader)
{
	reader->is_asked = false;
}

static uint64_t bytes_read(const struct reader *reader)
{
	int unread = 0;
	if (!reader->is_pipe)
		return reader->flushed;
	if (ioctl(STDOUT_FILENO, FIONREAD, &unread) != 0 || unread < 0 || (uint64_t)unread > reader->flushed)
		return 0;
	return reader->flushed - (uint64_t)unread;
}

struct pw_event *reader_take(struct reader *reader)
{
	uint64_t at = bytes_read(reader);
	size_t n = 0;
	while (n < reader->n && (reader->is_asked ? reader->unread[n].end < at : reader->unread[n].end <= at))
		n++;
	if (n == 0) {
		reader->wait_ms = reader->wait_ms * 2 < WAIT_MAX_MS ? reader->wait_ms * 2 : WAIT_MAX_MS;
		return NULL;
	}
	struct pw_event *event = reader->unread[n - 1].event;
	reader->unread[n - 1].event = NULL;
	drop(reader, n);
	reader->wait_ms = WAIT_MIN_MS;
	return event;
}

int reader_wait_ms(const struct reader *reader)
{
	return reader->n ? reader->wait_ms : -1;
}
