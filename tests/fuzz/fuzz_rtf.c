/*
 * fuzz_rtf.c - any bytes as compressed RTF, and as RTF of each kind, end and
 * give valid UTF-8. Input: a byte (which), the bytes.
 */
#include "store/mapi/rtf.h"

#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard_buffer rtf, text;
	mailguard *mg;

	if (!n || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	mgi_buf_init(&rtf, mg);
	mgi_buf_init(&text, mg);
	if (data[0] & 4)
		(void)mgi_rtf_unpack(&rtf, mgi_span(data + 1, n - 1), NULL);
	else
		mgi_buf_add(&rtf, data + 1, n - 1);
	(void)mgi_rtf_kind_of(mgi_buf_span(&rtf));
	(void)mgi_rtf_text(&text, mgi_buf_span(&rtf),
	                   (mgi_rtf_kind)(data[0] % 3), NULL);
	if (!mgi_utf8_valid(mgi_buf_span(&text)))
		abort();
	mgi_buf_done(&text);
	mgi_buf_done(&rtf);
	mailguard_free(mg);
	return 0;
}
