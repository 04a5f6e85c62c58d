/*
 * login.c - one login: which mechanism, and its exchange in the protocol's
 * dress. Once refused there is no second try, for three of them lock an
 * account.
 */
#include "base/text.h"
#include "base/base64.h"
#include "net/dialogue_own.h"

#include <string.h>

enum { MASKABLE = 8 }; /* a response this long is told from any word */

/* -- which one ------------------------------------------------------------- */

static const mgi_way *way_find(const mgi_speaker *as, const char *name)
{
	const mgi_way *w;

	for (w = as->ways; w->name; w++)
		if (mgi_strcmp_nocase(w->name, name) == 0)
			return w;
	return NULL;
}

bool mgi_login_known(const mgi_speaker *as, const char *mechanism)
{
	return mgi_mechanism_find(mechanism) || way_find(as, mechanism);
}

void mgi_login_names(mailguard_buffer *out, const mgi_speaker *as)
{
	const mgi_mechanism *m;
	const mgi_way *w;

	for (m = mgi_mechanisms; m->name; m++) {
		if (m != mgi_mechanisms)
			mgi_buf_puts(out, ", ");
		mgi_buf_puts(out, m->name);
	}
	for (w = as->ways; w->name; w++)
		if (!mgi_mechanism_find(w->name)) {
			mgi_buf_puts(out, ", ");
			mgi_buf_puts(out, w->name);
		}
}

static bool offered(const mgi_dialogue *d, const mgi_mechanism *m)
{
	return m && d->mechanisms >> (m - mgi_mechanisms) & 1;
}

static bool is_ascii(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] >= 0x80)
			return false;
	return true;
}

static const mgi_mechanism *best(const mgi_dialogue *d)
{
	bool ascii = is_ascii(d->secret) && is_ascii(mgi_span_of(d->to.user));
	const mgi_mechanism *m, *found = NULL;
	int rank, smallest = INT32_MAX;

	for (m = mgi_mechanisms; m->name; m++) {
		rank = d->encrypted ? m->over_tls : m->in_clear;
		if (!rank || rank > smallest || !offered(d, m) ||
		    (m->ascii && !ascii))
			continue;
		smallest = rank;
		found = m;
	}
	return found;
}

/* Sets `sasl.how` or `way`; false: none of them is offered. */
static bool choose(mgi_dialogue *d)
{
	const char *name = d->to.mechanism;
	const mgi_way *w;

	if (!name) {
		d->sasl.how = best(d);
	} else if (offered(d, mgi_mechanism_find(name))) {
		d->sasl.how = mgi_mechanism_find(name);
	}
	if (d->sasl.how)
		return true;
	for (w = d->as->ways; w->name; w++)
		if ((name ? mgi_strcmp_nocase(w->name, name) == 0
		          : w->unasked) &&
		    w->offered(d)) {
			d->way = w;
			return true;
		}
	return false;
}

/* -- SASL ------------------------------------------------------------------ */

/* What the mechanism says next, in Base64, into `out`. */
static mgi_sasl_result respond(mgi_dialogue *d,
                               mailguard_span challenge,
                               mailguard_buffer *out)
{
	mgi_sasl_result result;
	mailguard_buffer raw;

	mgi_buf_init(&raw, d->mg);
	result = mgi_sasl_next(&d->sasl, challenge, &raw);
	if (result == MGI_SASL_SAY)
		mgi_base64_put(out, mgi_buf_span(&raw));
	if (raw.failed)
		out->failed = raw.failed;
	mgi_mask_wipe(&raw);
	mgi_buf_done(&raw);
	if (out->len >= MASKABLE)
		mgi_mask_add(&d->mask, mgi_buf_span(out));
	return result;
}

static void say_response(mgi_dialogue *d, mailguard_span response)
{
	mgi_dialogue_further(d);
	mgi_say_hidden(d, response);
	mgi_say_line(d);
}

/* RFC 4954, 3501, 5034: all have "*" for it. */
static void cancel(mgi_dialogue *d, mailguard_note note)
{
	mgi_script_note(d->script, note);
	d->cancelled = true;
	mgi_dialogue_further(d);
	mgi_say_text(d, "*");
	mgi_say_line(d);
}

static void go_wrong(mgi_dialogue *d, mgi_sasl_result result)
{
	if (result == MGI_SASL_BAD)
		cancel(d, MAILGUARD_NOTE_BAD_CHALLENGE);
	else if (result == MGI_SASL_UNPROVEN)
		cancel(d, MAILGUARD_NOTE_UNPROVEN);
	else if (result == MGI_SASL_NO_CRYPTO)
		mgi_script_fail(d->script, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_HASH_FAILED);
	else
		mgi_script_fail(d->script, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_LOGIN_NO_RANDOM);
}

/* May the first response stand behind the command? */
static bool fits(const mgi_dialogue *d)
{
	if (!d->as->line_max)
		return d->offers & MGI_OFFER_INITIAL;
	return strlen(d->as->auth) + strlen(d->sasl.how->name) + 1 +
	               d->pending.len <=
	       d->as->line_max;
}

