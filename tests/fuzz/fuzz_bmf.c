/* fuzz_bmf.c - any bytes as a file of Becky!. */
#include "one_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return one_file("Mail.bmf", data, n);
}
