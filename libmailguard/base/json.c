/*
 * json.c - reading JSON by jansson.
 *
 * Two things of jansson 2.14 are not to be trusted when memory is short, both
 * measured: a buffer that cannot grow drops a byte of the token and says OK,
 * and a failed malloc is told as a syntax error. Against the first, the text
 * is read as the second element of an array whose first is a string as long
 * as the longest token: it alone makes that buffer grow, and its length tells
 * whether it could. Against the second, a refusal is believed when it comes
 * twice.
 */
#include "base/json.h"

#include <jansson.h>
#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/text.h"

/* No token of `s` is longer: it ends at a quote, or at one of these. */
static size_t longest_token(mailguard_span s)
{
	size_t i, begin = 0, longest = 0;
	bool in_string = false;

	for (i = 0; i < s.len; i++) {
		unsigned char c = s.data[i];

		if (in_string && c == '\\') {
			i++;
			continue;
		}
		if (c != '"' && (in_string || !strchr(" \t\r\n,:[]{}", c)))
			continue;
		if (i - begin > longest)
			longest = i - begin;
		begin = i;
		if (c == '"')
			in_string = !in_string;
	}
	return s.len - begin > longest ? s.len - begin : longest;
}

/* `["aaa...",` on a line of its own, the text, and `]`. */
static void wrap(mailguard_buffer *out, size_t token, mailguard_span text)
{
	char *to = mgi_buf_room(out, token + 5);

	if (!to)
		return;
	memcpy(to, "[\"", 2);
	memset(to + 2, 'a', token);
	memcpy(to + 2 + token, "\",\n", 3);
	mgi_buf_filled(out, token + 5);
	mgi_buf_add(out, text.data, text.len);
	mgi_buf_putc(out, ']');
}

static mailguard_status refuse(const json_error_t *e,
                               mailguard *mg,
                               mailguard_error *err)
{
	mgi_say_id id = MGI_SAY_JSON_BAD;
	int line = e->line > 1 ? e->line - 1 : 1;

	switch (json_error_code(e)) {
	case json_error_out_of_memory:
		return mgi_fail_nomem(err);
	case json_error_duplicate_key:
		id = MGI_SAY_JSON_DUPLICATE;
		break;
	case json_error_invalid_utf8:
		id = MGI_SAY_JSON_NOT_UTF8;
		break;
	case json_error_stack_overflow:
		id = MGI_SAY_JSON_TOO_DEEP;
		break;
	case json_error_numeric_overflow:
		id = MGI_SAY_JSON_NUMBER;
		break;
	default:
		break;
	}
	return mgi_fail(
		err, mg, MAILGUARD_EFORMAT, id, "line",
		mgi_u64((uint64_t)line).text, "column",
		mgi_u64((uint64_t)(e->column > 0 ? e->column : 1)).text);
}

/* The wrapped text as a tree, or NULL with `*e` set. */
static json_t *load(mailguard_span text, json_error_t *e)
{
	json_t *all;

	memset(e, 0, sizeof(*e));
	all = json_loadb((const char *)text.data, text.len,
	                 JSON_REJECT_DUPLICATES, e);
	if (!all && json_error_code(e) != json_error_out_of_memory)
		all = json_loadb((const char *)text.data, text.len,
		                 JSON_REJECT_DUPLICATES, e);
	return all;
}

static mailguard_status unwrap(mgi_json **out,
                               mailguard *mg,
                               mailguard_span text,
                               size_t token,
                               mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	json_error_t e;
	json_t *all = load(text, &e);

	if (!all)
		return refuse(&e, mg, err);
	if (json_string_length(json_array_get(all, 0)) != token)
		st = mgi_fail_nomem(err);
	else if (json_array_size(all) != 2)
		st = mgi_fail(err, mg, MAILGUARD_EFORMAT, MGI_SAY_JSON_BAD,
		              "line", "1", "column", "1");
	else
		*out = json_incref(json_array_get(all, 1));
	json_decref(all);
	return st;
}

