/* fuzz_archive.c - any bytes as an archive of mail files. */
#include "one_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return one_file("Mail.zip", data, n);
}
