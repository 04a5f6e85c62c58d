/*
 * notice - draft what to tell the people who are waiting.
 *
 *	$ mailguard notice my-profile.json --account a1 --company 'Wasabi'
 *	      --since 2026-01-13T09:00:00+09:00 --phone 052-000-0000
 *
 * Prints the draft; sends nothing. With --eml the bytes ready to send to one
 * person (--to). Exits 0, or 2 if something that must be told is missing.
 */
#include "examples.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
	mailguard_notice_facts facts;
	mailguard_notice_envelope envelope;
	const char *profile, *account;
	bool eml;
} request;

typedef enum kind { TEXT, TIME, PHASE } kind;

#define FACT(member) offsetof(request, facts.member)
#define ENVELOPE(member) offsetof(request, envelope.member)

static const struct option {
	const char *name;
	kind kind;
	size_t offset;
} options[] = {
	{ "--account", TEXT, offsetof(request, account) },
	{ "--company", TEXT, FACT(company) },
	{ "--address", TEXT, FACT(address) },
	{ "--resend", TEXT, FACT(resend) },
	{ "--phone", TEXT, FACT(phone) },
	{ "--status", TEXT, FACT(status) },
	{ "--since", TIME, FACT(since) },
	{ "--until", TIME, FACT(until) },
	{ "--window-from", TIME, FACT(window_from) },
	{ "--window-to", TIME, FACT(window_to) },
	{ "--next-update", TIME, FACT(next_update) },
	{ "--phase", PHASE, FACT(phase) },
	{ "--from", TEXT, ENVELOPE(sender) },
	{ "--to", TEXT, ENVELOPE(to) },
	{ "--message-id", TEXT, ENVELOPE(message_id) },
	{ "--charset", TEXT, ENVELOPE(charset) },
};

/* Put one value where it belongs; false if it is no such value. */
static bool value_take(request *r, const struct option *o, const char *value)
{
	void *to = (char *)r + o->offset;
	mailguard_notice_phase phase;
	mailguard_time at;

	switch (o->kind) {
	case TEXT:
		memcpy(to, &value, sizeof(value));
		return true;
	case TIME:
		at = mailguard_time_parse(value);
		memcpy(to, &at, sizeof(at));
		return at != 0;
	default:
		phase = mailguard_notice_phase_find(value);
		memcpy(to, &phase, sizeof(phase));
		return phase > 0;
	}
}

/* Is argv[*i] one of the options? -1: its value is wrong. */
static int option_take(request *r, ex_call *call, int *i)
{
	const char *value, *name = call->argv[*i];
	size_t n;

	for (n = 0; n < sizeof(options) / sizeof(options[0]); n++) {
		if (!ex_option(&value, call, i, options[n].name))
			continue;
		if (value && value_take(r, &options[n], value))
			return 1;
		ex_fail_text(call, "the value is missing or wrong",
		             "値がないか、正しくありません", name);
		return -1;
	}
	return 0;
}

static int request_read(request *r, ex_call *call)
{
	int i;

	for (i = 0; i < call->argc; i++) {
		int took = option_take(r, call, &i);

		if (took < 0)
			return EX_CANNOT_TELL;
		if (took)
			continue;
		if (strcmp(call->argv[i], "--eml") == 0)
			r->eml = true;
		else if (r->profile || call->argv[i][0] == '-')
			return ex_usage(call);
		else
			r->profile = call->argv[i];
	}
	return r->profile ? EX_FINE : ex_usage(call);
}

static const mailguard_account *account_find(const mailguard_profile *p,
                                             const char *id)
{
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(p, i)) != NULL; i++)
		if (!id || strcmp(a->id, id) == 0)
			return a;
	return NULL;
}

/* What the profile knows and nobody said otherwise. */
static int profile_fill(request *r, ex_call *call, const mailguard_profile *p)
{
	const mailguard_account *a = account_find(p, r->account), *b;
	const mailguard_provider *provider;

	if (!a)
		return ex_fail_text(call, "no such account in the profile",
		                    "このアカウントはプロファイルにありません",
		                    r->account ? r->account : "--account");
	b = a->backup ? account_find(p, a->backup) : NULL;
	provider = mailguard_profile_provider_of(p, a->provider);
	if (!r->facts.address)
		r->facts.address = a->address;
	if (!r->facts.resend && b)
		r->facts.resend = b->address;
	if (!r->facts.phone)
		r->facts.phone = a->phone;
	if (!r->facts.status && provider)
		r->facts.status = provider->status;
	if (!r->envelope.sender)
		r->envelope.sender = r->facts.resend;
	return EX_FINE;
}

static int notice_print(const request *r,
                        ex_call *call,
                        const mailguard_notice *n)
{
	mailguard_buffer *out = NULL, *misfits = NULL;
	mailguard_status st;
	mailguard_error err;

	st = mailguard_buffer_new(&out, call->mg, &err);
	if (st >= 0)
		st = mailguard_buffer_new(&misfits, call->mg, &err);
	if (st >= 0 && r->eml)
		st = mailguard_notice_message(out, misfits, n, &r->envelope,
		                              &err);
	else if (st >= 0 && call->format != EX_TEXT)
		st = mailguard_notice_json(out, n, &err);
	if (st < 0) {
		ex_fail(call, &err);
		if (misfits && mailguard_buffer_length(misfits))
			fprintf(stderr, "%s\n", mailguard_buffer_text(misfits));
	} else if (r->eml || call->format != EX_TEXT) {
		ex_print(out);
	} else {
		printf("Subject: %s\n\n%s", mailguard_notice_subject(n),
		       mailguard_notice_text(n));
	}
	mailguard_buffer_free(out);
	mailguard_buffer_free(misfits);
	return st < 0 ? EX_CANNOT_TELL : EX_FINE;
}

int ex_notice(ex_call *call)
{
	static const mailguard_notice_facts no_facts =
		MAILGUARD_NOTICE_FACTS_INIT;
	static const mailguard_notice_envelope no_envelope =
		MAILGUARD_NOTICE_ENVELOPE_INIT;
	request r = { no_facts, no_envelope, NULL, NULL, false };
	mailguard_profile *p;
	mailguard_notice *n;
	mailguard_error err;
	int rc = request_read(&r, call);

	if (rc == EX_FINE)
		rc = ex_profile_open(&p, call, r.profile);
	if (rc != EX_FINE)
		return rc;
	rc = profile_fill(&r, call, p);
	if (rc == EX_FINE &&
	    mailguard_notice_draft(&n, call->mg, &r.facts, &err) < 0)
		rc = ex_fail(call, &err);
	else if (rc == EX_FINE) {
		rc = notice_print(&r, call, n);
		mailguard_notice_free(n);
	}
	mailguard_profile_free(p);
	return rc;
}
