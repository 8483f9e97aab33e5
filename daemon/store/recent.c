#include "recent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recent_row {
	struct topic *topic;
	int64_t reached;
	size_t n;
	char record[];
};

enum { FIRST_CAP = 256 };

static void *must(void *p)
{
	if (!p) {
		(void)fputs("policywatch: out of memory\n", stderr);
		abort();
	}
	return p;
}

static struct recent_row **slot(const struct recent *recent, uint64_t seq)
{
	return &recent->rows[seq & (recent->cap - 1)];
}

static size_t row_bytes(const struct recent_row *row)
{
	return sizeof *row + row->n;
}

static void drop(struct recent *recent, uint64_t seq)
{
	struct recent_row **row = slot(recent, seq);
	recent->bytes -= row_bytes(*row);
	free(*row);
	*row = NULL;
}

void recent_cut(struct recent *recent, uint64_t end)
{
	while (recent->end > end && recent->end > recent->first)
		drop(recent, --recent->end);
}

void recent_done(struct recent *recent)
{
	recent_cut(recent, 0);
	free(recent->rows);
	*recent = (struct recent){ 0 };
}

static void grow(struct recent *recent)
{
	struct recent bigger = *recent;
	bigger.cap = recent->cap ? recent->cap * 2 : FIRST_CAP;
	bigger.rows = must(calloc(bigger.cap, sizeof(struct recent_row *)));
	for (uint64_t seq = recent->first; seq < recent->end; seq++)
		*slot(&bigger, seq) = *slot(recent, seq);
	free(recent->rows);
	*recent = bigger;
}

void recent_push(
	struct recent *recent, uint64_t seq, struct topic *topic, int64_t reached, struct sv record, uint64_t committed)
{
	if (seq != recent->end) { /* the first one after a start */
		recent_cut(recent, 0);
		recent->first = recent->end = seq;
	}
	if (recent->end - recent->first == recent->cap)
		grow(recent);
	struct recent_row *row = must(malloc(sizeof *row + record.n));
	*row = (struct recent_row){ topic, reached, record.n };
	if (record.n)
		memcpy(row->record, record.p, record.n);
	*slot(recent, seq) = row;
	recent->end++;
	recent->bytes += row_bytes(row);
	while (recent->bytes > RECENT_BYTES && recent->first <= committed && recent->first < recent->end)
		drop(recent, recent->first++);
}

bool recent_has(const struct recent *recent, uint64_t seq)
{
	return seq >= recent->first && seq < recent->end;
}

struct topic *recent_topic(const struct recent *recent, uint64_t seq)
{
	return (*slot(recent, seq))->topic;
}

int64_t recent_reached(const struct recent *recent, uint64_t seq)
{
	return (*slot(recent, seq))->reached;
}

struct sv recent_record(const struct recent *recent, uint64_t seq)
{
	const struct recent_row *row = *slot(recent, seq);
	return (struct sv){ row->record, row->n };
}
