/* Times of machines and of people. */
#include "status/clean.h"
#include "status/when.h"
#include "support/ok.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(status_when, .init = setup, .fini = teardown);

static const char *told(mailguard_time t)
{
	static char text[64];
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	mgi_time_rfc3339(&b, t, 0);
	snprintf(text, sizeof(text), "%s", mgi_buf_text(&b));
	mgi_buf_done(&b);
	return text;
}

Test(status_when, machines_write_times_in_many_ways)
{
	static const struct {
		const char *text;
		char *utc;
	} rows[] = {
		{ "2026-02-03T09:20:00+09:00", "2026-02-03T00:20:00Z" },
		{ "2026-02-03T09:20:00+0900", "2026-02-03T00:20:00Z" },
		{ "2026-02-03T00:20:00.000Z", "2026-02-03T00:20:00Z" },
		{ "2026-02-03 09:20:00", "2026-02-03T00:20:00Z" },
		{ "2026/2/3 9:20", "2026-02-03T00:20:00Z" },
		{ "2026-02-03", "2026-02-02T15:00:00Z" },
		{ "Tue, 03 Feb 2026 01:00:55 GMT", "2026-02-03T01:00:55Z" },
		{ "Tue, 3 Feb 26 01:00 +0900", "2026-02-02T16:00:00Z" },
		{ "Mon, 02 Feb 2026 16:20:00 PST", "2026-02-03T00:20:00Z" },
		{ "Feb 3, 2026 09:20 JST", "2026-02-03T00:20:00Z" },
		{ "1770078000", "2026-02-03T00:20:00Z" },
		{ "1770078000000", "2026-02-03T00:20:00Z" },
		{ "2026-02-30T00:00:00Z", "" },
		{ "2026-02-03T00:20:00 XST", "" },
		{ "soon", "" },
		{ "12345", "" },
		{ "", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(str,
		             (char *)told(mgi_when(mgi_span_of(rows[i].text),
		                                   32400)),
		             rows[i].utc),
		          "%s", rows[i].text);
}

Test(status_when, people_write_periods_in_more)
{
	static const struct {
		const char *text;
		char *period;
	} rows[] = {
		{ "２０２６年２月３日（火）２３：５０ ～ "
		  "４日（水）２５：１０頃",
		  "2026-02-03T14:50:00Z/2026-02-04T16:10:00Z" },
		{ "2026/02/03(火) 午後11時50分 から 翌0時30分",
		  "2026-02-03T14:50:00Z/2026-02-03T15:30:00Z" },
		{ "令和8年2月3日 午前9時半", "2026-02-03T00:30:00Z/" },
		{ "2月3日 9:00～12:00",
		  "2026-02-03T00:00:00Z/2026-02-03T03:00:00Z" },
		{ "2/3(火) 22:00 - 2/4(水) 6:00",
		  "2026-02-03T13:00:00Z/2026-02-03T21:00:00Z" },
		{ "2026年1月31日 23:00 ～ 1日 5:00",
		  "2026-01-31T14:00:00Z/2026-01-31T20:00:00Z" },
		{ "12月31日 23:00 ～ 1月1日 5:00",
		  "2025-12-31T14:00:00Z/2025-12-31T20:00:00Z" },
		{ "2月3日 23:00～5:00",
		  "2026-02-03T14:00:00Z/2026-02-03T20:00:00Z" },
		{ "2026.2.3 9:00 PM", "2026-02-03T12:00:00Z/" },
		{ "Feb 3, 2026 10:00 - 12:00 UTC",
		  "2026-02-03T10:00:00Z/2026-02-03T12:00:00Z" },
		{ "11:30 JST", "2026-02-03T02:30:00Z/" },
		{ "約10分間程度", "/" },
		{ "2時間ほど", "/" },
		{ "未定", "/" },
		{ "", "/" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_span_of_time t;
		mailguard_buffer folded;
		char got[128];

		mgi_buf_init(&folded, mg);
		mgi_fold_text(&folded, mgi_span_of(rows[i].text));
		t = mgi_period(mgi_buf_span(&folded), 32400,
		               INT64_C(1770080400000000));
		mgi_buf_done(&folded);
		snprintf(got, sizeof(got), "%s/", told(t.begin));
		strcat(got, told(t.end));
		cr_expect(eq(str, got, rows[i].period), "%s", rows[i].text);
	}
}
