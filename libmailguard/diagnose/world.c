/*
 * world.c - from a case to the components that may be at fault.
 */
#include "diagnose/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

enum { FIRST_PARTS = 64 };

static int by_link(const void *a, const void *b)
{
	const mailguard_link *x = a, *y = b;
	int d = mgi_strcmp_null(x->account, y->account);

	if (!d)
		d = mgi_strcmp_null(x->store, y->store);
	return d ? d : (x->place > y->place) - (x->place < y->place);
}

static int compare_numbers(const mailguard_evidence *x,
                           const mailguard_evidence *y)
{
	int64_t a[] = { x->test,    x->outgoing, x->vantage, x->phase,
		        x->outcome, x->at,       x->fault,   x->also[0],
		        x->also[1], x->also[2],  x->reason,  x->degree };
	int64_t b[] = { y->test,    y->outgoing, y->vantage, y->phase,
		        y->outcome, y->at,       y->fault,   y->also[0],
		        y->also[1], y->also[2],  y->reason,  y->degree };
	size_t i;

	for (i = 0; i < sizeof(a) / sizeof(a[0]); i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Of two that say the same it does not matter which stands first. */
static int by_evidence(const void *a, const void *b)
{
	const mailguard_evidence *x = a, *y = b;
	int d = (x->test > y->test) - (x->test < y->test);

	if (!d)
		d = mgi_strcmp_null(x->account, y->account);
	if (!d)
		d = mgi_strcmp_null(x->server, y->server);
	if (!d)
		d = mgi_strcmp_null(x->provider, y->provider);
	if (!d)
		d = mgi_strcmp_null(x->store, y->store);
	if (!d)
		d = compare_numbers(x, y);
	if (!d)
		d = mgi_strcmp_null(x->where, y->where);
	return d ? d : mgi_strcmp_null(x->seen, y->seen);
}

mailguard_place_kind mgi_world_place(const mgi_world *w, const char *store)
{
	mailguard_place_kind place = MAILGUARD_PLACE_UNKNOWN;
	size_t i;

	for (i = 0; store && i < w->link_count; i++)
		if (w->links[i].place > place &&
		    mgi_strcmp_null(w->links[i].store, store) == 0)
			place = w->links[i].place;
	return place;
}

const char *mgi_world_call(const mgi_world *w, const char *kind, const char *id)
{
	size_t n = strlen(kind), i;

	for (i = w->name_count; id && i-- > 0;)
		if (strncmp(w->names[i].thing, kind, n) == 0 &&
		    strcmp(w->names[i].thing + n, id) == 0)
			return w->names[i].name;
	return id;
}

const char *mgi_world_server(const mgi_world *w, const mailguard_evidence *e)
{
	const mailguard_link *l =
		mgi_link_find(w->links, w->link_count, e->account);

	if (e->server || !l)
		return e->server;
	return e->outgoing ? l->server_out : l->server_in;
}

const char *mgi_world_provider(const mgi_world *w, const mailguard_evidence *e)
{
	const mailguard_link *l =
		mgi_link_find(w->links, w->link_count, e->account);
	size_t i;

	if (e->provider || (l && l->provider))
		return e->provider ? e->provider : l->provider;
	for (i = 0; e->server && i < w->link_count; i++) {
		l = &w->links[i];
		if (l->provider &&
		    (mgi_strcmp_null(l->server_in, e->server) == 0 ||
		     mgi_strcmp_null(l->server_out, e->server) == 0))
			return l->provider;
	}
	return NULL;
}

const char *mgi_world_store(const mgi_world *w, const mailguard_evidence *e)
{
	const mailguard_link *l =
		mgi_link_find(w->links, w->link_count, e->account);

	return e->store || !l ? e->store : l->store;
}

static void part_add(mgi_world *w,
                     int32_t kind,
                     const char *subject,
                     int32_t dir)
{
	size_t cap = w->part_cap ? w->part_cap * 2 : FIRST_PARTS;
	mgi_component *more;

	if (w->part_count == w->part_cap) {
		more = mgi_arena_array(w->arena, cap, sizeof(*more));
		if (!more)
			return;
		if (w->part_count)
			memcpy(more, w->parts, w->part_count * sizeof(*more));
		w->parts = more;
		w->part_cap = cap;
	}
	w->parts[w->part_count].kind = kind;
	w->parts[w->part_count].subject = subject;
	w->parts[w->part_count++].dir = dir;
}

/* All components that scope `scope` makes of one subject. */
static void scope_add(mgi_world *w, mgi_scope scope, const char *subject)
{
	int32_t k;

	for (k = 0; subject && k < MGI_KIND_COUNT; k++) {
		if (mgi_kinds[k].scope != (int32_t)scope)
			continue;
		if (scope != MGI_SCOPE_SERVICE) {
			part_add(w, k, subject, 0);
			continue;
		}
		part_add(w, k, subject, 1);
		part_add(w, k, subject, 2);
	}
}

static void server_add(mgi_world *w, const char *server)
{
	scope_add(w, MGI_SCOPE_SERVER, server);
	scope_add(w, MGI_SCOPE_SERVICE, server);
}

static void store_add(mgi_world *w, const char *store)
{
	mailguard_place_kind place = mgi_world_place(w, store);

	scope_add(w, MGI_SCOPE_STORE, store);
	if (place > MAILGUARD_PLACE_LOCAL)
		scope_add(w, MGI_SCOPE_PLACE, mailguard_place_name(place));
}

static int by_part(const void *a, const void *b)
{
	const mgi_component *x = a, *y = b;
	int d = (x->kind > y->kind) - (x->kind < y->kind);

	if (!d)
		d = strcmp(x->subject, y->subject);
	return d ? d : (x->dir > y->dir) - (x->dir < y->dir);
}

static void parts_collect(mgi_world *w)
{
	size_t i, n = 0;

	scope_add(w, MGI_SCOPE_HOST, "");
	scope_add(w, MGI_SCOPE_OUTGOING, "");
	for (i = 0; i < w->link_count; i++) {
		scope_add(w, MGI_SCOPE_ACCOUNT, w->links[i].account);
		scope_add(w, MGI_SCOPE_MAILBOX, w->links[i].account);
		server_add(w, w->links[i].server_in);
		server_add(w, w->links[i].server_out);
		scope_add(w, MGI_SCOPE_PROVIDER, w->links[i].provider);
		store_add(w, w->links[i].store);
	}
	for (i = 0; i < w->seen_count; i++) {
		server_add(w, w->seen[i].server);
		scope_add(w, MGI_SCOPE_PROVIDER, w->seen[i].provider);
		store_add(w, w->seen[i].store);
	}
	if (!w->part_count)
		return;
	qsort(w->parts, w->part_count, sizeof(*w->parts), by_part);
	for (i = 1; i < w->part_count; i++)
		if (by_part(&w->parts[n], &w->parts[i]) != 0)
			w->parts[++n] = w->parts[i];
	w->part_count = n + 1;
}

int32_t mgi_world_find(const mgi_world *w,
                       int32_t kind,
                       const char *subject,
                       int32_t dir)
{
	mgi_component key = { .kind = kind, .subject = subject, .dir = dir };
	const mgi_component *found =
		bsearch(&key, w->parts, w->part_count, sizeof(key), by_part);

	return found ? (int32_t)(found - w->parts) : -1;
}

static const char *name_make(mgi_world *w, const mgi_component *p)
{
	const char *kind = mgi_kinds[p->kind].name;
	const char *dir = p->dir == 0 ? "" : p->dir == 1 ? "/in" : "/out";
	size_t k = strlen(kind), s = strlen(p->subject), d = strlen(dir);
	char *name;

	if (!s)
		return kind;
	name = mgi_arena_alloc(w->arena, k + 1 + s + d + 1);
	if (!name)
		return kind;
	memcpy(name, kind, k);
	name[k] = ':';
	memcpy(name + k + 1, p->subject, s);
	memcpy(name + k + 1 + s, dir, d);
	return name;
}

/* Which domain a component has that takes the one its codes name. */
static int32_t fault_of(const mgi_world *w, const mgi_component *p)
{
	const mgi_kind *k = &mgi_kinds[p->kind];
	size_t i;

	for (i = 0; k->adapts && i < w->seen_count; i++) {
		const mailguard_evidence *e = &w->seen[i];
		bool mine = k->scope == MGI_SCOPE_MAILBOX
		                    ? !mgi_strcmp_null(e->account, p->subject)
		                    : e->test == MAILGUARD_TEST_DSN;

		if (mine && e->outcome > MAILGUARD_OUTCOME_OK &&
		    k->kin & MGI_FAULT_BIT(e->fault))
			return e->fault;
	}
	return k->fault;
}

static bool begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* A known defect concerns the program, and the places where it bites. */
static bool defect_on(const mgi_defect *d, const mgi_component *p)
{
	if (p->kind == MGI_KIND_CLIENT)
		return true;
	return p->kind == MGI_KIND_SYNC &&
	       mgi_words_hold(d->places, p->subject);
}

static int32_t prior_of(const mgi_world *w,
                        const mailguard_case *c,
                        const mgi_component *p)
{
	int32_t most =
		mgi_ln[mgi_weights[MGI_WEIGHT_PRIOR_MOST]] - mgi_ln[1000];
	int64_t prior = mgi_kinds[p->kind].prior;
	size_t i;

	if (p->kind == MGI_KIND_STORE &&
	    mgi_world_place(w, p->subject) > MAILGUARD_PLACE_LOCAL)
		prior += mgi_ln[mgi_weights[MGI_WEIGHT_PLACE_TIMES]];
	for (i = 0; i < c->context_count; i++)
		if (begins(p->name, c->contexts[i].prefix))
			prior += mgi_ln[c->contexts[i].times];
	for (i = 0; i < w->defect_count; i++)
		if (defect_on(w->defects[i], p))
			prior += mgi_ln[mgi_weights[MGI_WEIGHT_DEFECT_TIMES]];
	return prior < most ? (int32_t)prior : most;
}

static void defects_find(mgi_world *w, const mailguard_case *c)
{
	size_t n = mgi_defects_count, i, k;

	if (!n || !c->client_count)
		return;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	w->defects = mgi_arena_array(w->arena, n, sizeof(*w->defects));
	for (i = 0; w->defects && i < n; i++)
		for (k = 0; k < c->client_count; k++)
			if (mgi_defect_fits(&mgi_defects[i], &c->clients[k],
			                    w->links, w->link_count)) {
				w->defects[w->defect_count++] = &mgi_defects[i];
				break;
			}
}

static void names_copy(mgi_world *w, const mailguard_case *c)
{
	size_t i;

	if (!c->name_count)
		return;
	w->names = mgi_arena_array(w->arena, c->name_count, sizeof(*w->names));
	for (i = 0; w->names && i < c->name_count; i++) {
		w->names[i].thing =
			mgi_arena_strdup(w->arena, c->names[i].thing);
		w->names[i].name = mgi_arena_strdup(w->arena, c->names[i].name);
	}
	w->name_count = w->names ? c->name_count : 0;
}

static void copy_all(mgi_world *w, const mailguard_case *c)
{
	size_t i;

	w->id = mgi_arena_strdup(w->arena, c->id);
	if (c->link_count)
		w->links = mgi_arena_array(w->arena, c->link_count,
		                           sizeof(*w->links));
	if (c->seen_count)
		w->seen = mgi_arena_array(w->arena, c->seen_count,
		                          sizeof(*w->seen));
	if (mgi_arena_failed(w->arena))
		return;
	for (i = 0; i < c->link_count; i++)
		w->links[i] = mgi_link_copy(w->arena, &c->links[i]);
	for (i = 0; i < c->seen_count; i++)
		w->seen[i] = mgi_evidence_copy(w->arena, &c->seen[i]);
	w->link_count = c->link_count;
	w->seen_count = c->seen_count;
	names_copy(w, c);
}

mailguard_status mgi_world_make(mgi_world *w,
                                const mailguard_case *c,
                                mailguard_error *err)
{
	size_t i;

	copy_all(w, c);
	if (mgi_arena_failed(w->arena))
		return mgi_fail_nomem(err);
	if (w->link_count)
		qsort(w->links, w->link_count, sizeof(*w->links), by_link);
	if (w->seen_count)
		qsort(w->seen, w->seen_count, sizeof(*w->seen), by_evidence);
	defects_find(w, c);
	parts_collect(w);
	if (mgi_arena_failed(w->arena))
		return mgi_fail_nomem(err);
	if (w->part_count > MAILGUARD_CASE_COMPONENTS_MAX)
		return mgi_fail(err, c->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_CASE_LIMIT, "limit",
		                mgi_u64(MAILGUARD_CASE_COMPONENTS_MAX).text,
		                "what", "components");
	for (i = 0; i < w->part_count; i++) {
		mgi_component *p = &w->parts[i];

		p->name = name_make(w, p);
		p->prior = prior_of(w, c, p);
		p->fault = fault_of(w, p);
	}
	return mgi_arena_failed(w->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}
