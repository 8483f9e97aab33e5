/* What an HTTP answer means. */
#ifndef WATCH_ANSWER_H
#define WATCH_ANSWER_H

#include "watch.h"

struct answer {
	int http_status;
	bool was_conditional;
	bool is_challenge; /* a header says that a person is asked to prove being one */
	int64_t retry_after_ms;
};

/* OK for a page or a 304 to a conditional request; else the failure is filled. */
enum status answer_judge(const struct answer *answer, struct watch_failure *failure);
/* "Text/HTML; charset=\"utf-8\"" to "text/html" and "utf-8". */
void answer_media_type(struct arena *arena, struct sv header, struct sv *media_type, struct sv *charset);

#endif
