/*
 * observations.c - what others saw, as evidence: lines of another machine's
 * probe, by host and port, or the observations of a case, by the profile's ids.
 */
#include "checkup/checkup.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/json.h"
#include "base/text.h"
#include "diagnose/read.h"

#define TEXT_MAX ((size_t)64 << 20)

/* One line of a probe, in place. */
typedef struct line {
	mailguard_checkup *c;
	const mgi_json *v;
	const char *url;
	size_t number;
	mailguard_error *err;
} line;

const mailguard_finding *mailguard_checkup_note(const mailguard_checkup *c,
                                                size_t i)
{
	return c && c->notes ? mgi_findings_at(c->notes, i) : NULL;
}

static mgi_findings *notes_of(mailguard_checkup *c)
{
	if (!c->notes)
		c->notes = mgi_findings_new(c->arena, 0);
	return c->notes;
}

static mailguard_status note(const line *l, mgi_say_id id)
{
	mailguard_finding f = { .severity = MAILGUARD_SEVERITY_NOTE,
		                .offset = MAILGUARD_NOWHERE,
		                .code = mgi_say_code(id) };
	mgi_findings *notes = notes_of(l->c);
	mailguard_buffer b;
	mailguard_status st;

	if (!notes)
		return mgi_fail_nomem(l->err);
	mgi_buf_init(&b, l->c->mg);
	mgi_say(&b, l->c->mg, id, "line", mgi_u64(l->number).text, "url",
	        l->url);
	f.text = mgi_buf_text(&b);
	st = mgi_buf_status(&b, l->err);
	if (st >= 0)
		mgi_findings_add(notes, &f);
	mgi_buf_done(&b);
	return mgi_arena_failed(l->c->arena) ? mgi_fail_nomem(l->err) : st;
}

/* -- a line of a probe ----------------------------------------------------- */

static bool is_it(const mailguard_server *s, const mailguard_endpoint *e)
{
	mailguard_endpoint own = MAILGUARD_ENDPOINT_INIT;

	own.protocol = s->protocol;
	own.tls = s->tls;
	own.port = s->port;
	return s->host && mgi_strcmp_nocase(s->host, e->host) == 0 &&
	       mailguard_endpoint_port(&own) == mailguard_endpoint_port(e);
}

static const mailguard_server *server_of(const mailguard_checkup *c,
                                         const mailguard_endpoint *e)
{
	const mailguard_server *s;
	size_t i;

	for (i = 0; (s = mailguard_profile_server(c->profile, i)) != NULL; i++)
		if (is_it(s, e))
			return s;
	return NULL;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Whose login it was: by the name, or the only one who uses that server. */
static const mailguard_account *account_of(const mailguard_checkup *c,
                                           const mailguard_server *s,
                                           const char *user)
{
	const mailguard_account *a, *only = NULL;
	size_t i, n = 0;

	for (i = 0; (a = mailguard_profile_account(c->profile, i)) != NULL;
	     i++) {
		bool in = same(a->server_in, s->id);
		bool out = same(a->server_out, s->id);

		if (!in && !out)
			continue;
		if (user && ((in && same(a->user_in, user)) ||
		             (out && same(a->user_out, user))))
			return a;
		only = a;
		n++;
	}
	return n == 1 && !user ? only : NULL;
}

/* The account whose webmail is on that host. */
static const mailguard_account *webmail_of(const mailguard_checkup *c,
                                           const mailguard_endpoint *e)
{
	const mailguard_account *a;
	mailguard_endpoint *own;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(c->profile, i)) != NULL;
	     i++) {
		bool it;

		if (!a->webmail ||
		    mailguard_endpoint_parse(&own, c->mg, a->webmail, NULL) < 0)
			continue;
		it = mgi_strcmp_nocase(own->host, e->host) == 0;
		mailguard_endpoint_free(own);
		if (it)
			return a;
	}
	return NULL;
}

/* What fails on the other machine says nothing of ours. */
static bool is_its_own(mailguard_fault fault)
{
	switch (fault) {
	case MAILGUARD_FAULT_UNKNOWN:
	case MAILGUARD_FAULT_LOCAL_STORE:
	case MAILGUARD_FAULT_LOCAL_CONFIG:
	case MAILGUARD_FAULT_LOCAL_NETWORK:
	case MAILGUARD_FAULT_LOCAL_SYSTEM:
		return true;
	default:
		return false;
	}
}

