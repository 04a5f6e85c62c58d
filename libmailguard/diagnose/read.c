/*
 * read.c - cases from JSON, word by word, so that a slip is named with its
 * place: "observations[3].r".
 */
#include "diagnose/case.h"
#include "diagnose/words.h"

#include <mailguard/classify.h>

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/json.h"
#include "base/say.h"
#include "base/text.h"

struct mailguard_cases {
	mgi_json *root;
	mgi_arena *arena;
	size_t at;
	bool is_list;
};

typedef struct reader {
	mailguard *mg;
	mailguard_case *c;
	mailguard_error *err;
	char where[96];    /* "[2].observations[3]" */
	const char *in[2]; /* "accounts", "a1"; what stands behind that */
} reader;

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
	mgi_arena_free(cases->arena);
}

int mailguard_cases_is_list(const mailguard_cases *cases)
{
	return cases && cases->is_list;
}

/* Where the reader is with one more step behind it, into `out`. */
static const char *place(mailguard_buffer *out,
                         const reader *r,
                         const char *key)
{
	const char *const steps[] = { r->in[0], r->in[1], key };
	size_t i;

	mgi_buf_puts(out, r->where);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!steps[i] || !steps[i][0])
			continue;
		if (out->len)
			mgi_buf_putc(out, '.');
		mgi_buf_puts(out, steps[i]);
	}
	return mgi_buf_text(out);
}

static mailguard_status shape(reader *r, const char *key, const char *what)
{
	mailguard_buffer b;

	mgi_buf_init(&b, r->mg);
	mgi_error_set(r->err, r->mg, MAILGUARD_EFORMAT, 0, MGI_SAY_CASE_SHAPE,
	              "where", place(&b, r, key), "what", what,
	              (const char *)NULL);
	mgi_buf_done(&b);
	return MAILGUARD_EFORMAT;
}

/* A word that is missing ("") or not among those of `list`. */
static mailguard_status bad_word(reader *r,
                                 const char *key,
                                 const char *value,
                                 const char *(*list)(int32_t i))
{
	mailguard_buffer b, words;
	int32_t i;

	mgi_buf_init(&b, r->mg);
	mgi_buf_init(&words, r->mg);
	for (i = 0; list(i); i++) {
		mgi_buf_puts(&words, i ? ", " : "");
		mgi_buf_puts(&words, list(i));
	}
	mgi_error_set(r->err, r->mg, MAILGUARD_EFORMAT, 0,
	              value[0] ? MGI_SAY_CASE_WORD : MGI_SAY_CASE_MISSING,
	              "where", place(&b, r, key), "value", value, "words",
	              mgi_buf_text(&words), (const char *)NULL);
	mgi_buf_done(&b);
	mgi_buf_done(&words);
	return MAILGUARD_EFORMAT;
}

/* A member that is a string if it is there at all. */
static mailguard_status text_of(const char **out,
                                reader *r,
                                const mgi_json *v,
                                const char *key)
{
	const mgi_json *x = mgi_json_get(v, key);

	*out = mgi_json_str_of(x, NULL);
	if (!x || *out)
		return MAILGUARD_OK;
	if (mgi_json_is_object(x) || mgi_json_is_array(x) ||
	    mgi_json_int_of(x, 0) == mgi_json_int_of(x, 1))
		return shape(r, key, "\"…\"");
	return MAILGUARD_OK; /* null and the like: not told */
}

/* A member that is one of some words; `*out` stays if it is not there. */
static mailguard_status word_of(int32_t *out,
                                reader *r,
                                const mgi_json *v,
                                const char *key,
                                const char *(*list)(int32_t i))
{
	const char *word;
	mailguard_status st = text_of(&word, r, v, key);
	int32_t i;

	if (st < 0 || !word)
		return st;
	for (i = 0; list(i); i++)
		if (strcmp(list(i), word) == 0) {
			*out = i;
			return MAILGUARD_OK;
		}
	return bad_word(r, key, word, list);
}

/* The account is the one the reader is in. */
static mailguard_status read_link(reader *r, const mgi_json *v)
{
	mailguard_link l = MAILGUARD_LINK_INIT;
	mailguard_status st = MAILGUARD_OK;
	size_t i;
	const struct {
		const char *key, **to;
	} texts[] = {
		{ "sv", &l.server_in },
		{ "sv_out", &l.server_out },
		{ "pv", &l.provider },
		{ "st", &l.store },
	};

	if (!mgi_json_is_object(v))
		return shape(r, NULL, "{\"sv\": …, \"pv\": …, \"st\": …}");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]) && st == 0; i++)
		st = text_of(texts[i].to, r, v, texts[i].key);
	if (st < 0)
		return st;
	if (!l.server_in && !l.server_out)
		return shape(r, NULL, "{\"sv\": …, \"pv\": …, \"st\": …}");
	l.account = r->in[1];
	return mailguard_case_add(r->c, &l, r->err);
}

