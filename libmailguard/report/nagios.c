/*
 * nagios.c - one line with performance data, as monitoring plugins print it
 * (Monitoring Plugins Development Guidelines, "Plugin Output").
 */
#include "report/report.h"

#include "base/fail.h"

/* A bar would begin the performance data, a line end the long text. */
static void plain_put(mailguard_buffer *out, const char *text)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '|')
			c = '/';
		mgi_buf_putc(out, (unsigned char)c < ' ' ? ' ' : c);
	}
}

static void counts_put(mailguard_buffer *out, const mailguard_report *r)
{
	const mgi_world *w = &r->v->world;
	size_t i, accounts = 0, failing = 0, damaged = 0;

	for (i = 0; i < w->link_count; i++) {
		if (!w->links[i].account)
			continue;
		accounts++;
		failing += mgi_account_sight(w, w->links[i].account).failed;
	}
	for (i = 0; i < w->seen_count; i++)
		damaged += w->seen[i].test == MAILGUARD_TEST_STORE &&
		           w->seen[i].outcome > MAILGUARD_OUTCOME_OK;
	mgi_buf_printf(out,
	               " | accounts=%zu failing=%zu;;;0;%zu bad_files=%zu "
	               "certainty=%d.%d%%;;;0;100",
	               accounts, failing, accounts, damaged,
	               (int)(r->v->permille / 10), (int)(r->v->permille % 10));
}

mailguard_status mgi_report_nagios(mailguard_buffer *out,
                                   const mailguard_report *r,
                                   mailguard_error *err)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL",
		                             "UNKNOWN" };
	size_t i;

	mgi_buf_printf(out, "MAIL %s -", words[mailguard_report_code(r)]);
	if (r->v->world.id) {
		mgi_buf_putc(out, ' ');
		plain_put(out, r->v->world.id);
		mgi_buf_putc(out, ':');
	}
	for (i = 0; i < r->rows.count; i++) {
		if (r->rows.at[i].section != MGI_SECTION_FAULT)
			continue;
		mgi_buf_putc(out, ' ');
		plain_put(out, r->rows.at[i].text);
	}
	counts_put(out, r);
	mgi_buf_putc(out, '\n');
	return mgi_buf_status(out, err);
}