static mailguard_status bad(const line *l, const char *why)
{
	return mgi_fail(l->err, l->c->mg, MAILGUARD_EFORMAT,
	                MGI_SAY_CHECKUP_OBSERVATIONS_LINE, "line",
	                mgi_u64(l->number).text, "why", why);
}

static mailguard_status bad_shape(const line *l)
{
	return bad(l, mgi_say_raw(mgi_lang_of(l->c->mg),
	                          MGI_SAY_CHECKUP_OBSERVATIONS_SHAPE));
}

/* What failed: domain, what else it may mean, reason and phase. */
static mailguard_status cause_read(mailguard_evidence *e, const line *l)
{
	const mgi_json *also = mgi_json_get(l->v, "also");
	size_t i;

	e->fault = mailguard_fault_find(mgi_json_str(l->v, "fault_domain", ""));
	e->reason = mailguard_reason_find(mgi_json_str(l->v, "reason", ""));
	if (e->fault < 0 || e->phase < 0)
		return bad_shape(l);
	if (e->reason < 0)
		e->reason = 0; /* of a newer library */
	for (i = 0; i < 3; i++) {
		mailguard_fault f = mailguard_fault_find(
			mgi_json_str_of(mgi_json_at(also, i), "unknown"));

		e->also[i] = f < 0 ? MAILGUARD_FAULT_UNKNOWN : f;
	}
	e->outcome = is_its_own(e->fault) ? MAILGUARD_OUTCOME_UNKNOWN
	                                  : MAILGUARD_OUTCOME_FAIL;
	return MAILGUARD_OK;
}

static mailguard_status evidence_read(mailguard_evidence *e, const line *l)
{
	const mgi_json *ok = mgi_json_get(l->v, "ok");
	const char *when = mgi_json_str(l->v, "when", NULL);

	if (!mgi_json_is_bool(ok))
		return bad_shape(l);
	e->vantage = MAILGUARD_VANTAGE_OUTSIDE;
	e->at = when ? mgi_time_parse_rfc3339(mgi_span_of(when)) : 0;
	e->seen = mgi_json_str(l->v, "message", NULL);
	e->where = l->url;
	e->phase = mailguard_phase_find(mgi_json_str(l->v, "phase", "none"));
	if (!mgi_json_bool_of(ok, false))
		return cause_read(e, l);
	e->outcome = MAILGUARD_OUTCOME_OK;
	return e->phase < 0 ? bad_shape(l) : MAILGUARD_OK;
}

static bool logged_in(const line *l)
{
	const char *login = mgi_json_str(l->v, "login", "");

	return strcmp(login, "ok") == 0 || strcmp(login, "refused") == 0;
}

/* Which thing of the profile it is about; false: none. */
static bool names_find(mailguard_evidence *e,
                       const line *l,
                       const mailguard_endpoint *to)
{
	const mailguard_server *s = server_of(l->c, to);
	const mailguard_account *a;

	if (to->protocol == MAILGUARD_PROTOCOL_HTTP) {
		a = webmail_of(l->c, to);
		e->test = MAILGUARD_TEST_WEB;
		e->account = a ? a->id : NULL;
		return a != NULL;
	}
	if (!s)
		return false;
	a = account_of(l->c, s, to->user);
	e->test = MAILGUARD_TEST_PROBE;
	e->server = s->id;
	e->provider = s->provider;
	e->outgoing = to->protocol == MAILGUARD_PROTOCOL_SMTP ||
	              to->protocol == MAILGUARD_PROTOCOL_SUBMISSION;
	if (a && logged_in(l))
		e->account = a->id;
	return true;
}

static mailguard_status probe_take(line *l)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	mailguard_endpoint *to;
	mailguard_error why;
	mailguard_status st;
	bool known;

	l->url = mgi_json_str(l->v, "url", NULL);
	if (!l->url)
		return bad_shape(l);
	st = mailguard_endpoint_parse(&to, l->c->mg, l->url, &why);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(l->err);
	if (st < 0)
		return bad(l, why.message);
	known = names_find(&e, l, to);
	st = evidence_read(&e, l);
	mailguard_endpoint_free(to);
	if (st < 0)
		return st;
	if (!known)
		return note(l, MGI_SAY_CHECKUP_OBSERVATION_SERVER);
	if (e.outcome == MAILGUARD_OUTCOME_UNKNOWN)
		return note(l, MGI_SAY_CHECKUP_OBSERVATION_MUTE);
	return mailguard_case_observe(l->c->seen, &e, l->err);
}

