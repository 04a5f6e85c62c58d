/*
 * answer.c - one answer as a counted value: made from a transcript, read by
 * the prober of its protocol, then only looked at.
 */
#include "probe/answer.h"

#include "base/fail.h"
#include "classify/classifier.h"
#include "probe/prober.h"

static const mgi_prober *const probers[] = {
	&mgi_probe_smtp, &mgi_probe_submission, &mgi_probe_imap,
	&mgi_probe_pop3, &mgi_probe_web,        &mgi_probe_dns,
};

const mgi_prober *mgi_prober_of(mailguard_protocol protocol)
{
	size_t i;

	for (i = 0; i < sizeof(probers) / sizeof(probers[0]); i++)
		if (probers[i]->protocol == protocol)
			return probers[i];
	return NULL;
}

mgi_wanted mgi_wanted_of(const mailguard_probe_options *opts)
{
	mgi_wanted w = { .slow_usec = 8000000, .warn_days = 21 };

	if (opts && opts->slow_usec)
		w.slow_usec = opts->slow_usec;
	if (opts && opts->warn_days)
		w.warn_days = opts->warn_days;
	if (opts)
		w.flags = opts->flags;
	return w;
}

mailguard *mgi_answer_handle(const mailguard_answer *a)
{
	return mgi_arena_handle(a->arena);
}

mgi_lang mgi_answer_lang(const mailguard_answer *a)
{
	return mgi_lang_of(mgi_arena_handle(a->arena));
}

/* The URL, or what is left of it where there can be none. */
static void name_it(mailguard_answer *a)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	mailguard *mg = mgi_answer_handle(a);
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	if (!a->wanted.name && mailguard_endpoint_text(&b, e, NULL) < 0)
		mgi_buf_printf(&b, "%s:%s",
		               mailguard_protocol_name(e->protocol),
		               e->host ? e->host : "");
	a->name = mgi_arena_strdup(a->arena, a->wanted.name ? a->wanted.name
	                                                    : mgi_buf_text(&b));
	if (mgi_buf_status(&b, NULL) < 0)
		a->name = NULL;
	mgi_buf_cut(&b, 0);
	mgi_buf_puts(&b, e->host ? e->host : "");
	mgi_buf_putc(&b, ':');
	mgi_buf_puts(&b, mgi_i64(mailguard_endpoint_port(e)).text);
	a->where = mgi_arena_strdup(a->arena, mgi_buf_text(&b));
	if (mgi_buf_status(&b, NULL) < 0)
		a->where = NULL;
	mgi_buf_done(&b);
}

static mailguard_status read_all(mailguard_answer *a,
                                 mailguard_classifier *c,
                                 mailguard_error *err)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	const mgi_prober *prober = mgi_prober_of(e ? e->protocol : 0);
	mailguard_status st;

	if (!prober)
		return mgi_fail(err, mgi_answer_handle(a), MAILGUARD_EINVAL,
		                MGI_SAY_PROBE_NO_PROTOCOL);
	name_it(a);
	if (!a->name || !a->where || !a->findings)
		return mgi_fail_nomem(err);
	mgi_answer_times_of(a);
	mgi_answer_software(a);
	st = prober->read(a, a->heard, c, err);
	if (st < 0)
		return st;
	mgi_answer_look(a);
	mgi_answer_close(a);
	mgi_answer_stock(a);
	return mgi_arena_failed(a->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mgi_answer_make(mailguard_answer **out,
                                 mailguard_classifier *c,
                                 mailguard_transcript *heard,
                                 const mgi_wanted *wanted,
                                 mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(c->mg);
	mailguard_answer *a;
	mailguard_status st;

	*out = NULL;
	if (!arena)
		return mgi_fail_nomem(err);
	a = mgi_arena_alloc(arena, sizeof(*a));
	if (!a) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	a->arena = arena;
	atomic_init(&a->holders, 1);
	a->heard = mailguard_transcript_ref(heard);
	a->wanted = *wanted;
	a->messages = -1;
	a->quota = -1;
	a->findings = mgi_findings_new(arena, 0);
	st = read_all(a, c, err);
	if (st < 0) {
		mailguard_answer_free(a);
		return st;
	}
	a->wanted.name = a->wanted.user = NULL; /* the caller's */
	*out = a;
	return MAILGUARD_OK;
}

mailguard_status mailguard_answer_read(mailguard_answer **out,
                                       mailguard_classifier *c,
                                       mailguard_transcript *heard,
                                       const mailguard_probe_options *opts,
                                       mailguard_error *err)
{
	mailguard_probe_options own;
	const mailguard_endpoint *e;
	mailguard_status st;
	mgi_wanted wanted;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!c || !heard)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                c ? "transcript" : "classifier");
	st = mgi_options_copy(&own, sizeof(own), opts, c->mg, err);
	if (st < 0)
		return st;
	wanted = mgi_wanted_of(&own);
	e = mailguard_transcript_endpoint(heard);
	wanted.login = e && e->user;
	return mgi_answer_make(out, c, heard, &wanted, err);
}

