/*
 * advise.c - how to work meanwhile, what to leave alone, what nobody looked at.
 */
#include "diagnose/verdict.h"

#include <string.h>

enum { TEXTS_MAX = 64 };

static void texts_begin(mgi_texts *t, mgi_arena *a)
{
	t->at = mgi_arena_array(a, TEXTS_MAX, sizeof(*t->at));
	t->names = mgi_arena_array(a, TEXTS_MAX, sizeof(*t->names));
	t->ids = mgi_arena_array(a, TEXTS_MAX, sizeof(*t->ids));
}

/* `text` is of row `id` and the arena; said once. */
static void text_put(mailguard_verdict *v,
                     mgi_texts *t,
                     mgi_say_id id,
                     const char *name,
                     const char *text)
{
	size_t i;

	if (!t->at)
		texts_begin(t, v->world.arena);
	if (!t->at || !t->names || !t->ids || !text || t->count == TEXTS_MAX)
		return;
	for (i = 0; i < t->count; i++)
		if (strcmp(t->at[i], text) == 0)
			return;
	t->at[t->count] = text;
	t->names[t->count] = name;
	t->ids[t->count++] = id;
}

static void say_add(mailguard_verdict *v,
                    mgi_texts *t,
                    mgi_say_id id,
                    const char *name)
{
	text_put(v, t, id, name, mgi_verdict_say(v, id, "name", name));
}

/* The same of a thing that may have a name of its own. */
static void thing_add(mailguard_verdict *v,
                      mgi_texts *t,
                      mgi_say_id id,
                      const char *kind,
                      const char *name)
{
	say_add(v, t, id, mgi_world_call(&v->world, kind, name));
}

static bool blames(const mailguard_verdict *v,
                   int32_t kind,
                   const char *subject)
{
	size_t i;

	for (i = 0; i < v->blamed; i++) {
		const mgi_component *p = &v->world.parts[v->set.part[i]];

		if (p->kind == kind && !mgi_strcmp_null(p->subject, subject))
			return true;
	}
	return false;
}

static bool blames_kind(const mailguard_verdict *v, int32_t kind)
{
	size_t i;

	for (i = 0; i < v->blamed; i++)
		if (v->world.parts[v->set.part[i]].kind == kind)
			return true;
	return false;
}

/* Is the server side of an account free of blame? */
bool mgi_link_clear(const mailguard_verdict *v, const mailguard_link *l)
{
	static const int32_t kinds[] = { MGI_KIND_SERVER,   MGI_KIND_SERVICE,
		                         MGI_KIND_OVERLOAD, MGI_KIND_DNSD,
		                         MGI_KIND_TLS,      MGI_KIND_ROUTE,
		                         MGI_KIND_POLICY };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (blames(v, kinds[i], l->server_in) ||
		    blames(v, kinds[i], l->server_out))
			return false;
	return !blames(v, MGI_KIND_PROVIDER, l->provider) &&
	       !blames(v, MGI_KIND_AUTH, l->account) &&
	       !blames(v, MGI_KIND_MAILBOX, l->account);
}

/* Something on this machine or its line: the mailboxes can be reached. */
static bool is_local(const mailguard_verdict *v)
{
	switch (v->fault) {
	case MAILGUARD_FAULT_LOCAL_STORE:
	case MAILGUARD_FAULT_LOCAL_CONFIG:
	case MAILGUARD_FAULT_LOCAL_NETWORK:
	case MAILGUARD_FAULT_LOCAL_SYSTEM:
	case MAILGUARD_FAULT_ROUTE:
	case MAILGUARD_FAULT_UNKNOWN:
		return true;
	default:
		return blames_kind(v, MGI_KIND_DNSL) ||
		       blames_kind(v, MGI_KIND_POLICY);
	}
}

/* The accounts that those in trouble have for such days. */
static bool backups_add(mailguard_verdict *v)
{
	const mgi_world *w = &v->world;
	bool found = false;
	size_t i;

	for (i = 0; i < w->link_count; i++) {
		const mailguard_link *b = mgi_link_find(w->links, w->link_count,
		                                        w->links[i].backup);
		mgi_sight s;

		if (!b || !w->links[i].account ||
		    !mgi_account_sight(w, w->links[i].account).failed)
			continue;
		s = mgi_account_sight(w, b->account);
		if (s.failed || !mgi_link_clear(v, b))
			continue;
		thing_add(v, &v->meanwhile,
		          s.ok ? MGI_SAY_MEANWHILE_ACCOUNT
		               : MGI_SAY_MEANWHILE_BACKUP,
		          "account:", b->account);
		found = true;
	}
	return found;
}

/* Any account that works. */
static void working_add(mailguard_verdict *v)
{
	const mgi_world *w = &v->world;
	size_t i;

	for (i = 0; i < w->link_count; i++) {
		const mailguard_link *l = &w->links[i];
		mgi_sight s = mgi_account_sight(w, l->account);

		if (!l->account || !s.ok || s.failed || !mgi_link_clear(v, l))
			continue;
		thing_add(v, &v->meanwhile, MGI_SAY_MEANWHILE_ACCOUNT,
		          "account:", l->account);
		return;
	}
}

