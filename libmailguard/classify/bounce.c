/*
 * bounce.c - one mail in, what it says about each recipient out.
 */
#include "base/fail.h"
#include "classify/bounce.h"
#include "classify/bounce_value.h"

const char *mailguard_bounce_kind_name(mailguard_bounce_kind kind)
{
	static const char *const names[] = {
		"none",     "failed",     "delayed",  "delivered", "relayed",
		"expanded", "auto-reply", "vacation", "receipt",   "feedback"
	};

	return kind >= 0 && kind < 10 ? names[kind] : names[0];
}

static mailguard_status records(mailguard_bounce *b,
                                mgi_bounce_work *w,
                                mailguard_error *err)
{
	size_t i, n = w->who_count ? w->who_count : 1;
	mailguard_status st = MAILGUARD_OK;

	b->records = mgi_arena_array(b->arena, n, sizeof(*b->records));
	if (!b->records)
		return mgi_fail_nomem(err);
	for (i = 0; i < n && st == MAILGUARD_OK; i++)
		st = mgi_bounce_judge(&b->records[i], w, b->arena, (uint32_t)i,
		                      err);
	b->count = n;
	b->kind = b->records[0].kind;
	return st;
}

/* When it was written, by its own word. */
static mailguard_time date_of(const mgi_page *p)
{
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		mailguard_span s = mgi_line_span(p, &p->lines[i]);

		if (p->lines[i].region == MGI_REGION_HEADER &&
		    mgi_span_starts_nocase(s, "date:"))
			return mailguard_header_date(NULL, mgi_span_from(s, 5));
	}
	return 0;
}

static mailguard_status read_mail(mailguard_bounce *b,
                                  mgi_bounce_work *w,
                                  mailguard_source *source,
                                  mailguard_error *err)
{
	mailguard_status st = mgi_page_read(&w->page, source, err);

	if (st == MAILGUARD_OK)
		st = mgi_page_sort(&w->page, err);
	if (st == MAILGUARD_OK)
		st = mgi_bounce_signs(w, err);
	b->kind = w->kind;
	if (st < 0 || !w->kind)
		return st;
	b->at = date_of(&w->page);
	mgi_bounce_fields(w, MGI_REGION_STATUS);
	st = mgi_bounce_who(w, err);
	if (st == MAILGUARD_OK && w->starved)
		st = mgi_fail_nomem(err);
	if (st < 0)
		return st;
	mgi_bounce_assign(w);
	return records(b, w, err);
}

static mailguard_status work(mailguard_bounce *b,
                             mailguard_classifier *c,
                             mailguard_source *source,
                             mailguard_error *err)
{
	mgi_bounce_work *w = mgi_alloc(c->mg, sizeof(*w));
	mailguard_status st;

	if (!w)
		return mgi_fail_nomem(err);
	w->c = c;
	w->page.mg = c->mg;
	mgi_buf_init(&w->page.text, c->mg);
	mgi_buf_init(&w->told, c->mg);
	st = read_mail(b, w, source, err);
	mgi_free(c->mg, w->who);
	mgi_buf_done(&w->told);
	mgi_page_done(&w->page);
	mgi_free(c->mg, w);
	return st;
}

mailguard_status mailguard_bounce_read(mailguard_bounce **out,
                                       mailguard_classifier *c,
                                       mailguard_source *source,
                                       mailguard_error *err)
{
	mailguard_status st;
	mailguard_bounce *b;
	mgi_arena *arena;

	*out = NULL;
	if (!source)
		return mgi_fail(err, c ? c->mg : NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "source");
	st = mgi_classifier_enter(c, err);
	if (st < 0)
		return st;
	arena = mgi_arena_new(c->mg);
	b = arena ? mgi_arena_alloc(arena, sizeof(*b)) : NULL;
	if (b) {
		b->arena = arena;
		st = work(b, c, source, err);
	} else {
		st = mgi_fail_nomem(err);
	}
	mgi_classifier_leave(c);
	if (st < 0)
		mgi_arena_free(arena);
	else
		*out = b;
	return st;
}

mailguard_time mailguard_bounce_time(const mailguard_bounce *b)
{
	return b->at;
}

mailguard_bounce_kind mailguard_bounce_is(const mailguard_bounce *b)
{
	return b->kind;
}

const mailguard_bounce_record *mailguard_bounce_record_at(
	const mailguard_bounce *b,
	size_t i)
{
	return i < b->count ? &b->records[i] : NULL;
}

void mailguard_bounce_free(mailguard_bounce *b)
{
	if (b)
		mgi_arena_free(b->arena);
}
