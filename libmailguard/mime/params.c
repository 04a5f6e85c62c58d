/*
 * params.c - Content-Type and Content-Disposition (RFC 2045, 5.1; 2183; 2231),
 * and what mailers write in their place.
 */
#include "mime/lex.h"

#include <mailguard/mime.h>

#include <string.h>

#include "base/text.h"

/* One "name=value" of a list. */
typedef struct param {
	mailguard_span name;  /* without the "*" and number of RFC 2231 */
	mailguard_span value; /* a quoted string still has its quotes */
	uint32_t section;     /* "name*2=" */
	bool sectioned;
	bool extended; /* "name*=", "name*2*=" */
} param;

/* "text / plain" is one word, of "text/plain charset=x" the first counts. */
static void squeeze(mailguard_buffer *out, size_t from)
{
	size_t i, n = from;

	for (i = from; i < out->len; i++) {
		char c = out->at[i];

		if (c == ' ' && i + 1 < out->len && out->at[i + 1] != '/' &&
		    out->at[i - 1] != '/')
			break;
		if (c != ' ')
			out->at[n++] = (char)mgi_lower((unsigned char)c);
	}
	mgi_buf_cut(out, n);
}

mailguard_status mailguard_header_token(mailguard_buffer *out,
                                        mailguard_span value,
                                        mailguard_error *err)
{
	size_t before = out->len;
	mailguard_buffer utf8;
	mailguard_status st;

	mgi_buf_init(&utf8, out->mg);
	st = mgi_text_utf8(&utf8, &value, err);
	if (st == MAILGUARD_OK) {
		value = mgi_span_head(value, mgi_lex_find(value, 0, ";"));
		mgi_lex_uncomment(out, value);
		squeeze(out, before);
		mgi_text_calm(out, before);
		st = mgi_buf_status(out, err);
	}
	mgi_buf_done(&utf8);
	return st;
}

static bool is_name_char(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=", c);
}

/* Does a "name=" begin at `at`? */
static bool is_param(mailguard_span s, size_t at)
{
	size_t i = at;

	while (i < s.len && is_name_char(s.data[i]))
		i++;
	return i > at && i < s.len && s.data[i] == '=';
}

/* Where an unquoted value ends: file names have spaces, and ";" gets lost. */
static size_t bare_end(mailguard_span s, size_t at)
{
	size_t i;

	for (i = at; i < s.len && s.data[i] != ';'; i++) {
		if (!mgi_is_space(s.data[i]))
			continue;
		if (i + 1 < s.len &&
		    (s.data[i + 1] == '(' || is_param(s, i + 1)))
			return i;
	}
	return i;
}

/* "name", "name*", "name*2", "name*2*" */
static void split_name(param *p)
{
	size_t star = 0;
	uint64_t n;
	mailguard_span tail;

	while (star < p->name.len && p->name.data[star] != '*')
		star++;
	tail = mgi_span_from(p->name, star + 1);
	p->extended = star + 1 == p->name.len ||
	              (tail.len && tail.data[tail.len - 1] == '*');
	if (tail.len && tail.data[tail.len - 1] == '*')
		tail.len--;
	p->sectioned = star + 1 < p->name.len &&
	               mgi_span_u64(&n, tail, MAILGUARD_PARAM_PIECES_MAX - 1);
	p->section = p->sectioned ? (uint32_t)n : 0;
	p->name = mgi_span_head(p->name, star);
}

/* Step to the next parameter behind *at. */
static bool next_param(param *p, mailguard_span s, size_t *at)
{
	size_t i = *at, begin;

	for (;;) {
		while (i < s.len && !is_name_char(s.data[i]))
			i = s.data[i] == '(' ? mgi_lex_skip(s, i) : i + 1;
		if (i >= s.len)
			return false;
		begin = i;
		while (i < s.len && is_name_char(s.data[i]))
			i++;
		p->name = mgi_span(s.data + begin, i - begin);
		while (i < s.len && mgi_is_space(s.data[i]))
			i++;
		if (i < s.len && s.data[i] == '=')
			break;
	}
	for (i++; i < s.len && mgi_is_space(s.data[i]);)
		i++;
	begin = i;
	if (i < s.len && s.data[i] == '"')
		i = mgi_lex_skip(s, i);
	if (i <= begin + 1)
		i = bare_end(s, i);
	p->value = mgi_span_trim(mgi_span(s.data + begin, i - begin));
	*at = i;
	split_name(p);
	return true;
}

static bool same_name(mailguard_span a, const char *name)
{
	return mgi_span_is_nocase(a, name);
}

