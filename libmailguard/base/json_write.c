/*
 * json_write.c - a JSON tree built by calls that remember a failure, and its
 * dump.
 *
 * Dumped through a callback: json_dumps() returns half a document when memory
 * runs out, and calls that a success.
 */
#include "base/json.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"

#define REAL_DIGITS 9
/* A call out of order, or too deep: a defect of the caller's. */
#define MISUSED UINT32_MAX

void mgi_jsonw_init(mgi_jsonw *w, mailguard_buffer *out)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
}

static bool dead(const mgi_jsonw *w)
{
	return w->failed || w->depth == MISUSED;
}

/* Put `v` where the writer stands; takes the reference, also on failure. */
static bool put(mgi_jsonw *w, const char *key, json_t *v)
{
	json_t *parent = w->depth ? w->open[w->depth - 1] : NULL;
	bool right = parent ? json_is_object(parent) == (key != NULL)
	                    : !key && !w->open[0];

	if (right && key)
		right = mgi_utf8_valid(mgi_span_of(key));
	if (!right || !v) {
		json_decref(v);
		w->depth = right ? w->depth : MISUSED;
		w->failed = w->failed || right;
		return false;
	}
	if (!parent)
		w->open[0] = v;
	else if (key ? json_object_set_new_nocheck(parent, key, v)
	             : json_array_append_new(parent, v))
		w->failed = true;
	return !w->failed;
}

static void open_one(mgi_jsonw *w, const char *key, json_t *v)
{
	if (w->depth == MGI_JSONW_DEPTH) {
		json_decref(v);
		w->depth = MISUSED;
		return;
	}
	if (put(w, key, v))
		w->open[w->depth++] = v;
}

void mgi_jsonw_object(mgi_jsonw *w, const char *key)
{
	if (!dead(w))
		open_one(w, key, json_object());
}

void mgi_jsonw_array(mgi_jsonw *w, const char *key)
{
	if (!dead(w))
		open_one(w, key, json_array());
}

void mgi_jsonw_end(mgi_jsonw *w)
{
	if (dead(w))
		return;
	w->depth = w->depth ? w->depth - 1 : MISUSED;
}

void mgi_jsonw_span(mgi_jsonw *w, const char *key, mailguard_span s)
{
	mailguard_buffer clean;
	size_t i = 0;

	if (dead(w))
		return;
	if (mgi_utf8_valid(s)) {
		(void)put(w, key,
		          json_stringn_nocheck(
				  s.data ? (const char *)s.data : "", s.len));
		return;
	}
	mgi_buf_init(&clean, w->out->mg);
	while (i < s.len) {
		char utf8[4];
		uint32_t c = mgi_utf8_next(s, &i);

		mgi_buf_add(&clean, utf8, mgi_utf8_put(utf8, c));
	}
	if (clean.failed)
		w->failed = true;
	else
		(void)put(w, key, json_stringn_nocheck(clean.at, clean.len));
	mgi_buf_done(&clean);
}

void mgi_jsonw_str(mgi_jsonw *w, const char *key, const char *s)
{
	if (s)
		mgi_jsonw_span(w, key, mgi_span_of(s));
	else
		mgi_jsonw_null(w, key);
}

void mgi_jsonw_int(mgi_jsonw *w, const char *key, int64_t n)
{
	if (!dead(w))
		(void)put(w, key, json_integer(n));
}

void mgi_jsonw_bool(mgi_jsonw *w, const char *key, bool b)
{
	if (!dead(w))
		(void)put(w, key, json_boolean(b));
}

void mgi_jsonw_null(mgi_jsonw *w, const char *key)
{
	if (!dead(w))
		(void)put(w, key, json_null());
}

void mgi_jsonw_fixed(mgi_jsonw *w, const char *key, int64_t n, int digits)
{
	double scale = 1;

	for (; digits > 0; digits--)
		scale *= 10;
	if (!dead(w))
		(void)put(w, key, json_real((double)n / scale));
}

void mgi_jsonw_time(mgi_jsonw *w, const char *key, mailguard_time t)
{
	mailguard_buffer text;

	if (dead(w))
		return;
	if (!t) {
		mgi_jsonw_null(w, key);
		return;
	}
	mgi_buf_init(&text, w->out->mg);
	mgi_time_rfc3339(&text, t, 0);
	if (text.failed)
		w->failed = true;
	else
		mgi_jsonw_span(w, key, mgi_buf_span(&text));
	mgi_buf_done(&text);
}

static int sink(const char *bytes, size_t n, void *payload)
{
	mailguard_buffer *out = payload;

	mgi_buf_add(out, bytes, n);
	return out->failed ? -1 : 0;
}

mailguard_status mgi_jsonw_finish(mgi_jsonw *w, mailguard_error *err)
{
	size_t before = w->out->len;
	json_t *root = w->open[0];
	mailguard_status st = mgi_buf_status(w->out, err);

	if (st < 0)
		goto done;
	if (w->failed) {
		st = mgi_fail_nomem(err);
		goto done;
	}
	if (w->depth != 0 || !root) {
		st = mgi_fail(err, w->out->mg, MAILGUARD_EINVAL,
		              MGI_SAY_JSON_UNFINISHED);
		goto done;
	}
	if (json_dump_callback(root, sink, w->out,
	                       JSON_COMPACT | JSON_ENCODE_ANY |
	                               JSON_REAL_PRECISION(REAL_DIGITS))) {
		st = mgi_buf_status(w->out, err);
		if (st == MAILGUARD_OK)
			st = mgi_fail_nomem(err);
		mgi_buf_cut(w->out, before);
	}
done:
	json_decref(root);
	memset(w->open, 0, sizeof(w->open));
	return st;
}
