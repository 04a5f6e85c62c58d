/*
 * lookup.c - the addresses of a host, in the order to try them.
 *
 * Both families are asked for at once, as mail clients do. The order: IPv6
 * before IPv4, as RFC 6724 has it, unless this machine has no way to the first
 * IPv6 address; within a family as the resolver gave them. What the hosts file
 * says comes before DNS, for so it does in every client, and "localhost" is
 * never asked of anybody (RFC 6761).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"
#include "net/wire/dns.h"
#include "net/wire/dns_config.h"

#define ADDRESSES_MAX 16 /* of a family; further ones are only told */
#define GRACE 1000000    /* for one family once the other is known */

enum { V6, V4, FAMILIES };

typedef struct half {
	mgi_lookup *lookup;
	mgi_asking *asking; /* NULL once it was told */
	mgi_address list[ADDRESSES_MAX];
	size_t count;
	int32_t rcode, sys;
	bool timed_out;
} half;

struct mgi_lookup {
	mailguard_talk *talk;
	mgi_found found;
	void *owner;
	mgi_timer timer;
	half halves[FAMILIES];
	mgi_address list[FAMILIES * ADDRESSES_MAX];
};

static void heard(mgi_lookup *l, const char *text)
{
	mgi_script_heard(l->talk->script, mgi_span_of(text), 0);
}

/* Is there a way to it at all? No packet is sent. */
static bool routed(const mgi_address *a)
{
	struct sockaddr_in6 to;
	int fd, rc;

	memset(&to, 0, sizeof(to));
	to.sin6_family = AF_INET6;
	to.sin6_port = htons(MGI_DNS_PORT);
	to.sin6_scope_id = a->zone;
	memcpy(&to.sin6_addr, a->bytes, sizeof(a->bytes));
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	rc = connect(fd, (struct sockaddr *)&to, sizeof(to));
	(void)close(fd);
	return rc == 0;
}

static size_t join(mgi_lookup *l)
{
	const half *six = &l->halves[V6], *four = &l->halves[V4];
	const half *first = six, *then = four;

	if (six->count && four->count && !routed(&six->list[0])) {
		first = four;
		then = six;
	}
	memcpy(l->list, first->list, first->count * sizeof(*l->list));
	memcpy(l->list + first->count, then->list,
	       then->count * sizeof(*l->list));
	return first->count + then->count;
}

/* Without an address the worse half says why: NXDOMAIN is for both. */
static void tell_fault(mgi_lookup *l)
{
	const half *a = &l->halves[V4], *b = &l->halves[V6];
	int32_t rcode = a->rcode > 0 ? a->rcode : b->rcode;

	if (rcode > 0)
		mgi_script_code(l->talk->script, rcode);
	else if (a->sys || b->sys || a->timed_out || b->timed_out)
		mgi_script_lost(l->talk->script, a->sys ? a->sys : b->sys,
		                a->timed_out || b->timed_out);
}

static void finish(mgi_lookup *l)
{
	size_t count = join(l);

	mgi_timer_stop(l->talk->loop, &l->timer);
	if (count)
		mgi_script_reached(l->talk->script, MAILGUARD_PHASE_DNS);
	else
		tell_fault(l);
	mgi_script_end(l->talk->script);
	l->found(l->owner, l->list, count);
}

static void take(half *h, const mgi_dns_message *message)
{
	mgi_dns_message m = *message;
	mgi_dns_record r;
	mailguard_buffer text;

	mgi_buf_init(&text, h->lookup->talk->mg);
	while (mgi_dns_message_next(&r, &m, &text) == MAILGUARD_OK) {
		mgi_dns_record_tell(h->lookup->talk->script, &r);
		if (r.type != MGI_DNS_A && r.type != MGI_DNS_AAAA)
			continue;
		if (h->count < ADDRESSES_MAX &&
		    mgi_address_read(&h->list[h->count], r.data))
			h->count++;
	}
	h->lookup->talk->no_memory |= mgi_buf_status(&text, NULL) < 0;
	mgi_buf_done(&text);
}

static void on_told(void *owner, const mgi_dns_result *result)
{
	half *h = owner;
	mgi_lookup *l = h->lookup;
	half *other = h == &l->halves[V4] ? &l->halves[V6] : &l->halves[V4];

	mgi_script_heard(l->talk->script, result->heard, result->bytes);
	h->rcode = result->rcode;
	h->sys = result->sys;
	h->timed_out = result->timed_out;
	l->talk->no_memory |= result->sys == ENOMEM;
	if (result->message)
		take(h, result->message);
	mgi_asking_free(h->asking);
	h->asking = NULL;
	if (!other->asking)
		finish(l);
	else if (h->count)
		mgi_timer_set(l->talk->loop, &l->timer, GRACE);
}

