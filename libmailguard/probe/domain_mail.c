/*
 * domain_mail.c - where a domain's mail goes: MX, the addresses behind it
 * (RFC 5321, 5; RFC 7505), and their names by address.
 */
#include "base/text.h"
#include "probe/domain.h"

static void address_add(mailguard_domain *d,
                        const char *text,
                        const char *host,
                        const mgi_ip *ip)
{
	mgi_host_address *a;

	for (a = d->addresses; a; a = a->next)
		if (mgi_ip_same(&a->ip, ip) && !a->host == !host)
			return;
	if (d->address_count >= MGI_DOMAIN_ADDRESSES_MAX)
		return;
	a = mgi_arena_alloc(d->work, sizeof(*a));
	if (!a)
		return;
	a->text = mgi_arena_strdup(d->work, text);
	a->host = host;
	a->ip = *ip;
	*d->last_address = a;
	d->last_address = &a->next;
	d->address_count++;
}

/* -- one mail server ------------------------------------------------------ */

static uint32_t addresses_of(mailguard_domain *d,
                             const char *host,
                             const mgi_fact *f)
{
	mgi_ip ip;
	size_t i;

	for (i = 0; i < f->count; i++) {
		const char *text = f->records[i]->data;

		if (!mgi_ip_read(&ip, mgi_span_of(text)))
			continue;
		if (mgi_ip_private(&ip))
			mgi_domain_say(d, WARN, MAILGUARD_REASON_MX_UNUSABLE,
			               host, MGI_SAY_MX_PRIVATE, "host", host,
			               "address", text);
		address_add(d, text, host, &ip);
	}
	return (uint32_t)f->count;
}

/* RFC 2181, 10.3: the name of a mail server is no alias. */
static void alias_tell(mailguard_domain *d, const char *host, const mgi_fact *f)
{
	if (f && f->alias)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_MX_UNUSABLE, host,
		               MGI_SAY_MX_ALIAS, "host", host, "alias",
		               f->alias);
}

static void host_look(mailguard_domain *d, mgi_mx *mx)
{
	const mgi_fact *a, *aaaa;
	mgi_ip ip;

	if (mgi_ip_read(&ip, mgi_span_of(mx->host))) {
		mgi_domain_say(d, LOSS, MAILGUARD_REASON_MX_UNUSABLE, mx->host,
		               MGI_SAY_MX_ADDRESS, "host", mx->host);
		return;
	}
	a = mgi_domain_get(d, "A", mx->host);
	aaaa = mgi_domain_get(d, "AAAA", mx->host);
	if (!a || !aaaa)
		return;
	alias_tell(d, mx->host, a->alias ? a : aaaa);
	mx->v4 = addresses_of(d, mx->host, a);
	mx->v6 = addresses_of(d, mx->host, aaaa);
	if (mx->v4 || mx->v6)
		return;
	if (a->failed || aaaa->failed)
		(void)mgi_domain_need(d, a->failed ? "A" : "AAAA", mx->host);
	else if (strcmp(mx->host, d->name) != 0)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_MX_UNUSABLE, mx->host,
		               MGI_SAY_MX_NO_ADDRESS, "host", mx->host);
}

static void mx_add(mailguard_domain *d, const char *host, int32_t priority)
{
	mgi_mx *mx = mgi_arena_alloc(d->work, sizeof(*mx));

	if (!mx)
		return;
	mx->host = mgi_arena_strdup(d->work, host);
	if (!mx->host)
		return;
	mx->priority = priority;
	*d->last_mx = mx;
	d->last_mx = &mx->next;
	host_look(d, mx);
}

/* -- the domain ----------------------------------------------------------- */

static int32_t priority_of(const mailguard_record *r)
{
	size_t n = 0;
	uint64_t value;

	while (r->data[n] && r->data[n] != ' ')
		n++;
	return mgi_span_u64(&value, mgi_span(r->data, n), 65535)
	               ? (int32_t)value
	               : r->priority;
}

static void mx_all(mailguard_domain *d, const mgi_fact *f)
{
	char host[MGI_NAME_MAX];
	size_t i, nulls = 0;

	for (i = 0; i < f->count; i++) {
		mgi_record_host(host, f->records[i]);
		if (!host[0])
			nulls++;
		else
			mx_add(d, host, priority_of(f->records[i]));
	}
	d->null_mx = nulls && !d->mx;
	if (d->null_mx)
		mgi_domain_say(d, NOTE, MAILGUARD_REASON_NULL_MX, d->name,
		               MGI_SAY_MX_NULL, "name", d->name);
	else if (nulls)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_MX_UNUSABLE, d->name,
		               MGI_SAY_MX_NULL_BESIDE, "name", d->name);
}

