/*
 * text.c - one screen for people. Where there is more to say than fits, the
 * end of the longer lists is left out, and told.
 */
#include "report/report.h"

#include "base/fail.h"

enum { COLUMNS = 100, LINES = 40 };

/* Rows of a section: how many there are, and how many are shown. */
typedef struct shown {
	size_t all[MGI_SECTION_COUNT], rows[MGI_SECTION_COUNT];
} shown;

/* What may go first when it does not fit, and how much of it must stay. */
static const struct {
	mgi_section section;
	size_t keep;
} giving[] = {
	{ MGI_SECTION_UNLOOKED, 2 },  { MGI_SECTION_BECAUSE, 5 },
	{ MGI_SECTION_POSSIBLE, 3 },  { MGI_SECTION_NEXT, 5 },
	{ MGI_SECTION_CLEARED, 4 },   { MGI_SECTION_MEANWHILE, 4 },
	{ MGI_SECTION_BECAUSE, 3 },   { MGI_SECTION_KNOWN, 2 },
	{ MGI_SECTION_AVOID, 2 },     { MGI_SECTION_CALL, 2 },
	{ MGI_SECTION_UNLOOKED, 1 },  { MGI_SECTION_POSSIBLE, 1 },
	{ MGI_SECTION_MEANWHILE, 2 }, { MGI_SECTION_CLEARED, 2 },
	{ MGI_SECTION_BECAUSE, 2 },   { MGI_SECTION_NEXT, 4 },
};

static void prefix_make(char out[8], const mgi_row *row, size_t n)
{
	const char *mark = "";
	size_t i = 0;

	if (row->section == MGI_SECTION_NEXT) {
		out[i++] = ' ';
		out[i++] = n < 10 ? ' ' : (char)('0' + n / 10 % 10);
		out[i++] = (char)('0' + n % 10);
		out[i++] = '.';
		out[i++] = ' ';
		out[i] = '\0';
		return;
	}
	if (row->level == 2)
		mark = "      ";
	else if (row->level == 1)
		mark = row->section >= MGI_SECTION_MEANWHILE ? "  - " : "  ";
	while (mark[i]) {
		out[i] = mark[i];
		i++;
	}
	out[i] = '\0';
}

/* Lay out what is shown; how many lines it takes. */
static size_t lay_out(mailguard_buffer *out,
                      const mailguard_report *r,
                      const shown *how)
{
	size_t told[MGI_SECTION_COUNT] = { 0 }, lines = 0, i;
	mailguard_buffer more;
	char prefix[8];

	for (i = 0; i < r->rows.count; i++) {
		const mgi_row *row = &r->rows.at[i];
		mgi_section s = row->section;
		const char *head = mgi_section_head(r->mg, s);
		size_t n = ++told[s];

		if (n == 1 && head)
			lines += mgi_text_wrap(out, "", head, COLUMNS);
		prefix_make(prefix, row, n);
		if (n <= how->rows[s])
			lines += mgi_text_wrap(out, prefix, row->text, COLUMNS);
		if (n != how->all[s] || n == how->rows[s])
			continue;
		mgi_buf_init(&more, r->mg);
		mgi_say(&more, r->mg, MGI_SAY_REPORT_MORE, "count",
		        mgi_u64(n - how->rows[s]).text);
		if (mgi_buf_status(&more, NULL) < 0)
			out->failed = MAILGUARD_ENOMEM;
		lines += mgi_text_wrap(out, "  ", mgi_buf_text(&more), COLUMNS);
		mgi_buf_done(&more);
	}
	return lines;
}

/* Leave out one row more; false if nothing more may go. */
static bool give(shown *how)
{
	size_t i;

	for (i = 0; i < sizeof(giving) / sizeof(giving[0]); i++) {
		size_t *rows = &how->rows[giving[i].section];

		size_t less = *rows == how->all[giving[i].section] ? 2 : 1;

		/* One row for another that says so would save nothing. */
		if (*rows < giving[i].keep + less)
			continue;
		*rows -= less;
		return true;
	}
	return false;
}

mailguard_status mgi_report_text(mailguard_buffer *out,
                                 const mailguard_report *r,
                                 mailguard_error *err)
{
	size_t room = LINES, before, i;
	shown how = { { 0 }, { 0 } };

	if (r->v->world.id)
		room -= mgi_text_wrap(out, "", r->v->world.id, COLUMNS);
	before = mailguard_buffer_length(out);
	for (i = 0; i < r->rows.count; i++)
		how.rows[r->rows.at[i].section] =
			++how.all[r->rows.at[i].section];
	while (lay_out(out, r, &how) > room && give(&how))
		mgi_buf_cut(out, before);
	return mgi_buf_status(out, err);
}