static void meanwhile(mailguard_verdict *v)
{
	mgi_texts *t = &v->meanwhile;

	if (v->fault == MAILGUARD_FAULT_NONE)
		return;
	if (blames_kind(v, MGI_KIND_LOCALNET) ||
	    blames_kind(v, MGI_KIND_DNSL) || blames_kind(v, MGI_KIND_ROUTE))
		say_add(v, t, MGI_SAY_MEANWHILE_MOBILE, NULL);
	else if (blames_kind(v, MGI_KIND_WEBAPP))
		say_add(v, t, MGI_SAY_MEANWHILE_CLIENT, NULL);
	else if (is_local(v))
		say_add(v, t, MGI_SAY_MEANWHILE_WEBMAIL, NULL);
	if (!backups_add(v))
		working_add(v);
	if (!t->count || v->fault == MAILGUARD_FAULT_RECIPIENT)
		say_add(v, t, MGI_SAY_MEANWHILE_TELEPHONE, NULL);
}

static void avoid(mailguard_verdict *v)
{
	const int32_t *id;
	size_t i;

	for (i = 0; i < v->blamed; i++) {
		id = mgi_kinds[v->world.parts[v->set.part[i]].kind].avoid;
		for (; *id >= 0; id++)
			say_add(v, &v->avoid, (mgi_say_id)*id, NULL);
	}
	if (v->blamed || v->fault == MAILGUARD_FAULT_NONE)
		return;
	say_add(v, &v->avoid, MGI_SAY_AVOID_ACCOUNT, NULL);
	say_add(v, &v->avoid, MGI_SAY_AVOID_COPY, NULL);
}

/* What an observation that says nothing was of. */
static mgi_say_id blind_row(const mailguard_evidence *e,
                            const char **kind,
                            const char **name)
{
	switch (e->test) {
	case MAILGUARD_TEST_PROBE:
		*kind = "server:";
		*name = e->server;
		return MGI_SAY_UNLOOKED_SERVER;
	case MAILGUARD_TEST_STORE:
		*kind = "store:";
		*name = e->store;
		return MGI_SAY_UNLOOKED_STORE;
	case MAILGUARD_TEST_STATUS:
		*kind = "provider:";
		*name = e->provider;
		return MGI_SAY_UNLOOKED_STATUS;
	default:
		*name = NULL;
		return MGI_SAY_COUNT;
	}
}

/* Was it told with a reason that this was not looked at? */
static bool is_blind(const mgi_world *w, mailguard_test test, const char *name)
{
	const char *kind, *of;
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		const mailguard_evidence *e = &w->seen[i];

		if (e->test != test || e->outcome || !e->seen)
			continue;
		(void)blind_row(e, &kind, &of);
		if (of && !mgi_strcmp_null(of, name))
			return true;
	}
	return false;
}

/* Did any test of this kind say something of the named thing, or was it told
 * why none did? */
static bool looked(const mgi_world *w, mailguard_test test, const char *name)
{
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		const mailguard_evidence *e = &w->seen[i];
		const char *of = test == MAILGUARD_TEST_PROBE
		                         ? mgi_world_server(w, e)
		                 : test == MAILGUARD_TEST_STORE ? e->store
		                                                : e->provider;

		if (e->test == test && e->outcome && !mgi_strcmp_null(of, name))
			return true;
	}
	return is_blind(w, test, name);
}

/* Somebody tried to look, and said why it was not to be. */
static void blind_add(mailguard_verdict *v, const mailguard_evidence *e)
{
	mailguard *mg = mgi_arena_handle(v->world.arena);
	const char *kind = NULL, *name;
	mgi_say_id row = blind_row(e, &kind, &name);
	mailguard_buffer what;
	const char *text;

	if (e->outcome || !e->seen || !name)
		return;
	mgi_buf_init(&what, mg);
	mgi_say(&what, mg, row, "name", mgi_world_call(&v->world, kind, name));
	mgi_buf_printf(&what, ": %s", e->seen);
	text = mgi_buf_status(&what, NULL) < 0
	               ? NULL
	               : mgi_arena_strdup(v->world.arena, mgi_buf_text(&what));
	if (!text)
		(void)mgi_arena_array(v->world.arena, SIZE_MAX, 2);
	mgi_buf_done(&what);
	text_put(v, &v->unlooked, row, mgi_world_call(&v->world, kind, name),
	         text);
}

static void unlooked(mailguard_verdict *v)
{
	const mgi_world *w = &v->world;
	mgi_texts *t = &v->unlooked;
	bool outside = false;
	size_t i;

	for (i = 0; i < w->seen_count; i++)
		outside = outside || (w->seen[i].outcome &&
		                      (w->seen[i].vantage ||
		                       w->seen[i].test == MAILGUARD_TEST_DEV));
	for (i = 0; i < w->seen_count; i++)
		blind_add(v, &w->seen[i]);
	for (i = 0; i < w->link_count; i++) {
		const mailguard_link *l = &w->links[i];
		mgi_sight s = mgi_account_sight(w, l->account);

		if (l->account && !s.ok && !s.failed)
			thing_add(v, t, MGI_SAY_UNLOOKED_ACCOUNT,
			          "account:", l->account);
		if (l->server_in &&
		    !looked(w, MAILGUARD_TEST_PROBE, l->server_in))
			thing_add(v, t, MGI_SAY_UNLOOKED_SERVER,
			          "server:", l->server_in);
		if (l->store && !looked(w, MAILGUARD_TEST_STORE, l->store))
			thing_add(v, t, MGI_SAY_UNLOOKED_STORE,
			          "store:", l->store);
		if (l->provider &&
		    !looked(w, MAILGUARD_TEST_STATUS, l->provider))
			thing_add(v, t, MGI_SAY_UNLOOKED_STATUS,
			          "provider:", l->provider);
	}
	if (!outside)
		say_add(v, t, MGI_SAY_UNLOOKED_OUTSIDE, NULL);
}

void mgi_verdict_advise(mailguard_verdict *v)
{
	meanwhile(v);
	avoid(v);
	unlooked(v);
}