static void sasl_begin(mgi_dialogue *d)
{
	static const mailguard_span nothing;
	mgi_sasl *s = &d->sasl;
	mgi_sasl_result result = MGI_SASL_SAY;

	s->mg = d->mg;
	s->user = d->to.user;
	s->host = d->to.host;
	s->port = mailguard_endpoint_port(&d->to);
	s->secret = d->secret;
	if (s->how->first)
		result = respond(d, nothing, &d->pending);
	if (result != MGI_SASL_SAY) {
		go_wrong(d, result);
		return;
	}
	d->has_pending = s->how->first;
	if (d->to.protocol == MAILGUARD_PROTOCOL_IMAP)
		mgi_say_tag(d);
	mgi_say_text(d, d->as->auth);
	mgi_say_text(d, s->how->name);
	if (d->has_pending && fits(d)) {
		mgi_say_text(d, " ");
		mgi_say_hidden(d, mgi_buf_span(&d->pending));
		d->has_pending = false;
	}
	mgi_say_line(d);
}

/* Only those who look at a challenge need to be able to read it: servers
 * write prose where they have nothing to say. */
static void sasl_challenged(mgi_dialogue *d, mailguard_span text)
{
	mailguard_buffer challenge, response;
	mgi_sasl_result result;

	mgi_buf_init(&challenge, d->mg);
	mgi_buf_init(&response, d->mg);
	if (d->sasl.how->hidden &&
	    !mgi_base64_get(&challenge, mgi_span_trim(text)))
		result = MGI_SASL_BAD;
	else
		result = respond(d, mgi_buf_span(&challenge), &response);
	if (challenge.failed || response.failed)
		mgi_script_fail(d->script, MAILGUARD_ENOMEM, MGI_SAY_NO_MEMORY);
	else if (result == MGI_SASL_SAY)
		say_response(d, mgi_buf_span(&response));
	else
		go_wrong(d, result);
	mgi_mask_wipe(&response);
	mgi_buf_done(&response);
	mgi_buf_done(&challenge);
}

/* -- the row --------------------------------------------------------------- */

/* A secret goes to no one whose certificate is not good. In clear it goes
 * only where the user asked for no encryption at all. */
static bool is_safe(const mgi_dialogue *d)
{
	if (d->asked.flags & MAILGUARD_ASK_UNVERIFIED)
		return true;
	if (d->encrypted)
		return mgi_script_verified(d->script);
	return d->to.tls == MAILGUARD_TLS_NONE;
}

void mgi_login_say(mgi_dialogue *d)
{
	if (!is_safe(d)) {
		mgi_dialogue_give_up(d, MAILGUARD_NOTE_UNSAFE);
		return;
	}
	if (!choose(d)) {
		bool closed = d->offers & MGI_OFFER_NO_LOGIN;

		mgi_dialogue_give_up(d, closed && !d->to.mechanism
		                                ? MAILGUARD_NOTE_DISABLED
		                                : MAILGUARD_NOTE_NOT_OFFERED);
		return;
	}
	if (d->to.protocol == MAILGUARD_PROTOCOL_IMAP)
		d->offers_known = false; /* there is more behind a login */
	if (d->way)
		(void)d->way->say(d);
	else
		sasl_begin(d);
}

static void go_on(mgi_dialogue *d, const mailguard_reply *r)
{
	bool more = r->kind == MAILGUARD_REPLY_MORE;

	if (d->way ? more && d->way->lines : d->cancelled) {
		mgi_dialogue_broke(d, MAILGUARD_NOTE_UNEXPECTED);
	} else if (d->way) {
		mgi_dialogue_further(d);
		if (!d->way->say(d))
			mgi_dialogue_broke(d, MAILGUARD_NOTE_UNEXPECTED);
	} else if (d->has_pending) {
		d->has_pending = false;
		say_response(d, mgi_buf_span(&d->pending));
	} else {
		sasl_challenged(d, r->text);
	}
}

static void accepted(mgi_dialogue *d, const mailguard_reply *r)
{
	const mgi_mechanism *how = d->sasl.how;

	if (d->cancelled) {
		mgi_dialogue_broke(d, MAILGUARD_NOTE_UNEXPECTED);
		return;
	}
	if (how && how->proves && !d->sasl.proven) {
		mgi_dialogue_give_up(d, MAILGUARD_NOTE_UNPROVEN);
		return;
	}
	if (d->to.protocol == MAILGUARD_PROTOCOL_IMAP)
		mgi_dialogue_offers(d, r);
	mgi_dialogue_done(d);
}

void mgi_login_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind == MAILGUARD_REPLY_MORE) {
		go_on(d, r);
		return;
	}
	if (r->kind != MAILGUARD_REPLY_OK) {
		mgi_dialogue_quit(d);
		return;
	}
	/* USER is fine: PASS is next. */
	if (d->way && d->round < d->way->lines) {
		go_on(d, r);
		return;
	}
	accepted(d, r);
}
