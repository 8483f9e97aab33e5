/* What the files of the state machine share: follow.c (phases), ask.c (questions), snapshot.c (facts as they stand),
 * live.c (what is published), place.c (how far the caller got). */
#ifndef LIB_FOLLOW_H
#define LIB_FOLLOW_H

#include "client.h"
#include "message.h"

#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 30000

int64_t follow_backoff_ms(unsigned times); /* from 100 ms to 30 s */
int64_t follow_doubled(int64_t ms, unsigned times, int64_t max_ms);
void follow_enter(struct pw_client *client, enum phase phase);
/* Waits for pw_resume() about the log `epoch`. Returns why. */
enum pw_status follow_halt(struct pw_client *client, enum pw_status why, uint64_t epoch);
/* The question failed: again after about wait_ms. */
void follow_ask_later(struct pw_client *client, int64_t wait_ms);
/* This daemon is silent, or of no use: on to the next; after a whole round, with a pause. */
void follow_move_on(struct pw_client *client);

/* ask.c. Steps return PW_OK when something was done and there may be more. */
enum pw_status follow_ask(struct pw_client *client);
enum pw_status follow_step_asking(struct pw_client *client);
void follow_on_bad_answer(struct pw_client *client);
/* The daemon refuses us: to be asked again after wait_ms. PW_DENIED, or PW_OK when another one may take us. */
enum pw_status follow_on_denial(struct pw_client *client, int64_t wait_ms);
/* What came is of another log: HELLO tells which. */
void follow_on_other_log(struct pw_client *client);

/* snapshot.c */
void follow_begin_snapshot(struct pw_client *client);
size_t follow_snapshot_body(const struct pw_client *client, uint8_t out[MESSAGE_SNAPSHOT_MAX]);
enum pw_status follow_on_facts(struct pw_client *client);
/* GONE, and what a daemon says that does not know the verb. */
enum pw_status follow_on_snapshot_refusal(struct pw_client *client, uint8_t status);

/* live.c */
enum pw_status follow_subscribe(struct pw_client *client);
void follow_unsubscribe(struct pw_client *client);
enum pw_status follow_step_live(struct pw_client *client);
int64_t follow_stale_ms(const struct follow *follow); /* silence after which a subscription is taken for dead */

/* place.c */
void follow_take_up(struct pw_client *client, const struct place *place);
enum pw_status follow_check_snapshot(struct pw_client *client); /* was all of it handled? */

#endif