static mailguard_status read_accounts(reader *r, const mgi_json *v)
{
	const mgi_json *value;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	if (v && !mgi_json_is_object(v))
		return shape(r, "accounts", "{…}");
	r->in[0] = "accounts";
	for (i = 0; st == 0 && mgi_json_member(&r->in[1], &value, v, i); i++)
		st = read_link(r, value);
	r->in[0] = r->in[1] = NULL;
	return st;
}

static mailguard_status read_stores(reader *r, const mgi_json *v)
{
	const mgi_json *value;
	mailguard_status st = MAILGUARD_OK;
	const char *name;
	size_t i;

	if (v && !mgi_json_is_object(v))
		return shape(r, "stores", "{…}");
	r->in[0] = "stores";
	for (i = 0; st == 0 && mgi_json_member(&name, &value, v, i); i++) {
		mailguard_link l = MAILGUARD_LINK_INIT;

		l.store = name;
		st = word_of(&l.place, r, v, name, mgi_place_word);
		if (st == MAILGUARD_OK)
			st = mailguard_case_add(r->c, &l, r->err);
	}
	r->in[0] = NULL;
	return st;
}

static mailguard_status read_context(reader *r, const mgi_json *v)
{
	size_t i;

	if (v && !mgi_json_is_array(v))
		return shape(r, "context", "[[\"sync:\", 3], …]");
	for (i = 0; i < mgi_json_count(v); i++) {
		const mgi_json *pair = mgi_json_at(v, i);
		const char *prefix =
			mgi_json_str_of(mgi_json_at(pair, 0), NULL);
		int64_t times = mgi_json_int_of(mgi_json_at(pair, 1), 0);
		mailguard_status st;

		if (!prefix || !prefix[0] || times < 1 || times > 1000)
			return shape(r, "context", "[[\"sync:\", 1..1000], …]");
		st = mailguard_case_context(r->c, prefix, (int32_t)times,
		                            r->err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

static mailguard_status read_clients(reader *r, const mgi_json *v)
{
	const char *texts[3];
	static const char *const keys[] = { "product", "version", "protocol" };
	size_t i, k;

	if (v && !mgi_json_is_array(v))
		return shape(r, "clients", "[{\"product\": …}, …]");
	for (i = 0; i < mgi_json_count(v); i++) {
		mailguard_status st = MAILGUARD_OK;

		for (k = 0; k < 3 && st == MAILGUARD_OK; k++)
			st = text_of(&texts[k], r, mgi_json_at(v, i), keys[k]);
		if (st == MAILGUARD_OK && (!texts[0] || !texts[0][0]))
			st = shape(r, "clients", "[{\"product\": …}, …]");
		if (st == MAILGUARD_OK)
			st = mailguard_case_client(r->c, texts[0], texts[1],
			                           texts[2], r->err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

/* Also by the names that transcripts and answers have for the phases. */
static mailguard_status read_phase(mailguard_phase *out,
                                   reader *r,
                                   const mgi_json *v)
{
	const char *word;
	mailguard_status st = text_of(&word, r, v, "ph");

	if (st < 0 || !word)
		return st;
	*out = mailguard_phase_find(word);
	return *out < 0 ? bad_word(r, "ph", word, mgi_phase_word_at)
	                : MAILGUARD_OK;
}

static mailguard_status read_also(mailguard_evidence *e,
                                  reader *r,
                                  const mgi_json *v)
{
	const mgi_json *list = mgi_json_get(v, "also");
	size_t i, n = 0;

	if (list && !mgi_json_is_array(list))
		return shape(r, "also", "[\"…\", …]");
	for (i = 0; i < mgi_json_count(list); i++) {
		const char *word = mgi_json_str_of(mgi_json_at(list, i), NULL);
		mailguard_fault f = word ? mailguard_fault_find(word) : -1;

		if (f < 0)
			return bad_word(r, "also", word ? word : "",
			                mgi_fault_word);
		if (n < sizeof(e->also) / sizeof(e->also[0]))
			e->also[n++] = f;
	}
	return MAILGUARD_OK;
}

/* What every observation must say, and the words it may say. */
static mailguard_status read_words(mailguard_evidence *e,
                                   reader *r,
                                   const mgi_json *v)
{
	int32_t test = -1, outcome = -1;
	mailguard_status st;

	if (!mgi_json_is_object(v))
		return shape(r, NULL, "{\"t\": …, \"r\": …}");
	st = word_of(&test, r, v, "t", mgi_test_word);
	if (st == MAILGUARD_OK && test < 0)
		st = bad_word(r, "t", "", mgi_test_word);
	if (st == MAILGUARD_OK)
		st = word_of(&outcome, r, v, "r", mgi_outcome_word);
	if (st == MAILGUARD_OK && outcome < 0)
		st = bad_word(r, "r", "", mgi_outcome_word);
	if (st == MAILGUARD_OK)
		st = read_phase(&e->phase, r, v);
	if (st == MAILGUARD_OK)
		st = word_of(&e->outgoing, r, v, "dir", mgi_dir_word);
	if (st == MAILGUARD_OK)
		st = word_of(&e->fault, r, v, "code", mgi_fault_word);
	if (st < 0)
		return st;
	e->test = test + MAILGUARD_TEST_OP;
	e->outcome = outcome;
	return read_also(e, r, v);
}

static mailguard_status read_names(mailguard_evidence *e,
                                   reader *r,
                                   const mgi_json *v)
{
	const struct {
		const char *key, **to;
	} texts[] = {
		{ "a", &e->account },   { "sv", &e->server },
		{ "pv", &e->provider }, { "st", &e->store },
		{ "seen", &e->seen },   { "where", &e->where },
	};
	const char *at;
	mailguard_status st = text_of(&at, r, v, "at");
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]) && st == 0; i++)
		st = text_of(texts[i].to, r, v, texts[i].key);
	if (st < 0)
		return st;
	if (at)
		e->at = mgi_time_parse_rfc3339(mgi_span_of(at));
	if (at && !e->at)
		return shape(r, "at", "\"2026-01-13T09:00:00Z\"");
	e->reason = (mailguard_reason)mgi_json_int(v, "reason", 0);
	if (mgi_json_bool(v, "ext", false) || mgi_json_int(v, "ext", 0))
		e->vantage = MAILGUARD_VANTAGE_OUTSIDE;
	else if (e->test == MAILGUARD_TEST_DEV)
		e->vantage = MAILGUARD_VANTAGE_DEVICE;
	return MAILGUARD_OK;
}

/* What case_observe() refuses is told with the place in the file. */
static mailguard_status observe(reader *r, const mailguard_evidence *e)
{
	mailguard_error why;
	mailguard_status st = mailguard_case_observe(r->c, e, &why);

	if (st == MAILGUARD_OK || st == MAILGUARD_ENOMEM) {
		if (st < 0 && r->err)
			*r->err = why;
		return st;
	}
	if (st == MAILGUARD_EINVAL)
		st = MAILGUARD_EFORMAT;
	mgi_error_set(r->err, r->mg, st, 0, MGI_SAY_CASE_REFUSED, "where",
	              r->where, "why", why.message, (const char *)NULL);
	return st;
}

static mailguard_status read_observations(reader *r, const mgi_json *v)
{
	size_t i, keep = strlen(r->where);
	mailguard_status st = MAILGUARD_OK;
	mailguard_buffer b;

	if (v && !mgi_json_is_array(v))
		return shape(r, "observations", "[…]");
	for (i = 0; i < mgi_json_count(v) && st == MAILGUARD_OK; i++) {
		mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
		size_t n;

		mgi_buf_init(&b, r->mg);
		mgi_buf_printf(&b, "%sobservations[%zu]", keep ? "." : "", i);
		n = strlen(mgi_buf_text(&b));
		if (keep + n < sizeof(r->where))
			memcpy(r->where + keep, mgi_buf_text(&b), n + 1);
		st = mgi_buf_status(&b, r->err);
		mgi_buf_done(&b);
		if (st == MAILGUARD_OK)
			st = read_words(&e, r, mgi_json_at(v, i));
		if (st == MAILGUARD_OK)
			st = read_names(&e, r, mgi_json_at(v, i));
		if (st == MAILGUARD_OK)
			st = observe(r, &e);
		r->where[keep] = '\0';
	}
	return st;
}

static mailguard_status read_case(reader *r, const mgi_json *v)
{
	const char *id;
	mailguard_status st;

	if (!mgi_json_is_object(v))
		return shape(r, "", "{…}");
	st = text_of(&id, r, v, "id");
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
		st = read_observations(r, mgi_json_get(v, "observations"));
	return st;
}

mailguard_status mailguard_cases_next(mailguard_case **out,
                                      mailguard_cases *cases,
                                      mailguard_error *err)
{
	reader r = { .err = err };
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
	st = mailguard_case_new(&r.c, r.mg, err);
	if (st < 0)
		return st;
	st = read_case(&r, v);
	if (st < 0) {
		mailguard_case_free(r.c);
		return st;
	}
	*out = r.c;
	return MAILGUARD_OK;
}
