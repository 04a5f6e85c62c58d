/*
 * dialogue_hear.c - one answer after the other: recorded, judged by its form,
 * and handed to the row that waits for it.
 */
#include <string.h>

#include "base/text.h"
#include "net/dialogue_own.h"

static const mailguard_reply fresh = MAILGUARD_REPLY_INIT;

static bool is_imap(const mgi_dialogue *d)
{
	return d->to.protocol == MAILGUARD_PROTOCOL_IMAP;
}

static bool is_goodbye(const mgi_dialogue *d)
{
	return d->row->phase == MAILGUARD_PHASE_QUIT;
}

/* -- for the record -------------------------------------------------------- */

/* The first word of an answer is no place for a secret. */
static size_t head_of(const mailguard_reply *r)
{
	mailguard_span s = r->status.len ? r->status : r->tag;

	if (r->code) /* of SMTP: `status` is in the last line */
		return r->whole.len < s.len ? r->whole.len : s.len;
	return s.len ? (size_t)(s.data + s.len - r->whole.data) : 0;
}

/* Whose words they are is nobody's affair: of the head of a mail the line
 * that says when, and what the server says around it. */
static void dates_of(mailguard_buffer *out,
                     const mgi_dialogue *d,
                     mailguard_span rest)
{
	bool first = true, head = true;

	while (rest.len) {
		const unsigned char *end = memchr(rest.data, '\n', rest.len);
		mailguard_span line = mgi_span_head(
			rest, end ? (size_t)(end - rest.data) + 1 : rest.len);
		mailguard_span words = mgi_span_trim(line);

		rest = mgi_span_from(rest, line.len);
		head = head && words.len;
		if (first || mgi_span_is(words, ".") ||
		    (head && mgi_span_starts_nocase(line, "Date:")))
			mgi_mask_put(out, &d->mask, line);
		first = false;
	}
}

static void shown_of(mailguard_buffer *out,
                     const mgi_dialogue *d,
                     const mailguard_reply *r)
{
	const mgi_mechanism *how = d->sasl.how;
	size_t n = head_of(r);

	if (d->only_date && d->row->phase == MAILGUARD_PHASE_COMMAND) {
		dates_of(out, d, r->whole);
		return;
	}
	mgi_buf_add(out, r->whole.data, n);
	if (r->kind == MAILGUARD_REPLY_MORE && how && how->hidden && n &&
	    d->row->phase == MAILGUARD_PHASE_LOGIN)
		mgi_buf_puts(out, " " MGI_MASK_SHOWN "\r\n");
	else
		mgi_mask_put(out, &d->mask, mgi_span_from(r->whole, n));
}

static void record(mgi_dialogue *d, const mailguard_reply *r, bool decides)
{
	mailguard_buffer shown;

	mgi_buf_init(&shown, d->mg);
	shown_of(&shown, d, r);
	if (shown.failed)
		mgi_script_fail(d->script, shown.failed, MGI_SAY_NO_MEMORY);
	if (decides)
		mgi_script_answer(d->script, mgi_buf_span(&shown), r->whole.len,
		                  r->kind, r->code);
	else
		mgi_script_heard(d->script, mgi_buf_span(&shown), r->whole.len);
	mgi_buf_done(&shown);
}

/* Bytes that are no answer. */
static void record_raw(mgi_dialogue *d, mailguard_span bytes)
{
	mailguard_reply r = fresh;

	r.whole = bytes;
	record(d, &r, false);
}

/* -- limits ---------------------------------------------------------------- */

/* The shortest head of `in` that is past a limit, so that what is recorded
 * does not hang on how the bytes arrived. */
static size_t limit_of(const mgi_dialogue *d, uint32_t flags, mailguard_span in)
{
	size_t low = 0, high = in.len;

	while (low + 1 < high) {
		size_t mid = low + (high - low) / 2;
		mailguard_reply r = fresh;

		if (mailguard_reply_parse(&r, d->to.protocol, flags,
		                          mgi_span_head(in, mid),
		                          NULL) == MAILGUARD_ELIMIT)
			high = mid;
		else
			low = mid;
	}
	return high;
}

/* -- judged by its form ---------------------------------------------------- */

/* What counts as the answer to what was said. */
static bool decides(const mgi_dialogue *d, const mailguard_reply *r)
{
	if (!is_imap(d) || r->kind == MAILGUARD_REPLY_GARBAGE ||
	    r->kind == MAILGUARD_REPLY_MORE)
		return true;
	if (r->kind == MAILGUARD_REPLY_BYE)
		return !is_goodbye(d);
	return r->tag.len || d->row->phase == MAILGUARD_PHASE_GREETING;
}

