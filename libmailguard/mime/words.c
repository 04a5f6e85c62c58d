/*
 * words.c - header values for people: encoded words (RFC 2047, 2231 section 5)
 * and raw bytes, as mailers write them and as they should not have.
 *
 * Neighbouring words of one charset are decoded as one, so a character cut in
 * two between them is whole again, and so is a base64 group.
 */
#include "mime/lex.h"

#include <mailguard/mime.h>

#include <string.h>

#include "base/charset.h"
#include "base/text.h"
#include "mime/label.h"
#include "mime/transfer.h"

#define ESC 0x1b

/* One "=?charset?B?text?=". */
typedef struct word {
	mailguard_span charset, text;
	size_t end;
	bool base64;
} word;

typedef struct decoder {
	mailguard_buffer *out;
	mailguard_buffer bytes; /* of neighbouring words of one charset */
	mailguard_span charset;
	const mgi_charset *raw; /* of what is no word; NULL: ASCII */
	bool raw_within;        /* bytes above 127 as they are in a word */
	bool doubted;           /* a label was not believed */
	mgi_transfer base64;
	bool open; /* something may be in `bytes` or `base64` */
	mailguard_status failed;
	mailguard_error *err;
} decoder;

static bool has_odd(mailguard_span s)
{
	size_t i;
	uint8_t odd = 0;

	for (i = 0; i < s.len; i++)
		odd |= (uint8_t)((s.data[i] & 0x80) | (s.data[i] == ESC));
	return odd;
}

mailguard_status mgi_text_as(mailguard_buffer *out,
                             const mgi_charset *cs,
                             mailguard_span raw,
                             mailguard_error *err)
{
	mailguard_status st = mgi_charset_decode(out, NULL, cs, raw, err);

	if (st != MAILGUARD_EUNSUPPORTED)
		return st;
	return mgi_charset_decode(out, NULL, mgi_charset_utf8(), raw, err);
}

static mgi_choice choose(mailguard_span label, mailguard_span raw)
{
	mgi_sniff s;

	mgi_sniff_begin(&s);
	mgi_sniff_feed(&s, raw);
	return mgi_label_choose(label, &s);
}

mailguard_status mgi_text_utf8(mailguard_buffer *utf8,
                               mailguard_span *value,
                               mailguard_error *err)
{
	mailguard_status st;

	if (!has_odd(*value))
		return MAILGUARD_OK;
	st = mgi_text_labelled(utf8, mgi_span_of(""), *value, NULL, err);
	*value = mgi_buf_span(utf8);
	return st;
}

mailguard_status mgi_text_labelled(mailguard_buffer *out,
                                   mailguard_span label,
                                   mailguard_span bytes,
                                   bool *doubted,
                                   mailguard_error *err)
{
	mgi_choice c = choose(label, bytes);

	if (doubted)
		*doubted |= c.kind != 0;
	return mgi_text_as(out, c.cs, bytes, err);
}

void mgi_text_calm(mailguard_buffer *out, size_t from)
{
	for (; from < out->len; from++) {
		unsigned char c = (unsigned char)out->at[from];

		if (c < ' ' || c == 0x7f)
			out->at[from] = ' ';
	}
}

/* -- finding words --------------------------------------------------------- */

static bool is_charset_char(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\"/[]?=", c);
}

/* A "?=" from `at` on. An encoded "?" before a "=" is none: the text of a word
 * has no raw "?", so the first one ends it. */
static size_t find_close(mailguard_span s, size_t at)
{
	for (; at + 1 < s.len; at++)
		if (s.data[at] == '?' && s.data[at + 1] == '=')
			return at;
	return s.len;
}

static bool word_at(word *w, mailguard_span s, size_t at)
{
	size_t i = at + 2, close, star;

	if (at + 8 > s.len || s.data[at] != '=' || s.data[at + 1] != '?')
		return false;
	while (i < s.len && is_charset_char(s.data[i]))
		i++;
	if (i == at + 2 || i + 2 >= s.len || s.data[i] != '?' ||
	    s.data[i + 2] != '?')
		return false;
	w->charset = mgi_span(s.data + at + 2, i - at - 2);
	for (star = 0; star < w->charset.len; star++)
		if (w->charset.data[star] == '*')
			w->charset.len = star;
	w->base64 = mgi_lower(s.data[i + 1]) == 'b';
	if (!w->base64 && mgi_lower(s.data[i + 1]) != 'q')
		return false;
	close = find_close(s, i + 3);
	if (close == s.len) {
		w->end = s.len; /* nor will any word behind it be closed */
		return false;
	}
	w->text = mgi_span(s.data + i + 3, close - i - 3);
	w->end = close + 2;
	return true;
}

/* -- decoding them --------------------------------------------------------- */

/* Raw bytes in a word may have become UTF-8 before the word was looked at. */
static mailguard_status close_bytes(decoder *d, mailguard_span bytes)
{
	if (d->raw_within && mgi_utf8_valid(bytes))
		d->charset = mgi_span_of("utf-8");
	d->raw_within = false;
	return mgi_text_labelled(d->out, d->charset, bytes, &d->doubted,
	                         d->err);
}

