/*
 * fuzz_charset.c - any bytes in any charset give valid UTF-8, the same however
 * they are cut, whose own encoding does not fall over; nor does it matter to
 * the guess at the charset where they are cut. Input: a byte (which charset),
 * a byte (how long the pieces are), the text.
 */
#include "base/charset.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_sniff(mailguard_span s, size_t piece)
{
	const mgi_charset *whole = mgi_charset_sniff(s), *cut;
	mgi_sniff sniff;
	bool sure;

	mgi_sniff_begin(&sniff);
	for (; s.len; s = mgi_span_from(s, piece))
		mgi_sniff_feed(&sniff, mgi_span_head(s, piece));
	cut = mgi_sniff_likeliest(&sniff, &sure);
	must(cut == whole);
}

static void check_pieces(mailguard *mg,
                         const mgi_charset *cs,
                         mailguard_span s,
                         const mailguard_buffer *whole,
                         size_t piece)
{
	mailguard_buffer out;
	mgi_decoder *d;

	mgi_buf_init(&out, mg);
	must(mgi_decoder_new(&d, mg, cs, NULL) == MAILGUARD_OK);
	for (; s.len; s = mgi_span_from(s, piece))
		must(mgi_decoder_feed(d, &out, mgi_span_head(s, piece), NULL) ==
		     MAILGUARD_OK);
	must(mgi_decoder_end(d, &out, NULL) == MAILGUARD_OK);
	must(out.len == whole->len &&
	     memcmp(mgi_buf_text(&out), mgi_buf_text(whole), out.len) == 0);
	mgi_decoder_free(d);
	mgi_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const labels[] = {
		"utf-8",       "utf-16",       "utf-7",       "iso-2022-jp",
		"shift_jis",   "euc-jp",       "gb18030",     "big5",
		"iso-2022-kr", "windows-1258", "iso-2022-cn", "euc-kr",
		"koi8-r",      "windows-1252", "utf-32be",    "iso-2022-jp-2",
	};
	mailguard_buffer utf8, back;
	const mgi_charset *cs;
	mgi_misfits misfits;
	mgi_damage damage;
	mailguard_span s;
	mailguard *mg;

	if (n < 2 || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	cs = mgi_charset_find(mgi_span_of(labels[data[0] % 16]));
	s = mgi_span(data + 2, n - 2);
	mgi_buf_init(&utf8, mg);
	mgi_buf_init(&back, mg);
	check_sniff(s, 1 + data[1] % 16);
	must(mgi_charset_decode(&utf8, &damage, cs, s, NULL) == MAILGUARD_OK);
	must(mgi_utf8_valid(mgi_buf_span(&utf8)));
	check_pieces(mg, cs, s, &utf8, 1 + data[1] % 16);
	(void)mgi_charset_encode(&back, &misfits, cs, mgi_buf_span(&utf8),
	                         NULL);
	mgi_buf_done(&back);
	mgi_buf_done(&utf8);
	mailguard_free(mg);
	return 0;
}
