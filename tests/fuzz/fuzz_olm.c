/* fuzz_olm.c - any bytes as an export of Outlook for Mac. */
#include "one_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return one_file("Mail.olm", data, n);
}