static void close_run(decoder *d)
{
	mailguard_status st;

	if (!d->open)
		return;
	mgi_transfer_end(&d->bytes, &d->base64);
	mgi_transfer_begin(&d->base64, MAILGUARD_ENCODING_BASE64);
	st = mgi_buf_status(&d->bytes, d->err);
	if (st == MAILGUARD_OK && !d->failed)
		st = close_bytes(d, mgi_buf_span(&d->bytes));
	if (st < 0 && !d->failed)
		d->failed = st;
	mgi_buf_cut(&d->bytes, 0);
	d->open = false;
}

/* A fold inside of a word is no part of it. */
static void put_q(decoder *d, mailguard_span text)
{
	bool fold = false;
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned char c = text.data[i];

		if (c == '\r' || c == '\n') {
			fold = true;
		} else if (fold && (c == ' ' || c == '\t')) {
			continue;
		} else if (c == '=' && i + 2 < text.len &&
		           mgi_is_xdigit(text.data[i + 1]) &&
		           mgi_is_xdigit(text.data[i + 2])) {
			c = (unsigned char)(mgi_xdigit(text.data[i + 1]) << 4 |
			                    mgi_xdigit(text.data[i + 2]));
			mgi_buf_add(&d->bytes, &c, 1);
			i += 2;
			fold = false;
		} else {
			mgi_buf_putc(&d->bytes, c == '_' ? ' ' : (char)c);
			d->raw_within |= c >= 0x80;
			fold = false;
		}
	}
}

static size_t base64_chars(mailguard_span text)
{
	size_t i, n = 0;

	for (i = 0; i < text.len; i++)
		n += !mgi_is_space(text.data[i]) && text.data[i] != '=';
	return n;
}

static bool same_nocase(mailguard_span a, mailguard_span b)
{
	size_t i;

	for (i = 0; i < a.len && i < b.len; i++)
		if (mgi_lower(a.data[i]) != mgi_lower(b.data[i]))
			return false;
	return a.len == b.len;
}

/* A group that was cut off stays open only for one that completes it. */
static void put_word(decoder *d, const word *w)
{
	size_t n = w->base64 ? base64_chars(w->text) % 4 : 0;

	if (d->open && !same_nocase(d->charset, w->charset))
		close_run(d);
	if (!d->open)
		mgi_transfer_begin(&d->base64, MAILGUARD_ENCODING_BASE64);
	if (d->open &&
	    (d->base64.state || (d->base64.n && (d->base64.n + n) % 4 != 0))) {
		mgi_transfer_end(&d->bytes, &d->base64);
		mgi_transfer_begin(&d->base64, MAILGUARD_ENCODING_BASE64);
	}
	d->open = true;
	d->charset = w->charset;
	if (w->base64)
		mgi_transfer_feed(&d->bytes, &d->base64, w->text);
	else
		put_q(d, w->text);
}

/* Raw text between words; the line ends of folds go. */
static void put_raw(decoder *d, mailguard_span s)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i, run = 0;

	for (i = 0; i <= s.len && st == MAILGUARD_OK; i++) {
		mailguard_span part = mgi_span(s.data + run, i - run);

		if (i < s.len && s.data[i] != '\r' && s.data[i] != '\n')
			continue;
		if (d->raw && has_odd(part))
			st = mgi_text_as(d->out, d->raw, part, d->err);
		else
			mgi_buf_add(d->out, part.data, part.len);
		run = i + 1;
	}
	if (st < 0 && !d->failed)
		d->failed = st;
}

static bool is_blank(mailguard_span s)
{
	return mgi_span_trim(s).len == 0;
}

static void decode_all(decoder *d, mailguard_span s)
{
	size_t at = 0, raw = 0;
	word w = { .end = 0 };

	while (at < s.len && w.end < s.len) {
		mailguard_span between;

		if (s.data[at] != '=' || !word_at(&w, s, at)) {
			at++;
			continue;
		}
		between = mgi_span(s.data + raw, at - raw);
		if (!d->open || !is_blank(between)) {
			close_run(d);
			put_raw(d, between);
		}
		put_word(d, &w);
		at = raw = w.end;
	}
	close_run(d);
	put_raw(d, mgi_span_from(s, raw));
}

mailguard_status mgi_text_decode(mailguard_buffer *out,
                                 mailguard_span value,
                                 bool *doubted,
                                 mailguard_error *err)
{
	decoder d = { .out = out, .err = err };
	size_t before = out->len;
	mailguard_buffer utf8;
	mailguard_status st;

	mgi_buf_init(&utf8, out->mg);
	mgi_buf_init(&d.bytes, out->mg);
	value = mgi_span_trim(value);
	st = MAILGUARD_OK;
	/* ISO-2022-JP may look like anything, also like a word. */
	if (value.len && memchr(value.data, ESC, value.len))
		st = mgi_text_utf8(&utf8, &value, err);
	if (has_odd(value))
		d.raw = choose(mgi_span_of(""), value).cs;
	if (st == MAILGUARD_OK) {
		decode_all(&d, value);
		st = d.failed ? d.failed : mgi_buf_status(out, err);
	}
	if (st < 0)
		mgi_buf_cut(out, before);
	if (doubted)
		*doubted |= d.doubted;
	mgi_text_calm(out, before);
	mgi_buf_done(&d.bytes);
	mgi_buf_done(&utf8);
	return st;
}

mailguard_status mailguard_header_text(mailguard_buffer *out,
                                       mailguard_span value,
                                       mailguard_error *err)
{
	return mgi_text_decode(out, value, NULL, err);
}
