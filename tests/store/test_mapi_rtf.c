/* RTF promises to give back the HTML or the text that was hidden in it. */
#include "store/mapi/rtf.h"

#include <string.h>

#include "base/text.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(store_rtf, .init = setup, .fini = teardown, .timeout = 60);

/* The examples of [MS-OXRTFCP] 4.1.1 and 4.1.2. */
static const unsigned char simple[] = {
	0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a,
	0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
	0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a,
	0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77,
	0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
};
static const unsigned char crossing[] = {
	0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a,
	0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20,
	0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
};

Test(store_rtf, the_examples_of_the_specification_unpack)
{
	mailguard_buffer out;

	mgi_buf_init(&out, mg);
	cr_expect(
		eq(int,
	           mgi_rtf_unpack(&out, mgi_span(simple, sizeof(simple)), NULL),
	           MAILGUARD_OK));
	cr_expect(eq(str, (char *)mgi_buf_text(&out),
	             "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"));
	mgi_buf_cut(&out, 0);
	cr_expect(eq(int,
	             mgi_rtf_unpack(&out, mgi_span(crossing, sizeof(crossing)),
	                            NULL),
	             MAILGUARD_OK));
	cr_expect(eq(str, (char *)mgi_buf_text(&out),
	             "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"));
	mgi_buf_done(&out);
}

Test(store_rtf, what_is_torn_or_changed_gives_what_comes_before)
{
	unsigned char bad[sizeof(simple)];
	mailguard_buffer out;
	size_t n;

	for (n = 0; n < sizeof(simple); n++) {
		mgi_buf_init(&out, mg);
		cr_expect(eq(int,
		             mgi_rtf_unpack(&out, mgi_span(simple, n), NULL),
		             MAILGUARD_EFORMAT),
		          "%zu bytes", n);
		cr_expect(strncmp("{\\rtf1\\ansi\\ansicpg1252\\pard hello "
		                  "world}\r\n",
		                  mgi_buf_text(&out), out.len) == 0);
		mgi_buf_done(&out);
	}
	memcpy(bad, simple, sizeof(bad));
	bad[20] ^= 1;
	mgi_buf_init(&out, mg);
	cr_expect(eq(int,
	             mgi_rtf_unpack(&out, mgi_span(bad, sizeof(bad)), NULL),
	             MAILGUARD_EFORMAT));
	mgi_buf_done(&out);
}

#define HTML_HEAD                                                \
 "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0"                 \
 "{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fnil\\fcharset128 MS;}}" \
 "{\\colortbl\\red0;}\\uc1\\pard"
#define TEXT_HEAD "{\\rtf1\\ansi\\ansicpg932\\fromtext \\uc1"

static const struct {
	const char *rtf, *text, *why;
} rows[] = {
	{ HTML_HEAD "{\\*\\htmltag64 <p>}\\htmlrtf \\par \\htmlrtf0 a"
	            "{\\*\\htmltag84 &nbsp;}\\htmlrtf \\'a0\\htmlrtf0 "
	            "{\\*\\htmltag72 </p>}}",
	  "<p>a&nbsp;</p>", "tags as they were, RTF's own left out" },
	{ HTML_HEAD "{\\*\\mhtmltag84 <img src=x>}{\\*\\htmltag84 <img>}}",
	  "<img>", "what was rewritten for MIME is not it" },
	{ HTML_HEAD "\\f1 \\'82\\'a0\\'83A\\f0 \\'e9}",
	  "\xe3\x81\x82\xe3\x82\xa2"
	  "\xc3\xa9",
	  "bytes are read by the font's charset, a trail byte may be bare" },
	{ HTML_HEAD "\\u12354?\\u-3913 ?\\u-9159?}",
	  "\xe3\x81\x82\xef\x82\xb7\xef\xbf\xbd",
	  "characters with a stand-in" },
	{ HTML_HEAD "\\u-10180?\\u-8193?}", "\xf0\x9f\x8f\xbf",
	  "a pair of surrogates is one character" },
	{ HTML_HEAD "{\\*\\htmltag \\{\\\\\\}}{\\*\\unknown x}}", "{\\}",
	  "escapes are read, unknown destinations are not" },
	{ HTML_HEAD "\\htmlrtf {\\b hidden {\\*\\htmltag4 <b>}}\\htmlrtf0 "
	            "seen}",
	  "<b>seen", "a tag among what is left out is a tag" },
	{ TEXT_HEAD " a\\par b\\line c\\tab d\\par\n\\'82\\'a0}",
	  "a\nb\nc\td\n\xe3\x81\x82", "text with its lines" },
	{ "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info x}\\f0 own "
	  "{\\pict 00}\\emdash{\\field{\\*\\fldinst X}{\\fldrslt link}}}",
	  "own \xe2\x80\x94link", "its own text without tables and pictures" },
	{ TEXT_HEAD " a\\bin3 }}}b}", "ab", "binary is skipped" },
	{ "{\\rtf1 }}}}a", "a", "more ends than groups" },
};

Test(store_rtf, gives_back_what_was_hidden_in_it)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_span rtf = mgi_span_of(rows[i].rtf);
		mailguard_buffer out;

		mgi_buf_init(&out, mg);
		ok(mgi_rtf_text(&out, rtf, mgi_rtf_kind_of(rtf), NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out),
		             (char *)rows[i].text),
		          "%s", rows[i].why);
		mgi_buf_done(&out);
	}
}

Test(store_rtf, ends_wherever_it_is_cut_and_however_deep_it_is)
{
	mailguard_span rtf = mgi_span_of(rows[0].rtf);
	mailguard_buffer out, deep;
	size_t n;

	for (n = 0; n <= rtf.len; n++) {
		mgi_buf_init(&out, mg);
		ok(mgi_rtf_text(&out, mgi_span_head(rtf, n), MGI_RTF_HTML,
		                NULL));
		mgi_buf_done(&out);
	}
	mgi_buf_init(&out, mg);
	mgi_buf_init(&deep, mg);
	for (n = 0; n < 100000; n++)
		mgi_buf_putc(&deep, '{');
	mgi_buf_puts(&deep, "x");
	for (n = 0; n < 100000; n++)
		mgi_buf_putc(&deep, '}');
	mgi_buf_puts(&deep, "y");
	ok(mgi_rtf_text(&out, mgi_buf_span(&deep), MGI_RTF_OWN, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "xy"));
	mgi_buf_done(&deep);
	mgi_buf_done(&out);
}

Test(store_rtf, every_failing_allocation_is_told)
{
	mailguard_status st = MAILGUARD_ENOMEM;
	int n;

	for (n = 0; n < 100 && st != MAILGUARD_OK; n++) {
		mailguard_buffer out;
		mailguard *own;

		if (mailguard_new(&own, fail_alloc_at(n), NULL) < 0)
			continue;
		mgi_buf_init(&out, own);
		st = mgi_rtf_text(&out, mgi_span_of(rows[2].rtf), MGI_RTF_HTML,
		                  NULL);
		cr_expect(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		if (st == MAILGUARD_OK)
			cr_expect(eq(str, (char *)mgi_buf_text(&out),
			             (char *)rows[2].text));
		mgi_buf_done(&out);
		mailguard_free(own);
		cr_assert(eq(int, fail_alloc_live(), 0));
	}
	cr_expect(gt(int, n, 2));
}
