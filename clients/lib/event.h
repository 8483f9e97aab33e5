/* An event as it is handed out: one piece of memory, its JSON parsed when first asked for. */
#ifndef LIB_EVENT_H
#define LIB_EVENT_H

#include <policywatch/policywatch.h>
#include <policywatch/wire.h>

/* Copies everything. NULL: no memory. */
struct pw_event *event_new(const char *topic, size_t topic_bytes, const struct pw_record *record);

/* Numbers the facts of a snapshot, which share one seq, from 1; 0: a change. */
void event_number(struct pw_event *event, uint64_t fact);
uint64_t event_fact(const struct pw_event *event);

/* Events waiting to be handed out, in order. */
struct event_queue {
	struct pw_event *first, *last;
};
void event_push(struct event_queue *queue, struct pw_event *event);
struct pw_event *event_pop(struct event_queue *queue); /* NULL when empty */
void event_drop_all(struct event_queue *queue);
void event_move_all(struct event_queue *from, struct event_queue *to);

#endif
