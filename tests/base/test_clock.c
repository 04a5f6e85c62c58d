/* What base/clock.c promises. The name of a test is the promise. */
#include "base/clock.h"
#include "base/text.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;
static mailguard_buffer b;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	mgi_buf_init(&b, mg);
}

static void teardown(void)
{
	mgi_buf_done(&b);
	mailguard_free(mg);
}

TestSuite(base_clock, .init = setup, .fini = teardown);

#define SECOND INT64_C(1000000)

Test(base_clock, times_are_written_and_read_back)
{
	static const struct {
		mailguard_time t;
		int32_t offset;
		char *text;
	} rows[] = {
		{ 1 * SECOND, 0, "1970-01-01T00:00:01Z" },
		{ -1 * SECOND, 0, "1969-12-31T23:59:59Z" },
		{ 1768262400 * SECOND, 0, "2026-01-13T00:00:00Z" },
		{ 1768262400 * SECOND, 32400, "2026-01-13T09:00:00+09:00" },
		{ 1768262400 * SECOND, -12600, "2026-01-12T20:30:00-03:30" },
		{ 951782400 * SECOND, 0, "2000-02-29T00:00:00Z" },
		{ 4107542400 * SECOND, 0, "2100-03-01T00:00:00Z" },
		{ 1768262400 * SECOND + 120, 0, "2026-01-13T00:00:00.00012Z" },
		{ 253402300799 * SECOND, 0, "9999-12-31T23:59:59Z" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_buf_cut(&b, 0);
		mgi_time_rfc3339(&b, rows[i].t, rows[i].offset);
		cr_expect(eq(str, (char *)mgi_buf_text(&b), rows[i].text));
		cr_expect(eq(i64, mgi_time_parse_rfc3339(mgi_buf_span(&b)),
		             rows[i].t),
		          "%s", rows[i].text);
	}
	mgi_buf_cut(&b, 0);
	mgi_time_rfc3339(&b, 0, 32400);
	cr_expect(eq(str, (char *)mgi_buf_text(&b), ""));
}

Test(base_clock, what_is_no_time_is_zero)
{
	static const char *const rows[] = {
		"",
		"2026-01-13",
		"2026-01-13T00:00:00",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-13T24:00:00Z",
		"2026-01-13T00:60:00Z",
		"2026-01-13T00:00:61Z",
		"2026-01-13T00:00:00.Z",
		"2026-01-13T00:00:00+9:00",
		"2026-01-13T00:00:00+24:00",
		"2026-01-13T00:00:00Z ",
		"+026-01-13T00:00:00Z",
		"2026-01-13T00:00:00",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(
			zero(i64, mgi_time_parse_rfc3339(mgi_span_of(rows[i]))),
			"%s", rows[i]);
}

Test(base_clock, a_leap_second_is_the_next_second)
{
	cr_expect(eq(
		i64,
		mgi_time_parse_rfc3339(mgi_span_of("2016-12-31T23:59:60Z")),
		mgi_time_parse_rfc3339(mgi_span_of("2017-01-01T00:00:00Z"))));
}

Test(base_clock, every_day_of_400_years_comes_back)
{
	int64_t day, bad = 0;
	int32_t weekday = 4; /* 1970-01-01 was a Thursday */

	for (day = 0; day < 146097; day++) {
		mailguard_time t = (day * 86400 + 1) * SECOND;
		mgi_civil c = mgi_civil_of(t, 0);

		bad += mgi_time_of(&c) != t || c.weekday != weekday;
		weekday = (weekday + 1) % 7;
	}
	cr_expect(zero(i64, bad));
}

Test(base_clock, times_past_four_digit_years_stop_at_their_end)
{
	cr_expect(eq(int, mgi_civil_of(INT64_MAX, 3600).year, 10000));
	cr_expect(eq(int, mgi_civil_of(INT64_MAX, 0).year, 9999));
	cr_expect(eq(int, mgi_civil_of(INT64_MIN, 0).year, 1));
}
