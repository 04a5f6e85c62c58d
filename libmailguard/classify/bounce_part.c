/*
 * bounce_part.c - the bytes of one part as lines of UTF-8 that know where
 * they came from.
 *
 * Text that is not encoded is exact to the byte. Of base64 and
 * quoted-printable a line knows the encoded lines it lies in.
 */
#include "base/charset.h"
#include "base/fail.h"
#include "classify/bounce.h"
#include "mime/label.h"
#include "mime/lex.h"
#include "mime/transfer.h"

#include <string.h>

#define STEPS_MAX 8192

/* Decoded bytes and, line by line of the encoded, where they began. */
typedef struct decoded {
	mailguard_buffer bytes;
	struct {
		uint32_t at, raw;
	} * steps;
	uint32_t count;
	uint32_t step; /* the one looked at last */
} decoded;

static size_t lines_of(mailguard_span raw)
{
	const unsigned char *lf = raw.data, *end = raw.data + raw.len;
	size_t n = 1;

	while (n < STEPS_MAX && lf < end) {
		lf = memchr(lf, '\n', (size_t)(end - lf));
		if (!lf)
			break;
		lf++;
		n++;
	}
	return n;
}

static mailguard_status decode(decoded *d,
                               mailguard *mg,
                               mailguard_encoding encoding,
                               mailguard_span raw,
                               mailguard_error *err)
{
	mgi_transfer t;
	size_t at = 0;

	d->steps = mgi_alloc(mg, (lines_of(raw) + 1) * sizeof(*d->steps));
	if (!d->steps)
		return mgi_fail_nomem(err);
	mgi_transfer_begin(&t, encoding);
	while (at < raw.len && d->count < STEPS_MAX) {
		const unsigned char *lf =
			memchr(raw.data + at, '\n', raw.len - at);
		size_t n = lf ? (size_t)(lf - raw.data) + 1 - at : raw.len - at;

		d->steps[d->count].at = (uint32_t)d->bytes.len;
		d->steps[d->count++].raw = (uint32_t)at;
		mgi_transfer_feed(&d->bytes, &t, mgi_span(raw.data + at, n));
		at += n;
	}
	mgi_transfer_end(&d->bytes, &t);
	d->steps[d->count].at = (uint32_t)d->bytes.len;
	d->steps[d->count].raw = (uint32_t)at;
	return mgi_buf_status(&d->bytes, err);
}

/* The encoded lines in which the decoded bytes [from, to) lie. */
static void place(mgi_line *l, decoded *d, size_t from, size_t to)
{
	uint32_t end;

	while (d->step > 0 && d->steps[d->step].at > from)
		d->step--;
	while (d->step + 1 < d->count && d->steps[d->step + 1].at <= from)
		d->step++;
	for (end = d->step + 1; end < d->count && d->steps[end].at < to;)
		end++;
	l->offset += d->steps[d->step].raw;
	l->length = d->steps[end].raw - d->steps[d->step].raw;
}

static bool is_plain(mailguard_span s)
{
	unsigned char odd = 0;
	size_t i;

	for (i = 0; i < s.len; i++)
		odd |= (unsigned char)(s.data[i] & 0x80) |
		       (unsigned char)(s.data[i] == 0x1b ? 0x80 : 0);
	return !odd;
}

/* NULL: it is UTF-8 as it stands. */
static const mgi_charset *charset_of(const mailguard_part *part,
                                     mailguard_span bytes)
{
	const mgi_charset *cs;
	mgi_sniff s;

	if (is_plain(bytes))
		return NULL;
	mgi_sniff_begin(&s);
	mgi_sniff_feed(&s, bytes);
	cs = mgi_label_choose(mgi_span_of(part->charset), &s).cs;
	if (cs == mgi_charset_utf8() && mgi_utf8_valid(bytes))
		return NULL;
	return cs;
}

/* One line of a part: from its bytes to the page. */
typedef struct lining {
	mgi_page *page;
	const mgi_charset *cs;
	decoded *d; /* NULL: not encoded */
	mgi_line like;
	mailguard_buffer text;
} lining;

