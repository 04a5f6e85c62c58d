/*
 * verdict_json.c - a verdict as one JSON object (docs/schema/weigh.json).
 */
#include "diagnose/verdict.h"

#include <mailguard/classify.h>

#include "base/fail.h"

static const char *verdict_word(const mailguard_verdict *v)
{
	return v->fault == MAILGUARD_FAULT_UNKNOWN
	               ? "undetermined"
	               : mailguard_fault_name(v->fault);
}

static void put_suspect(mgi_jsonw *w, const mailguard_suspect *s)
{
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "name", s->name);
	mgi_jsonw_fixed(w, "p", s->permille, 3);
	mgi_jsonw_str(w, "fault_domain", mailguard_fault_name(s->fault));
	mgi_jsonw_end(w);
}

static void put_suspects(mgi_jsonw *w, const mailguard_verdict *v)
{
	size_t i;

	mgi_jsonw_array(w, "components");
	for (i = 0; i < v->blamed; i++)
		put_suspect(w, &v->suspects[i]);
	mgi_jsonw_end(w);
	mgi_jsonw_array(w, "possible");
	for (i = 0; i < v->possible_count; i++)
		put_suspect(w, &v->possible[i]);
	mgi_jsonw_end(w);
	mgi_jsonw_str(w, "grade", mailguard_grade_name(v->grade));
	mgi_jsonw_fixed(w, "p", v->permille, 3);
	mgi_jsonw_array(w, "cleared");
	for (i = v->blamed; i < v->suspect_count; i++)
		mgi_jsonw_str(w, NULL, v->suspects[i].name);
	mgi_jsonw_end(w);
}

/* The thing a test looked at, where the program that saw it named none. */
static const char *where_of(const mgi_world *w, const mailguard_evidence *e)
{
	if (e->where)
		return e->where;
	switch (e->test) {
	case MAILGUARD_TEST_PROBE:
		return mgi_world_server(w, e);
	case MAILGUARD_TEST_STORE:
		return e->store;
	case MAILGUARD_TEST_STATUS:
		return e->provider;
	default:
		return e->account;
	}
}

static mailguard_status put_readings(mgi_jsonw *w,
                                     const mailguard_verdict *v,
                                     mailguard *mg)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	mgi_jsonw_array(w, "evidence");
	for (i = 0; i < v->reading_count; i++) {
		const mailguard_reading *r = &v->readings[i];
		mailguard_buffer what;

		mgi_buf_init(&what, mg);
		mgi_evidence_say(&what, &v->world, r->evidence);
		if (mgi_buf_status(&what, NULL) < 0)
			st = MAILGUARD_ENOMEM;
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "what", mgi_buf_text(&what));
		mgi_jsonw_str(w, "where", where_of(&v->world, r->evidence));
		mgi_jsonw_time(w, "when", r->evidence->at);
		mgi_jsonw_int(w, "for", r->for_it);
		mgi_jsonw_int(w, "against", r->against);
		mgi_jsonw_end(w);
		mgi_buf_done(&what);
	}
	mgi_jsonw_end(w);
	return st;
}

static void put_texts(mgi_jsonw *w, const char *key, const mgi_texts *t)
{
	size_t i;

	mgi_jsonw_array(w, key);
	for (i = 0; i < t->count; i++)
		mgi_jsonw_str(w, NULL, t->at[i]);
	mgi_jsonw_end(w);
}

static void put_next(mgi_jsonw *w, const mailguard_verdict *v)
{
	size_t i;

	mgi_jsonw_array(w, "next");
	for (i = 0; i < v->next_count; i++) {
		const mailguard_next *n = &v->next[i];

		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "text", n->text);
		mgi_jsonw_str(w, "test",
		              n->test ? mailguard_test_name(n->test) : NULL);
		mgi_jsonw_str(w, "target", n->target);
		mgi_jsonw_str(w, "vantage", mailguard_vantage_name(n->vantage));
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static const char *sight_word(mgi_sight s)
{
	if (s.ok && s.failed)
		return "mixed";
	return s.ok ? "ok" : s.failed ? "fail" : "untested";
}

/* What the caller has to add to one object. */
typedef struct addition {
	mgi_verdict_more more;
	void *payload;
} addition;

static void put_more(mgi_jsonw *w,
                     const addition *add,
                     const char *kind,
                     const char *id)
{
	if (add->more)
		add->more(w, kind, id, add->payload);
	mgi_jsonw_end(w);
}

static void put_accounts(mgi_jsonw *w,
                         const mgi_world *world,
                         const addition *add)
{
	size_t i;

	mgi_jsonw_array(w, "accounts");
	for (i = 0; i < world->link_count; i++) {
		const mailguard_link *l = &world->links[i];

		if (!l->account)
			continue;
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "account", l->account);
		mgi_jsonw_str(w, "server", l->server_in);
		mgi_jsonw_str(w, "server_out", l->server_out);
		mgi_jsonw_str(w, "provider", l->provider);
		mgi_jsonw_str(w, "store", l->store);
		mgi_jsonw_str(w, "state",
		              sight_word(mgi_account_sight(world, l->account)));
		put_more(w, add, "account", l->account);
	}
	mgi_jsonw_end(w);
}