/* -- a case ---------------------------------------------------------------- */

/* The first name that the profile does not know; NULL if it knows all. */
static const char *stranger(const mailguard_checkup *c,
                            const mailguard_evidence *e)
{
	const mailguard_account *a;
	size_t i;

	if (e->server && !mailguard_profile_server_of(c->profile, e->server))
		return e->server;
	if (e->provider &&
	    !mailguard_profile_provider_of(c->profile, e->provider))
		return e->provider;
	if (e->store && !mailguard_profile_storage_of(c->profile, e->store))
		return e->store;
	for (i = 0;
	     e->account && (a = mailguard_profile_account(c->profile, i)); i++)
		if (strcmp(a->id, e->account) == 0)
			return NULL;
	return e->account;
}

static bool skip(const mailguard_evidence *e, mgi_case_reader *r)
{
	const char *name = stranger(r->payload, e);

	if (name)
		mgi_case_note(r, MGI_SAY_CHECKUP_OBSERVATION_NAME, name);
	return name != NULL;
}

static mailguard_status case_take(mailguard_checkup *c,
                                  const mgi_json *v,
                                  mailguard_error *err)
{
	mgi_case_reader r = { .mg = c->mg,
		              .c = c->seen,
		              .err = err,
		              .notes = notes_of(c),
		              .skip = skip,
		              .payload = c };
	mailguard_status st = MAILGUARD_ENOMEM;

	if (r.notes)
		st = mgi_case_observations(&r, mgi_json_get(v, "observations"));
	if (st == MAILGUARD_ENOMEM || r.failed || mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	return st;
}

/* -- all of it ------------------------------------------------------------- */

static mailguard_status value_take(line *l)
{
	if (mgi_json_get(l->v, "observations"))
		return case_take(l->c, l->v, l->err);
	return mgi_json_is_object(l->v) ? probe_take(l) : bad_shape(l);
}

/* One document: a case, an answer, or a list of either. */
static mailguard_status document_take(mailguard_checkup *c,
                                      const mgi_json *root,
                                      mailguard_error *err)
{
	line l = { .c = c, .v = root, .number = 1, .err = err };
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	if (!mgi_json_is_array(root))
		return value_take(&l);
	for (i = 0; i < mgi_json_count(root) && st >= 0; i++) {
		l.v = mgi_json_at(root, i);
		l.number = i + 1;
		st = value_take(&l);
	}
	return st;
}

static mailguard_status line_take(mailguard_checkup *c,
                                  mailguard_span text,
                                  size_t number,
                                  mailguard_error *err)
{
	line l = { .c = c, .number = number, .err = err };
	mailguard_error why;
	mgi_json *root;
	mailguard_status st;

	if (!mgi_span_trim(text).len)
		return MAILGUARD_OK;
	st = mgi_json_parse(&root, c->mg, text, &why);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	if (st < 0)
		return bad(&l, why.message);
	l.v = root;
	st = value_take(&l);
	mgi_json_free(root);
	return st;
}

static mailguard_status lines_take(mailguard_checkup *c,
                                   mailguard_span text,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t number = 1;

	for (; text.len && st >= 0; number++) {
		size_t n = 0;

		while (n < text.len && text.data[n] != '\n')
			n++;
		st = line_take(c, mgi_span_head(text, n), number, err);
		text = mgi_span_from(text, n + (n < text.len));
	}
	return st;
}

mailguard_status mailguard_checkup_observations(mailguard_checkup *c,
                                                mailguard_span text,
                                                mailguard_error *err)
{
	mailguard_error own;
	mgi_json *root;
	mailguard_status st;

	if (text.len > TEXT_MAX)
		return mgi_fail(err, c->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_CHECKUP_OBSERVATIONS_SHAPE);
	st = mgi_json_parse(&root, c->mg, text, &own);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	if (st < 0) /* no single document: a document a line */
		return lines_take(c, text, err);
	st = document_take(c, root, err);
	mgi_json_free(root);
	return st;
}