mailguard_answer *mailguard_answer_ref(mailguard_answer *a)
{
	if (a)
		atomic_fetch_add_explicit(&a->holders, 1, memory_order_relaxed);
	return a;
}

void mailguard_answer_free(mailguard_answer *a)
{
	if (!a || atomic_fetch_sub_explicit(&a->holders, 1,
	                                    memory_order_acq_rel) != 1)
		return;
	mailguard_transcript_free(a->heard);
	mgi_arena_free(a->arena);
}

const char *mailguard_answer_name(const mailguard_answer *a)
{
	return a->name;
}

const mailguard_endpoint *mailguard_answer_endpoint(const mailguard_answer *a)
{
	return mailguard_transcript_endpoint(a->heard);
}

int mailguard_answer_ok(const mailguard_answer *a)
{
	return a->cause.reason == MAILGUARD_REASON_SUCCESS;
}

const mailguard_cause *mailguard_answer_cause(const mailguard_answer *a)
{
	return &a->cause;
}

mailguard_phase mailguard_answer_phase(const mailguard_answer *a)
{
	return a->phase;
}

mailguard_login mailguard_answer_login(const mailguard_answer *a)
{
	return a->login;
}

const char *mailguard_answer_message(const mailguard_answer *a)
{
	return a->message;
}

const char *mailguard_answer_action(const mailguard_answer *a)
{
	return a->action;
}

const char *mailguard_answer_software(const mailguard_answer *a)
{
	return a->software ? a->software : "";
}

int mailguard_answer_quota(const mailguard_answer *a)
{
	return a->quota;
}

const char *mailguard_answer_address(const mailguard_answer *a)
{
	return mailguard_transcript_address(a->heard);
}

const mailguard_answer_times *mailguard_answer_timing(const mailguard_answer *a)
{
	return &a->times;
}

const char *mailguard_answer_capability(const mailguard_answer *a, size_t i)
{
	return i < a->offered.count ? a->offered.at[i] : NULL;
}

const char *mailguard_answer_capability_in_clear(const mailguard_answer *a,
                                                 size_t i)
{
	return i < a->offered_in_clear.count ? a->offered_in_clear.at[i] : NULL;
}

const mailguard_finding *mailguard_answer_finding(const mailguard_answer *a,
                                                  size_t i)
{
	return mgi_findings_at(a->findings, i);
}

const mailguard_evidence *mailguard_answer_evidence(const mailguard_answer *a)
{
	return &a->evidence;
}

mailguard_transcript *mailguard_answer_transcript(const mailguard_answer *a)
{
	return a->heard;
}

const char *mailguard_answer_login_name(mailguard_login login)
{
	static const char *const names[] = { "none", "untested", "ok",
		                             "refused", "withheld" };

	return login >= 0 && login < (int32_t)(sizeof(names) / sizeof(*names))
	               ? names[login]
	               : "unknown";
}
