/*
 * read.c - a profile from its JSON, member by member.
 *
 * A slip of the pen must not be passed over in silence: an unknown key, a
 * wrong type or an id that nothing has is refused with its place.
 */
#include "profile/fields.h"
#include "profile/import.h"

#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"

#define SCHEMA "mailguard-profile-1"
#define FILE_MAX ((size_t)4 << 20)

typedef struct reader {
	mailguard_profile *p;
	mailguard *mg;
	mailguard_error *err;
	const char *list; /* "accounts" */
	size_t index;
	const char *key;
} reader;

/* "accounts[2].port" */
static mailguard_status wrong(const reader *r, mgi_say_id id, const char *want)
{
	mailguard_buffer where;
	mailguard_status st;

	mgi_buf_init(&where, r->mg);
	mgi_buf_printf(&where, "%s[%s].%s", r->list, mgi_u64(r->index).text,
	               r->key);
	st = mgi_fail(r->err, r->mg, MAILGUARD_EFORMAT, id, "where",
	              mgi_buf_text(&where), "want", want);
	mgi_buf_done(&where);
	return st;
}

static const char *keep(const reader *r, const char *text)
{
	return mgi_arena_strdup(r->p->arena, text);
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static bool good_id(const char *s)
{
	size_t n = strlen(s);

	return n && n <= 32 &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                 "0123456789._-") == n;
}

static mailguard_status read_text(const reader *r,
                                  const char **out,
                                  const mgi_field *f,
                                  const mgi_json *v)
{
	const char *text = mgi_json_str_of(v, NULL);

	if (!text || has_control(text))
		return wrong(r, MGI_SAY_PROFILE_VALUE, "\"...\"");
	if ((f->type == MGI_FIELD_ID || f->type == MGI_FIELD_REF) &&
	    !good_id(text))
		return wrong(r, MGI_SAY_PROFILE_VALUE, "[A-Za-z0-9._-]{1,32}");
	if (f->type == MGI_FIELD_URL && strncmp(text, "http://", 7) != 0 &&
	    strncmp(text, "https://", 8) != 0)
		return wrong(r, MGI_SAY_PROFILE_VALUE, "http(s)://...");
	*out = keep(r, text);
	return MAILGUARD_OK;
}

static int32_t place_find(const char *name)
{
	int32_t i;

	for (i = MAILGUARD_PLACE_UNKNOWN; i <= MAILGUARD_PLACE_USB; i++)
		if (name && strcmp(mailguard_place_name(i), name) == 0)
			return i;
	return -1;
}

static mailguard_status read_word(const reader *r,
                                  int32_t *out,
                                  const mgi_field *f,
                                  const mgi_json *v)
{
	const char *word = mgi_json_str_of(v, "");
	int32_t number;

	if (f->type == MGI_FIELD_PROTOCOL) {
		number = mailguard_protocol_find(word);
		if (number < 0)
			return wrong(r, MGI_SAY_PROFILE_VALUE,
			             "imap pop3 submission smtp http");
	} else if (f->type == MGI_FIELD_TLS) {
		number = mailguard_tls_find(word);
		if (number < 0)
			return wrong(r, MGI_SAY_PROFILE_VALUE,
			             "none starttls implicit");
	} else {
		number = place_find(word);
		if (number < 0)
			return wrong(r, MGI_SAY_PROFILE_VALUE,
			             "local cloud share usb unknown");
	}
	*out = number;
	return MAILGUARD_OK;
}

static mailguard_status read_number(const reader *r,
                                    int32_t *out,
                                    const mgi_field *f,
                                    const mgi_json *v)
{
	int64_t n = mgi_json_int_of(v, -1);

	if (f->type == MGI_FIELD_FLAG) {
		if (!mgi_json_is_bool(v))
			return wrong(r, MGI_SAY_PROFILE_VALUE, "true false");
		*out = mgi_json_bool_of(v, false);
		return MAILGUARD_OK;
	}
	if (n < 0 || n > 65535)
		return wrong(r, MGI_SAY_PROFILE_VALUE, "0-65535");
	*out = (int32_t)n;
	return MAILGUARD_OK;
}

