/*
 * domain_dmarc.c - what receivers are told to do with mail that fails: the
 * record of DMARC, at the name or at its organization (RFC 7489, 6.6.3), and
 * whether those who are to get reports want them (7.1).
 */
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

static void report_check(mailguard_domain *d, mailguard_span host)
{
	char to[MGI_NAME_MAX], at[MGI_NAME_MAX], name[MGI_NAME_MAX];
	const char *own = mgi_domain_keep(d, host);
	mailguard_span text;
	const mgi_fact *f;

	if (!host.len || !mgi_name_tidy(to, own) ||
	    strcmp(mgi_domain_org(to), d->org) == 0)
		return;
	mgi_name_join(at, "_report._dmarc", to);
	mgi_name_join(name, d->name, at);
	f = mgi_domain_get(d, "TXT", name);
	if (f && !f->failed && !mgi_domain_txt(&text, d, f, mgi_dmarc_is))
		mgi_domain_say(d, NOTE, 0, name, MGI_SAY_DMARC_REPORTS_REFUSED,
		               "host", to, "record", name);
}

static void reports_check(mailguard_domain *d)
{
	mailguard_span lists[] = { d->dmarc.rua, d->dmarc.ruf }, host;
	size_t i;

	for (i = 0; i < 2; i++)
		while (mgi_dmarc_uri(&host, &lists[i]))
			report_check(d, host);
	if (!d->dmarc.rua.len)
		mgi_domain_say(d, NOTE, 0, d->dmarc_at,
		               MGI_SAY_DMARC_NO_REPORTS);
}

/* What holds for this name: sp= of the organization, else p=. */
static mgi_dmarc_policy policy_of(const mailguard_domain *d)
{
	bool own = mgi_name_below(d->dmarc_at, d->name);

	return !own && d->dmarc.sp != MGI_DMARC_ABSENT ? d->dmarc.sp
	                                               : d->dmarc.p;
}

static void record_look(mailguard_domain *d,
                        const char *at,
                        mailguard_span text,
                        size_t n)
{
	d->dmarc_at = mgi_arena_strdup(d->work, at);
	d->dmarc_text = mgi_domain_keep(d, text);
	mgi_dmarc_read(&d->dmarc, text);
	if (!d->dmarc_at)
		return;
	if (n > 1) {
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DMARC_FAIL, at,
		                   MGI_SAY_DMARC_MANY, "name", at);
		return;
	}
	if (!d->dmarc.good) {
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DMARC_FAIL, at,
		                   MGI_SAY_DMARC_BAD, "name", at, "tag",
		                   d->dmarc.bad.len
		                           ? mgi_domain_keep(d, d->dmarc.bad)
		                           : "p=");
		return;
	}
	if (policy_of(d) == MGI_DMARC_NONE)
		mgi_domain_say(d, NOTE, 0, at, MGI_SAY_DMARC_WATCHING);
	if (d->dmarc.pct < 100)
		mgi_domain_say(d, NOTE, 0, at, MGI_SAY_DMARC_PART, "pct",
		               mgi_u64(d->dmarc.pct).text);
	reports_check(d);
}

void mgi_domain_dmarc(mailguard_domain *d)
{
	const char *names[] = { d->name, d->org };
	char at[MGI_NAME_MAX];
	mailguard_span text;
	size_t i, n;

	for (i = 0; i < (strcmp(d->name, d->org) ? 2U : 1U); i++) {
		const mgi_fact *f;

		mgi_name_join(at, "_dmarc", names[i]);
		f = mgi_domain_need(d, "TXT", at);
		if (!f)
			return;
		n = mgi_domain_txt(&text, d, f, mgi_dmarc_is);
		if (n) {
			record_look(d, at, text, n);
			return;
		}
	}
	mgi_domain_say_out(d, WARN, 0, d->name, MGI_SAY_DMARC_MISSING, "name",
	                   d->org);
}
