/*
 * draft.c - a notice from its facts: the seven parts, in their order.
 *
 * The words are rows of data/text/notice.tsv. A fact that must be told and is
 * missing stops the draft; the end of an outage is never guessed.
 */
#include "notice/notice.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"

const char *mailguard_notice_phase_name(mailguard_notice_phase phase)
{
	static const char *const names[] = { "unknown", "first", "update",
		                             "resolved" };

	return phase > 0 && phase <= MAILGUARD_NOTICE_RESOLVED ? names[phase]
	                                                       : names[0];
}

mailguard_notice_phase mailguard_notice_phase_find(const char *name)
{
	mailguard_notice_phase p;

	for (p = MAILGUARD_NOTICE_FIRST; p <= MAILGUARD_NOTICE_RESOLVED; p++)
		if (name && strcmp(mailguard_notice_phase_name(p), name) == 0)
			return p;
	return -1;
}

void mgi_notice_time(mailguard_buffer *out,
                     mailguard *mg,
                     mgi_lang lang,
                     mailguard_time at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int32_t offset = mgi_utc_offset(mg, at);
	mgi_civil c = mgi_civil_of(at, offset);
	int32_t minutes = (offset < 0 ? -offset : offset) / 60;

	if (lang == MGI_JA)
		mgi_buf_printf(out, "%d年%d月%d日 %d時%02d分", c.year, c.month,
		               c.day, c.hour, c.minute);
	else
		mgi_buf_printf(out, "%d %.3s %d %02d:%02d (UTC%c%02d:%02d)",
		               c.day, &months[3 * ((size_t)c.month - 1)],
		               c.year, c.hour, c.minute, offset < 0 ? '-' : '+',
		               minutes / 60, minutes % 60);
}

/* A fact that must be there, or may; its name is what people are told. */
static const struct fact {
	const char *name;
	size_t offset;
	bool resolved_too; /* needed also once it is over */
	bool optional;
} facts_of[] = {
	{ "company", offsetof(mailguard_notice_facts, company), true, false },
	{ "address", offsetof(mailguard_notice_facts, address), true, false },
	{ "resend", offsetof(mailguard_notice_facts, resend), false, false },
	{ "phone", offsetof(mailguard_notice_facts, phone), false, false },
	{ "status", offsetof(mailguard_notice_facts, status), false, true },
};

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static mailguard_status text_check(mailguard *mg,
                                   const mailguard_notice_facts *f,
                                   mailguard_error *err)
{
	bool over = f->phase == MAILGUARD_NOTICE_RESOLVED;
	size_t i;

	for (i = 0; i < sizeof(facts_of) / sizeof(facts_of[0]); i++) {
		const struct fact *row = &facts_of[i];
		const char *text;

		memcpy(&text, (const char *)f + row->offset, sizeof(text));
		if ((!text || !text[0]) && !row->optional &&
		    (!over || row->resolved_too))
			return mgi_fail(err, mg, MAILGUARD_EINVAL,
			                MGI_SAY_NOTICE_MISSING, "what",
			                row->name);
		if (text &&
		    (has_control(text) || !mgi_utf8_valid(mgi_span_of(text))))
			return mgi_fail(err, mg, MAILGUARD_EINVAL,
			                MGI_SAY_NOTICE_CONTROL_CHARACTER,
			                "what", row->name);
	}
	return MAILGUARD_OK;
}

/* The way back must not lead through what is broken. */
static mailguard_status domain_check(mailguard *mg,
                                     const mailguard_notice_facts *f,
                                     mailguard_error *err)
{
	const char *dead = strrchr(f->address, '@');
	const char *way = f->resend ? strrchr(f->resend, '@') : NULL;

	if (dead && way && mgi_strcmp_nocase(dead, way) == 0 &&
	    f->phase != MAILGUARD_NOTICE_RESOLVED)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_NOTICE_SAME_DOMAIN, "resend", f->resend,
		                "domain", dead + 1);
	return MAILGUARD_OK;
}

