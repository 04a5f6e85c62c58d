/*
 * spf_ptr.c - names that PTR and address records confirm together (RFC 7208,
 * 5.5).
 */
#include "base/text.h"
#include "probe/spf.h"

#include <string.h>

typedef enum match { NO, YES, WAIT } match;

/* Has the name the address? */
static match confirmed(const mgi_spf_query *q, const char *name)
{
	const mgi_fact *f =
		mgi_zone_get(q->zone, q->ip.family == 6 ? "AAAA" : "A", name);
	mgi_ip ip;
	size_t i;

	if (!f)
		return WAIT;
	for (i = 0; i < f->count; i++)
		if (mgi_ip_read(&ip, mgi_span_of(f->records[i]->data)) &&
		    mgi_ip_same(&ip, &q->ip))
			return YES;
	return NO;
}

/* The better the higher; 0: it is no use. */
static int rank(const char *name, const char *target, bool any)
{
	if (strcmp(name, target) == 0)
		return 3;
	if (mgi_name_below(name, target))
		return 2;
	return any ? 1 : 0;
}

const char *mgi_spf_validated(bool *wait,
                              const mgi_spf_query *q,
                              const char *target,
                              bool any,
                              mgi_arena *a)
{
	char back[MGI_IP_REVERSED], name[MGI_NAME_MAX], tidy[MGI_NAME_MAX];
	const char *best = NULL;
	const mgi_fact *f;
	int best_rank = 0;
	size_t i;

	mgi_ip_reverse(back, &q->ip);
	mgi_name_join(name, back,
	              q->ip.family == 6 ? "ip6.arpa" : "in-addr.arpa");
	f = mgi_zone_get(q->zone, "PTR", name);
	if (!f) {
		*wait = true;
		return NULL;
	}
	(void)mgi_name_tidy(tidy, target);
	for (i = 0; i < f->count && i < MGI_SPF_PTR_MAX; i++) {
		int r;
		match m;

		mgi_record_host(name, f->records[i]);
		r = rank(name, tidy, any);
		m = r ? confirmed(q, name) : NO;
		*wait |= m == WAIT;
		if (m == YES && r > best_rank) {
			best = mgi_arena_strdup(a, name);
			best_rank = r;
		}
	}
	return best;
}