/* Enough of waiting for the other family, or all was known at once. */
static void on_time(void *owner)
{
	mgi_lookup *l = owner;
	size_t i;

	for (i = 0; i < FAMILIES; i++) {
		if (!l->halves[i].asking)
			continue;
		mgi_asking_free(l->halves[i].asking);
		l->halves[i].asking = NULL;
		heard(l, i == V4 ? "A no answer in time\r\n"
		                 : "AAAA no answer in time\r\n");
	}
	finish(l);
}

static bool is_localhost(const char *host)
{
	mailguard_span s = mgi_span_of(host);

	if (s.len > 0 && s.data[s.len - 1] == '.')
		s.len--;
	if (s.len > 10 && s.data[s.len - 10] == '.')
		s = mgi_span_from(s, s.len - 9);
	return mgi_span_is_nocase(s, "localhost");
}

/* What is known without asking. */
static bool known(mgi_lookup *l, const mgi_dns *dns, const char *host)
{
	mgi_address *list = l->list;
	size_t i, n;

	n = mgi_hosts_find(list, ADDRESSES_MAX, mgi_dns_hosts(dns), host);
	if (n > 0) {
		heard(l, "from the hosts file\r\n");
	} else if (is_localhost(host)) {
		n = mgi_address_read(&list[0], "127.0.0.1") +
		    (size_t)mgi_address_read(&list[1], "::1");
		heard(l, "localhost is this machine\r\n");
	}
	for (i = 0; i < n; i++) {
		half *h = &l->halves[list[i].family == 6 ? V6 : V4];

		h->list[h->count++] = list[i];
	}
	return n > 0;
}

static mailguard_status ask(mgi_lookup *l,
                            mgi_dns *dns,
                            const char *host,
                            mailguard_error *err)
{
	static const uint16_t types[FAMILIES] = { MGI_DNS_AAAA, MGI_DNS_A };
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	mgi_script_said(l->talk->script, mgi_span_of("A AAAA "), 0);
	mgi_script_said(l->talk->script, mgi_span_of(host), 0);
	for (i = FAMILIES; i-- > 0 && st == MAILGUARD_OK;) {
		mgi_dns_question q;

		st = mgi_dns_question_set(&q, l->talk->mg, types[i],
		                          mgi_span_of(host), err);
		if (st == MAILGUARD_OK)
			st = mgi_asking_new(&l->halves[i].asking, dns, &q,
			                    on_told, &l->halves[i], err);
	}
	return st;
}

mailguard_status mgi_lookup_new(mgi_lookup **out,
                                mailguard_talk *talk,
                                const char *host,
                                mgi_found found,
                                void *owner,
                                mailguard_error *err)
{
	mgi_dns *dns = mgi_net_dns(talk->net, err);
	mailguard_status st = MAILGUARD_OK;
	mgi_lookup *l;
	size_t i;

	*out = NULL;
	if (!dns)
		return err && err->status < 0 ? (mailguard_status)err->status
		                              : MAILGUARD_ENOMEM;
	l = mgi_alloc(talk->mg, sizeof(*l));
	if (!l)
		return mgi_fail_nomem(err);
	l->talk = talk;
	l->found = found;
	l->owner = owner;
	l->timer.fire = on_time;
	l->timer.owner = l;
	for (i = 0; i < FAMILIES; i++)
		l->halves[i].lookup = l;
	mgi_script_begin(talk->script, MAILGUARD_PHASE_DNS);
	if (known(l, dns, host))
		mgi_timer_set(talk->loop, &l->timer, 0);
	else
		st = ask(l, dns, host, err);
	if (st != MAILGUARD_OK) {
		mgi_lookup_free(l);
		return st;
	}
	*out = l;
	return MAILGUARD_OK;
}

void mgi_lookup_free(mgi_lookup *l)
{
	size_t i;

	if (!l)
		return;
	mgi_timer_stop(l->talk->loop, &l->timer);
	for (i = 0; i < FAMILIES; i++)
		mgi_asking_free(l->halves[i].asking);
	mgi_free(l->talk->mg, l);
}
