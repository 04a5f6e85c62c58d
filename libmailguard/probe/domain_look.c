/*
 * domain_look.c - one look at a domain: its parts in turn, and what they
 * share. A part that waits goes on as far as it can, so that all it can want
 * is asked at once.
 */
#include "base/text.h"
#include "probe/answer.h"
#include "probe/domain.h"

const mgi_fact *mgi_domain_get(mailguard_domain *d,
                               const char *type,
                               const char *name)
{
	const mgi_fact *f = mgi_zone_get(d->zone, type, name);

	d->waiting |= !f;
	return f;
}

static const char *failure_of(const mgi_fact *f)
{
	switch (f->rcode) {
	case 2:
		return "SERVFAIL";
	case 5:
		return "REFUSED";
	default:
		return f->silent ? "-" : "?";
	}
}

static mailguard_reason reason_of(const mgi_fact *f)
{
	switch (f->rcode) {
	case 2:
		return MAILGUARD_REASON_DNS_SERVFAIL;
	case 5:
		return MAILGUARD_REASON_DNS_REFUSED;
	default:
		return f->silent ? MAILGUARD_REASON_DNS_TIMEOUT
		                 : MAILGUARD_REASON_DNS;
	}
}

const mgi_fact *mgi_domain_need(mailguard_domain *d,
                                const char *type,
                                const char *name)
{
	const mgi_fact *f = mgi_domain_get(d, type, name);

	if (!f || !f->failed)
		return f;
	if (f->silent && d->mute)
		return NULL;
	if (f->silent)
		mgi_domain_say(d, WARN, reason_of(f), name,
		               MGI_SAY_RESOLVER_SILENT, "type", type, "name",
		               name);
	else
		mgi_domain_say(d, WARN, reason_of(f), name,
		               MGI_SAY_RESOLVER_FAILED, "type", type, "name",
		               name, "answer", failure_of(f));
	return NULL;
}

void mgi_domain_under(char out[MGI_NAME_MAX],
                      const mailguard_domain *d,
                      const char *prefix)
{
	mgi_name_join(out, prefix, d->name);
}

const char *mgi_domain_keep(mailguard_domain *d, mailguard_span s)
{
	mailguard_buffer b;
	const char *own;

	mgi_buf_init(&b, d->mg);
	mgi_put_utf8(&b, s);
	own = mgi_arena_strdup(d->work, mgi_buf_text(&b));
	if (mgi_buf_status(&b, NULL) < 0)
		(void)mgi_arena_array(d->work, SIZE_MAX, 2); /* remembered */
	mgi_buf_done(&b);
	return own ? own : "";
}

size_t mgi_domain_txt(mailguard_span *out,
                      mailguard_domain *d,
                      const mgi_fact *f,
                      bool (*is)(mailguard_span))
{
	size_t i, n = 0;

	*out = mgi_span("", 0);
	for (i = 0; i < f->count; i++) {
		mailguard_span text = mgi_record_txt(f->records[i], d->work);

		if (!is(text))
			continue;
		if (!n++)
			*out = text;
	}
	return n;
}

static void put(void *to, const char *s, size_t n)
{
	mgi_buf_add(to, s, n);
}

static void blame(mailguard_domain *d, const mgi_about *about, const char *text)
{
	mgi_domain_blame *b;

	if (!about->reason || about->severity == MAILGUARD_SEVERITY_NOTE)
		return;
	b = mgi_arena_alloc(d->work, sizeof(*b));
	if (!b)
		return;
	b->reason = about->reason;
	b->text = text;
	b->where = mgi_arena_strdup(d->work, about->where);
	b->outgoing = about->outgoing;
	*d->last_blamed = b;
	d->last_blamed = &b->next;
}

void mgi_domain_tell(mailguard_domain *d,
                     const mgi_about *about,
                     mgi_say_id id,
                     ...)
{
	mailguard_finding f = { .severity = about->severity,
		                .offset = MAILGUARD_NOWHERE,
		                .code = mgi_say_code(id),
		                .where = about->where };
	mailguard_buffer b;
	va_list ap;

	mgi_buf_init(&b, d->mg);
	va_start(ap, id);
	mgi_say_fill(put, &b, mgi_say_raw(mgi_lang_of(d->mg), id), ap);
	va_end(ap);
	f.text = mgi_domain_keep(d, mgi_buf_span(&b));
	if (mgi_buf_status(&b, NULL) < 0)
		(void)mgi_arena_array(d->work, SIZE_MAX, 2); /* remembered */
	mgi_buf_done(&b);
	if (d->findings)
		mgi_findings_add(d->findings, &f);
	blame(d, about, f.text);
}

static void begin(mailguard_domain *d)
{
	d->findings = mgi_findings_new(d->work, 0);
	d->blamed = NULL;
	d->last_blamed = &d->blamed;
	d->mx = NULL;
	d->last_mx = &d->mx;
	d->addresses = NULL;
	d->last_address = &d->addresses;
	d->address_count = 0;
	d->null_mx = d->has_policy = d->mute = false;
	d->autoconfig = d->autodiscover = false;
	d->selectors = NULL;
	d->last_selector = &d->selectors;
	d->dmarc_at = d->dmarc_text = d->sts_text = d->rpt_text = NULL;
	d->services = NULL;
	d->last_service = &d->services;
	d->listings = NULL;
	d->last_listing = &d->listings;
	d->servers = NULL;
	d->last_server = &d->servers;
	d->spf = (mgi_spf_answer){
		.record = "", .term = "", .where = "", .explanation = ""
	};
}

void mgi_domain_look(mailguard_domain *d)
{
	begin(d);
	if (!d->findings)
		return;
	mgi_domain_mail(d);
	mgi_domain_spf(d);
	mgi_domain_dkim(d);
	mgi_domain_dmarc(d);
	mgi_domain_tls(d);
	mgi_domain_services(d);
	mgi_domain_lists(d);
	mgi_domain_servers(d);
	if (!d->waiting)
		mgi_domain_resolvers(d);
}
