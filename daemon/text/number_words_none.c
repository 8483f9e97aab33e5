/* Holds the place of the number tables until they come. */
struct number_words {
	int unused;
};
extern const struct number_words number_words_en, number_words_es;
const struct number_words number_words_en = { 0 }, number_words_es = { 0 };
