/*
 * fuzz_json.c - any bytes as JSON: a tree or a refusal, and what is read can be
 * freed.
 */
#include "base/json.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard *mg;
	mgi_json *v;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	(void)mgi_json_parse(&v, mg, mgi_span(data, n), NULL);
	mgi_json_free(v);
	mailguard_free(mg);
	return 0;
}
