/*
 * read.c - cases from JSON, word by word, so that a slip is named with its
 * place: "observations[3].r".
 */
#include "diagnose/read.h"
#include "diagnose/words.h"

#include <string.h>

#include "base/fail.h"

struct mailguard_cases {
	mgi_json *root;
	mgi_arena *arena;
	mgi_arena *told;     /* of the notes */
	mgi_findings *notes; /* of the case stepped to last */
	size_t at;
	bool is_list;
};

mailguard_status mailguard_cases_parse(mailguard_cases **out,
                                       mailguard *mg,
                                       mailguard_span text,
                                       mailguard_error *err)
{
	mailguard_cases *cs;
	mailguard_status st;
	mgi_arena *arena;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!mg || (!text.data && text.len))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "text");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	cs = mgi_arena_alloc(arena, sizeof(*cs));
	if (!cs) {
		st = mgi_fail_nomem(err);
		goto fail;
	}
	cs->arena = arena;
	st = mgi_json_parse(&cs->root, mg, text, err);
	if (st < 0)
		goto fail;
	cs->is_list = mgi_json_is_array(cs->root);
	if (!cs->is_list && !mgi_json_is_object(cs->root)) {
		st = mgi_fail(err, mg, MAILGUARD_EFORMAT, MGI_SAY_CASE_SHAPE,
		              "where", "JSON", "what", "{…} / [{…}, …]");
		mgi_json_free(cs->root);
		goto fail;
	}
	*out = cs;
	return MAILGUARD_OK;

fail:
	mgi_arena_free(arena);
	return st;
}

void mailguard_cases_free(mailguard_cases *cases)
{
	if (!cases)
		return;
	mgi_json_free(cases->root);
	mgi_arena_free(cases->told);
	mgi_arena_free(cases->arena);
}

int mailguard_cases_is_list(const mailguard_cases *cases)
{
	return cases && cases->is_list;
}

static const char *const account_keys[] = { "sv", "sv_out", "pv",
	                                    "st", "backup", NULL };

/* The account is the one the reader is in. */
static mailguard_status read_link(mgi_case_reader *r, const mgi_json *v)
{
	mailguard_link l = MAILGUARD_LINK_INIT;
	mailguard_status st = MAILGUARD_OK;
	size_t i;
	const struct {
		const char *key, **to;
	} texts[] = {
		{ "sv", &l.server_in },  { "sv_out", &l.server_out },
		{ "pv", &l.provider },   { "st", &l.store },
		{ "backup", &l.backup },
	};

	if (!mgi_json_is_object(v))
		return mgi_case_shape(r, NULL,
		                      "{\"sv\": …, \"pv\": …, \"st\": …}");
	mgi_case_keys(r, v, account_keys);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]) && st == 0; i++)
		st = mgi_case_text(texts[i].to, r, v, texts[i].key);
	if (st < 0)
		return st;
	if (!l.server_in && !l.server_out)
		return mgi_case_shape(r, NULL,
		                      "{\"sv\": …, \"pv\": …, \"st\": …}");
	l.account = r->in[1];
	return mailguard_case_add(r->c, &l, r->err);
}

static mailguard_status read_accounts(mgi_case_reader *r, const mgi_json *v)
{
	const mgi_json *value;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	if (v && !mgi_json_is_object(v))
		return mgi_case_shape(r, "accounts", "{…}");
	r->in[0] = "accounts";
	for (i = 0; st == 0 && mgi_json_member(&r->in[1], &value, v, i); i++)
		st = read_link(r, value);
	r->in[0] = r->in[1] = NULL;
	return st;
}

static mailguard_status read_stores(mgi_case_reader *r, const mgi_json *v)
{
	const mgi_json *value;
	mailguard_status st = MAILGUARD_OK;
	const char *name;
	size_t i;

	if (v && !mgi_json_is_object(v))
		return mgi_case_shape(r, "stores", "{…}");
	r->in[0] = "stores";
	for (i = 0; st == 0 && mgi_json_member(&name, &value, v, i); i++) {
		mailguard_link l = MAILGUARD_LINK_INIT;

		l.store = name;
		st = mgi_case_word(&l.place, r, v, name, mgi_place_word);
		if (st == MAILGUARD_OK)
			st = mailguard_case_add(r->c, &l, r->err);
	}
	r->in[0] = NULL;
	return st;
}

