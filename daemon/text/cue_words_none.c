/* Holds the place of the cue tables until they come. */
struct cue_words {
	int unused;
};
extern const struct cue_words cue_words_en, cue_words_es;
const struct cue_words cue_words_en = { 0 }, cue_words_es = { 0 };
