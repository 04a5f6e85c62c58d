/*
 * dns.c - resolvers asked in turn.
 */
#include "net/wire/dns.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "net/wire/dns_server.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_MAX ((size_t)64 << 10)
#define HOSTS "/etc/hosts"
#define HOSTS_MAX ((size_t)1 << 20)
#define PATIENCE 1000000 /* with one resolver, before the next is asked too */
#define IDS 32

struct mgi_dns {
	mailguard *mg;
	mgi_loop *loop;
	int64_t usec;
	mgi_dns_server *servers[MGI_DNS_SERVERS_MAX];
	size_t count;
	mailguard_buffer hosts;
	uint16_t ids[IDS]; /* random ones not yet used */
	size_t ids_left;
};

/* One resolver's part in a question. */
typedef struct part {
	mgi_dns_try try; /* first: the server knows only this */
	mgi_asking *asking;
	bool over;
} part;

struct mgi_asking {
	mgi_dns *dns;
	mgi_dns_told told;
	void *owner;
	mgi_timer timer;
	int64_t deadline;
	mgi_dns_question question;
	mgi_dns_result result;
	mailguard_buffer heard;
	part parts[MGI_DNS_SERVERS_MAX];
	size_t asked;   /* parts begun */
	size_t waiting; /* of these, not over */
	uint16_t id;
	bool starting; /* a part is being begun */
	bool over;     /* what there is to tell is known */
	bool freed;    /* ... and nobody wants to know */
};

/* -- the resolvers -------------------------------------------------------- */