/* RFC 5321, 5.1: then mail goes to the addresses of the name itself. */
static void implicit(mailguard_domain *d, const mgi_fact *f)
{
	if (f->rcode) {
		mgi_domain_say(d, LOSS, MAILGUARD_REASON_DNS_NXDOMAIN, d->name,
		               MGI_SAY_DOMAIN_GONE, "name", d->name);
		return;
	}
	mx_add(d, d->name, 0);
	if (d->waiting)
		return;
	if (d->mx && (d->mx->v4 || d->mx->v6))
		mgi_domain_say(d, WARN, MAILGUARD_REASON_NO_MX, d->name,
		               MGI_SAY_MX_MISSING, "name", d->name);
	else
		mgi_domain_say(d, LOSS, MAILGUARD_REASON_NO_MX, d->name,
		               MGI_SAY_MX_NOWHERE, "name", d->name);
}

static void reach_tell(mailguard_domain *d)
{
	uint32_t v4 = 0, v6 = 0;
	const mgi_mx *mx;

	for (mx = d->mx; mx; mx = mx->next) {
		v4 += mx->v4;
		v6 += mx->v6;
	}
	if (!v4 && v6)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_MX_UNUSABLE, d->name,
		               MGI_SAY_MX_ONLY_IPV6, "name", d->name);
	else if (v4 && !v6)
		mgi_domain_say(d, NOTE, 0, d->name, MGI_SAY_MX_NO_IPV6, "name",
		               d->name);
	else if (!v4 && d->mx)
		mgi_domain_say(d, LOSS, MAILGUARD_REASON_MX_UNUSABLE, d->name,
		               MGI_SAY_MX_NOWHERE, "name", d->name);
}

/* -- names by address ----------------------------------------------------- */

static void name_tell(mailguard_domain *d, const mgi_host_address *a)
{
	mgi_about about = { a->host ? MAILGUARD_SEVERITY_NOTE
		                    : MAILGUARD_SEVERITY_WARN,
		            MAILGUARD_REASON_NO_PTR, a->text, true };

	if (!a->name)
		mgi_domain_tell(d, &about, MGI_SAY_PTR_MISSING, "address",
		                a->text, (const char *)NULL);
	else if (!a->confirmed)
		mgi_domain_tell(d, &about, MGI_SAY_PTR_UNCONFIRMED, "address",
		                a->text, "name", a->name, (const char *)NULL);
}

/* The first name that is confirmed, else the first. */
static void name_look(mailguard_domain *d, mgi_host_address *a)
{
	mgi_spf_query q = { .zone = d->zone, .domain = d->name, .ip = a->ip };
	char back[MGI_IP_REVERSED], name[MGI_NAME_MAX];
	const mgi_fact *f;
	bool wait = false;

	mgi_ip_reverse(back, &a->ip);
	mgi_name_join(name, back,
	              a->ip.family == 6 ? "ip6.arpa" : "in-addr.arpa");
	f = mgi_domain_need(d, "PTR", name);
	if (!f)
		return;
	a->name = mgi_spf_validated(&wait, &q, d->name, true, d->work);
	a->confirmed = a->name != NULL;
	d->waiting |= wait;
	if (!a->name && f->count) {
		mgi_record_host(name, f->records[0]);
		a->name = mgi_arena_strdup(d->work, name);
	}
	if (!wait)
		name_tell(d, a);
}

static void senders_add(mailguard_domain *d)
{
	const char *const *list = d->opts.addresses;
	mgi_ip ip;

	for (; list && *list; list++)
		if (mgi_ip_read(&ip, mgi_span_of(*list)))
			address_add(d, *list, NULL, &ip);
}

void mgi_domain_mail(mailguard_domain *d)
{
	const mgi_fact *f = mgi_domain_need(d, "MX", d->name);
	const mgi_fact *heard = mgi_domain_get(d, "MX", d->name);
	mgi_host_address *a;

	d->mute = heard && heard->silent;
	senders_add(d);
	if (f && f->count)
		mx_all(d, f);
	else if (f)
		implicit(d, f);
	if (f && f->count && !d->waiting)
		reach_tell(d);
	for (a = d->addresses; a; a = a->next)
		if (!mgi_ip_private(&a->ip) || !a->host)
			name_look(d, a);
}
