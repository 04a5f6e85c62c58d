/* What base/text.c and base/utf8.c promise, in the names of the tests. */
#include "base/text.h"
#include "support/ok.h"

#include <string.h>

TestSuite(base_text);

Test(base_text, classes_are_ascii_whatever_the_byte)
{
	int c, letters = 0, digits = 0, spaces = 0, hex = 0;

	for (c = -1; c < 256; c++) {
		letters += mgi_is_alpha(c);
		digits += mgi_is_digit(c);
		spaces += mgi_is_space(c);
		hex += mgi_is_xdigit(c);
		if (!mgi_is_alpha(c)) {
			cr_expect(eq(int, mgi_lower(c), c));
			cr_expect(eq(int, mgi_upper(c), c));
		}
	}
	cr_expect(eq(int, letters, 52));
	cr_expect(eq(int, digits, 10));
	cr_expect(eq(int, spaces, 6));
	cr_expect(eq(int, hex, 22));
	cr_expect(eq(int, mgi_lower('Q'), 'q'));
	cr_expect(eq(int, mgi_xdigit('F'), 15));
	cr_expect(eq(int, mgi_xdigit('g'), -1));
}

Test(base_text, spans_compare_whole_or_by_their_head)
{
	mailguard_span s = mgi_span_of("Mail Box");

	cr_expect(eq(int, mgi_span_is(s, "Mail Box"), 1));
	cr_expect(eq(int, mgi_span_is(s, "Mail"), 0));
	cr_expect(eq(int, mgi_span_is(s, "mail box"), 0));
	cr_expect(eq(int, mgi_span_is_nocase(s, "mAIL bOX"), 1));
	cr_expect(eq(int, mgi_span_is_nocase(s, "mail boxes"), 0));
	cr_expect(eq(int, mgi_span_starts(s, "Mail"), 1));
	cr_expect(eq(int, mgi_span_starts(s, "mail"), 0));
	cr_expect(eq(int, mgi_span_starts_nocase(s, "mail"), 1));
	cr_expect(eq(int, mgi_span_starts(s, "Mail Boxes"), 0));
	cr_expect(eq(int, (int)mgi_span_find_nocase(s, "BOX"), 5));
	cr_expect(eq(int, (int)mgi_span_find_nocase(s, "boxes"), -1));
	cr_expect(zero(sz, mgi_span_of(NULL).len));
	cr_expect(eq(int, mgi_strcmp_nocase("ABC", "abc"), 0));
	cr_expect(lt(int, mgi_strcmp_nocase("ab", "ABC"), 0));
}

Test(base_text, spans_are_cut_without_leaving_them)
{
	mailguard_span s = mgi_span_of(" \tab\r\n");

	cr_expect(eq(int, mgi_span_is(mgi_span_trim(s), "ab"), 1));
	cr_expect(zero(sz, mgi_span_trim(mgi_span_of(" \n")).len));
	cr_expect(zero(sz, mgi_span_from(s, 100).len));
	cr_expect(eq(sz, mgi_span_head(s, 100).len, s.len));
}

Test(base_text, numbers_are_whole_and_within_their_limit)
{
	static const struct {
		const char *text;
		uint64_t max;
		int good;
	} rows[] = {
		{ "0", 0, 1 },
		{ "18446744073709551615", UINT64_MAX, 1 },
		{ "18446744073709551616", UINT64_MAX, 0 },
		{ "99999999999999999999999", UINT64_MAX, 0 },
		{ "65535", 65535, 1 },
		{ "65536", 65535, 0 },
		{ "7", 6, 0 },
		{ "", 9, 0 },
		{ "+1", 9, 0 },
		{ "-1", 9, 0 },
		{ " 1", 9, 0 },
		{ "1 ", 9, 0 },
		{ "1a", 99, 0 },
	};
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int,
		             mgi_span_u64(&n, mgi_span_of(rows[i].text),
		                          rows[i].max),
		             rows[i].good),
		          "\"%s\"", rows[i].text);
}

Test(base_text, only_scalar_values_in_shortest_form_are_utf8)
{
	static const struct {
		const char *why, *text;
		int good;
	} rows[] = {
		{ "ASCII", "a", 1 },
		{ "two", "\xc3\xa9", 1 },
		{ "three", "\xe3\x81\x82", 1 },
		{ "four", "\xf0\x9f\x93\xa7", 1 },
		{ "last", "\xf4\x8f\xbf\xbf", 1 },
		{ "beyond", "\xf4\x90\x80\x80", 0 },
		{ "surrogate", "\xed\xa0\x80", 0 },
		{ "overlong", "\xc0\xaf", 0 },
		{ "overlong three", "\xe0\x80\xaf", 0 },
		{ "overlong four", "\xf0\x80\x80\xaf", 0 },
		{ "lone tail", "\x80", 0 },
		{ "cut", "\xe3\x81", 0 },
		{ "never", "\xff", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int, mgi_utf8_valid(mgi_span_of(rows[i].text)),
		             rows[i].good),
		          "%s", rows[i].why);
}

Test(base_text, every_scalar_value_survives_writing_and_reading)
{
	uint32_t c, bad = 0;
	char out[4];

	for (c = 0; c <= 0x110000; c++) {
		size_t n = mgi_utf8_put(out, c), at = 0;
		uint32_t want = c > 0x10ffff || (c >= 0xd800 && c < 0xe000)
		                        ? 0xfffd
		                        : c;

		bad += mgi_utf8_next(mgi_span(out, n), &at) != want || at != n;
	}
	cr_expect(zero(u32, bad));
}

Test(base_text, a_cut_splits_no_character)
{
	mailguard_span s = mgi_span_of("aあ");

	cr_expect(eq(sz, mgi_utf8_cut(s, 4), (size_t)4));
	cr_expect(eq(sz, mgi_utf8_cut(s, 3), (size_t)1));
	cr_expect(eq(sz, mgi_utf8_cut(s, 2), (size_t)1));
	cr_expect(eq(sz, mgi_utf8_cut(s, 0), (size_t)0));
	cr_expect(eq(sz, mgi_utf8_cut(s, 100), (size_t)4));
}
