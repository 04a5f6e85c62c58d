/*
 * dialogue.c - the machine: from row to row of a protocol's table, and the
 * rounds of its driver. It knows no command and no answer.
 */
#include "net/dialogue_own.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

enum { BODY_ROUND = 32 << 10 }; /* of a mail in one round, about */

static const struct {
	mailguard_protocol protocol;
	const mgi_speaker *as;
} speakers[] = {
	{ MAILGUARD_PROTOCOL_SMTP, &mgi_speaker_smtp },
	{ MAILGUARD_PROTOCOL_SUBMISSION, &mgi_speaker_smtp },
	{ MAILGUARD_PROTOCOL_IMAP, &mgi_speaker_imap },
	{ MAILGUARD_PROTOCOL_POP3, &mgi_speaker_pop3 },
};

const mgi_speaker *mgi_speaker_of(mailguard_protocol protocol)
{
	size_t i;

	for (i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++)
		if (speakers[i].protocol == protocol)
			return speakers[i].as;
	return NULL;
}

/* -- what comes next ------------------------------------------------------- */

static bool is_goodbye(const mgi_row *row)
{
	return row->phase == MAILGUARD_PHASE_QUIT;
}

static const mgi_row *goodbye(const mgi_dialogue *d)
{
	const mgi_row *row = d->as->rows;

	while (!is_goodbye(row))
		row++;
	return row;
}

static void enter(mgi_dialogue *d, const mgi_row *row)
{
	d->row = row;
	d->want = MGI_WANT_READ;
	mgi_script_begin(d->script, row->phase);
	if (row->say)
		row->say(d);
}

/* From `row` on, the first one that is needed and wanted. */
static void go_on(mgi_dialogue *d, const mgi_row *row)
{
	for (; !is_goodbye(row); row++)
		if (row->from <= d->asked.until && (!row->need || row->need(d)))
			break;
	if (is_goodbye(row))
		mgi_dialogue_over(d);
	else
		enter(d, row);
}

void mgi_dialogue_skip(mgi_dialogue *d)
{
	go_on(d, d->row + !(d->row->flags & MGI_ROW_REPEAT));
}

void mgi_dialogue_done(mgi_dialogue *d)
{
	mgi_script_reached(d->script, d->row->phase);
	mgi_dialogue_skip(d);
}

void mgi_dialogue_quit(mgi_dialogue *d)
{
	d->broken = true;
	enter(d, goodbye(d));
}

void mgi_dialogue_end(mgi_dialogue *d)
{
	mgi_script_end(d->script);
	d->pumping = MGI_PUMP_NO;
	d->want = MGI_WANT_CLOSE;
}

void mgi_dialogue_over(mgi_dialogue *d)
{
	if (d->broken || !(d->asked.flags & MAILGUARD_ASK_KEEP)) {
		enter(d, goodbye(d));
		return;
	}
	mgi_script_end(d->script);
	d->want = MGI_WANT_KEEP;
}

void mgi_dialogue_give_up(mgi_dialogue *d, mailguard_note note)
{
	mgi_script_note(d->script, note);
	mgi_dialogue_quit(d);
}

void mgi_dialogue_broke(mgi_dialogue *d, mailguard_note note)
{
	mgi_script_note(d->script, note);
	mgi_dialogue_end(d);
}

void mgi_dialogue_further(mgi_dialogue *d)
{
	mgi_script_begin(d->script, d->row->phase);
}

/* -- the body of a mail ---------------------------------------------------- */

static void dot(mgi_dialogue *d)
{
	const char *end = mgi_letter_end(&d->asked.body);

	d->pumping = MGI_PUMP_NO;
	if (d->asked.until < MAILGUARD_PHASE_DOT) {
		/* Not wanted: only a lost connection takes the mail back. */
		mgi_dialogue_end(d);
		return;
	}
	go_on(d, d->row + 1);
	mgi_buf_puts(d->out, end);
	mgi_script_said(d->script, mgi_span_of("."), strlen(end));
	d->out_from = d->out->len;
}

/* An answer that came before the dot was said is none to the dot. */
static bool came_early(mgi_dialogue *d, mailguard_span in)
{
	if (!in.len)
		return false;
	mgi_dialogue_hear_last(d, in);
	mgi_dialogue_end(d);
	return true;
}

static void body_out(mgi_dialogue *d, mailguard_span in)
{
	mgi_script_reached(d->script, MAILGUARD_PHASE_DATA);
	if (came_early(d, in))
		return;
	if (d->asked.flags & MAILGUARD_ASK_GATE &&
	    d->asked.until >= MAILGUARD_PHASE_DOT) {
		d->pumping = MGI_PUMP_GATE;
		d->want = MGI_WANT_GATE;
		return;
	}
	dot(d);
}