static mailguard_status read_context(mgi_case_reader *r, const mgi_json *v)
{
	size_t i;

	if (v && !mgi_json_is_array(v))
		return mgi_case_shape(r, "context", "[[\"sync:\", 3], …]");
	for (i = 0; i < mgi_json_count(v); i++) {
		const mgi_json *pair = mgi_json_at(v, i);
		const char *prefix =
			mgi_json_str_of(mgi_json_at(pair, 0), NULL);
		int64_t times = mgi_json_int_of(mgi_json_at(pair, 1), 0);
		mailguard_status st;

		if (!prefix || !prefix[0] || times < 1 || times > 1000)
			return mgi_case_shape(r, "context",
			                      "[[\"sync:\", 1..1000], …]");
		st = mailguard_case_context(r->c, prefix, (int32_t)times,
		                            r->err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

static mailguard_status read_clients(mgi_case_reader *r, const mgi_json *v)
{
	const char *texts[3];
	static const char *const keys[] = { "product", "version", "protocol",
		                            NULL };
	size_t i, k;

	if (v && !mgi_json_is_array(v))
		return mgi_case_shape(r, "clients", "[{\"product\": …}, …]");
	for (i = 0; i < mgi_json_count(v); i++) {
		mailguard_status st = MAILGUARD_OK;

		r->in[0] = "clients";
		mgi_case_keys(r, mgi_json_at(v, i), keys);
		r->in[0] = NULL;
		for (k = 0; k < 3 && st == MAILGUARD_OK; k++)
			st = mgi_case_text(&texts[k], r, mgi_json_at(v, i),
			                   keys[k]);
		if (st == MAILGUARD_OK && (!texts[0] || !texts[0][0]))
			st = mgi_case_shape(r, "clients",
			                    "[{\"product\": …}, …]");
		if (st == MAILGUARD_OK)
			st = mailguard_case_client(r->c, texts[0], texts[1],
			                           texts[2], r->err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

static const char *const known[] = { "id",           "title",   "accounts",
	                             "stores",       "context", "clients",
	                             "observations", "expect",  NULL };

static mailguard_status read_case(mgi_case_reader *r, const mgi_json *v)
{
	const char *id;
	mailguard_status st;

	if (!mgi_json_is_object(v))
		return mgi_case_shape(r, "", "{…}");
	mgi_case_keys(r, v, known);
	st = mgi_case_text(&id, r, v, "id");
	if (st < 0)
		return st;
	mgi_case_name(r->c, id);
	if (id && !mailguard_case_id(r->c))
		return mgi_fail_nomem(r->err);
	st = read_stores(r, mgi_json_get(v, "stores"));
	if (st == MAILGUARD_OK)
		st = read_accounts(r, mgi_json_get(v, "accounts"));
	if (st == MAILGUARD_OK)
		st = read_context(r, mgi_json_get(v, "context"));
	if (st == MAILGUARD_OK)
		st = read_clients(r, mgi_json_get(v, "clients"));
	if (st == MAILGUARD_OK)
		st = mgi_case_observations(r, mgi_json_get(v, "observations"));
	if (st == MAILGUARD_OK && r->failed)
		st = mgi_fail_nomem(r->err);
	return st;
}

/* The notes of a case are gone with the next. */
static mailguard_status notes_new(mailguard_cases *cs, mailguard_error *err)
{
	mgi_arena *a = mgi_arena_new(mgi_arena_handle(cs->arena));

	if (!a)
		return mgi_fail_nomem(err);
	mgi_arena_free(cs->told);
	cs->told = a;
	cs->notes = mgi_findings_new(a, 0);
	return cs->notes ? MAILGUARD_OK : mgi_fail_nomem(err);
}

const mailguard_finding *mailguard_cases_finding(const mailguard_cases *cases,
                                                 size_t i)
{
	return cases && cases->notes ? mgi_findings_at(cases->notes, i) : NULL;
}

mailguard_status mailguard_cases_next(mailguard_case **out,
                                      mailguard_cases *cases,
                                      mailguard_error *err)
{
	mgi_case_reader r = { .err = err };
	const mgi_json *v;
	mailguard_status st;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!cases)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "cases");
	if (cases->at >= (cases->is_list ? mgi_json_count(cases->root) : 1))
		return MAILGUARD_ITEROVER;
	r.mg = mgi_arena_handle(cases->arena);
	v = cases->is_list ? mgi_json_at(cases->root, cases->at) : cases->root;
	if (cases->is_list) {
		mgi_number n = mgi_u64(cases->at);

		r.where[0] = '[';
		memcpy(r.where + 1, n.text, strlen(n.text));
		r.where[1 + strlen(n.text)] = ']';
	}
	cases->at++;
	st = notes_new(cases, err);
	if (st == MAILGUARD_OK)
		st = mailguard_case_new(&r.c, r.mg, err);
	if (st < 0)
		return st;
	r.notes = cases->notes;
	st = read_case(&r, v);
	if (st == MAILGUARD_OK && mgi_arena_failed(cases->told))
		st = mgi_fail_nomem(err);
	if (st < 0) {
		mailguard_case_free(r.c);
		return st;
	}
	*out = r.c;
	return MAILGUARD_OK;
}