/* The parameters behind the first ";", or behind the first word. */
static mailguard_span list_of(mailguard_span value)
{
	size_t i = mgi_lex_find(value, 0, "; \t\r\n");

	while (i < value.len && mgi_is_space(value.data[i]))
		i++;
	if (i < value.len && value.data[i] != ';' && !is_param(value, i))
		i = mgi_lex_find(value, i, ";");
	return mgi_span_from(value, i);
}

/* Append the bytes of an extended value, its percent signs decoded. */
static void put_percent(mailguard_buffer *out, mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = s.data[i];

		if (c == '%' && i + 2 < s.len && mgi_is_xdigit(s.data[i + 1]) &&
		    mgi_is_xdigit(s.data[i + 2])) {
			c = (unsigned char)(mgi_xdigit(s.data[i + 1]) << 4 |
			                    mgi_xdigit(s.data[i + 2]));
			i += 2;
		}
		mgi_buf_add(out, &c, 1);
	}
}

/* Take "charset'lang'" off; the charset, empty if it is not there. */
static mailguard_span take_charset(mailguard_span *value)
{
	mailguard_span none = mgi_span(value->data, 0), charset;
	size_t i = 0, k;

	while (i < value->len && value->data[i] != '\'')
		i++;
	for (k = i + 1; k < value->len && value->data[k] != '\'';)
		k++;
	if (k >= value->len)
		return none;
	charset = mgi_span_head(*value, i);
	*value = mgi_span_from(*value, k + 1);
	return charset;
}

/* One piece of an RFC 2231 value. */
static void put_piece(mailguard_buffer *out,
                      mailguard_span *charset,
                      const param *p)
{
	mailguard_span v = p->value;

	if (v.len && v.data[0] == '"' && !p->extended) {
		mgi_lex_unquote(out, v);
		return;
	}
	if (v.len && v.data[0] == '"')
		v = mgi_span_from(v, 1);
	if (p->extended && v.len && v.data[v.len - 1] == '"')
		v.len--;
	if (p->extended && p->section == 0)
		*charset = take_charset(&v);
	if (p->extended)
		put_percent(out, v);
	else
		mgi_buf_add(out, v.data, v.len);
}

/* Join the pieces in the order of their numbers; false if there are none. */
static bool join(mailguard_buffer *bytes,
                 mailguard_span *charset,
                 mailguard_span list,
                 const char *name)
{
	uint32_t section;
	bool any = false;

	for (section = 0; section < MAILGUARD_PARAM_PIECES_MAX; section++) {
		bool found = false;
		size_t at = 0;
		param p;

		while (!found && next_param(&p, list, &at)) {
			if (!same_name(p.name, name) ||
			    !(p.sectioned || p.extended) ||
			    p.section != section)
				continue;
			put_piece(bytes, charset, &p);
			found = true;
		}
		if (!found)
			break;
		any = true;
	}
	return any;
}

static mailguard_status plain(mailguard_buffer *out,
                              mailguard_span list,
                              const char *name,
                              mailguard_error *err)
{
	mailguard_buffer bytes;
	mailguard_status st;
	size_t at = 0;
	param p;

	do {
		if (!next_param(&p, list, &at))
			return MAILGUARD_ITEROVER;
	} while (!same_name(p.name, name) || p.sectioned || p.extended);

	mgi_buf_init(&bytes, out->mg);
	if (p.value.len && p.value.data[0] == '"')
		mgi_lex_unquote(&bytes, p.value);
	else
		mgi_buf_add(&bytes, p.value.data, p.value.len);
	st = mgi_buf_status(&bytes, err);
	if (st == MAILGUARD_OK)
		st = mgi_text_decode(out, mgi_buf_span(&bytes), NULL, err);
	mgi_buf_done(&bytes);
	return st;
}

mailguard_status mailguard_header_param(mailguard_buffer *out,
                                        mailguard_span value,
                                        const char *name,
                                        mailguard_error *err)
{
	mailguard_span list, charset = { NULL, 0 };
	mailguard_buffer bytes, utf8;
	size_t before = out->len;
	mailguard_status st;
	bool any = false;

	mgi_buf_init(&bytes, out->mg);
	mgi_buf_init(&utf8, out->mg);
	st = mgi_text_utf8(&utf8, &value, err);
	list = list_of(value);
	if (st == MAILGUARD_OK) {
		any = join(&bytes, &charset, list, name);
		st = mgi_buf_status(&bytes, err);
	}
	if (st == MAILGUARD_OK && !any) {
		st = plain(out, list, name, err);
	} else if (st == MAILGUARD_OK) {
		st = mgi_text_labelled(out, charset, mgi_buf_span(&bytes), NULL,
		                       err);
		mgi_text_calm(out, before);
	}
	mgi_buf_done(&bytes);
	mgi_buf_done(&utf8);
	return st;
}
