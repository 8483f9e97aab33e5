/* What the files of the state machine share: follow.c (phases), ask.c (questions), live.c (what is published), place.c
 * (how far the caller got). */
#ifndef LIB_FOLLOW_H
#define LIB_FOLLOW_H

#include "client.h"

#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 30000

int64_t follow_doubled(int64_t ms, unsigned times, int64_t max_ms);
void follow_enter(struct pw_client *client, enum phase phase);
/* Waits for pw_resume(). Returns why. */
enum pw_status follow_halt(struct pw_client *client, enum pw_status why);
/* The question failed: again after about wait_ms. */
void follow_ask_later(struct pw_client *client, int64_t wait_ms);

/* ask.c. Steps return PW_OK when something was done and there may be more. */
enum pw_status follow_ask(struct pw_client *client);
enum pw_status follow_step_asking(struct pw_client *client);

/* live.c */
enum pw_status follow_subscribe(struct pw_client *client);
enum pw_status follow_step_live(struct pw_client *client);
int64_t follow_stale_ms(const struct follow *follow); /* silence after which a subscription is taken for dead */

#endif
