/*
 * limits.c - who may connect now, counted by address and by network.
 *
 * A row counts one address (key of 17 bytes) or one network (the same, cut),
 * and holds the queue of those it keeps waiting. Who waits for a network has
 * a claim on no address, so nobody waits for two at once.
 */
#include "net/wire/limits.h"

#include <string.h>

#include "base/fail.h"

#define FIRST_SLOTS 64
#define HOST_DEFAULT 4
#define NET_DEFAULT 16
#define KEY 22 /* what is counted, family, zone, address */

typedef struct mgi_limit_row {
	struct mgi_limit_row *next; /* in its slot */
	unsigned char key[KEY];
	uint32_t inside, max;
	uint32_t known; /* who points here */
	mgi_place *first, *last;
} row;

struct mgi_limits {
	mailguard *mg;
	uint32_t max_host, max_net; /* 0: the default, but not for loopback */
	row **slots;
	size_t slot_count, row_count;
};

mailguard_status mgi_limits_new(mgi_limits **out,
                                mailguard *mg,
                                uint32_t max_per_host,
                                uint32_t max_per_net,
                                mailguard_error *err)
{
	mgi_limits *l = mgi_alloc(mg, sizeof(*l));

	*out = NULL;
	if (!l)
		return mgi_fail_nomem(err);
	l->slots = mgi_alloc(mg, FIRST_SLOTS * sizeof(row *));
	if (!l->slots) {
		mgi_free(mg, l);
		return mgi_fail_nomem(err);
	}
	l->slot_count = FIRST_SLOTS;
	l->mg = mailguard_ref(mg);
	l->max_host = max_per_host;
	l->max_net = max_per_net;
	*out = l;
	return MAILGUARD_OK;
}

void mgi_limits_free(mgi_limits *l)
{
	mailguard *mg;

	if (!l)
		return;
	mg = l->mg;
	mgi_free(mg, l->slots);
	mgi_free(mg, l);
	mailguard_free(mg);
}

static size_t slot_of(const mgi_limits *l, const unsigned char key[KEY])
{
	uint32_t h = 2166136261u; /* FNV-1a */
	size_t i;

	for (i = 0; i < KEY; i++)
		h = (h ^ key[i]) * 16777619u;
	return h & (l->slot_count - 1);
}

/* More slots, if there is memory for them; it goes on without. */
static void spread(mgi_limits *l)
{
	size_t i, old_count = l->slot_count;
	row **old = l->slots, **slots;

	slots = mgi_alloc(l->mg, old_count * 2 * sizeof(row *));
	if (!slots)
		return;
	l->slots = slots;
	l->slot_count = old_count * 2;
	for (i = 0; i < old_count; i++)
		while (old[i]) {
			row *r = old[i];
			size_t at = slot_of(l, r->key);

			old[i] = r->next;
			r->next = slots[at];
			slots[at] = r;
		}
	mgi_free(l->mg, old);
}

/*
 * This computer is no guest to itself: what is asked on loopback are servers
 * of all kinds behind one address, so only a limit somebody chose holds there.
 */
static uint32_t max_of(uint32_t chosen,
                       uint32_t otherwise,
                       const mgi_address *a)
{
	if (chosen)
		return chosen;
	return mgi_address_loopback(a) ? UINT32_MAX : otherwise;
}

static row *row_of(mgi_limits *l, const unsigned char key[KEY], uint32_t max)
{
	row *r = l->slots[slot_of(l, key)];
	size_t at;

	while (r && memcmp(r->key, key, KEY) != 0)
		r = r->next;
	if (!r) {
		r = mgi_alloc(l->mg, sizeof(*r));
		if (!r)
			return NULL;
		if (l->row_count++ >= l->slot_count)
			spread(l);
		at = slot_of(l, key);
		memcpy(r->key, key, KEY);
		r->max = max;
		r->next = l->slots[at];
		l->slots[at] = r;
	}
	r->known++;
	return r;
}

static void row_drop(mgi_limits *l, row *r)
{
	row **at;

	if (!r || --r->known)
		return;
	for (at = &l->slots[slot_of(l, r->key)]; *at != r; at = &(*at)->next)
		;
	*at = r->next;
	l->row_count--;
	mgi_free(l->mg, r);
}

static void queue(row *r, mgi_place *p)
{
	p->queue = r;
	p->next = NULL;
	p->back = r->last;
	if (r->last)
		r->last->next = p;
	else
		r->first = p;
	r->last = p;
}

static void unqueue(row *r, mgi_place *p)
{
	if (p->back)
		p->back->next = p->next;
	else
		r->first = p->next;
	if (p->next)
		p->next->back = p->back;
	else
		r->last = p->back;
	p->queue = NULL;
	p->next = p->back = NULL;
}

/* In, or into the queue of what is full. */
static bool settle(mgi_place *p)
{
	if (p->host->inside >= p->host->max) {
		queue(p->host, p);
		return false;
	}
	if (p->net->inside >= p->net->max) {
		queue(p->net, p);
		return false;
	}
	p->host->inside++;
	p->net->inside++;
	p->inside = true;
	return true;
}

mailguard_status mgi_limits_enter(mgi_limits *l,
                                  mgi_place *p,
                                  const mgi_address *a,
                                  mailguard_error *err)
{
	unsigned char key[KEY] = { 0 };
	size_t net_bytes = a->family == 4 ? 3 : 6;

	key[1] = (unsigned char)a->family;
	memcpy(key + 2, &a->zone, 4);
	memcpy(key + 6, a->bytes, 16);
	p->host = row_of(l, key, max_of(l->max_host, HOST_DEFAULT, a));
	if (!p->host)
		return mgi_fail_nomem(err);
	key[0] = 1;
	memset(key + 6 + net_bytes, 0, 16 - net_bytes);
	p->net = row_of(l, key, max_of(l->max_net, NET_DEFAULT, a));
	if (!p->net) {
		row_drop(l, p->host);
		p->host = NULL;
		return mgi_fail_nomem(err);
	}
	return settle(p) ? MAILGUARD_OK : MAILGUARD_AGAIN;
}

/* The first one waiting at `r` that gets in, if there is room at `r`. */
static mgi_place *admit(row *r)
{
	while (r->first && r->inside < r->max) {
		mgi_place *p = r->first;

		unqueue(r, p);
		if (settle(p))
			return p;
	}
	return NULL;
}

void mgi_limits_leave(mgi_limits *l, mgi_place *p)
{
	row *host = p->host, *net = p->net;
	mgi_place *in;

	if (!host)
		return;
	p->host = p->net = NULL;
	if (p->queue)
		unqueue(p->queue, p);
	if (p->inside) {
		p->inside = false;
		host->inside--;
		net->inside--;
		/* Those told may leave at once and call this again. */
		while ((in = admit(host)))
			in->admitted(in->owner);
		while ((in = admit(net)))
			in->admitted(in->owner);
	}
	row_drop(l, host);
	row_drop(l, net);
}
