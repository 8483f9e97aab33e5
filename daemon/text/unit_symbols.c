#include "number_words.h"

/* Sorted by their words. */
/* clang-format off */
static const struct phrase symbols[] = {
	NAMED("$", UNIT_MONEY, 0, "USD"), TERM("%", UNIT_PERCENT), VALUE("% points", UNIT_POINTS, 1),
	NAMED("a $", UNIT_MONEY, 0, "AUD"), NAMED("au $", UNIT_MONEY, 0, "AUD"), NAMED("aud", UNIT_MONEY, 0, "AUD"),
	NAMED("brl", UNIT_MONEY, 0, "BRL"), NAMED("c $", UNIT_MONEY, 0, "CAD"), NAMED("ca $", UNIT_MONEY, 0, "CAD"),
	NAMED("cad", UNIT_MONEY, 0, "CAD"), NAMED("can $", UNIT_MONEY, 0, "CAD"),
	NAMED("chf", UNIT_MONEY, 0, "CHF"), NAMED("cm", UNIT_MEASURE, 0, "centimetres"),
	NAMED("cny", UNIT_MONEY, 0, "CNY"), NAMED("dkk", UNIT_MONEY, 0, "DKK"), NAMED("eur", UNIT_MONEY, 0, "EUR"),
	NAMED("ft", UNIT_MEASURE, 0, "feet"), NAMED("gbp", UNIT_MONEY, 0, "GBP"),
	NAMED("gt", UNIT_MEASURE, 0, "gigatonnes"), NAMED("gw", UNIT_MEASURE, 0, "gigawatts"),
	NAMED("ha", UNIT_MEASURE, 0, "hectares"), NAMED("hk $", UNIT_MONEY, 0, "HKD"),
	NAMED("inr", UNIT_MONEY, 0, "INR"), NAMED("jpy", UNIT_MONEY, 0, "JPY"),
	NAMED("kg", UNIT_MEASURE, 0, "kilograms"), NAMED("km", UNIT_MEASURE, 0, "kilometres"),
	NAMED("km / h", UNIT_MEASURE, 0, "kilometres an hour"), NAMED("kw", UNIT_MEASURE, 0, "kilowatts"),
	NAMED("kwh", UNIT_MEASURE, 0, "kilowatt-hours"), NAMED("lb", UNIT_MEASURE, 0, "pounds"),
	NAMED("lbs", UNIT_MEASURE, 0, "pounds"), NAMED("ml", UNIT_MEASURE, 0, "millilitres"),
	NAMED("mph", UNIT_MEASURE, 0, "miles an hour"), NAMED("mt", UNIT_MEASURE, 0, "megatonnes"),
	NAMED("mw", UNIT_MEASURE, 0, "megawatts"), NAMED("mwh", UNIT_MEASURE, 0, "megawatt-hours"),
	NAMED("mx $", UNIT_MONEY, 0, "MXN"), NAMED("mxn", UNIT_MONEY, 0, "MXN"),
	NAMED("mxn $", UNIT_MONEY, 0, "MXN"), NAMED("nok", UNIT_MONEY, 0, "NOK"),
	NAMED("nt $", UNIT_MONEY, 0, "TWD"), NAMED("nz $", UNIT_MONEY, 0, "NZD"),
	NAMED("pln", UNIT_MONEY, 0, "PLN"), NAMED("ppm", UNIT_MEASURE, 0, "parts per million"),
	NAMED("r $", UNIT_MONEY, 0, "BRL"), NAMED("rmb", UNIT_MONEY, 0, "CNY"), NAMED("rs", UNIT_MONEY, 0, "INR"),
	NAMED("s $", UNIT_MONEY, 0, "SGD"), NAMED("sek", UNIT_MONEY, 0, "SEK"),
	NAMED("twh", UNIT_MEASURE, 0, "terawatt-hours"), NAMED("u$s", UNIT_MONEY, 0, "USD"),
	NAMED("u.s. $", UNIT_MONEY, 0, "USD"), NAMED("us $", UNIT_MONEY, 0, "USD"),
	NAMED("us$", UNIT_MONEY, 0, "USD"), NAMED("usd", UNIT_MONEY, 0, "USD"),
	NAMED("usd $", UNIT_MONEY, 0, "USD"), NAMED("£", UNIT_MONEY, 0, "GBP"), NAMED("¥", UNIT_MONEY, 0, "JPY"),
	NAMED("°", UNIT_MEASURE, 0, "degrees"), NAMED("° c", UNIT_MEASURE, 0, "degrees Celsius"),
	NAMED("° f", UNIT_MEASURE, 0, "degrees Fahrenheit"), NAMED("°c", UNIT_MEASURE, 0, "degrees Celsius"),
	NAMED("°f", UNIT_MEASURE, 0, "degrees Fahrenheit"), VALUE("‰", UNIT_PERCENT, 0.1),
	NAMED("₩", UNIT_MONEY, 0, "KRW"), NAMED("₪", UNIT_MONEY, 0, "ILS"), NAMED("€", UNIT_MONEY, 0, "EUR"),
	NAMED("₴", UNIT_MONEY, 0, "UAH"), NAMED("₹", UNIT_MONEY, 0, "INR"), NAMED("₺", UNIT_MONEY, 0, "TRY"),
	NAMED("₽", UNIT_MONEY, 0, "RUB"),
};

const struct phrase_table unit_symbols = PHRASES(symbols);
