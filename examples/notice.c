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

#define FACT(member) offsetof(request, facts.member)
#define ENVELOPE(member) offsetof(request, envelope.member)

static bool time_take(void *into, const ex_opt *o, const char *value)
{
	mailguard_time at = mailguard_time_parse(value);

	memcpy((char *)into + o->at, &at, sizeof(at));
	return at != 0;
}

static bool phase_take(void *into, const ex_opt *o, const char *value)
{
	mailguard_notice_phase phase = mailguard_notice_phase_find(value);

	memcpy((char *)into + o->at, &phase, sizeof(phase));
	return phase > 0;
}

const ex_opt ex_notice_options[] = {
	{ "--account", "ID", "the account that does not work; else the first",
	  "使えないアカウント(省略時は先頭)", offsetof(request, account),
	  NULL },
	{ "--phase", "PHASE", "first (default), update or resolved",
	  "お知らせの段階: first(既定)、update、resolved", FACT(phase),
	  phase_take },
	{ "--company", "NAME", "who tells it", "お知らせを出す会社や組織の名前",
	  FACT(company), NULL },
	{ "--address", "ADDRESS", "the address that does not work",
	  "使えないメールアドレス", FACT(address), NULL },
	{ "--resend", "ADDRESS", "where to send instead; in another domain",
	  "代わりの宛先(別のドメイン)", FACT(resend), NULL },
	{ "--phone", "NUMBER", "for what is urgent", "急ぎの連絡先の電話番号",
	  FACT(phone), NULL },
	{ "--status", "URL", "the provider's page", "事業者の障害情報ページ",
	  FACT(status), NULL },
	{ "--since", "TIME", "when it began: 2026-01-13T09:00:00+09:00",
	  "始まった時刻(例: 2026-01-13T09:00:00+09:00)", FACT(since),
	  time_take },
	{ "--until", "TIME", "when it is expected to end, or ended",
	  "復旧の見込み、または復旧した時刻", FACT(until), time_take },
	{ "--window-from", "TIME", "mail from then on may not have arrived",
	  "届いていないおそれのあるメールの期間の始まり", FACT(window_from),
	  time_take },
	{ "--window-to", "TIME", "... until then",
	  "届いていないおそれのあるメールの期間の終わり", FACT(window_to),
	  time_take },
	{ "--next-update", "TIME", "when you will write again",
	  "次にお知らせする時刻", FACT(next_update), time_take },
	{ "--eml", NULL, "the bytes ready to send, to one person",
	  "そのまま送信できるメール(1 人宛て)を出力します",
	  offsetof(request, eml), NULL },
	{ "--from", "ADDRESS", "its sender; else that of --resend",
	  "差出人(省略時は --resend のアドレス)", ENVELOPE(sender), NULL },
	{ "--to", "ADDRESS", "its recipient", "宛先", ENVELOPE(to), NULL },
	{ "--message-id", "ID", "its Message-ID", "Message-ID",
	  ENVELOPE(message_id), NULL },
	{ "--charset", "NAME", "its charset: utf-8 or iso-2022-jp",
	  "文字コード: utf-8、iso-2022-jp", ENVELOPE(charset), NULL },
	EX_OPT_END,
};

static int request_read(request *r, ex_call *call)
{
	int rc = ex_options_read(call, ex_notice_options, r);

	if (rc != EX_FINE)
		return rc;
	if (call->argc != 1)
		return ex_usage(call);
	r->profile = call->argv[0];
	return EX_FINE;
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