static mailguard_status facts_check(mailguard *mg,
                                    const mailguard_notice_facts *f,
                                    mailguard_error *err)
{
	const char *missing = NULL;
	mailguard_status st;

	if (f->phase < MAILGUARD_NOTICE_FIRST ||
	    f->phase > MAILGUARD_NOTICE_RESOLVED)
		missing = "phase";
	else if (!f->since)
		missing = "since";
	else if (f->phase == MAILGUARD_NOTICE_RESOLVED && !f->until)
		missing = "until";
	if (missing)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_NOTICE_MISSING, "what", missing);
	st = text_check(mg, f, err);
	return st < 0 ? st : domain_check(mg, f, err);
}

/* A draft under way. */
typedef struct draft {
	mailguard *mg;
	mgi_arena *arena;
	const mailguard_notice_facts *f;
	mgi_lang lang;
} draft;

static const char *moment(const draft *d, mailguard_time at)
{
	const char *text = NULL;
	mailguard_buffer b;

	if (!at)
		return mgi_say_raw(d->lang, MGI_SAY_NOTICE_UNKNOWN_END);
	mgi_buf_init(&b, d->mg);
	mgi_notice_time(&b, d->mg, d->lang, at);
	if (mgi_buf_status(&b, NULL) >= 0)
		text = mgi_arena_strdup(d->arena, mgi_buf_text(&b));
	else
		(void)mgi_arena_array(d->arena, SIZE_MAX, 2); /* remembered */
	mgi_buf_done(&b);
	return text;
}

/* One text with every fact as a slot. */
static const char *words(const draft *d, mgi_say_id id)
{
	const mailguard_notice_facts *f = d->f;
	mailguard_time from = f->window_from ? f->window_from : f->since;
	mailguard_buffer b;
	const char *text = NULL;

	mgi_buf_init(&b, d->mg);
	mgi_say_args(&b, d->lang, id, "company", f->company, "address",
	             f->address, "resend", f->resend, "phone", f->phone,
	             "status", f->status, "since", moment(d, f->since), "until",
	             moment(d, f->until), "from", moment(d, from), "to",
	             moment(d, f->window_to), "next", moment(d, f->next_update),
	             "slips", mgi_i64(f->slips).text, (const char *)NULL);
	if (mgi_buf_status(&b, NULL) >= 0)
		text = mgi_arena_strdup(d->arena, mgi_buf_text(&b));
	else
		(void)mgi_arena_array(d->arena, SIZE_MAX, 2);
	mgi_buf_done(&b);
	return text;
}

static mgi_say_id end_row(const mailguard_notice_facts *f)
{
	if (f->phase == MAILGUARD_NOTICE_RESOLVED)
		return MGI_SAY_NOTICE_ENDED;
	return f->slips > 0 ? MGI_SAY_NOTICE_END_SLIPPED : MGI_SAY_NOTICE_END;
}

static void parts_write(const draft *d, mailguard_notice *n)
{
	static const mgi_say_id outage[] = { MGI_SAY_NOTICE_OUTAGE_FIRST,
		                             MGI_SAY_NOTICE_OUTAGE_UPDATE,
		                             MGI_SAY_NOTICE_OUTAGE_RESOLVED };
	static const mgi_say_id subject[] = { MGI_SAY_NOTICE_SUBJECT_FIRST,
		                              MGI_SAY_NOTICE_SUBJECT_UPDATE,
		                              MGI_SAY_NOTICE_SUBJECT_RESOLVED };
	bool over = n->phase == MAILGUARD_NOTICE_RESOLVED;

	n->subject = words(d, subject[n->phase - 1]);
	n->part[0] = words(d, outage[n->phase - 1]);
	n->part[1] = words(d, MGI_SAY_NOTICE_SINCE);
	n->part[2] = words(d, end_row(d->f));
	n->part[3] = words(d, d->f->window_to ? MGI_SAY_NOTICE_WINDOW
	                                      : MGI_SAY_NOTICE_WINDOW_OPEN);
	n->part[4] = words(d, over ? MGI_SAY_NOTICE_RESEND_RESOLVED
	                           : MGI_SAY_NOTICE_RESEND);
	n->part[5] = words(d, over ? MGI_SAY_NOTICE_REST_RESOLVED
	                           : MGI_SAY_NOTICE_REST);
	n->part[6] = words(d, MGI_SAY_NOTICE_APOLOGY);
}

