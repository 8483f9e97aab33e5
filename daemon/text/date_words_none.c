/* Holds the place of the date tables until they come. */
struct date_words {
	int unused;
};
extern const struct date_words date_words_en, date_words_es;
const struct date_words date_words_en = { 0 }, date_words_es = { 0 };
