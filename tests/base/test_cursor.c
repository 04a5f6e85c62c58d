/* What base/cursor.c promises. The name of a test is the promise. */
#include "base/cursor.h"
#include "base/text.h"
#include "support/ok.h"

#include <string.h>

TestSuite(base_cursor);

static const unsigned char bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static mgi_cursor at(size_t n)
{
	return mgi_cursor_of(mgi_span(bytes, n));
}

Test(base_cursor, reads_both_byte_orders)
{
	mgi_cursor c = at(9);

	cr_expect(eq(u64, mgi_cursor_u64le(&c), UINT64_C(0x0807060504030201)));
	cr_expect(eq(u8, mgi_cursor_u8(&c), 9));
	c = at(9);
	cr_expect(eq(u16, mgi_cursor_u16le(&c), 0x0201));
	cr_expect(eq(u16, mgi_cursor_u16be(&c), 0x0304));
	cr_expect(eq(u32, mgi_cursor_u32be(&c), 0x05060708u));
	c = at(9);
	cr_expect(eq(u32, mgi_cursor_u32le(&c), 0x04030201u));
	cr_expect(eq(sz, mgi_cursor_left(&c), (size_t)5));
	cr_expect(eq(int, c.failed, 0));
}

Test(base_cursor, past_the_end_all_is_zero_for_ever)
{
	mgi_cursor c = at(3);

	cr_expect(zero(u32, mgi_cursor_u32le(&c)));
	cr_expect(eq(int, c.failed, 1));
	cr_expect(zero(u8, mgi_cursor_u8(&c)), "even though one is left");
	cr_expect(zero(sz, mgi_cursor_take(&c, 1).len));
	c = at(3);
	mgi_cursor_skip(&c, SIZE_MAX);
	cr_expect(eq(int, c.failed, 1));
	c = mgi_cursor_of(mgi_span(NULL, 0));
	cr_expect(zero(u8, mgi_cursor_u8(&c)));
}

Test(base_cursor, lines_end_in_lf_or_crlf_or_at_the_end)
{
	mgi_cursor c = mgi_cursor_of(mgi_span_of("a\r\n\nb\rc\nd"));
	static const char *const want[] = { "a", "", "b\rc", "d" };
	mailguard_span line;
	size_t i;

	for (i = 0; i < 4; i++) {
		cr_assert(mgi_cursor_line(&line, &c));
		cr_expect(eq(int, mgi_span_is(line, want[i]), 1), "line %zu",
		          i);
	}
	cr_expect(eq(int, mgi_cursor_line(&line, &c), 0));
}

Test(base_cursor, until_leaves_the_separator_out)
{
	mgi_cursor c = mgi_cursor_of(mgi_span_of("a:b"));
	mailguard_span s;

	cr_assert(mgi_cursor_until(&s, &c, ':'));
	cr_expect(eq(int, mgi_span_is(s, "a"), 1));
	cr_assert(mgi_cursor_until(&s, &c, ':'));
	cr_expect(eq(int, mgi_span_is(s, "b"), 1));
	cr_expect(eq(int, mgi_cursor_until(&s, &c, ':'), 0));
}
