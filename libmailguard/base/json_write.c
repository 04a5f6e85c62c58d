/*
 * json_write.c - a JSON document written as it is told, by calls that remember
 * a failure.
 *
 * No tree is built: what is told stands behind the buffer's end at once, and
 * goes away again if it does not come to a whole document.
 */
#include "base/json.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"

void mgi_jsonw_init(mgi_jsonw *w, mailguard_buffer *out)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->begin = out->len;
}

static uint32_t innermost(const mgi_jsonw *w)
{
	return UINT32_C(1) << (w->depth - 1);
}

/* What may stand as it is between quotes. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static void put_escape(mailguard_buffer *out, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF", from[] = "\"\\\b\f\n\r\t",
			  to[] = "\"\\bfnrt";
	const char *at = c ? strchr(from, c) : NULL;
	char text[6] = "\\u00";

	if (at) {
		text[1] = to[at - from];
		mgi_buf_add(out, text, 2);
		return;
	}
	text[4] = hex[c >> 4];
	text[5] = hex[c & 15];
	mgi_buf_add(out, text, sizeof(text));
}

/* With U+FFFD for each byte that is no UTF-8; false if there was one. */
static bool put_rest(mailguard_buffer *out, mailguard_span s)
{
	bool right = mgi_utf8_valid(s);
	size_t at = 0;

	while (at < s.len) {
		size_t run = at;
		char utf8[4];

		while (run < s.len && is_plain(s.data[run]))
			run++;
		mgi_buf_add(out, s.data + at, run - at);
		at = run;
		if (at < s.len && s.data[at] < 0x80)
			put_escape(out, s.data[at++]);
		else if (at < s.len)
			mgi_buf_add(out, utf8,
			            mgi_utf8_put(utf8, mgi_utf8_next(s, &at)));
	}
	return right;
}

/* In quotes; as a rule nothing in it needs a look. A comma or nothing (NUL)
   stands before it, a colon or nothing behind. */
static bool put_string(mailguard_buffer *out,
                       char before,
                       mailguard_span s,
                       char behind)
{
	char *to = mgi_buf_room(out, s.len + 4), *at = to;
	bool right = true;
	size_t n = 0;

	if (!to)
		return true;
	if (before)
		*at++ = before;
	*at++ = '"';
	while (n < s.len && is_plain(s.data[n]))
		*at++ = (char)s.data[n++];
	if (n < s.len) {
		mgi_buf_filled(out, (size_t)(at - to));
		right = put_rest(out, mgi_span_from(s, n));
		to = at = mgi_buf_room(out, 2);
		if (!to)
			return true;
	}
	*at++ = '"';
	if (behind)
		*at++ = behind;
	mgi_buf_filled(out, (size_t)(at - to));
	return right;
}

/* What stands before a value: a comma, its key. False: the call is out of
   order. */
static bool lead(mgi_jsonw *w, const char *key)
{
	bool in_object;
	char comma;

	if (w->misused)
		return false;
	in_object = w->depth && !(w->arrays & innermost(w));
	w->misused = w->depth ? in_object != (key != NULL) : key || w->whole;
	if (w->misused)
		return false;
	comma = w->depth && w->filled & innermost(w) ? ',' : '\0';
	if (w->depth)
		w->filled |= innermost(w);
	else
		w->whole = true;
	if (key)
		w->misused = !put_string(w->out, comma, mgi_span_of(key), ':');
	else if (comma)
		mgi_buf_putc(w->out, comma);
	return !w->misused;
}

static void open_one(mgi_jsonw *w, const char *key, bool array)
{
	if (w->depth == MGI_JSONW_DEPTH)
		w->misused = true;
	if (!lead(w, key))
		return;
	w->depth++;
	w->filled &= ~innermost(w);
	w->arrays &= ~innermost(w);
	if (array)
		w->arrays |= innermost(w);
	mgi_buf_putc(w->out, array ? '[' : '{');
}

void mgi_jsonw_object(mgi_jsonw *w, const char *key)
{
	open_one(w, key, false);
}

void mgi_jsonw_array(mgi_jsonw *w, const char *key)
{
	open_one(w, key, true);
}

void mgi_jsonw_end(mgi_jsonw *w)
{
	w->misused = w->misused || !w->depth;
	if (w->misused)
		return;
	mgi_buf_putc(w->out, w->arrays & innermost(w) ? ']' : '}');
	w->depth--;
}

static void put_word(mgi_jsonw *w, const char *key, const char *word)
{
	if (lead(w, key))
		mgi_buf_puts(w->out, word);
}

void mgi_jsonw_span(mgi_jsonw *w, const char *key, mailguard_span s)
{
	if (lead(w, key))
		(void)put_string(w->out, '\0', s, '\0');
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
	put_word(w, key, mgi_i64(n).text);
}

void mgi_jsonw_bool(mgi_jsonw *w, const char *key, bool b)
{
	put_word(w, key, b ? "true" : "false");
}

void mgi_jsonw_null(mgi_jsonw *w, const char *key)
{
	put_word(w, key, "null");
}

/* At least one digit behind the point, and no zero at the end but that. */
void mgi_jsonw_fixed(mgi_jsonw *w, const char *key, int64_t n, int digits)
{
	uint64_t all = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char text[24], *at = text + sizeof(text);
	bool zeros = true;
	int i;

	*--at = '\0';
	for (i = 0; i < digits; i++, all /= 10) {
		zeros = zeros && all % 10 == 0 && i + 1 < digits;
		if (!zeros)
			*--at = (char)('0' + all % 10);
	}
	if (digits <= 0)
		*--at = '0';
	*--at = '.';
	do {
		*--at = (char)('0' + all % 10);
		all /= 10;
	} while (all);
	if (n < 0)
		*--at = '-';
	put_word(w, key, at);
}

void mgi_jsonw_time(mgi_jsonw *w, const char *key, mailguard_time t)
{
	if (!t) {
		mgi_jsonw_null(w, key);
		return;
	}
	if (!lead(w, key))
		return;
	mgi_buf_putc(w->out, '"');
	mgi_time_rfc3339(w->out, t, 0);
	mgi_buf_putc(w->out, '"');
}

mailguard_status mgi_jsonw_finish(mgi_jsonw *w, mailguard_error *err)
{
	mailguard_status st = mgi_buf_status(w->out, err);

	if (st == MAILGUARD_OK && (w->misused || w->depth || !w->whole))
		st = mgi_fail(err, w->out->mg, MAILGUARD_EINVAL,
		              MGI_SAY_JSON_UNFINISHED);
	if (st < 0)
		mgi_buf_cut(w->out, w->begin);
	return st;
}