/* A note if the form is wrong, whatever the row waits for. */
static mailguard_note judge(const mgi_dialogue *d, const mailguard_reply *r)
{
	bool greeting = d->row->phase == MAILGUARD_PHASE_GREETING;

	if (r->kind == MAILGUARD_REPLY_GARBAGE)
		return MAILGUARD_NOTE_GARBAGE;
	if (is_imap(d) && r->tag.len && !mgi_span_is(r->tag, d->tag))
		return MAILGUARD_NOTE_WRONG_TAG;
	if (r->kind == MAILGUARD_REPLY_MORE && !(d->row->flags & MGI_ROW_MORE))
		return MAILGUARD_NOTE_UNEXPECTED;
	if (is_imap(d) && greeting && r->kind != MAILGUARD_REPLY_OK &&
	    r->kind != MAILGUARD_REPLY_BYE)
		return MAILGUARD_NOTE_UNEXPECTED;
	return MAILGUARD_NOTE_NONE;
}

static bool hangs_up(const mgi_dialogue *d, const mailguard_reply *r)
{
	if (is_imap(d))
		return r->kind == MAILGUARD_REPLY_BYE && !is_goodbye(d);
	return r->code == 421;
}

static uint32_t flags_of(const mgi_dialogue *d)
{
	return d->row->flags & MGI_ROW_MULTILINE ||
	                       (d->row->flags & MGI_ROW_REPEAT && d->multiline)
	               ? MAILGUARD_REPLY_MULTILINE
	               : 0;
}

static void take(mgi_dialogue *d, const mailguard_reply *r)
{
	bool answer = decides(d, r);
	mailguard_note note = judge(d, r);

	record(d, r, answer);
	if (note)
		mgi_dialogue_broke(d, note);
	else if (hangs_up(d, r))
		mgi_dialogue_end(d);
	else if (answer)
		d->row->hear(d, r);
	else
		mgi_dialogue_offers(d, r);
}

size_t mgi_dialogue_hear(mgi_dialogue *d, mailguard_span in)
{
	uint32_t flags = flags_of(d);
	mailguard_reply r;
	mailguard_status st;

	st = mailguard_reply_parse(&d->reply, d->to.protocol, flags, in, NULL);
	if (st == MAILGUARD_AGAIN)
		return 0;
	r = d->reply;
	d->reply = fresh;
	if (st < 0) {
		size_t n = limit_of(d, flags, in);

		record_raw(d, mgi_span_head(in, n));
		mgi_dialogue_broke(d, MAILGUARD_NOTE_TOO_LONG);
		return n;
	}
	take(d, &r);
	return r.whole.len;
}

void mgi_dialogue_hear_last(mgi_dialogue *d, mailguard_span in)
{
	mailguard_reply r = fresh;

	if (mailguard_reply_parse(&r, d->to.protocol,
	                          flags_of(d) | MAILGUARD_REPLY_LAST, in,
	                          NULL) == MAILGUARD_OK)
		record(d, &r, true);
	else
		record_raw(d, in);
}

/* -- what the server offers ------------------------------------------------ */

/* "PLAIN LOGIN" */
static uint32_t mechanisms_of(mailguard_span words)
{
	uint32_t bit, found = 0;

	while (words.len) {
		mailguard_span word = mgi_span_word(&words);
		const mgi_mechanism *m;

		for (m = mgi_mechanisms, bit = 1; m->name; m++, bit <<= 1)
			if (mgi_span_is_nocase(word, m->name))
				found |= bit;
	}
	return found;
}

void mgi_dialogue_offers(mgi_dialogue *d, const mailguard_reply *r)
{
	uint32_t offers = 0, mechanisms = 0;
	const mgi_offer *o;
	mailguard_capability c;
	size_t at = 0, count = 0;

	while (mailguard_reply_capability(&c, r, &at) == MAILGUARD_OK) {
		count++;
		for (o = d->as->offers; o->name; o++)
			if (mgi_span_is_nocase(c.name, o->name))
				offers |= o->bit;
		if (mgi_span_is_nocase(c.name, d->as->sasl))
			mechanisms |= mechanisms_of(c.params);
	}
	if (!count)
		return;
	d->offers_known = true;
	d->offers = offers;
	d->mechanisms = mechanisms;
}
