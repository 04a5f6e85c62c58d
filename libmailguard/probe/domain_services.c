/*
 * domain_services.c - where mail programs are sent (SRV of RFC 6186 and 8314,
 * autoconfig), and what lists of addresses say (RFC 5782).
 */
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

static const char *const services[] = {
	"_submissions._tcp",  "_submission._tcp", "_imaps._tcp",
	"_imap._tcp",         "_pop3s._tcp",      "_pop3._tcp",
	"_autodiscover._tcp",
};

/* The third number of "0 1 993 host." */
static int32_t port_of(const char *data)
{
	uint64_t n = 0;
	size_t i, len;

	for (i = 0; i < 2 && *data; i++)
		data += strcspn(data, " ") + (data[strcspn(data, " ")] != 0);
	len = strcspn(data, " ");
	return mgi_span_u64(&n, mgi_span(data, len), 65535) ? (int32_t)n : 0;
}

static void target_check(mailguard_domain *d, const mgi_service *s)
{
	const mgi_fact *a = mgi_domain_get(d, "A", s->host);
	const mgi_fact *aaaa = mgi_domain_get(d, "AAAA", s->host);

	if (a && aaaa && !a->failed && !aaaa->failed && !a->count &&
	    !aaaa->count)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_DNS_NO_ADDRESS,
		               s->name, MGI_SAY_SRV_NOWHERE, "name", s->name,
		               "host", s->host);
}

static void service_look(mailguard_domain *d, const char *service)
{
	char name[MGI_NAME_MAX], host[MGI_NAME_MAX];
	const mgi_fact *f;
	size_t i;

	mgi_domain_under(name, d, service);
	f = mgi_domain_need(d, "SRV", name);
	for (i = 0; f && i < f->count; i++) {
		mgi_service *s = mgi_arena_alloc(d->work, sizeof(*s));

		mgi_record_host(host, f->records[i]);
		if (!s)
			return;
		s->name = mgi_arena_strdup(d->work, name);
		s->host = mgi_arena_strdup(d->work, host);
		if (!s->name || !s->host)
			return;
		*d->last_service = s;
		d->last_service = &s->next;
		if (!host[0])
			continue; /* not offered */
		s->port = port_of(f->records[i]->data);
		target_check(d, s);
	}
}

static bool there(mailguard_domain *d, const char *prefix)
{
	char name[MGI_NAME_MAX];

	mgi_domain_under(name, d, prefix);
	return mgi_fact_any(mgi_domain_get(d, "A", name));
}

void mgi_domain_services(mailguard_domain *d)
{
	size_t i;

	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		service_look(d, services[i]);
	d->autoconfig = there(d, "autoconfig");
	d->autodiscover = there(d, "autodiscover");
}

/* -- lists ---------------------------------------------------------------- */

static const char *codes_of(mailguard_domain *d, const mgi_fact *f)
{
	mailguard_buffer b;
	const char *own;
	size_t i;

	mgi_buf_init(&b, d->mg);
	for (i = 0; i < f->count; i++) {
		mgi_buf_puts(&b, i ? " " : "");
		mgi_buf_puts(&b, f->records[i]->data);
	}
	own = mgi_domain_keep(d, mgi_buf_span(&b));
	mgi_buf_done(&b);
	return own;
}

static void listing_tell(mailguard_domain *d, const mgi_listing *l)
{
	if (l->kind == MGI_DNSBL_BLOCK || l->kind == MGI_DNSBL_LISTED)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_BLOCKLISTED,
		                   l->address, MGI_SAY_DNSBL_LISTED, "address",
		                   l->address, "zone", l->zone, "codes",
		                   l->codes, "meaning", l->meaning);
	else if (l->kind == MGI_DNSBL_POLICY)
		mgi_domain_say_out(d, WARN, MAILGUARD_REASON_BLOCKLISTED,
		                   l->address, MGI_SAY_DNSBL_POLICY, "address",
		                   l->address, "zone", l->zone, "codes",
		                   l->codes, "meaning", l->meaning);
}

static void listing_look(mailguard_domain *d,
                         const mgi_host_address *a,
                         const char *zone)
{
	mgi_listing *l = mgi_arena_alloc(d->work, sizeof(*l));
	const mgi_dnsbl_row *row;
	char name[MGI_NAME_MAX];
	const mgi_fact *f;

	mgi_dnsbl_question(name, &a->ip, zone);
	f = mgi_domain_get(d, "A", name);
	if (!l || !f)
		return;
	l->zone = zone;
	l->address = a->text;
	l->kind = mgi_dnsbl_read(&row, zone, f);
	l->codes = codes_of(d, f);
	l->meaning = !row                           ? ""
	             : mgi_lang_of(d->mg) == MGI_JA ? row->ja
	                                            : row->en;
	*d->last_listing = l;
	d->last_listing = &l->next;
	listing_tell(d, l);
}

static mgi_dnsbl_kind point(mailguard_domain *d,
                            const char *zone,
                            unsigned char last)
{
	const mgi_ip ip = { 4, { 127, 0, 0, last } };
	const mgi_dnsbl_row *row;
	char name[MGI_NAME_MAX];
	const mgi_fact *f;

	mgi_dnsbl_question(name, &ip, zone);
	f = mgi_domain_get(d, "A", name);
	return f ? mgi_dnsbl_read(&row, zone, f) : MGI_DNSBL_CLEAR;
}

/*
 * RFC 5782, 5: 127.0.0.2 is listed and 127.0.0.1 is not. A list for which
 * that does not hold can say nothing of any address.
 */
static bool list_works(mailguard_domain *d, const char *zone)
{
	mgi_dnsbl_kind two = point(d, zone, 2), one = point(d, zone, 1);
	mgi_say_id id = 0;
	mgi_dnsbl_kind bad = one > MGI_DNSBL_LISTED ? one : two;

	if (d->waiting)
		return true; /* ask for the rest at once */
	if (bad == MGI_DNSBL_REFUSED)
		id = MGI_SAY_DNSBL_REFUSED;
	else if (bad == MGI_DNSBL_REWRITTEN)
		id = MGI_SAY_DNSBL_REWRITTEN;
	else if (bad == MGI_DNSBL_SILENT)
		id = MGI_SAY_DNSBL_SILENT;
	else if (two == MGI_DNSBL_CLEAR)
		id = MGI_SAY_DNSBL_DEAD;
	else if (one != MGI_DNSBL_CLEAR)
		id = MGI_SAY_DNSBL_LISTS_ALL;
	else
		return true;
	mgi_domain_say(d, NOTE, MAILGUARD_REASON_DNSBL_UNUSABLE, zone, id,
	               "zone", zone);
	return false;
}

static void list_look(mailguard_domain *d, const char *zone)
{
	const mgi_host_address *a;

	if (!list_works(d, zone))
		return;
	for (a = d->addresses; a; a = a->next)
		listing_look(d, a, zone);
}

void mgi_domain_lists(mailguard_domain *d)
{
	const char *const *list = d->opts.dnsbls;
	size_t i;

	for (; list && *list; list++) {
		if (strcmp(*list, "all") != 0) {
			list_look(d, *list);
			continue;
		}
		for (i = 0; i < mgi_dnsbl_row_count; i++)
			if (!i || strcmp(mgi_dnsbl_rows[i].zone,
			                 mgi_dnsbl_rows[i - 1].zone) != 0)
				list_look(d, mgi_dnsbl_rows[i].zone);
	}
}
