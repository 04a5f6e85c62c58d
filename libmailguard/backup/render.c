/*
 * render.c - a backup, and what became of it, for programs and people.
 */
#include <stdio.h>
#include <string.h>

#include "backup/bag.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/json.h"

static void report_write(mgi_jsonw *w, const mailguard_backup_report *r)
{
	mgi_jsonw_object(w, "report");
	mgi_jsonw_str(w, "verdict", mailguard_check_verdict_name(r->verdict));
	mgi_jsonw_int(w, "files", (int64_t)r->files);
	mgi_jsonw_int(w, "bytes", (int64_t)r->bytes);
	mgi_jsonw_int(w, "wrong", (int64_t)r->wrong);
	mgi_jsonw_int(w, "missing", (int64_t)r->missing);
	mgi_jsonw_int(w, "added", (int64_t)r->added);
	mgi_jsonw_int(w, "messages", (int64_t)r->messages);
	mgi_jsonw_int(w, "same", (int64_t)r->same);
	mgi_jsonw_int(w, "mails_missing", (int64_t)r->mails_missing);
	mgi_jsonw_int(w, "mails_added", (int64_t)r->mails_added);
	mgi_jsonw_end(w);
}

mailguard_status mailguard_backup_json(mailguard_buffer *out,
                                       const mailguard_backup *b,
                                       const mailguard_backup_report *report,
                                       mailguard_error *err)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "path", b->path);
	mgi_facts_put(&w, b);
	if (report)
		report_write(&w, report);
	else
		mgi_jsonw_null(&w, "report");
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

/* -- for people ------------------------------------------------------------ */

/* "12.3 MiB", by whole numbers. */
static const char *size_text(char to[64], uint64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	uint64_t tenths = n * 10 / 1024;
	size_t unit = 0;

	if (n < 1024) {
		(void)snprintf(to, 64, "%s B", mgi_u64(n).text);
		return to;
	}
	while (tenths >= 10240 && unit < 3) {
		tenths /= 1024;
		unit++;
	}
	(void)snprintf(to, 64, "%s.%s %s", mgi_u64(tenths / 10).text,
	               mgi_u64(tenths % 10).text, units[unit]);
	return to;
}

static void store_say(mailguard_buffer *out,
                      const mailguard_backup *b,
                      const mailguard_backed_store *s)
{
	char size[64];

	if (s->flags & MAILGUARD_BACKUP_COUNTED)
		mgi_say(out, b->mg, MGI_SAY_BACKUP_STORE, "path", s->path,
		        "format", s->format, "size", size_text(size, s->bytes),
		        "messages", mgi_u64(s->messages).text, "damaged",
		        mgi_u64(s->damaged).text, "lost",
		        mgi_u64(s->lost).text);
	else
		mgi_say(out, b->mg, MGI_SAY_BACKUP_STORE_UNCOUNTED, "path",
		        s->path, "size", size_text(size, s->bytes));
	mgi_buf_putc(out, '\n');
}

static void finding_say(mailguard_buffer *out, const mailguard_finding *f)
{
	if (f->offset != MAILGUARD_NOWHERE)
		mgi_buf_printf(out, "  %s (%s+%s): %s\n", f->where,
		               mgi_u64(f->offset).text, mgi_u64(f->length).text,
		               f->text);
	else if (f->where[0])
		mgi_buf_printf(out, "  %s: %s\n", f->where, f->text);
	else
		mgi_buf_printf(out, "  %s\n", f->text);
}

static void report_say(mailguard_buffer *out,
                       const mailguard_backup *b,
                       const mailguard_backup_report *r)
{
	char size[64];

	mgi_say(out, b->mg,
	        r->verdict == MAILGUARD_SOUNDNESS_DAMAGED
	                ? MGI_SAY_BACKUP_REPORT_DAMAGED
	        : r->messages ? MGI_SAY_BACKUP_REPORT_DRILL
	        : r->verdict == MAILGUARD_SOUNDNESS_UNKNOWN
	                ? MGI_SAY_BACKUP_REPORT_QUICK
	                : MGI_SAY_BACKUP_REPORT_SOUND,
	        "files", mgi_u64(r->files).text, "size",
	        size_text(size, r->bytes), "wrong", mgi_u64(r->wrong).text,
	        "missing", mgi_u64(r->missing).text, "messages",
	        mgi_u64(r->messages).text, "same", mgi_u64(r->same).text,
	        "gone", mgi_u64(r->mails_missing).text);
	mgi_buf_putc(out, '\n');
}

mailguard_status mailguard_backup_text(mailguard_buffer *out,
                                       const mailguard_backup *b,
                                       const mailguard_backup_report *report,
                                       mailguard_error *err)
{
	const mailguard_finding *f;
	mailguard_buffer when;
	mailguard_status st;
	size_t i;

	mgi_buf_init(&when, b->mg);
	mgi_time_rfc3339(&when, b->made / 1000000 * 1000000,
	                 mgi_utc_offset(b->mg, b->made));
	mgi_say(out, b->mg, MGI_SAY_BACKUP_HEAD, "path", b->path, "made",
	        mgi_buf_text(&when));
	mgi_buf_putc(out, '\n');
	for (i = 0; i < b->count; i++)
		store_say(out, b, &b->stores[i].told);
	for (i = 0; (f = mgi_findings_at(b->found, i)) != NULL; i++)
		finding_say(out, f);
	if (report)
		report_say(out, b, report);
	st = mgi_buf_status(&when, err);
	mgi_buf_done(&when);
	return st < 0 ? st : mgi_buf_status(out, err);
}
