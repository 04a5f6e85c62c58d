/*
 * case.c - gather what is known and what was seen. Judges nothing.
 */
#include "diagnose/case.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "diagnose/words.h"

enum { FIRST_ROOM = 8, TIMES_MAX = 1000 };

int mgi_strcmp_null(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

mailguard_status mailguard_case_new(mailguard_case **out,
                                    mailguard *mg,
                                    mailguard_error *err)
{
	mailguard_case *c;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "mg");
	c = mgi_alloc(mg, sizeof(*c));
	if (!c)
		return mgi_fail_nomem(err);
	c->arena = mgi_arena_new(mg);
	if (!c->arena) {
		mgi_free(mg, c);
		return mgi_fail_nomem(err);
	}
	c->mg = mg; /* the arena holds it */
	*out = c;
	return MAILGUARD_OK;
}

void mailguard_case_free(mailguard_case *c)
{
	mgi_arena *arena;

	if (!c)
		return;
	arena = c->arena;
	mgi_free(c->mg, c->links);
	mgi_free(c->mg, c->seen);
	mgi_free(c->mg, c);
	mgi_arena_free(arena);
}

const char *mailguard_case_id(const mailguard_case *c)
{
	return c ? c->id : NULL;
}

void mgi_case_name(mailguard_case *c, const char *id)
{
	c->id = mgi_arena_strdup(c->arena, id);
}

mailguard_link mgi_link_copy(mgi_arena *a, const mailguard_link *l)
{
	mailguard_link copy = *l;

	copy.account = mgi_arena_strdup(a, l->account);
	copy.server_in = mgi_arena_strdup(a, l->server_in);
	copy.server_out = mgi_arena_strdup(a, l->server_out ? l->server_out
	                                                    : l->server_in);
	copy.provider = mgi_arena_strdup(a, l->provider);
	copy.store = mgi_arena_strdup(a, l->store);
	return copy;
}

mailguard_evidence mgi_evidence_copy(mgi_arena *a, const mailguard_evidence *e)
{
	mailguard_evidence copy = *e;

	copy.account = mgi_arena_strdup(a, e->account);
	copy.server = mgi_arena_strdup(a, e->server);
	copy.provider = mgi_arena_strdup(a, e->provider);
	copy.store = mgi_arena_strdup(a, e->store);
	copy.seen = mgi_arena_strdup(a, e->seen);
	copy.where = mgi_arena_strdup(a, e->where);
	return copy;
}

const mailguard_link *mgi_link_find(const mailguard_link *links,
                                    size_t n,
                                    const char *account)
{
	size_t i;

	for (i = 0; account && i < n; i++)
		if (mgi_strcmp_null(links[i].account, account) == 0)
			return &links[i];
	return NULL;
}

/* Room for one more of `size` bytes behind `*at`, or what is wrong. */
static mailguard_status grow(mailguard_case *c,
                             void **at,
                             const size_t count_cap_size[3],
                             size_t *cap,
                             mailguard_error *err)
{
	size_t room = *cap ? *cap * 2 : FIRST_ROOM;
	void *more;

	if (count_cap_size[0] == count_cap_size[1])
		return mgi_fail(err, c->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_CASE_LIMIT, "limit",
		                mgi_u64(count_cap_size[1]).text);
	if (count_cap_size[0] < *cap)
		return MAILGUARD_OK;
	more = mgi_resize(c->mg, *at, room * count_cap_size[2]);
	if (!more)
		return mgi_fail_nomem(err);
	*at = more;
	*cap = room;
	return MAILGUARD_OK;
}

static mailguard_status bad(mailguard_error *err,
                            const mailguard_case *c,
                            const char *what)
{
	return mgi_fail(err, c ? c->mg : NULL, MAILGUARD_EINVAL,
	                MGI_SAY_CASE_ARGUMENT, "what", what);
}

static mailguard_status link_check(const mailguard_case *c,
                                   const mailguard_link *l,
                                   mailguard_error *err)
{
	if (l->account ? !l->server_in && !l->server_out : !l->store)
		return bad(err, c, "mailguard_link");
	if (l->place < MAILGUARD_PLACE_UNKNOWN ||
	    l->place > MAILGUARD_PLACE_USB)
		return bad(err, c, "place");
	if (mgi_link_find(c->links, c->link_count, l->account))
		return mgi_fail(err, c->mg, MAILGUARD_EEXIST,
		                MGI_SAY_CASE_ACCOUNT_TWICE, "account",
		                l->account);
	return MAILGUARD_OK;
}

mailguard_status mailguard_case_add(mailguard_case *c,
                                    const mailguard_link *link,
                                    mailguard_error *err)
{
	mailguard_link l;
	mailguard_status st;
	void *at;

	if (!c || !link)
		return bad(err, c, "mailguard_link");
	st = mgi_options_copy(&l, sizeof(l), link, c->mg, err);
	if (st < 0)
		return st;
	if (!l.server_in)
		l.server_in = l.server_out;
	st = link_check(c, &l, err);
	if (st < 0)
		return st;
	at = c->links;
	st = grow(c, &at,
	          (size_t[]){ c->link_count, MAILGUARD_CASE_LINKS_MAX,
	                      sizeof(l) },
	          &c->link_cap, err);
	c->links = at;
	if (st < 0)
		return st;
	c->links[c->link_count] = mgi_link_copy(c->arena, &l);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->link_count++;
	return MAILGUARD_OK;
}