/* Greeting, the parts in their groups, what is optional, who we are. */
static void text_write(const draft *d, mailguard_notice *n)
{
	const char *greeting = words(d, MGI_SAY_NOTICE_GREETING);
	const char *status = "", *next = "", *verify;

	verify = words(d, MGI_SAY_NOTICE_VERIFY);
	if (d->f->status && d->f->status[0])
		status = mgi_arena_printf(d->arena, "%s\n",
		                          words(d, MGI_SAY_NOTICE_STATUS));
	if (d->f->next_update)
		next = mgi_arena_printf(d->arena, "%s\n",
		                        words(d, MGI_SAY_NOTICE_NEXT_UPDATE));
	if (mgi_arena_failed(d->arena))
		return;
	n->text =
		mgi_arena_printf(d->arena,
	                         "%s\n\n%s\n\n%s\n%s\n%s%s\n%s\n%s\n%s\n\n"
	                         "%s\n\n%s\n\n%s\n",
	                         greeting, n->part[0], n->part[1], n->part[2],
	                         status, next, n->part[3], n->part[4],
	                         n->part[5], n->part[6], verify, d->f->company);
}

static mailguard_status lang_find(mgi_lang *out,
                                  mailguard *mg,
                                  const char *lang,
                                  mailguard_error *err)
{
	*out = lang && strcmp(lang, "ja") == 0 ? MGI_JA : MGI_EN;
	if (!lang)
		*out = mgi_lang_of(mg);
	else if (*out == MGI_EN && strcmp(lang, "en") != 0)
		return mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_NOTICE_LANG,
		                "lang", lang);
	return MAILGUARD_OK;
}

mailguard_status mailguard_notice_draft(mailguard_notice **out,
                                        mailguard *mg,
                                        const mailguard_notice_facts *facts,
                                        mailguard_error *err)
{
	mailguard_notice_facts own;
	draft d = { mg, NULL, &own, MGI_EN };
	mailguard_notice *n;
	mailguard_status st;

	*out = NULL;
	st = mgi_options_copy(&own, sizeof(own), facts, mg, err);
	if (st >= 0)
		st = facts_check(mg, &own, err);
	if (st >= 0)
		st = lang_find(&d.lang, mg, own.lang, err);
	if (st < 0)
		return st;
	d.arena = mgi_arena_new(mg);
	if (!d.arena)
		return mgi_fail_nomem(err);
	n = mgi_arena_alloc(d.arena, sizeof(*n));
	if (n) {
		n->arena = d.arena;
		n->lang = d.lang;
		n->phase = own.phase;
		parts_write(&d, n);
		text_write(&d, n);
	}
	if (mgi_arena_failed(d.arena)) {
		mgi_arena_free(d.arena);
		return mgi_fail_nomem(err);
	}
	*out = n;
	return MAILGUARD_OK;
}

void mailguard_notice_free(mailguard_notice *n)
{
	if (n)
		mgi_arena_free(n->arena);
}

const char *mailguard_notice_subject(const mailguard_notice *n)
{
	return n->subject;
}

const char *mailguard_notice_text(const mailguard_notice *n)
{
	return n->text;
}

const char *mailguard_notice_part(const mailguard_notice *n, size_t i)
{
	return i < MGI_NOTICE_PARTS ? n->part[i] : NULL;
}
