/*
 * diff_render.c - what changed, in words and as JSON.
 */
#include "profile/diff.h"

#include "base/json.h"
#include "base/say.h"

static mgi_say_id list_name(const char *list)
{
	switch (list[0]) {
	case 'a':
		return MGI_SAY_PROFILE_DIFF_ACCOUNT;
	case 'p':
		return MGI_SAY_PROFILE_DIFF_PROVIDER;
	default:
		return MGI_SAY_PROFILE_DIFF_STORE;
	}
}

static void change_say(mailguard_buffer *out, const mailguard_change *c)
{
	mailguard *mg = out->mg;
	const char *list = mgi_say_raw(mgi_lang_of(mg), list_name(c->list));
	const char *none =
		mgi_say_raw(mgi_lang_of(mg), MGI_SAY_PROFILE_SHEET_NONE);

	if (c->what == MAILGUARD_DIFF_ADDED)
		mgi_say(out, mg, MGI_SAY_PROFILE_DIFF_ADDED, "list", list,
		        "name", c->name);
	else if (c->what == MAILGUARD_DIFF_REMOVED)
		mgi_say(out, mg, MGI_SAY_PROFILE_DIFF_REMOVED, "list", list,
		        "name", c->name);
	else
		mgi_say(out, mg, MGI_SAY_PROFILE_DIFF_CHANGED, "list", list,
		        "name", c->name, "field", c->field, "before",
		        c->before[0] ? c->before : none, "after",
		        c->after[0] ? c->after : none);
}

mailguard_status mailguard_diff_text(mailguard_buffer *out,
                                     const mailguard_diff *d,
                                     mailguard_error *err)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		change_say(out, &d->at[i]);
		mgi_buf_putc(out, '\n');
	}
	if (!d->count) {
		mgi_say(out, out->mg, MGI_SAY_PROFILE_DIFF_NONE);
		mgi_buf_putc(out, '\n');
	}
	return mgi_buf_status(out, err);
}

mailguard_status mailguard_diff_json(mailguard_buffer *out,
                                     const mailguard_diff *d,
                                     mailguard_error *err)
{
	mgi_jsonw w;
	size_t i;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_bool(&w, "same", !d->count);
	mgi_jsonw_array(&w, "changes");
	for (i = 0; i < d->count; i++) {
		const mailguard_change *c = &d->at[i];

		mgi_jsonw_object(&w, NULL);
		mgi_jsonw_str(&w, "what", mailguard_diff_what_name(c->what));
		mgi_jsonw_str(&w, "list", c->list);
		mgi_jsonw_str(&w, "name", c->name);
		if (c->field) {
			mgi_jsonw_str(&w, "field", c->field);
			mgi_jsonw_str(&w, "before", c->before);
			mgi_jsonw_str(&w, "after", c->after);
		}
		mgi_jsonw_end(&w);
	}
	mgi_jsonw_end(&w);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}
