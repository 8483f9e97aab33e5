#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* By density, by CSS and by XPath in turn. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct sv selectors[] = { { 0 }, SV("div p, #a .b"), SV("//*[text()]") };
	fuzz_read(bytes, n, SOURCE_PAGE, selectors[n % 3]);
	return 0;
}