/* The worst that was found of a file, or said by a provider. */
static const mailguard_evidence *worst(const mgi_world *w,
                                       mailguard_test test,
                                       const char *name)
{
	const mailguard_evidence *found = NULL;
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		const mailguard_evidence *e = &w->seen[i];
		const char *of =
			test == MAILGUARD_TEST_STORE ? e->store : e->provider;

		if (e->test == test && !mgi_strcmp_null(of, name) &&
		    (!found || e->outcome > found->outcome))
			found = e;
	}
	return found;
}

/* Files and providers are the components of their kinds: sorted, once each. */
static void put_things(mgi_jsonw *w,
                       const mgi_world *world,
                       mailguard_test test,
                       const addition *add)
{
	bool is_store = test == MAILGUARD_TEST_STORE;
	int32_t kind = is_store ? MGI_KIND_STORE : MGI_KIND_PROVIDER;
	size_t i;

	mgi_jsonw_array(w, is_store ? "stores" : "status");
	for (i = 0; i < world->part_count; i++) {
		const char *name = world->parts[i].subject;
		const mailguard_evidence *e;

		if (world->parts[i].kind != kind)
			continue;
		e = worst(world, test, name);
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, is_store ? "store" : "provider", name);
		if (is_store)
			mgi_jsonw_str(w, "place",
			              mailguard_place_name(
					      mgi_world_place(world, name)));
		mgi_jsonw_str(w, "state",
		              e ? mailguard_outcome_name(e->outcome)
		                : "untested");
		mgi_jsonw_time(w, "when", e ? e->at : 0);
		put_more(w, add, is_store ? "store" : "provider", name);
	}
	mgi_jsonw_end(w);
}

static void put_defects(mgi_jsonw *w, const mailguard_verdict *v, mgi_lang lang)
{
	size_t i;

	mgi_jsonw_array(w, "known_defects");
	for (i = 0; i < v->world.defect_count; i++) {
		const mgi_defect *d = v->world.defects[i];

		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "id", d->id);
		mgi_jsonw_str(w, "text", d->text[lang]);
		mgi_jsonw_str(w, "workaround", d->workaround[lang]);
		mgi_jsonw_str(w, "fixed_in", d->fixed_in);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

mailguard_status mailguard_verdict_json(mailguard_buffer *out,
                                        const mailguard_verdict *v,
                                        mailguard_error *err)
{
	return mgi_verdict_json_more(out, v, NULL, NULL, err);
}

mailguard_status mgi_verdict_json_more(mailguard_buffer *out,
                                       const mailguard_verdict *v,
                                       mgi_verdict_more more,
                                       void *payload,
                                       mailguard_error *err)
{
	const addition add = { more, payload };
	mailguard_status st, told;
	mgi_jsonw w;
	mailguard *mg;
	size_t before;

	if (!out || !v)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "verdict");
	mg = mgi_arena_handle(v->world.arena);
	before = mailguard_buffer_length(out);
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	if (v->world.id)
		mgi_jsonw_str(&w, "id", v->world.id);
	mgi_jsonw_str(&w, "verdict", verdict_word(v));
	mgi_jsonw_str(&w, "fault_domain", mailguard_fault_name(v->fault));
	put_suspects(&w, v);
	told = put_readings(&w, v, mg);
	put_texts(&w, "meanwhile", &v->meanwhile);
	put_next(&w, v);
	put_texts(&w, "avoid", &v->avoid);
	put_texts(&w, "not_looked_at", &v->unlooked);
	put_accounts(&w, &v->world, &add);
	put_things(&w, &v->world, MAILGUARD_TEST_STORE, &add);
	put_things(&w, &v->world, MAILGUARD_TEST_STATUS, &add);
	put_defects(&w, v, mgi_lang_of(mg));
	mgi_jsonw_end(&w);
	st = mgi_jsonw_finish(&w, err);
	if (st == MAILGUARD_OK && told < 0) {
		mgi_buf_cut(out, before);
		return mgi_fail_nomem(err);
	}
	return st;
}