static void pump(mgi_dialogue *d, mailguard_span in)
{
	size_t from = d->out->len;
	mailguard_status st = MAILGUARD_OK;
	mailguard_error err = { 0 };

	while (st == MAILGUARD_OK && d->out->len - from < BODY_ROUND)
		st = mgi_letter_pull(&d->asked.body, d->out, &err);
	mgi_script_sent(d->script, d->out->len - from);
	d->out_from = d->out->len;
	if (st == MAILGUARD_ITEROVER) {
		body_out(d, in);
	} else if (st < 0) {
		if (err.sys)
			mgi_script_lost(d->script, err.sys, false);
		mgi_dialogue_broke(d, MAILGUARD_NOTE_BAD_BODY);
	}
}

void mgi_dialogue_pump(mgi_dialogue *d)
{
	d->pumping = MGI_PUMP_BODY;
	d->want = MGI_WANT_BODY;
	mgi_dialogue_further(d);
}

void mgi_dialogue_gate(mgi_dialogue *d, bool go)
{
	if (d->pumping != MGI_PUMP_GATE)
		return;
	if (go)
		d->pumping = MGI_PUMP_GO;
	else
		mgi_dialogue_broke(d, MAILGUARD_NOTE_STOPPED);
}

/* -- rounds ---------------------------------------------------------------- */

static void hear_all(mgi_dialogue *d, mailguard_span in, size_t *used)
{
	while (d->want == MGI_WANT_READ) {
		size_t n = mgi_dialogue_hear(d, mgi_span_from(in, *used));

		if (!n)
			break;
		*used += n;
	}
}

/* In clear, where TLS should have begun: never to be taken for TLS's. */
static void injected(mgi_dialogue *d, mailguard_span in, size_t *used)
{
	mgi_script_begin(d->script, MAILGUARD_PHASE_STARTTLS);
	mgi_script_heard(d->script, in, in.len);
	mgi_dialogue_broke(d, MAILGUARD_NOTE_INJECTED);
	*used += in.len;
}

static void round_of(mgi_dialogue *d, mailguard_span in, size_t *used)
{
	const mgi_row *row = d->next;

	d->next = NULL;
	if (row) {
		mgi_script_encrypted(d->script, d->encrypted);
		go_on(d, row);
	}
	if (d->pumping == MGI_PUMP_GO && !came_early(d, in))
		dot(d);
	if (d->pumping == MGI_PUMP_BODY)
		pump(d, in);
	if (d->pumping == MGI_PUMP_NO)
		hear_all(d, in, used);
	in = mgi_span_from(in, *used);
	if (d->want == MGI_WANT_TLS && in.len)
		injected(d, in, used);
}

mgi_want mgi_dialogue_step(mgi_dialogue *d,
                           mailguard_span in,
                           size_t *used,
                           mailguard_buffer *out)
{
	*used = 0;
	if (d->want == MGI_WANT_CLOSE || d->want == MGI_WANT_KEEP)
		return d->want;
	d->out = out;
	d->out_from = out->len;
	round_of(d, in, used);
	if (out->failed)
		mgi_script_fail(d->script, MAILGUARD_ENOMEM, MGI_SAY_NO_MEMORY);
	if (d->mask.failed || d->pending.failed || d->shown.failed)
		mgi_script_fail(d->script, MAILGUARD_ENOMEM, MGI_SAY_NO_MEMORY);
	if (mgi_script_failed(d->script)) {
		mgi_mask_wipe(out); /* half a command is worse than none */
		mgi_dialogue_end(d);
	}
	return d->want;
}

mailguard_phase mgi_dialogue_phase(const mgi_dialogue *d)
{
	if (d->want == MGI_WANT_TLS)
		return MAILGUARD_PHASE_TLS;
	return d->next ? d->next->phase : d->row->phase;
}

void mgi_dialogue_tls(mgi_dialogue *d, bool up)
{
	if (d->want != MGI_WANT_TLS)
		return;
	if (!up) {
		mgi_dialogue_end(d);
		return;
	}
	/* What was told in clear may have been told by anybody. */
	d->encrypted = true;
	d->offers = d->mechanisms = 0;
	d->offers_known = d->no_ehlo = false;
	mgi_script_reached(d->script, MAILGUARD_PHASE_TLS);
	d->want = MGI_WANT_READ;
	d->next = d->row + 1;
}

void mgi_dialogue_lost(mgi_dialogue *d,
                       mailguard_span in,
                       int sys,
                       bool timed_out)
{
	if (d->want == MGI_WANT_CLOSE || d->want == MGI_WANT_KEEP)
		return;
	if (d->next) {
		mgi_script_encrypted(d->script, d->encrypted);
		mgi_script_begin(d->script, d->next->phase);
	} else if (in.len) {
		mgi_dialogue_hear_last(d, in);
	}
	mgi_script_lost(d->script, sys, timed_out);
	mgi_dialogue_end(d);
}