/* A file of the system; one that is not there or too long is empty. */
static mailguard_status slurp(mailguard_buffer *out,
                              const char *path,
                              size_t max,
                              mailguard_error *err)
{
	mailguard_status st = mgi_file_slurp(out, path, max, err);

	if (st == MAILGUARD_ENOMEM)
		return st;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

static mailguard_status servers_find(mgi_dns_servers *out,
                                     mgi_dns *dns,
                                     const char *resolver,
                                     mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	if (resolver) {
		if (mgi_dns_servers_parse(out, resolver))
			return MAILGUARD_OK;
		return mgi_fail(err, dns->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DNS_BAD_RESOLVER, "resolver", resolver,
		                "max", mgi_u64(MGI_DNS_SERVERS_MAX).text);
	}
	mgi_buf_init(&text, dns->mg);
	st = slurp(&text, RESOLV_CONF, RESOLV_CONF_MAX, err);
	if (st == MAILGUARD_OK)
		st = slurp(&dns->hosts, HOSTS, HOSTS_MAX, err);
	if (st == MAILGUARD_OK)
		mgi_dns_servers_system(out, mgi_buf_span(&text));
	mgi_buf_done(&text);
	return st;
}

mailguard_status mgi_dns_new(mgi_dns **out,
                             mgi_loop *loop,
                             const mailguard_net_options *opts,
                             mailguard_error *err)
{
	mailguard *mg = mgi_loop_handle(loop);
	mgi_dns *dns = mgi_alloc(mg, sizeof(*dns));
	mgi_dns_servers servers;
	mailguard_status st;

	*out = NULL;
	if (!dns)
		return mgi_fail_nomem(err);
	dns->mg = mg;
	dns->loop = loop;
	dns->usec = opts->dns_usec;
	mgi_buf_init(&dns->hosts, mg);
	st = servers_find(&servers, dns, opts->resolver, err);
	while (st == MAILGUARD_OK && dns->count < servers.count) {
		st = mgi_dns_server_new(&dns->servers[dns->count], loop, mg,
		                        &servers.list[dns->count], dns->usec,
		                        err);
		dns->count += st == MAILGUARD_OK;
	}
	if (st < 0) {
		mgi_dns_free(dns);
		return st;
	}
	*out = dns;
	return MAILGUARD_OK;
}

void mgi_dns_free(mgi_dns *dns)
{
	size_t i;

	if (!dns)
		return;
	for (i = 0; i < dns->count; i++)
		mgi_dns_server_free(dns->servers[i]);
	mgi_buf_done(&dns->hosts);
	mgi_free(dns->mg, dns);
}

mailguard_span mgi_dns_hosts(const mgi_dns *dns)
{
	return mgi_buf_span(&dns->hosts);
}

void mgi_dns_record_tell(mgi_script *script, const mgi_dns_record *r)
{
	mgi_dns_type type = mgi_dns_type_of(r->type);
	mailguard_record told = { r->name, type.text, r->data, r->ttl,
		                  r->priority };

	mgi_script_record(script, &told);
}

/* False if the system has no randomness to give. */
static bool random_id(uint16_t *out, mgi_dns *dns)
{
	if (dns->ids_left == 0) {
		if (mgi_random(dns->mg, dns->ids, sizeof(dns->ids)) != 0)
			return false;
		dns->ids_left = IDS;
	}
	*out = dns->ids[--dns->ids_left];
	return true;
}

/* -- what is told --------------------------------------------------------- */

static void release(mgi_asking *a)
{
	mgi_buf_done(&a->heard);
	mgi_free(a->dns->mg, a);
}

static void tell(mgi_asking *a)
{
	mgi_dns_result result = a->result;

	mgi_timer_stop(a->dns->loop, &a->timer);
	if (result.rcode >= 0) {
		result.sys = 0;
		result.timed_out = false;
	}
	if (mgi_buf_status(&a->heard, NULL) == MAILGUARD_ENOMEM)
		result.sys = ENOMEM;
	result.heard = mgi_buf_span(&a->heard);
	a->told(a->owner, &result); /* may free `a` */
}

/* One line of what was heard. */
static void note(mgi_asking *a, const part *p, const mgi_dns_message *m)
{
	mailguard_buffer *out = &a->heard;

	mgi_buf_puts(out, mgi_dns_type_of(a->question.type).text);
	if (m)
		mgi_buf_printf(
			out, " %s%s%s %lu", mgi_dns_rcode_of(m->rcode).text,
			m->authoritative ? " aa" : "",
			m->authentic ? " ad" : "", (unsigned long)m->answers);
	else
		mgi_buf_puts(out, " no answer");
	if (m && mgi_dns_message_why(m) >= 0)
		mgi_buf_printf(out, " why %d", (int)mgi_dns_message_why(m));
	mgi_buf_printf(out, " from %s\r\n", mgi_dns_server_name(p->try.server));
}

/* There is an answer, or nobody is left to wait for. */
static void conclude(mgi_asking *a)
{
	size_t i;

	for (i = 0; a->result.rcode < 0 && i < a->asked; i++)
		if (!a->parts[i].over)
			note(a, &a->parts[i], NULL);
	a->over = true;
	if (a->starting)
		mgi_timer_set(a->dns->loop, &a->timer, 0);
	else
		tell(a);
}

/* -- asking --------------------------------------------------------------- */

static void on_told(mgi_dns_try *t,
                    mgi_dns_outcome outcome,
                    mailguard_span answer);

/* Ask the next resolver too; if that fails on the spot, the one after it. */
static void go_on(mgi_asking *a)
{
	unsigned char bytes[MGI_DNS_QUERY_MAX];
	mailguard_span query = { bytes, 0 };
	bool outer = a->starting;

	query.len = mgi_dns_query(bytes, &a->question, a->id);
	a->starting = true;
	while (a->asked < a->dns->count) {
		part *p = &a->parts[a->asked];

		p->asking = a;
		p->try.told = on_told;
		a->waiting++;
		mgi_dns_server_ask(a->dns->servers[a->asked++], &p->try, query);
		if (!p->over)
			break;
	}
	a->starting = outer;
	if (!a->waiting)
		conclude(a);
}

/* True if that was it; `a` may be gone then. */
static bool take(mgi_asking *a, const part *p, mailguard_span answer)
{
	mgi_dns_message m;

	a->result.bytes += answer.len;
	if (!mgi_dns_message_open(&m, answer)) {
		note(a, p, NULL);
		a->result.sys = EBADMSG;
		return false;
	}
	note(a, p, &m);
	if (m.rcode != MGI_DNS_NOERROR && m.rcode != MGI_DNS_NXDOMAIN) {
		if (a->result.rcode < 0)
			a->result.rcode = m.rcode;
		return false;
	}
	a->result.rcode = m.rcode;
	a->result.message = &m;
	conclude(a); /* tells now: no answer comes while a part is begun */
	return true;
}

static void miss(mgi_asking *a, const part *p, mgi_dns_outcome outcome)
{
	note(a, p, NULL);
	if (outcome == MGI_DNS_SILENT)
		a->result.timed_out = true;
	else if (!a->result.sys)
		a->result.sys = p->try.sys;
}

static void on_told(mgi_dns_try *t,
                    mgi_dns_outcome outcome,
                    mailguard_span answer)
{
	part *p = (part *)t;
	mgi_asking *a = p->asking;

	a->waiting--;
	p->over = true;
	if (a->over) {
		if (a->freed && !a->waiting && !a->starting)
			release(a);
		return;
	}
	if (outcome != MGI_DNS_ANSWERED)
		miss(a, p, outcome);
	else if (take(a, p, answer))
		return;
	if (!a->starting)
		go_on(a);
}

static void wait(mgi_asking *a)
{
	mgi_dns *dns = a->dns;
	int64_t patience = dns->usec / ((int64_t)dns->count + 1);
	int64_t at = a->deadline;

	if (patience > PATIENCE)
		patience = PATIENCE;
	if (a->asked < dns->count && mgi_loop_now(dns->loop) + patience < at)
		at = mgi_loop_now(dns->loop) + patience;
	mgi_timer_at(dns->loop, &a->timer, at);
}

/* Time to ask the next as well, to give up, or to tell what is known. */
static void on_time(void *owner)
{
	mgi_asking *a = owner;

	if (a->over) {
		tell(a);
	} else if (mgi_loop_now(a->dns->loop) >= a->deadline) {
		a->result.timed_out = true;
		conclude(a);
	} else {
		wait(a);
		go_on(a);
	}
}

mailguard_status mgi_asking_new(mgi_asking **out,
                                mgi_dns *dns,
                                const mgi_dns_question *question,
                                mgi_dns_told told,
                                void *owner,
                                mailguard_error *err)
{
	mgi_asking *a = mgi_alloc(dns->mg, sizeof(*a));
	int sys;

	*out = NULL;
	if (!a)
		return mgi_fail_nomem(err);
	a->dns = dns;
	a->told = told;
	a->owner = owner;
	a->question = *question;
	a->deadline = mgi_loop_now(dns->loop) + dns->usec;
	a->result.rcode = -1;
	a->timer.fire = on_time;
	a->timer.owner = a;
	mgi_buf_init(&a->heard, dns->mg);
	if (!random_id(&a->id, dns)) {
		mgi_free(dns->mg, a);
		return mgi_fail_sys(err, dns->mg, EIO, MGI_SAY_DNS_NO_SETUP);
	}
	a->starting = true;
	wait(a);
	go_on(a);
	a->starting = false;
	sys = a->over && a->result.rcode < 0 ? a->result.sys : 0;
	if (sys == EMFILE || sys == ENFILE || sys == ENOMEM) {
		mgi_asking_free(a);
		return sys == ENOMEM ? mgi_fail_nomem(err) : MAILGUARD_AGAIN;
	}
	*out = a;
	return MAILGUARD_OK;
}

void mgi_asking_free(mgi_asking *a)
{
	if (!a)
		return;
	mgi_timer_stop(a->dns->loop, &a->timer);
	a->over = a->freed = true;
	if (!a->waiting && !a->starting)
		release(a);
}
