/*
 * json.c - the verdict's JSON, with what the checkup and its profile know of
 * each account, file and provider (docs/schema/weigh.json).
 */
#include "report/report.h"

#include <string.h>

#include <mailguard/profile.h>

#include "base/json.h"

static void step_put(mgi_jsonw *w, const mailguard_checkup_step *s)
{
	mgi_jsonw_str(w, "outcome",
	              mailguard_outcome_name(s ? s->outcome
	                                       : MAILGUARD_OUTCOME_UNKNOWN));
	mgi_jsonw_str(w, "words", s ? s->text : NULL);
}

static void use_put(mgi_jsonw *w,
                    const mailguard_report *r,
                    const mailguard_checkup_step *s)
{
	const mailguard_server *server =
		mailguard_profile_server_of(r->profile, s->target);

	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "server", s->target);
	mgi_jsonw_str(w, "host", server ? server->host : NULL);
	mgi_jsonw_str(w, "direction", s->outgoing ? "out" : "in");
	step_put(w, s);
	mgi_jsonw_end(w);
}

/* The worst that came of its servers; they are told one by one, too. */
static void account_put(mgi_jsonw *w, const mailguard_report *r, const char *id)
{
	const mailguard_checkup_step *worst = NULL;
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(r->profile, i)) != NULL; i++)
		if (strcmp(a->id, id) == 0)
			break;
	mgi_jsonw_str(w, "name", mgi_world_call(&r->v->world, "account:", id));
	mgi_jsonw_str(w, "label", a ? a->label : NULL);
	mgi_jsonw_str(w, "address", a ? a->address : NULL);
	mgi_jsonw_array(w, "servers");
	for (i = 0; i < r->step_count; i++) {
		const mailguard_checkup_step *s = &r->steps[i];

		if (s->stage != MAILGUARD_CHECKUP_SERVER ||
		    mgi_strcmp_null(s->account, id) != 0)
			continue;
		use_put(w, r, s);
		if (!worst || s->outcome > worst->outcome)
			worst = s;
	}
	mgi_jsonw_end(w);
	step_put(w, worst);
}

static void store_put(mgi_jsonw *w, const mailguard_report *r, const char *id)
{
	const mailguard_storage *s =
		mailguard_profile_storage_of(r->profile, id);
	const mailguard_checkup_step *deep =
		mgi_report_step(r, MAILGUARD_CHECKUP_STORE, id, NULL);
	const mailguard_checkup_step *quick =
		mgi_report_step(r, MAILGUARD_CHECKUP_PLACE, id, NULL);

	mgi_jsonw_str(w, "name", mgi_world_call(&r->v->world, "store:", id));
	mgi_jsonw_str(w, "path", s ? s->path : NULL);
	mgi_jsonw_str(w, "file", s ? s->file : NULL);
	/* That it is not there was said when its place was looked at. */
	if (!deep || (deep->outcome == MAILGUARD_OUTCOME_UNKNOWN && quick &&
	              quick->outcome != MAILGUARD_OUTCOME_UNKNOWN))
		deep = quick;
	step_put(w, deep);
}

static void provider_put(mgi_jsonw *w,
                         const mailguard_report *r,
                         const char *id)
{
	const mailguard_provider *p =
		mailguard_profile_provider_of(r->profile, id);

	mgi_jsonw_str(w, "name", mgi_world_call(&r->v->world, "provider:", id));
	mgi_jsonw_str(w, "url", p ? p->status : NULL);
	mgi_jsonw_str(w, "phone", p ? p->phone : NULL);
	step_put(w, mgi_report_step(r, MAILGUARD_CHECKUP_PAGE, id, NULL));
}

static void more(mgi_jsonw *w, const char *kind, const char *id, void *payload)
{
	const mailguard_report *r = payload;

	if (!id)
		return;
	if (strcmp(kind, "account") == 0)
		account_put(w, r, id);
	else if (strcmp(kind, "store") == 0)
		store_put(w, r, id);
	else
		provider_put(w, r, id);
}

mailguard_status mgi_report_json(mailguard_buffer *out,
                                 const mailguard_report *r,
                                 mailguard_error *err)
{
	if (!r->profile)
		return mailguard_verdict_json(out, r->v, err);
	return mgi_verdict_json_more(out, r->v, more, (void *)r, err);
}
