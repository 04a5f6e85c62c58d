/*
 * report.c - gather what a report is made of, and hand it to a layout.
 */
#include "report/report.h"

#include <string.h>

#include "base/fail.h"

static const char *const formats[] = { "text", "json", "nagios", "csv",
	                               "html" };

#define FORMATS ((int32_t)(sizeof(formats) / sizeof(formats[0])))

const char *mailguard_report_format_name(mailguard_report_format format)
{
	return format >= 0 && format < FORMATS ? formats[format] : "unknown";
}

mailguard_report_format mailguard_report_format_find(const char *name)
{
	int32_t i;

	for (i = 0; name && i < FORMATS; i++)
		if (strcmp(formats[i], name) == 0)
			return i;
	return -1;
}

/* The checkup may be gone when the report is written. */
static void steps_copy(mailguard_report *r, const mailguard_checkup *c)
{
	const mailguard_checkup_step *s;
	size_t i, n = 0;

	while (mailguard_checkup_seen(c, n))
		n++;
	if (n)
		r->steps = mgi_arena_array(r->arena, n, sizeof(*r->steps));
	for (i = 0; r->steps && i < n; i++) {
		s = mailguard_checkup_seen(c, i);
		r->steps[i] = *s;
		r->steps[i].target = mgi_arena_strdup(r->arena, s->target);
		r->steps[i].account = mgi_arena_strdup(r->arena, s->account);
		r->steps[i].text = mgi_arena_strdup(r->arena, s->text);
	}
	r->step_count = r->steps ? n : 0;
}

/* Take what it holds, then put it in words. */
static mailguard_status fill(mailguard_report *r,
                             mailguard_verdict *v,
                             const mailguard_checkup *c,
                             mailguard_error *err)
{
	mailguard_status st;

	r->mg = mgi_arena_handle(r->arena);
	r->v = mailguard_verdict_ref(v);
	if (c) {
		r->profile =
			mailguard_profile_ref(mailguard_checkup_profile(c));
		steps_copy(r, c);
	}
	st = mgi_lines_make(&r->lines, r->arena, v, err);
	if (st < 0)
		return st;
	mgi_rows_compose(r);
	return mgi_arena_failed(r->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mailguard_report_new(mailguard_report **out,
                                      mailguard_verdict *v,
                                      const mailguard_checkup *c,
                                      mailguard_error *err)
{
	mailguard_report *r;
	mailguard_status st;
	mgi_arena *arena;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!v)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "verdict");
	arena = mgi_arena_new(mgi_arena_handle(v->world.arena));
	if (!arena)
		return mgi_fail_nomem(err);
	r = mgi_arena_alloc(arena, sizeof(*r));
	if (!r) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	r->arena = arena;
	st = fill(r, v, c, err);
	if (st < 0) {
		mailguard_report_free(r);
		return st;
	}
	*out = r;
	return MAILGUARD_OK;
}

void mailguard_report_free(mailguard_report *r)
{
	if (!r)
		return;
	mailguard_verdict_free(r->v);
	mailguard_profile_free(r->profile);
	mgi_arena_free(r->arena);
}

const char *mgi_report_keep(const mailguard_report *r, mailguard_buffer *b)
{
	const char *text = mgi_buf_keep(r->arena, b);

	return text ? text : "";
}

static mailguard_status lay_out(mailguard_buffer *out,
                                const mailguard_report *r,
                                mailguard_report_format format,
                                uint32_t flags,
                                mailguard_error *err)
{
	switch (format) {
	case MAILGUARD_REPORT_TEXT:
		return mgi_report_text(out, r, err);
	case MAILGUARD_REPORT_JSON:
		return mgi_report_json(out, r, err);
	case MAILGUARD_REPORT_NAGIOS:
		return mgi_report_nagios(out, r, err);
	case MAILGUARD_REPORT_CSV:
		return mgi_report_csv(out, r, flags, err);
	default:
		return mgi_report_html(out, r, err);
	}
}

mailguard_status mailguard_report_write(mailguard_buffer *out,
                                        const mailguard_report *r,
                                        mailguard_report_format format,
                                        uint32_t flags,
                                        mailguard_error *err)
{
	mailguard_status st;
	size_t before;

	if (!out || !r || format < 0 || format >= FORMATS ||
	    flags & ~(uint32_t)MAILGUARD_REPORT_NO_HEAD)
		return mgi_fail(err, r ? r->mg : NULL, MAILGUARD_EINVAL,
		                MGI_SAY_REPORT_FORMAT);
	before = mailguard_buffer_length(out);
	st = lay_out(out, r, format, flags, err);
	if (st == MAILGUARD_OK)
		st = mgi_buf_status(out, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}

int mailguard_report_code(const mailguard_report *r)
{
	if (!r)
		return 3;
	if (r->v->fault == MAILGUARD_FAULT_NONE)
		return 0;
	if (r->v->grade >= MAILGUARD_GRADE_LIKELY)
		return 2;
	return r->v->score.any_failed ? 1 : 3;
}
