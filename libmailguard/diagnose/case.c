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
	mgi_free(c->mg, c->names);
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
	copy.backup = mgi_arena_strdup(a, l->backup);
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

/* Room for one more of `size` bytes behind `at`; NULL without memory. */
static void *grow(mailguard_case *c,
                  void *at,
                  size_t count,
                  size_t size,
                  size_t *cap)
{
	size_t room = *cap ? *cap * 2 : FIRST_ROOM;
	void *more;

	if (count < *cap)
		return at;
	more = mgi_resize(c->mg, at, room * size);
	if (more)
		*cap = room;
	return more;
}

/* `what` is the key of a case file. */
static mailguard_status limit(size_t count,
                              size_t max,
                              const char *what,
                              const mailguard_case *c,
                              mailguard_error *err)
{
	if (count < max)
		return MAILGUARD_OK;
	return mgi_fail(err, c->mg, MAILGUARD_ELIMIT, MGI_SAY_CASE_LIMIT,
	                "limit", mgi_u64(max).text, "what", what);
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
	void *room;

	if (!c || !link)
		return bad(err, c, "mailguard_link");
	st = mgi_options_copy(&l, sizeof(l), link, c->mg, err);
	if (st < 0)
		return st;
	if (!l.server_in)
		l.server_in = l.server_out;
	st = link_check(c, &l, err);
	if (st == MAILGUARD_OK)
		st = limit(c->link_count, MAILGUARD_CASE_LINKS_MAX,
		           "accounts + stores", c, err);
	if (st < 0)
		return st;
	room = grow(c, c->links, c->link_count, sizeof(l), &c->link_cap);
	if (!room)
		return mgi_fail_nomem(err);
	c->links = room;
	c->links[c->link_count] = mgi_link_copy(c->arena, &l);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->link_count++;
	return MAILGUARD_OK;
}

static bool is_thing(const char *thing)
{
	static const char *const kinds[] = { "account:", "server:", "provider:",
		                             "store:" };
	size_t i, n;

	for (i = 0; thing && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i]);
		if (strncmp(thing, kinds[i], n) == 0 && thing[n])
			return true;
	}
	return false;
}

/* On one line, whatever a profile says. */
static char *line_copy(mgi_arena *a, const char *name)
{
	char *copy = mgi_arena_strdup(a, name), *at;

	for (at = copy; at && *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	return copy;
}

mailguard_status mailguard_case_call(mailguard_case *c,
                                     const char *thing,
                                     const char *name,
                                     mailguard_error *err)
{
	mailguard_status st;
	mgi_called *room;

	if (!c || !is_thing(thing) || !name || !name[0])
		return bad(err, c, "mailguard_case_call");
	st = limit(c->name_count, MAILGUARD_CASE_NAMES_MAX, "names", c, err);
	if (st < 0)
		return st;
	room = grow(c, c->names, c->name_count, sizeof(*room), &c->name_cap);
	if (!room)
		return mgi_fail_nomem(err);
	c->names = room;
	room[c->name_count].thing = mgi_arena_strdup(c->arena, thing);
	room[c->name_count].name = line_copy(c->arena, name);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->name_count++;
	return MAILGUARD_OK;
}

/* What a test must name to mean anything. */
static const char *lacks(const mailguard_evidence *e)
{
	switch (e->test) {
	case MAILGUARD_TEST_OP:
	case MAILGUARD_TEST_DEV:
	case MAILGUARD_TEST_WEB:
	case MAILGUARD_TEST_SILENCE:
		return e->account ? NULL : "account (a)";
	case MAILGUARD_TEST_PROBE:
		return e->server || e->account ? NULL : "server (sv)";
	case MAILGUARD_TEST_STORE:
		return e->store ? NULL : "store (st)";
	case MAILGUARD_TEST_STATUS:
		return e->provider ? NULL : "provider (pv)";
	default:
		return NULL;
	}
}

static bool fits(mailguard_test test, mailguard_outcome r)
{
	if (test == MAILGUARD_TEST_SILENCE)
		return r <= MAILGUARD_OUTCOME_FAIL ||
		       r == MAILGUARD_OUTCOME_MISSING;
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

	if (e->test < MAILGUARD_TEST_OP || e->test > MAILGUARD_TEST_SILENCE)
		return bad(err, c, "test");
	if (e->outcome < MAILGUARD_OUTCOME_UNKNOWN ||
	    e->outcome > MAILGUARD_OUTCOME_INCIDENT)
		return bad(err, c, "outcome");
	if (!fits(e->test, e->outcome))
		return mgi_fail(err, c->mg, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_OUTCOME, "test",
		                mailguard_test_name(e->test), "outcome",
		                mailguard_outcome_name(e->outcome));
	if (e->vantage < MAILGUARD_VANTAGE_HERE ||
	    e->vantage > MAILGUARD_VANTAGE_DEVICE)
		return bad(err, c, "vantage");
	if (e->degree < 0 || e->degree > MGI_DEGREE_MAX)
		return bad(err, c, "degree");
	if (!fault_in_range(e->fault))
		return bad(err, c, "fault");
	for (i = 0; i < 3; i++)
		if (!fault_in_range(e->also[i]))
			return bad(err, c, "also");
	if (lacks(e))
		return mgi_fail(err, c->mg, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_LACKS, "test",
		                mailguard_test_name(e->test), "what", lacks(e));
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
	void *room;

	if (!c || !seen)
		return bad(err, c, "mailguard_evidence");
	st = mgi_options_copy(&e, sizeof(e), seen, c->mg, err);
	if (st < 0)
		return st;
	st = evidence_check(c, &e, err);
	if (st == MAILGUARD_OK)
		st = limit(c->seen_count, MAILGUARD_CASE_EVIDENCE_MAX,
		           "observations", c, err);
	if (st < 0)
		return st;
	room = grow(c, c->seen, c->seen_count, sizeof(e), &c->seen_cap);
	if (!room)
		return mgi_fail_nomem(err);
	c->seen = room;
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
	mailguard_status st;
	mgi_context *x;

	if (!c || !prefix || !prefix[0])
		return bad(err, c, "prefix");
	if (times < 1 || times > TIMES_MAX)
		return bad(err, c, "times");
	st = limit(c->context_count, MAILGUARD_CASE_CONTEXTS_MAX, "context", c,
	           err);
	if (st < 0)
		return st;
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
	mailguard_status st;
	mgi_client *x;

	if (!c || !product || !product[0])
		return bad(err, c, "product");
	st = limit(c->client_count, MAILGUARD_CASE_CLIENTS_MAX, "clients", c,
	           err);
	if (st < 0)
		return st;
	x = &c->clients[c->client_count];
	x->product = mgi_arena_strdup(c->arena, product);
	x->version = mgi_arena_strdup(c->arena, version);
	x->protocol = mgi_arena_strdup(c->arena, protocol);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	c->client_count++;
	return MAILGUARD_OK;
}
