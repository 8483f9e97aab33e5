#include "actors.h"
#include "cue.h"
#include "dates.h"
#include "quantity.h"
__attribute__((weak)) void text_actors(struct arena *a, struct sv s, const struct token_list *t, const struct language *l, struct actor_list *o) { (void)a;(void)s;(void)t;(void)l;(void)o; }
__attribute__((weak)) void text_cues(struct arena *a, struct sv s, const struct token_list *t, const struct language *l, struct cue_list *o) { (void)a;(void)s;(void)t;(void)l;(void)o; }
__attribute__((weak)) void text_quantities(struct arena *a, struct sv s, const struct token_list *t, const struct language *l, struct quantity_list *o) { (void)a;(void)s;(void)t;(void)l;(void)o; }
__attribute__((weak)) void text_dates(struct arena *a, struct sv s, const struct token_list *t, const struct language *l, struct date d, struct date_list *o) { (void)a;(void)s;(void)t;(void)l;(void)d;(void)o; }
__attribute__((weak)) bool text_date_parse(struct sv v, const struct language *l, struct wall_ms *o) { (void)l; return wall_parse(v,o); }
