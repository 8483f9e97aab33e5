#include "event.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

struct parsed {
	bool is_done;
	struct pw_value *value;
};

struct pw_event {
	struct pw_event *next;
	uint64_t epoch, seq, fact;
	int64_t time_ns;
	bool is_state;
	struct parsed *parsed; /* apart, so that a const event can be parsed late */
	size_t json_bytes;
	const char *json;
	char topic[];
};

struct pw_event *event_new(const char *topic, size_t topic_bytes, const struct pw_record *record)
{
	struct pw_event *event = malloc(sizeof *event + topic_bytes + 1 + record->payload_bytes + 1);
	struct parsed *parsed = calloc(1, sizeof *parsed);
	if (!event || !parsed) {
		free(event);
		free(parsed);
		return NULL;
	}
	char *json = event->topic + topic_bytes + 1;
	*event = (struct pw_event){ .epoch = record->epoch,
		.seq = record->seq,
		.time_ns = record->time_ns,
		.is_state = record->kind == PW_RECORD_STATE,
		.parsed = parsed,
		.json_bytes = record->payload_bytes,
		.json = json };
	memcpy(event->topic, topic, topic_bytes);
	event->topic[topic_bytes] = '\0';
	memcpy(json, record->payload, record->payload_bytes);
	json[record->payload_bytes] = '\0';
	return event;
}

void pw_event_free(struct pw_event *event)
{
	if (!event)
		return;
	value_free(event->parsed->value);
	free(event->parsed);
	free(event);
}

void event_number(struct pw_event *event, uint64_t fact)
{
	event->fact = fact;
}

uint64_t event_fact(const struct pw_event *event)
{
	return event->fact;
}

void event_push(struct event_queue *queue, struct pw_event *event)
{
	event->next = NULL;
	if (queue->last)
		queue->last->next = event;
	else
		queue->first = event;
	queue->last = event;
}

struct pw_event *event_pop(struct event_queue *queue)
{
	struct pw_event *event = queue->first;
	if (!event)
		return NULL;
	queue->first = event->next;
	if (!queue->first)
		queue->last = NULL;
	event->next = NULL;
	return event;
}

void event_drop_all(struct event_queue *queue)
{
	for (struct pw_event *event = event_pop(queue); event; event = event_pop(queue))
		pw_event_free(event);
}

void event_move_all(struct event_queue *from, struct event_queue *to)
{
	for (struct pw_event *event = event_pop(from); event; event = event_pop(from))
		event_push(to, event);
}

uint64_t pw_event_seq(const struct pw_event *event)
{
	return event->seq;
}

uint64_t pw_event_epoch(const struct pw_event *event)
{
	return event->epoch;
}

int64_t pw_event_time_ns(const struct pw_event *event)
{
	return event->time_ns;
}

int pw_event_is_state(const struct pw_event *event)
{
	return event->is_state;
}

const char *pw_event_topic(const struct pw_event *event)
{
	return event->topic;
}

const char *pw_event_json(const struct pw_event *event)
{
	return event->json;
}

const struct pw_value *pw_event_value(const struct pw_event *event)
{
	struct parsed *parsed = event->parsed;
	if (!parsed->is_done)
		parsed->value = value_read(event->json, event->json_bytes);
	parsed->is_done = true;
	return parsed->value;
}

const char *pw_event_text(const struct pw_event *event, const char *path)
{
	return pw_text(pw_get(pw_event_value(event), path));
}