/* -- from beginning to end ------------------------------------------------- */

static mailguard_status endpoint_take(mgi_dialogue *d,
                                      const mailguard_ask *ask,
                                      mailguard_error *err)
{
	mailguard_status st;

	st = mgi_options_copy(&d->to, sizeof(d->to), ask->to, d->mg, err);
	if (st < 0)
		return st;
	d->as = mgi_speaker_of(d->to.protocol);
	if (!d->as)
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_BAD_PROTOCOL);
	d->to.host = mgi_arena_strdup(d->arena, d->to.host);
	d->to.user = mgi_arena_strdup(d->arena, d->to.user);
	d->to.mechanism = mgi_arena_strdup(d->arena, d->to.mechanism);
	d->to.address = d->to.path = NULL;
	d->encrypted = d->to.tls == MAILGUARD_TLS_IMPLICIT;
	return MAILGUARD_OK;
}

static mailguard_status secret_take(mgi_dialogue *d,
                                    mailguard_span secret,
                                    mailguard_error *err)
{
	unsigned char *own;

	mgi_mask_init(&d->mask, d->mg);
	if (!secret.len)
		return MAILGUARD_OK;
	own = mgi_alloc(d->mg, secret.len);
	if (!own)
		return mgi_fail_nomem(err);
	memcpy(own, secret.data, secret.len);
	d->secret = mgi_span(own, secret.len);
	mgi_mask_secret(&d->mask, d->secret);
	return d->mask.failed ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

static mailguard_status take(mgi_dialogue *d,
                             const mailguard_ask *ask,
                             const char *helo,
                             mailguard_error *err)
{
	mailguard_status st;

	st = mgi_helo_check(d->mg, helo, err);
	if (st < 0)
		return st;
	st = mgi_asked_set(&d->asked, d->mg, ask, err);
	if (st < 0)
		return st;
	st = endpoint_take(d, ask, err);
	if (st < 0)
		return st;
	st = secret_take(d, ask->secret, err);
	if (st < 0)
		return st;
	mgi_dialogue_helo(d, helo);
	return mgi_arena_failed(d->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mgi_dialogue_new(mgi_dialogue **out,
                                  mgi_script *script,
                                  const mailguard_ask *ask,
                                  const char *helo,
                                  mailguard_error *err)
{
	static const mailguard_reply fresh = MAILGUARD_REPLY_INIT;
	mailguard *mg = mgi_script_handle(script);
	mgi_arena *arena = mgi_arena_new(mg);
	mailguard_status st;
	mgi_dialogue *d;

	*out = NULL;
	d = arena ? mgi_arena_alloc(arena, sizeof(*d)) : NULL;
	if (!d) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	d->mg = mg;
	d->arena = arena;
	d->script = script;
	d->reply = fresh;
	d->all_fine = true;
	mgi_buf_init(&d->shown, mg);
	mgi_buf_init(&d->pending, mg);
	st = take(d, ask, helo, err);
	if (st < 0) {
		mgi_dialogue_free(d);
		return st;
	}
	d->next = d->row = d->as->rows;
	*out = d;
	return MAILGUARD_OK;
}

void mgi_dialogue_helo(mgi_dialogue *d, const char *helo)
{
	d->helo = helo && helo[0] ? mgi_arena_strdup(d->arena, helo)
	                          : "localhost";
}

mailguard_status mgi_dialogue_again(mgi_dialogue *d,
                                    mgi_script *script,
                                    const mailguard_ask *ask,
                                    mailguard_error *err)
{
	const mgi_row *row = d->as->rows;
	mailguard_status st;
	mgi_asked next;

	st = mgi_asked_set(&next, d->mg, ask, err);
	if (st < 0)
		return st;
	mgi_asked_done(&d->asked);
	d->asked = next;
	d->script = script;
	d->command = 0;
	d->all_fine = true;
	d->pumping = MGI_PUMP_NO;
	while (!(row->flags & MGI_ROW_AGAIN))
		row++;
	d->next = row;
	d->want = MGI_WANT_READ;
	return MAILGUARD_OK;
}

void mgi_dialogue_free(mgi_dialogue *d)
{
	if (!d)
		return;
	mgi_asked_done(&d->asked);
	mgi_sasl_done(&d->sasl);
	mgi_mask_done(&d->mask);
	mgi_mask_wipe(&d->pending);
	mgi_buf_done(&d->pending);
	mgi_buf_done(&d->shown);
	if (d->secret.data)
		mgi_wipe((void *)(uintptr_t)d->secret.data, d->secret.len);
	mgi_free(d->mg, (void *)(uintptr_t)d->secret.data);
	mgi_arena_free(d->arena); /* `d` lies in it */
}
