/*
 * csv.c - a row for each thing looked at (RFC 4180).
 */
#include "report/report.h"

#include "base/fail.h"

static void field_put(mailguard_buffer *out, const char *text, char end)
{
	const char *at;
	bool quote = false;

	for (at = text ? text : ""; *at; at++)
		quote = quote || *at == '"' || *at == ',' || *at == '\r' ||
		        *at == '\n';
	if (quote)
		mgi_buf_putc(out, '"');
	for (at = text ? text : ""; *at; at++) {
		if (*at == '"')
			mgi_buf_putc(out, '"');
		mgi_buf_putc(out, *at);
	}
	if (quote)
		mgi_buf_putc(out, '"');
	if (end == '\n')
		mgi_buf_putc(out, '\r');
	mgi_buf_putc(out, end);
}

mailguard_status mgi_report_csv(mailguard_buffer *out,
                                const mailguard_report *r,
                                uint32_t flags,
                                mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(r->mg);
	mgi_things at = { .r = r, .arena = arena };
	mailguard_status st;
	mgi_thing t;

	if (!arena)
		return mgi_fail_nomem(err);
	if (!(flags & MAILGUARD_REPORT_NO_HEAD))
		mgi_buf_puts(out, "case,kind,id,name,account,direction,"
		                  "outcome,text\r\n");
	while (mgi_things_next(&t, &at)) {
		field_put(out, r->v->world.id, ',');
		field_put(out, t.kind, ',');
		field_put(out, t.id, ',');
		field_put(out, t.name, ',');
		field_put(out, t.account, ',');
		field_put(out, t.direction, ',');
		field_put(out, t.outcome, ',');
		field_put(out, t.text, '\n');
	}
	st = mgi_arena_failed(arena) ? mgi_fail_nomem(err)
	                             : mgi_buf_status(out, err);
	mgi_arena_free(arena);
	return st;
}