static mailguard_status read_value(const reader *r,
                                   void *item,
                                   const mgi_field *f,
                                   const mgi_json *v)
{
	void *to = (char *)item + f->offset;

	switch (f->type) {
	case MGI_FIELD_TEXT:
	case MGI_FIELD_URL:
	case MGI_FIELD_ID:
	case MGI_FIELD_REF:
		return read_text(r, to, f, v);
	case MGI_FIELD_NUMBER:
	case MGI_FIELD_FLAG:
		return read_number(r, to, f, v);
	default:
		return read_word(r, to, f, v);
	}
}

static const mgi_field *field_find(mgi_item_kind kind, const char *key)
{
	const mgi_field *f;

	for (f = mgi_fields[kind]; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

/* What is not said, and is not nothing. */
static void item_begin(void *item, mgi_item_kind kind)
{
	const mgi_field *f;

	for (f = mgi_fields[kind]; f->key; f++)
		if (f->unset)
			memcpy((char *)item + f->offset, &f->unset,
			       sizeof(f->unset));
}

static mailguard_status item_members(reader *r,
                                     void *item,
                                     mgi_item_kind kind,
                                     const mgi_json *from)
{
	const mgi_json *value;
	mailguard_status st;
	size_t i;

	for (i = 0; mgi_json_member(&r->key, &value, from, i); i++) {
		const mgi_field *f = field_find(kind, r->key);

		if (!f)
			return wrong(r, MGI_SAY_PROFILE_UNKNOWN_KEY, "");
		st = read_value(r, item, f, value);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

static mailguard_status item_read(reader *r,
                                  mgi_item_kind kind,
                                  const mgi_json *from)
{
	const mgi_field *f;
	mailguard_status st;
	const char *id;
	void *item;

	r->key = "";
	if (!mgi_json_is_object(from))
		return wrong(r, MGI_SAY_PROFILE_VALUE, "{ }");
	id = mgi_json_str(from, "id", NULL);
	if (mgi_item_types[kind].letter && mgi_profile_find(r->p, kind, id)) {
		r->key = "id";
		return wrong(r, MGI_SAY_PROFILE_ID_TWICE, "");
	}
	item = mgi_profile_add(r->p, kind);
	if (!item)
		return mgi_fail_nomem(r->err);
	item_begin(item, kind);
	st = item_members(r, item, kind, from);
	if (st < 0)
		return st;
	for (f = mgi_fields[kind]; f->key; f++) {
		r->key = f->key;
		if (f->needed && !mgi_json_get(from, f->key))
			return wrong(r, MGI_SAY_PROFILE_MISSING, "");
	}
	return MAILGUARD_OK;
}

static mailguard_status list_read(reader *r,
                                  mgi_item_kind kind,
                                  const mgi_json *root)
{
	const mgi_json *list = mgi_json_get(root, mgi_item_types[kind].key);
	mailguard_status st;

	r->list = mgi_item_types[kind].key;
	r->key = "";
	r->index = 0;
	if (list && !mgi_json_is_array(list))
		return wrong(r, MGI_SAY_PROFILE_VALUE, "[ ]");
	for (; r->index < mgi_json_count(list); r->index++) {
		st = item_read(r, kind, mgi_json_at(list, r->index));
		if (st < 0)
			return st;
		st = mgi_profile_status(r->p, r->err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

/* Every id named must be there; an account needs a server. */
static mailguard_status refs_check(reader *r, mgi_item_kind kind)
{
	const mgi_items *list = mgi_profile_items(r->p, kind);
	const mgi_field *f;

	r->list = mgi_item_types[kind].key;
	for (r->index = 0; r->index < list->count; r->index++)
		for (f = mgi_fields[kind]; f->key; f++) {
			const char *id;

			if (f->type != MGI_FIELD_REF)
				continue;
			memcpy(&id, (char *)list->at[r->index] + f->offset,
			       sizeof(id));
			r->key = f->key;
			if (id && !mgi_profile_find(r->p, f->of, id))
				return wrong(r, MGI_SAY_PROFILE_NO_SUCH_ID, id);
		}
	return MAILGUARD_OK;
}

static mailguard_status accounts_finish(reader *r)
{
	mgi_items *list = &r->p->accounts;

	r->list = mgi_item_types[MGI_ITEM_ACCOUNT].key;
	for (r->index = 0; r->index < list->count; r->index++) {
		mailguard_account *a = list->at[r->index];

		r->key = "server_in";
		if (!a->server_in && !a->server_out)
			return wrong(r, MGI_SAY_PROFILE_MISSING, "");
		mgi_profile_account_done(r->p, a);
	}
	return mgi_profile_status(r->p, r->err);
}

/* A relative file stands beside the profile. */
static void stores_finish(reader *r, const char *folder)
{
	size_t i;

	for (i = 0; i < r->p->stores.count; i++) {
		mailguard_storage *s = r->p->stores.at[i];

		mgi_profile_place(r->p, s);
		if (folder && folder[0] && s->file && s->file[0] != '/')
			s->file = mgi_import_join(r->p, folder, s->file);
	}
}

static void names_finish(reader *r)
{
	size_t kind, i;

	for (kind = 0; kind < MGI_ITEM_KINDS; kind++) {
		const mgi_items *list = mgi_profile_items(r->p, kind);

		for (i = 0; mgi_item_types[kind].letter && i < list->count; i++)
			if (!*(const char **)list->at[i])
				mgi_profile_name(r->p, kind, list->at[i]);
	}
}

/* Nothing beside the lists and the schema. */
static mailguard_status root_check(reader *r, const mgi_json *root)
{
	const mgi_json *value;
	const char *key;
	size_t i, kind;

	if (!mgi_json_is_object(root) ||
	    strcmp(mgi_json_str(root, "schema", ""), SCHEMA) != 0)
		return mgi_fail(r->err, r->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_PROFILE_SCHEMA, "want", SCHEMA);
	for (i = 0; mgi_json_member(&key, &value, root, i); i++) {
		for (kind = 0; kind < MGI_ITEM_KINDS; kind++)
			if (strcmp(key, mgi_item_types[kind].key) == 0)
				break;
		if (kind == MGI_ITEM_KINDS && strcmp(key, "schema") != 0)
			return mgi_fail(r->err, r->mg, MAILGUARD_EFORMAT,
			                MGI_SAY_PROFILE_UNKNOWN_KEY, "where",
			                key);
	}
	return MAILGUARD_OK;
}

static mailguard_status root_read(reader *r,
                                  const mgi_json *root,
                                  const char *folder)
{
	mailguard_status st = root_check(r, root);
	size_t kind;

	for (kind = 0; st >= 0 && kind < MGI_ITEM_KINDS; kind++)
		st = list_read(r, kind, root);
	for (kind = 0; st >= 0 && kind < MGI_ITEM_KINDS; kind++)
		st = refs_check(r, kind);
	if (st < 0)
		return st;
	names_finish(r);
	stores_finish(r, folder);
	return accounts_finish(r);
}

mailguard_status mailguard_profile_parse(mailguard_profile **out,
                                         mailguard *mg,
                                         mailguard_span text,
                                         const char *folder,
                                         mailguard_error *err)
{
	reader r = { NULL, mg, err, "", 0, "" };
	mailguard_status st;
	mgi_json *root;

	st = mailguard_profile_new(out, mg, err);
	if (st < 0)
		return st;
	r.p = *out;
	st = mgi_json_parse(&root, mg, text, err);
	if (st >= 0) {
		st = root_read(&r, root, folder);
		mgi_json_free(root);
	}
	if (st < 0) {
		mailguard_profile_free(*out);
		*out = NULL;
	}
	return st;
}

mailguard_status mailguard_profile_open(mailguard_profile **out,
                                        mailguard *mg,
                                        const char *path,
                                        mailguard_error *err)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	mailguard_buffer text, folder;
	mailguard_status st;

	*out = NULL;
	if (!mg || !path)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	mgi_buf_init(&text, mg);
	mgi_buf_init(&folder, mg);
	if (slash)
		mgi_buf_add(&folder, path, (size_t)(slash - path));
	st = mgi_file_slurp(&text, path, FILE_MAX, err);
	if (st >= 0)
		st = mgi_buf_status(&folder, err);
	if (st >= 0)
		st = mailguard_profile_parse(out, mg, mgi_buf_span(&text),
		                             mgi_buf_text(&folder), err);
	mgi_buf_done(&text);
	mgi_buf_done(&folder);
	return st;
}
