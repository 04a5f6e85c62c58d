/*
 * fuzz_charset.c - any bytes in any charset give valid UTF-8, whose own
 * encoding does not fall over. Input: a byte (which charset), the text.
 */
#include "base/charset.h"

#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const labels[] = {
		"utf-8",  "utf-16",  "utf-7", "iso-2022-jp", "shift_jis",
		"euc-jp", "gb18030", "big5",  "iso-2022-kr", "windows-1258"
	};
	mailguard_buffer utf8, back;
	const mgi_charset *cs;
	mgi_misfits misfits;
	mgi_damage damage;
	mailguard *mg;

	if (!n || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	cs = mgi_charset_find(mgi_span_of(labels[data[0] % 10]));
	mgi_buf_init(&utf8, mg);
	mgi_buf_init(&back, mg);
	(void)mgi_charset_sniff(mgi_span(data, n));
	(void)mgi_charset_decode(&utf8, &damage, cs, mgi_span(data + 1, n - 1),
	                         NULL);
	if (!mgi_utf8_valid(mgi_buf_span(&utf8)))
		abort();
	(void)mgi_charset_encode(&back, &misfits, cs, mgi_buf_span(&utf8),
	                         NULL);
	mgi_buf_done(&back);
	mgi_buf_done(&utf8);
	mailguard_free(mg);
	return 0;
}
