/*
 * domain_tls.c - how a domain wants its mail encrypted: MTA-STS (RFC 8461),
 * TLS-RPT (RFC 8460), and whether its servers publish keys (DANE, RFC 7672).
 */
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

enum { AGE_SHORT = 86400 };

static bool sts_like(mailguard_span text)
{
	return mgi_tag_first(text, "v", "STSv1");
}

static bool rpt_like(mailguard_span text)
{
	return mgi_tag_first(text, "v", "TLSRPTv1");
}

/* -- MTA-STS -------------------------------------------------------------- */

static void unlisted_tell(mailguard_domain *d, const mgi_mx *mx)
{
	mgi_about about = { d->sts.mode == MGI_STS_ENFORCE
		                    ? MAILGUARD_SEVERITY_LOSS
		                    : MAILGUARD_SEVERITY_WARN,
		            MAILGUARD_REASON_POLICY, mx->host, false };

	mgi_domain_tell(d, &about, MGI_SAY_STS_MX_UNLISTED, "host", mx->host,
	                (const char *)NULL);
}

static void policy_look(mailguard_domain *d)
{
	const mgi_mx *mx;

	if (!d->sts.good) {
		mgi_domain_say(d, WARN, MAILGUARD_REASON_POLICY, d->name,
		               MGI_SAY_STS_POLICY_BAD, "name", d->name);
		return;
	}
	if (d->sts.mode == MGI_STS_TESTING)
		mgi_domain_say(d, NOTE, 0, d->name, MGI_SAY_STS_TESTING);
	if (d->sts.max_age < AGE_SHORT)
		mgi_domain_say(d, NOTE, 0, d->name, MGI_SAY_STS_SHORT,
		               "seconds", mgi_u64(d->sts.max_age).text);
	for (mx = d->mx; mx && d->sts.mode != MGI_STS_NONE; mx = mx->next)
		if (!mgi_sts_allows(&d->sts, mx->host))
			unlisted_tell(d, mx);
}

/* 3.3: 200, over good TLS; no redirect is followed. */
static bool page_good(const mgi_fact *f)
{
	const mailguard_tls_facts *tls;
	const mailguard_step *s, *last = NULL;
	size_t i, pages = 0;

	if (!f->heard)
		return false;
	for (i = 0; (s = mailguard_transcript_step(f->heard, i)) != NULL; i++) {
		if (s->phase == MAILGUARD_PHASE_QUIT)
			continue;
		last = s;
		pages += s->phase == MAILGUARD_PHASE_COMMAND;
	}
	tls = mailguard_transcript_tls(f->heard);
	return last && last->phase == MAILGUARD_PHASE_COMMAND &&
	       last->code == 200 && pages == 1 && tls && tls->verified;
}

static void sts_look(mailguard_domain *d)
{
	char name[MGI_NAME_MAX];
	mailguard_span text;
	const mgi_fact *f;
	size_t n;

	mgi_domain_under(name, d, "_mta-sts");
	f = mgi_domain_need(d, "TXT", name);
	n = f ? mgi_domain_txt(&text, d, f, sts_like) : 0;
	if (!n)
		return;
	d->sts_text = mgi_domain_keep(d, text);
	if (n > 1 || !mgi_sts_is(text)) {
		mgi_domain_say(d, WARN, MAILGUARD_REASON_POLICY, name,
		               MGI_SAY_STS_BAD, "name", name);
		return;
	}
	mgi_domain_under(name, d, "mta-sts");
	f = mgi_domain_get(d, "HTTP", name);
	if (!f)
		return;
	if (!page_good(f)) {
		mgi_domain_say(d, WARN, MAILGUARD_REASON_POLICY, name,
		               MGI_SAY_STS_NO_POLICY, "host", name);
		return;
	}
	d->has_policy = true;
	mgi_sts_read(&d->sts, mailguard_transcript_body(f->heard));
	policy_look(d);
}

static void rpt_look(mailguard_domain *d)
{
	char name[MGI_NAME_MAX];
	mailguard_span text, rua, bad;
	const mgi_fact *f;
	size_t n;

	mgi_domain_under(name, d, "_smtp._tls");
	f = mgi_domain_need(d, "TXT", name);
	n = f ? mgi_domain_txt(&text, d, f, rpt_like) : 0;
	if (!n)
		return;
	d->rpt_text = mgi_domain_keep(d, text);
	if (n > 1 || !mgi_tags_ok(&bad, text) ||
	    !mgi_tag_get(&rua, text, "rua") ||
	    (!mgi_span_starts_nocase(rua, "mailto:") &&
	     !mgi_span_starts_nocase(rua, "https:")))
		mgi_domain_say(d, WARN, 0, name, MGI_SAY_TLSRPT_BAD, "name",
		               name);
}

/* -- DANE ----------------------------------------------------------------- */

/* RFC 7672, 3.1: usage 2 or 3, selector 0 or 1, matching 0 to 2. */
static bool tlsa_good(const char *data)
{
	return (data[0] == '2' || data[0] == '3') && data[1] == ' ' &&
	       (data[2] == '0' || data[2] == '1') && data[3] == ' ' &&
	       data[4] >= '0' && data[4] <= '2' && data[5] == ' ';
}

static void dane_look(mailguard_domain *d, mgi_mx *mx)
{
	char name[MGI_NAME_MAX];
	const mgi_fact *f;
	size_t i, good = 0;

	mgi_name_join(name, "_25._tcp", mx->host);
	f = mgi_domain_need(d, "TLSA", name);
	if (!f || !f->count)
		return;
	for (i = 0; i < f->count; i++)
		good += tlsa_good(f->records[i]->data);
	mx->tlsa = true;
	mx->tlsa_signed = f->verified;
	if (!f->verified)
		mgi_domain_say(d, NOTE, 0, name, MGI_SAY_DANE_UNSIGNED, "name",
		               name);
	else if (!good)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_DANE_MISMATCH, name,
		               MGI_SAY_DANE_BAD, "name", name);
}

void mgi_domain_tls(mailguard_domain *d)
{
	mgi_mx *mx;

	sts_look(d);
	rpt_look(d);
	for (mx = d->mx; mx; mx = mx->next)
		dane_look(d, mx);
}
