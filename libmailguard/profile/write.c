/*
 * write.c - a profile as JSON, by the same tables it is read with.
 */
#include "profile/fields.h"

#include <string.h>

#include "base/json.h"

static void write_field(mgi_jsonw *w, const void *item, const mgi_field *f)
{
	const void *from = (const char *)item + f->offset;
	const char *text = NULL;
	int32_t number = 0;

	if (f->type == MGI_FIELD_TEXT || f->type >= MGI_FIELD_URL)
		memcpy(&text, from, sizeof(text));
	else
		memcpy(&number, from, sizeof(number));
	switch (f->type) {
	case MGI_FIELD_NUMBER:
		if (number != f->unset)
			mgi_jsonw_int(w, f->key, number);
		break;
	case MGI_FIELD_FLAG:
		if (number != f->unset)
			mgi_jsonw_bool(w, f->key, number != 0);
		break;
	case MGI_FIELD_PROTOCOL:
		mgi_jsonw_str(w, f->key, mailguard_protocol_name(number));
		break;
	case MGI_FIELD_TLS:
		mgi_jsonw_str(w, f->key, mailguard_tls_name(number));
		break;
	case MGI_FIELD_PLACE:
		if (number)
			mgi_jsonw_str(w, f->key, mailguard_place_name(number));
		break;
	default:
		if (text)
			mgi_jsonw_str(w, f->key, text);
	}
}

mailguard_status mailguard_profile_json(mailguard_buffer *out,
                                        const mailguard_profile *p,
                                        mailguard_error *err)
{
	const mgi_field *f;
	size_t kind, i;
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "schema", "mailguard-profile-1");
	for (kind = 0; kind < MGI_ITEM_KINDS; kind++) {
		const mgi_items *list = mgi_profile_items(p, kind);

		if (!list->count && !mgi_item_types[kind].letter)
			continue; /* nothing was imported */
		mgi_jsonw_array(&w, mgi_item_types[kind].key);
		for (i = 0; i < list->count; i++) {
			mgi_jsonw_object(&w, NULL);
			for (f = mgi_fields[kind]; f->key; f++)
				write_field(&w, list->at[i], f);
			mgi_jsonw_end(&w);
		}
		mgi_jsonw_end(&w);
	}
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}
