/*
 * domain_policy.c - who may send for a domain: its SPF and its keys of DKIM.
 */
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

enum { BITS_MIN = 1024, BITS_WANTED = 2048 }; /* RFC 8301 */

static void error_tell(mailguard_domain *d, const mgi_spf_answer *s)
{
	static const struct {
		mgi_spf_why why;
		mgi_say_id id;
	} rows[] = {
		{ MGI_SPF_SYNTAX, MGI_SAY_SPF_SYNTAX },
		{ MGI_SPF_MANY_RECORDS, MGI_SAY_SPF_MANY },
		{ MGI_SPF_NO_RECORD, MGI_SAY_SPF_NO_RECORD },
		{ MGI_SPF_LOOKUPS, MGI_SAY_SPF_LOOKUPS },
		{ MGI_SPF_VOIDS, MGI_SAY_SPF_VOIDS },
		{ MGI_SPF_MANY_MX, MGI_SAY_SPF_MANY_MX },
		{ MGI_SPF_DNS, MGI_SAY_SPF_NO_ANSWER },
	};
	const char *term = mgi_domain_keep(
		d, mgi_span_of(s->term[0] ? s->term : "v=spf1"));
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].why == s->why)
			mgi_domain_say_out(d, WARN, MAILGUARD_REASON_SPF_FAIL,
			                   s->where, rows[i].id, "name",
			                   s->where, "term", term, "lookups",
			                   mgi_u64(s->lookups).text, "voids",
			                   mgi_u64(s->voids).text);
}

static void record_tell(mailguard_domain *d, const mgi_spf_answer *s)
{
	if (s->result == MGI_SPF_NONE && !s->record[0])
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_SPF_FAIL, d->name,
		                   MGI_SAY_SPF_MISSING, "name", d->name);
	if (s->why != MGI_SPF_DNS || !d->mute)
		error_tell(d, s);
	if (s->uses_ptr)
		mgi_domain_say(d, NOTE, 0, d->name, MGI_SAY_SPF_PTR);
	if (s->all == MGI_SPF_PASS)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_SPF_FAIL, d->name,
		                   MGI_SAY_SPF_ALLOWS_ALL);
	else if (s->record[0] && !s->why && s->all != MGI_SPF_FAIL &&
	         s->all != MGI_SPF_SOFTFAIL)
		mgi_domain_say(d, NOTE, 0, d->name, MGI_SAY_SPF_OPEN_END);
}

/* An error is told once, above. */
static void sender_check(mailguard_domain *d, mgi_host_address *a)
{
	mgi_spf_query q = { .zone = d->zone, .domain = d->name, .ip = a->ip };
	mgi_spf_result r;

	mgi_spf_check(&a->spf, &q, d->work);
	r = a->spf.result;
	d->waiting |= r == MGI_SPF_WAIT;
	if (r == MGI_SPF_FAIL || r == MGI_SPF_SOFTFAIL || r == MGI_SPF_NEUTRAL)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_SPF_FAIL, a->text,
		                   MGI_SAY_SPF_REFUSES, "address", a->text,
		                   "name", d->name, "result", mgi_spf_name(r),
		                   "term", a->spf.term[0] ? a->spf.term : "-");
	else if ((r == MGI_SPF_PERMERROR || r == MGI_SPF_TEMPERROR) &&
	         !d->spf.why)
		error_tell(d, &a->spf);
}

void mgi_domain_spf(mailguard_domain *d)
{
	mgi_spf_query q = { .zone = d->zone, .domain = d->name, .count = true };
	mgi_host_address *a;

	mgi_spf_check(&d->spf, &q, d->work);
	d->waiting |= d->spf.result == MGI_SPF_WAIT;
	if (d->spf.result != MGI_SPF_WAIT)
		record_tell(d, &d->spf);
	for (a = d->addresses; a; a = a->next)
		if (!a->host)
			sender_check(d, a);
}

/* -- DKIM ----------------------------------------------------------------- */

static bool any(mailguard_span text)
{
	mailguard_span p;

	return mgi_tag_get(&p, text, "p") || mgi_tag_first(text, "v", "DKIM1");
}

static void fault_tell(mailguard_domain *d, const char *name, mgi_dkim_fault f)
{
	static const mgi_say_id ids[] = { 0, MGI_SAY_DKIM_SYNTAX,
		                          MGI_SAY_DKIM_VERSION,
		                          MGI_SAY_DKIM_KIND,
		                          MGI_SAY_DKIM_BAD_KEY };

	mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name, ids[f],
	                   "name", name);
}

static void key_tell(mailguard_domain *d,
                     const char *name,
                     const mgi_dkim_key *k)
{
	const char *bits = mgi_u64(k->bits).text;
	char own[24];

	memcpy(own, bits, sizeof(own));
	if (k->fault)
		fault_tell(d, name, k->fault);
	else if (k->revoked)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name,
		                   MGI_SAY_DKIM_REVOKED, "name", name);
	else if (!k->ed25519 && k->bits < BITS_MIN)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name,
		                   MGI_SAY_DKIM_SHORT, "name", name, "bits",
		                   own);
	else if (!k->ed25519 && k->bits < BITS_WANTED)
		mgi_domain_say(d, NOTE, 0, name, MGI_SAY_DKIM_SHORTISH, "name",
		               name, "bits", own);
	if (k->testing)
		mgi_domain_say(d, NOTE, 0, name, MGI_SAY_DKIM_TESTING, "name",
		               name);
	if (k->sha1_only)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name,
		                   MGI_SAY_DKIM_SHA1, "name", name);
	if (k->not_mail)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name,
		                   MGI_SAY_DKIM_NOT_MAIL, "name", name);
}

static void selector_look(mailguard_domain *d, const char *selector)
{
	mgi_selector *s = mgi_arena_alloc(d->work, sizeof(*s));
	char at[MGI_NAME_MAX], name[MGI_NAME_MAX];
	mailguard_span text;
	const mgi_fact *f;
	size_t n;

	mgi_name_join(at, selector, "_domainkey");
	mgi_name_join(name, at, d->name);
	f = mgi_domain_need(d, "TXT", name);
	if (!s || !f)
		return;
	s->name = selector;
	*d->last_selector = s;
	d->last_selector = &s->next;
	n = mgi_domain_txt(&text, d, f, any);
	s->found = n > 0;
	if (!n)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name,
		                   MGI_SAY_DKIM_MISSING, "name", name);
	else if (n > 1)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_DKIM_FAIL, name,
		                   MGI_SAY_DKIM_MANY, "name", name);
	else if (mgi_dkim_read(&s->key, d->mg, text, NULL) == MAILGUARD_OK)
		key_tell(d, name, &s->key);
	else
		(void)mgi_arena_array(d->work, SIZE_MAX, 2); /* remembered */
}

void mgi_domain_dkim(mailguard_domain *d)
{
	const char *const *list = d->opts.selectors;

	for (; list && *list; list++)
		selector_look(d, *list);
}