/* UTF-8 without a mark. UTF-16 must be whole. */
static mailguard_status transcode(mailguard_buffer *out,
                                  mailguard_span text,
                                  mailguard_error *err)
{
	size_t skip;
	const mgi_charset *cs = mgi_charset_marked(text, &skip);
	mailguard_status st;
	mgi_damage damage;

	text = mgi_span_from(text, skip);
	/* Bytes that are no UTF-8 are left for jansson to refuse. */
	if (!cs || cs == mgi_charset_utf8()) {
		mgi_buf_add(out, text.data, text.len);
		return mgi_buf_status(out, err);
	}
	st = mgi_charset_decode(out, &damage, cs, text, err);
	if (st < 0 || damage.count == 0)
		return st;
	return mgi_fail(err, out->mg, MAILGUARD_EFORMAT, MGI_SAY_CHARSET_BROKEN,
	                "offset", mgi_u64(damage.first + skip + 1).text,
	                "charset", mgi_charset_name(cs));
}

mailguard_status mgi_json_parse(mgi_json **out,
                                mailguard *mg,
                                mailguard_span text,
                                mailguard_error *err)
{
	mailguard_buffer utf8, wrapped;
	mailguard_status st;
	size_t token;

	*out = NULL;
	mgi_buf_init(&utf8, mg);
	mgi_buf_init(&wrapped, mg);
	st = transcode(&utf8, text, err);
	if (st < 0)
		goto done;
	token = longest_token(mgi_buf_span(&utf8));
	wrap(&wrapped, token, mgi_buf_span(&utf8));
	st = mgi_buf_status(&wrapped, err);
	if (st < 0)
		goto done;
	st = unwrap(out, mg, mgi_buf_span(&wrapped), token, err);
done:
	mgi_buf_done(&wrapped);
	mgi_buf_done(&utf8);
	return st;
}

void mgi_json_free(mgi_json *root)
{
	json_decref(root);
}

bool mgi_json_is_object(const mgi_json *v)
{
	return json_is_object(v);
}

bool mgi_json_is_array(const mgi_json *v)
{
	return json_is_array(v);
}

bool mgi_json_is_bool(const mgi_json *v)
{
	return json_is_boolean(v);
}

const mgi_json *mgi_json_get(const mgi_json *v, const char *key)
{
	return json_object_get(v, key);
}

const mgi_json *mgi_json_at(const mgi_json *v, size_t i)
{
	return json_array_get(v, i);
}

size_t mgi_json_count(const mgi_json *v)
{
	return json_is_array(v) ? json_array_size(v) : json_object_size(v);
}

bool mgi_json_member(const char **key,
                     const mgi_json **value,
                     const mgi_json *v,
                     size_t i)
{
	/* Reading changes no counter; jansson only forgot the const. */
	mgi_json *object = (mgi_json *)(uintptr_t)v;
	void *it;

	*key = NULL;
	*value = NULL;
	if (i >= json_object_size(v))
		return false;
	for (it = json_object_iter(object); it && i > 0; i--)
		it = json_object_iter_next(object, it);
	*key = json_object_iter_key(it);
	*value = json_object_iter_value(it);
	return true;
}

const char *mgi_json_str_of(const mgi_json *v, const char *none)
{
	return json_is_string(v) ? json_string_value(v) : none;
}

int64_t mgi_json_int_of(const mgi_json *v, int64_t none)
{
	return json_is_integer(v) ? json_integer_value(v) : none;
}

bool mgi_json_bool_of(const mgi_json *v, bool none)
{
	return json_is_boolean(v) ? json_is_true(v) : none;
}

const char *mgi_json_str(const mgi_json *v, const char *key, const char *none)
{
	return mgi_json_str_of(mgi_json_get(v, key), none);
}

int64_t mgi_json_int(const mgi_json *v, const char *key, int64_t none)
{
	return mgi_json_int_of(mgi_json_get(v, key), none);
}

bool mgi_json_bool(const mgi_json *v, const char *key, bool none)
{
	const mgi_json *b = mgi_json_get(v, key);

	return json_is_boolean(b) ? json_is_true(b) : none;
}
