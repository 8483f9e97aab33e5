/* Whoever reads our output through a pipe, and how far it got: what only lies in the pipe is lost when the reader dies,
 * and must come again. */
#ifndef CLI_READER_H
#define CLI_READER_H

#include <policywatch/policywatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READER_EVENTS 512

struct unread {
	uint64_t end; /* of its line, in bytes since the start */
	struct pw_event *event;
};

struct reader {
	bool is_pipe;
	bool is_asked; /* to show that it came back for more: see reader_ask() */
	bool has_blank;
	uint64_t written, flushed; /* bytes: handed to stdio; known to be in the pipe */
	struct unread unread[READER_EVENTS];
	size_t n;
	int wait_ms; /* until the next look at the pipe */
};

void reader_init(struct reader *reader, bool is_asked);
void reader_done(struct reader *reader);
/* The line of an event was written to stdout. Takes the event over. */
void reader_add(struct reader *reader, size_t bytes, struct pw_event *event);
/* Before a flush: begins the next line with a blank, which is read when the reader is through with the line before. */
void reader_ask(struct reader *reader);
void reader_flushed(struct reader *reader);
/* No more lines come: what was read counts as handled. */
void reader_end(struct reader *reader);
/* The last event that was handled since the last call, now the caller's; NULL: none. */
struct pw_event *reader_take(struct reader *reader);
int reader_wait_ms(const struct reader *reader); /* -1: nothing is open */

#endif