static mailguard_status put(lining *w,
                            mailguard_span bytes,
                            size_t at,
                            mailguard_error *err)
{
	mailguard_span text = mgi_span(bytes.data + at, 0);
	mgi_line like = w->like;
	mailguard_status st = MAILGUARD_OK;
	const unsigned char *lf = memchr(text.data, '\n', bytes.len - at);

	text.len = lf ? (size_t)(lf - text.data) : bytes.len - at;
	while (text.len && text.data[text.len - 1] == '\r')
		text.len--;
	if (w->d) {
		place(&like, w->d, at, at + text.len);
	} else {
		like.offset += at;
		like.length = (uint32_t)text.len;
		like.exact = !w->cs || is_plain(text);
	}
	if (w->cs && !is_plain(text)) {
		mgi_buf_cut(&w->text, 0);
		st = mgi_text_as(&w->text, w->cs, text, err);
		text = mgi_buf_span(&w->text);
	}
	if (st == MAILGUARD_OK && !mgi_page_add(w->page, text, &like))
		st = mgi_fail_nomem(err);
	w->like.first = false;
	return st;
}

static mailguard_status put_lines(lining *w,
                                  mailguard_span bytes,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t at = 0;

	while (at < bytes.len && st == MAILGUARD_OK) {
		const unsigned char *lf =
			memchr(bytes.data + at, '\n', bytes.len - at);

		st = put(w, bytes, at, err);
		at = lf ? (size_t)(lf - bytes.data) + 1 : bytes.len;
	}
	return st;
}

/* UTF-16: it has no lines before it is decoded. */
static mailguard_status put_wide(lining *w,
                                 mailguard_span bytes,
                                 size_t raw_len,
                                 mailguard_error *err)
{
	mailguard_buffer all;
	mailguard_status st;
	decoded whole = { .count = 1 };

	mgi_buf_init(&all, w->page->mg);
	st = mgi_text_as(&all, w->cs, bytes, err);
	whole.steps = mgi_alloc(w->page->mg, 2 * sizeof(*whole.steps));
	if (!whole.steps && st == MAILGUARD_OK)
		st = mgi_fail_nomem(err);
	if (st == MAILGUARD_OK) {
		whole.steps[1].raw = (uint32_t)raw_len;
		whole.steps[1].at = (uint32_t)all.len;
		w->d = &whole;
		w->cs = NULL;
		st = put_lines(w, mgi_buf_span(&all), err);
		w->d = NULL;
	}
	mgi_free(w->page->mg, whole.steps);
	mgi_buf_done(&all);
	return st;
}

mailguard_status mgi_page_part(mgi_page *p,
                               const mailguard_part *part,
                               mgi_region region,
                               mailguard_span raw,
                               uint64_t offset,
                               mailguard_error *err)
{
	bool encoded = part->encoding >= MAILGUARD_ENCODING_BASE64 &&
	               part->encoding <= MAILGUARD_ENCODING_UU &&
	               !(part->flags & MAILGUARD_PART_MULTIPART);
	lining w = { .page = p,
		     .like = { .offset = offset,
		               .region = (uint8_t)region,
		               .first = true } };
	mailguard_status st = MAILGUARD_OK;
	mailguard_span bytes = raw;
	decoded d = { .count = 0 };

	mgi_buf_init(&d.bytes, p->mg);
	mgi_buf_init(&w.text, p->mg);
	if (encoded) {
		st = decode(&d, p->mg, part->encoding, raw, err);
		bytes = mgi_buf_span(&d.bytes);
		w.d = &d;
	}
	if (st == MAILGUARD_OK) {
		w.cs = charset_of(part, bytes);
		st = w.cs && mgi_charset_is_wide(w.cs)
		             ? put_wide(&w, bytes, raw.len, err)
		             : put_lines(&w, bytes, err);
	}
	mgi_buf_done(&d.bytes);
	mgi_buf_done(&w.text);
	mgi_free(p->mg, d.steps);
	return st;
}
