/* A ZAP request, which carries what a stranger says before it is known. The input is a list of frames, each behind its length
 * in one byte. Whatever comes: one answer, and nobody is let in but by a known key or in the clear. */
#include "bus.h"
#include "sample_keys.h"
#include "zap.h"

#define RAW "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static size_t cut_frames(const uint8_t *bytes, size_t n, struct sv frames[ZAP_FRAMES])
{
	size_t count = 0;
	for (size_t at = 0; at < n && count < ZAP_FRAMES; count++) {
		size_t size = bytes[at++];
		size = size > n - at ? n - at : size;
		frames[count] = (struct sv){ (const char *)bytes + at, size };
		at += size;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct keys *keys;
	static char text[PW_KEY_CHARS + 1];
	struct sv frames[ZAP_FRAMES];
	struct zap_answer answer;
	if (!keys) {
		key_text(RAW, text);
		keys = sample_keys(NULL, &(struct sample_key){ "a", "control", text }, 1);
	}
	size_t count = cut_frames(bytes, n, frames);
	zap_decide(frames, count, keys, &answer);
	assert(strlen(answer.status) == 3);
	assert(answer.is_allowed == (strcmp(answer.status, "200") == 0));
	if (answer.is_allowed && sv_eq(frames[5], SV("CURVE")))
		assert(sv_eq(frames[6], SV(RAW)) && sv_eq(frames[2], SV("query")));
	else if (answer.is_allowed)
		assert(sv_eq(frames[5], SV("NULL")) && sv_eq(answer.user, SV(ZAP_PLAIN_USER)));

	struct bus_peer peer;
	char user[64] = { 0 };
	memcpy(user, bytes, n < sizeof user - 1 ? n : sizeof user - 1);
	zap_peer("192.0.2.1", user, keys, &peer);
	assert(!peer.rights || strcmp(user, text) == 0 || strcmp(user, ZAP_PLAIN_USER) == 0);
	return 0;
}