/* What a test must name to mean anything. */
static const char *lacks(const mailguard_evidence *e)
{
	switch (e->test) {
	case MAILGUARD_TEST_OP:
	case MAILGUARD_TEST_DEV:
	case MAILGUARD_TEST_WEB:
		return e->account ? NULL : "account";
	case MAILGUARD_TEST_PROBE:
		return e->server || e->account ? NULL : "server";
	case MAILGUARD_TEST_STORE:
		return e->store ? NULL : "store";
	case MAILGUARD_TEST_STATUS:
		return e->provider ? NULL : "provider";
	default:
		return NULL;
	}
}

static bool fits(mailguard_test test, mailguard_outcome r)
{
	if (r >= MAILGUARD_OUTCOME_DAMAGED && r <= MAILGUARD_OUTCOME_FULL)
		return test == MAILGUARD_TEST_STORE;
	if (r >= MAILGUARD_OUTCOME_MAINTENANCE)
		return test == MAILGUARD_TEST_STATUS;
	return true;
}

static bool fault_in_range(mailguard_fault f)
{
	return f >= MAILGUARD_FAULT_UNKNOWN && f <= MAILGUARD_FAULT_NONE;
}

static mailguard_status evidence_check(const mailguard_case *c,
                                       const mailguard_evidence *e,
                                       mailguard_error *err)
{
	int i;

	if (e->test < MAILGUARD_TEST_OP || e->test > MAILGUARD_TEST_RECUR)
		return bad(err, c, "test");
	if (e->outcome < MAILGUARD_OUTCOME_UNKNOWN ||
	    e->outcome > MAILGUARD_OUTCOME_INCIDENT ||
	    !fits(e->test, e->outcome))
		return bad(err, c, "outcome");
	if (e->vantage < MAILGUARD_VANTAGE_HERE ||
	    e->vantage > MAILGUARD_VANTAGE_DEVICE)
		return bad(err, c, "vantage");
	if (!fault_in_range(e->fault))
		return bad(err, c, "fault");
	for (i = 0; i < 3; i++)
		if (!fault_in_range(e->also[i]))
			return bad(err, c, "also");
	if (lacks(e))
		return bad(err, c, lacks(e));
	if (e->account && !mgi_link_find(c->links, c->link_count, e->account))
		return mgi_fail(err, c->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_CASE_ACCOUNT_UNKNOWN, "account",
		                e->account);
	return MAILGUARD_OK;
}

mailguard_status mailguard_case_observe(mailguard_case *c,
                                        const mailguard_evidence *seen,
                                        mailguard_error *err)
{
	mailguard_evidence e;
	mailguard_status st;
	void *at;

	if (!c || !seen)
		return bad(err, c, "mailguard_evidence");
	st = mgi_options_copy(&e, sizeof(e), seen, c->mg, err);
	if (st < 0)
		return st;
	st = evidence_check(c, &e, err);
	if (st < 0)
		return st;
	at = c->seen;
	st = grow(c, &at,
	          (size_t[]){ c->seen_count, MAILGUARD_CASE_EVIDENCE_MAX,
	                      sizeof(e) },
	          &c->seen_cap, err);
	c->seen = at;
	if (st < 0)
		return st;
	e.outgoing = e.outgoing != 0;
	c->seen[c->seen_count] = mgi_evidence_copy(c->arena, &e);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->seen_count++;
	return MAILGUARD_OK;
}

mailguard_status mailguard_case_context(mailguard_case *c,
                                        const char *prefix,
                                        int32_t times,
                                        mailguard_error *err)
{
	mgi_context *x;

	if (!c || !prefix || !prefix[0])
		return bad(err, c, "prefix");
	if (times < 1 || times > TIMES_MAX)
		return bad(err, c, "times");
	if (c->context_count == MAILGUARD_CASE_CONTEXTS_MAX)
		return mgi_fail(err, c->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_CASE_LIMIT, "limit",
		                mgi_u64(c->context_count).text);
	x = &c->contexts[c->context_count];
	x->prefix = mgi_arena_strdup(c->arena, prefix);
	x->times = times;
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->context_count++;
	return MAILGUARD_OK;
}

mailguard_status mailguard_case_client(mailguard_case *c,
                                       const char *product,
                                       const char *version,
                                       const char *protocol,
                                       mailguard_error *err)
{
	mgi_client *x;

	if (!c || !product || !product[0])
		return bad(err, c, "product");
	if (c->client_count == MAILGUARD_CASE_CLIENTS_MAX)
		return mgi_fail(err, c->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_CASE_LIMIT, "limit",
		                mgi_u64(c->client_count).text);
	x = &c->clients[c->client_count];
	x->product = mgi_arena_strdup(c->arena, product);
	x->version = mgi_arena_strdup(c->arena, version);
	x->protocol = mgi_arena_strdup(c->arena, protocol);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->client_count++;
	return MAILGUARD_OK;
}
