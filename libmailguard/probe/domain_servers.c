/*
 * domain_servers.c - the domain's own name servers, asked one by one, and
 * whether all resolvers say the same.
 */
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

enum { REFUSED = 5 };

static const char lame[] = "lame", silent[] = "silent", fine[] = "ok";

static const char *where_of(mailguard_domain *d, const char *address)
{
	return mgi_arena_printf(d->work, "%s:%u", address,
	                        (unsigned)d->opts.server_port);
}

/* RFC 1912, 2.8: named as a server, but without authority. */
static void server_judge(mailguard_domain *d,
                         mgi_name_server *s,
                         const mgi_fact *f)
{
	s->state = fine;
	if (f->silent)
		s->state = silent;
	else if (f->failed || !f->authoritative || !f->count)
		s->state = lame;
	if (s->state == lame)
		mgi_domain_say(d, WARN, MAILGUARD_REASON_DNS, s->host,
		               MGI_SAY_DELEGATION_LAME, "host", s->host,
		               "address", s->address);
}

static size_t server_addresses(mailguard_domain *d,
                               const char *zone,
                               const char *host,
                               const mgi_fact *addresses)
{
	size_t i, n = 0;

	for (i = 0; addresses && i < addresses->count; i++) {
		mgi_name_server *s;
		const mgi_fact *f;
		const char *where;

		where = where_of(d, addresses->records[i]->data);
		s = mgi_arena_alloc(d->work, sizeof(*s));
		if (!where || !s)
			return n;
		n++;
		f = mgi_zone_get_at(d->zone, where, "SOA", zone);
		d->waiting |= !f;
		if (!f)
			continue;
		s->host = host;
		s->address = addresses->records[i]->data;
		*d->last_server = s;
		d->last_server = &s->next;
		server_judge(d, s, f);
	}
	return n;
}

/* If nobody answers, the way to them is blocked rather than all of them dead:
   the resolver's answers came from somewhere. */
static void silence_tell(mailguard_domain *d)
{
	const mgi_name_server *s;
	size_t answered = 0;

	for (s = d->servers; s; s = s->next)
		answered += s->state != silent;
	if (!answered && d->servers)
		mgi_domain_say(d, NOTE, 0, d->name,
		               MGI_SAY_DELEGATION_UNREACHED);
	for (s = d->servers; s && answered; s = s->next)
		if (s->state == silent)
			mgi_domain_say(d, WARN, MAILGUARD_REASON_DNS_TIMEOUT,
			               s->host, MGI_SAY_DELEGATION_SILENT,
			               "host", s->host, "address", s->address);
}

/* Copies of the zone that are not of one age. */
static void serials_tell(mailguard_domain *d, const char *zone)
{
	const char *first = NULL;
	const mgi_name_server *s;

	for (s = d->servers; s; s = s->next) {
		const char *where = where_of(d, s->address);
		const mgi_fact *f =
			where ? mgi_zone_get_at(d->zone, where, "SOA", zone)
			      : NULL;

		if (s->state != fine || !f)
			continue;
		if (first && strcmp(first, f->records[0]->data) != 0) {
			mgi_domain_say(d, NOTE, 0, s->host,
			               MGI_SAY_DELEGATION_DIFFERS, "host",
			               s->host);
			return;
		}
		first = f->records[0]->data;
	}
}

static void zone_look(mailguard_domain *d, const char *zone, const mgi_fact *f)
{
	size_t i, asked = 0;

	for (i = 0; i < f->count && asked < MGI_DOMAIN_SERVERS_MAX; i++) {
		char host[MGI_NAME_MAX];
		const char *own;
		const mgi_fact *a, *aaaa;

		mgi_record_host(host, f->records[i]);
		own = mgi_arena_strdup(d->work, host);
		a = mgi_domain_get(d, "A", host);
		aaaa = mgi_domain_get(d, "AAAA", host);
		if (!own || !a || !aaaa)
			continue;
		if (!a->failed && !aaaa->failed && !a->count && !aaaa->count)
			mgi_domain_say(d, WARN, MAILGUARD_REASON_DNS, own,
			               MGI_SAY_DELEGATION_NO_ADDRESS, "host",
			               own);
		asked += server_addresses(d, zone, own, a);
		asked += server_addresses(d, zone, own, aaaa);
	}
	if (d->waiting)
		return;
	if (f->count == 1)
		mgi_domain_say(d, NOTE, 0, zone, MGI_SAY_DELEGATION_ONE);
	silence_tell(d);
	serials_tell(d, zone);
}

