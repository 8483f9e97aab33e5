/* Holds the place of the actor tables until they come. */
struct actor_words {
	int unused;
};
extern const struct actor_words actor_words_en, actor_words_es;
const struct actor_words actor_words_en = { 0 }, actor_words_es = { 0 };
