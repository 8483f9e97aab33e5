/* Layout of bytes: id, text, then numbers of unit and per, the parties, the aliases; then the profile: how many runs,
 * and each run as its length and its terms. All numbers are varints. */
#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "memory.h"
#include "token.h"

#define RECORD_BYTES_MAX (1u << 20) /* longer texts of a fact are not facts */

static void put_number(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		(void)buf_char(out, (char)(v | 0x80));
		v >>= 7;
	}
	(void)buf_char(out, (char)v);
}

static uint32_t get_number(const uint8_t **at)
{
	uint32_t v = 0;
	int shift = 0;
	while (**at & 0x80) {
		v |= (uint32_t)(*(*at)++ & 0x7f) << shift;
		shift += 7;
	}
	return v | (uint32_t) * (*at)++ << shift;
}

static void put_text(struct buf *out, struct sv v)
{
	put_number(out, v.n);
	(void)buf_append(out, v);
}

static struct sv get_text(const uint8_t **at)
{
	uint32_t n = get_number(at);
	struct sv v = { (const char *)*at, n };
	*at += n;
	return v;
}

static void put_run(struct buf *out, struct terms *terms, struct arena *scratch, struct sv text, struct sv hint)
{
	struct word_list words = { 0 };
	words_read(scratch, terms, text, language_detect(text, hint), NULL, &words);
	put_number(out, words.n);
	for (size_t i = 0; i < words.n; i++)
		put_number(out, terms_number(terms, words.items[i].name));
}

struct record *record_new(struct terms *names, struct terms *terms, const struct fact *fact, struct arena *scratch)
{
	struct buf out;
	buf_init(&out, RECORD_BYTES_MAX);
	put_text(&out, fact->id);
	put_text(&out, fact->text);
	put_number(&out, terms_number(names, fact->figure.unit));
	put_number(&out, terms_number(names, fact->figure.per));
	put_number(&out, fact->parties.n);
	for (size_t i = 0; i < fact->parties.n; i++)
		put_number(&out, terms_number(names, fact->parties.items[i]));
	put_number(&out, fact->aliases.n);
	for (size_t i = 0; i < fact->aliases.n; i++)
		put_text(&out, fact->aliases.items[i]);
	size_t profile = out.n;
	struct sv lang = language_tag(language_detect(fact->text, SV("en")));
	put_number(&out, fact->aliases.n + 2);
	put_run(&out, terms, scratch, fact->text, lang);
	for (size_t i = 0; i < fact->aliases.n; i++)
		put_run(&out, terms, scratch, fact->aliases.items[i], lang);
	put_run(&out, terms, scratch, fact->figure.unit, lang);
	struct record *record = memory_zeroed(sizeof *record + out.n);
	record->value = fact->figure.value;
	record->as_of = fact->as_of;
	record->deadline = fact->deadline;
	record->n_bytes = (uint32_t)out.n;
	record->beat = terms_number(names, fact->beat);
	record->profile = (uint32_t)profile;
	record->kind = (uint8_t)fact->kind;
	record->status = (uint8_t)fact->status;
	record->bound = (uint8_t)fact->figure.bound;
	record->direction = (uint8_t)fact->figure.direction;
	record->has_figure = fact->figure.is_set;
	memcpy(record->bytes, out.p, out.n);
	buf_done(&out);
	return record;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	free(record->unpacked);
	free(record);
}

struct sv record_id(const struct record *record)
{
	const uint8_t *at = record->bytes;
	return get_text(&at);
}

size_t record_bytes(const struct record *record)
{
	return sizeof *record + record->n_bytes;
}

bool record_same_profile(const struct record *a, const struct record *b)
{
	size_t n = a->n_bytes - a->profile;
	return n == b->n_bytes - b->profile && a->beat == b->beat &&
		memcmp(a->bytes + a->profile, b->bytes + b->profile, n) == 0;
}

/* Fills the fact; the two lists of views and the names go to `room`, which is large enough (unpacked_room). */
static struct fact unpack(const struct record *record, const struct terms *names, char *room)
{
	const uint8_t *at = record->bytes;
	struct fact fact = { .kind = (enum fact_kind)record->kind, .status = (enum fact_status)record->status };
	fact.id = get_text(&at);
	fact.text = get_text(&at);
	uint32_t unit = get_number(&at), per = get_number(&at);
	fact.as_of = record->as_of;
	fact.deadline = record->deadline;
	fact.figure = (struct figure){ .is_set = record->has_figure,
		.value = record->value,
		.bound = (enum bound)record->bound,
		.direction = (enum direction)record->direction };
	fact.parties.n = fact.parties.cap = get_number(&at);
	fact.parties.items = (struct sv *)(void *)room;
	room += fact.parties.n * sizeof(struct sv);
	for (size_t i = 0; i < fact.parties.n; i++)
		fact.parties.items[i] = terms_name(names, get_number(&at));
	fact.aliases.n = fact.aliases.cap = get_number(&at);
	fact.aliases.items = (struct sv *)(void *)room;
	room += fact.aliases.n * sizeof(struct sv);
	for (size_t i = 0; i < fact.aliases.n; i++)
		fact.aliases.items[i] = get_text(&at);
	struct sv *shared[3] = { &fact.beat, &fact.figure.unit, &fact.figure.per };
	fact.beat = terms_name(names, record->beat);
	fact.figure.unit = terms_name(names, unit);
	fact.figure.per = terms_name(names, per);
	for (size_t i = 0; i < fact.parties.n + 3; i++) {
		struct sv *name = i < 3 ? shared[i] : &fact.parties.items[i - 3];
		if (name->n > 0)
			memcpy(room, name->p, name->n);
		name->p = room;
		room += name->n;
	}
	return fact;
}

static size_t unpacked_room(const struct record *record, const struct terms *names)
{
	const uint8_t *at = record->bytes;
	(void)get_text(&at);
	(void)get_text(&at);
	size_t bytes = terms_name(names, record->beat).n + terms_name(names, get_number(&at)).n;
	bytes += terms_name(names, get_number(&at)).n;
	uint32_t parties = get_number(&at);
	for (uint32_t i = 0; i < parties; i++)
		bytes += terms_name(names, get_number(&at)).n;
	return bytes + (parties + get_number(&at)) * sizeof(struct sv);
}

struct fact record_fact(const struct record *record, const struct terms *names, struct arena *arena)
{
	return unpack(record, names, arena_alloc(arena, unpacked_room(record, names) + 1));
}

const struct fact *record_unpacked(struct record *record, const struct terms *names)
{
	if (!record->unpacked) {
		struct fact *fact = memory_zeroed(sizeof *fact + unpacked_room(record, names));
		*fact = unpack(record, names, (char *)(fact + 1));
		record->unpacked = fact;
	}
	return record->unpacked;
}

struct profile record_profile(const struct record *record)
{
	struct profile profile = { record->bytes + record->profile, record->bytes + record->n_bytes, 0 };
	profile.n_runs = get_number(&profile.at);
	return profile;
}

bool profile_next(struct profile *profile, struct term_run *out)
{
	if (profile->n_runs == 0)
		return false;
	profile->n_runs--;
	out->n = get_number(&profile->at);
	out->at = profile->at;
	for (uint32_t i = 0; i < out->n; i++)
		(void)get_number(&profile->at);
	return true;
}

uint32_t run_next(struct term_run *run)
{
	run->n--;
	return get_number(&run->at);
}
