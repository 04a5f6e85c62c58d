/* fuzz_dbx.c - any bytes as a folder of Outlook Express. */
#include "one_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return one_file("Inbox.dbx", data, n);
}