/* The servers of the name, or, if it is no zone, of the organization. */
void mgi_domain_servers(mailguard_domain *d)
{
	const char *zone = d->name;
	const mgi_fact *f = mgi_domain_get(d, "NS", d->name);

	if (f && !f->failed && !f->count && strcmp(d->name, d->org) != 0) {
		zone = d->org;
		f = mgi_domain_get(d, "NS", d->org);
	}
	if (f && !f->failed && f->count)
		zone_look(d, zone, f);
}

/* -- several resolvers ---------------------------------------------------- */

static bool has(const mgi_fact *f, const char *data)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (strcmp(f->records[i]->data, data) == 0)
			return true;
	return false;
}

/* As sets; a failure on one side is another matter. */
static bool same(const mgi_fact *a, const mgi_fact *b)
{
	size_t i;

	if (a->rcode != b->rcode || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!has(b, a->records[i]->data))
			return false;
	return true;
}

static const char *first_of(const mgi_fact *f)
{
	if (f->count)
		return f->records[0]->data;
	return f->rcode == 3 ? "NXDOMAIN" : "-";
}

/* Not what was asked of one server, pages, or lists, which answer each
   resolver as they like. */
static bool comparable(const mailguard_domain *d, const mgi_fact *f)
{
	const char *const *list = d->opts.dnsbls;
	size_t i;

	if (f->server[0] || strcmp(f->type, "HTTP") == 0)
		return false;
	for (; list && *list; list++)
		if (mgi_name_below(f->name, *list))
			return false;
	for (i = 0; i < mgi_dnsbl_row_count; i++)
		if (mgi_name_below(f->name, mgi_dnsbl_rows[i].zone))
			return false;
	return true;
}

/* What there is to compare before more is wanted. */
static size_t compare(mailguard_domain *d,
                      const char *server,
                      const char *resolver,
                      size_t *answered)
{
	const mgi_fact *f, *last = NULL;
	size_t asked = 0;

	for (f = mgi_zone_first(d->zone); f; f = f->next)
		last = f;
	for (f = mgi_zone_first(d->zone); f; f = f == last ? NULL : f->next) {
		const mgi_fact *other;

		if (!comparable(d, f))
			continue;
		asked++;
		other = mgi_zone_get_at(d->zone, server, f->type, f->name);
		d->waiting |= !other;
		*answered += other && !other->silent;
		if (!other || f->failed || other->failed || same(f, other))
			continue;
		mgi_domain_say(d, WARN, MAILGUARD_REASON_DNS_REWRITTEN, f->name,
		               MGI_SAY_RESOLVER_DIFFERS, "type", f->type,
		               "name", f->name, "one", first_of(f), "resolver",
		               resolver, "other", first_of(other));
	}
	return asked;
}

/* "192.0.2.53" or "[::1]:53" as net calls it: "192.0.2.53:53". */
static const char *server_of(mailguard_domain *d, const char *resolver)
{
	size_t n = strlen(resolver);
	const char *colon = strrchr(resolver, ':');
	mgi_ip ip;

	if (mgi_ip_read(&ip, mgi_span(resolver, n)))
		return mgi_arena_printf(d->work, "%s:53", resolver);
	if (!colon)
		return NULL;
	if (resolver[0] == '[' && colon > resolver + 1)
		return mgi_arena_printf(d->work, "%.*s%s",
		                        (int)(colon - resolver - 2),
		                        resolver + 1, colon);
	return resolver;
}

void mgi_domain_resolvers(mailguard_domain *d)
{
	const char *const *list = d->opts.resolvers;
	size_t i;

	for (i = 1; list && list[0] && list[i]; i++) {
		const char *server = server_of(d, list[i]);
		size_t answered = 0, asked;

		if (!server)
			continue;
		asked = compare(d, server, list[i], &answered);
		if (asked && !answered && !d->waiting)
			mgi_domain_say(d, WARN, MAILGUARD_REASON_DNS_TIMEOUT,
			               list[i], MGI_SAY_RESOLVER_ALL_SILENT,
			               "resolver", list[i]);
	}
}
