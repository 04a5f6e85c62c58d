/*
 * draft_field.c - header fields as bytes: folded, and encoded in words that
 * hold whole characters (RFC 2047, 2231, 5322).
 */
#include "mime/draft.h"

#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/text.h"
#include "mime/transfer.h"

static bool note(mailguard_draft *d, const mgi_misfit *m, const char *where)
{
	size_t cap = d->misfit_cap ? d->misfit_cap * 2 : 16;
	mailguard_misfit *list = d->misfits;

	if (d->misfit_count == d->misfit_cap) {
		list = mgi_resize(d->mg, list, cap * sizeof(*list));
		if (!list)
			return false;
		d->misfits = list;
		d->misfit_cap = cap;
	}
	list += d->misfit_count++;
	memset(list, 0, sizeof(*list));
	list->c = m->c;
	list->offset = m->at;
	list->where = where;
	return true;
}

mailguard_status mgi_draft_encode(mailguard_buffer *out,
                                  mailguard_draft *d,
                                  mailguard_span utf8,
                                  uint64_t at,
                                  const char *where,
                                  mailguard_error *err)
{
	mailguard_status st;
	uint64_t i;

	st = mgi_charset_encode(out, &d->found, d->charset, utf8, err);
	if (st < 0)
		return st;
	d->misfit_all += d->found.count;
	for (i = 0; i < d->found.count && i < MGI_MISFITS_MAX; i++) {
		d->found.list[i].at += at;
		if (!note(d, &d->found.list[i], where))
			return mgi_fail_nomem(err);
	}
	return MAILGUARD_OK;
}

/* -- folding --------------------------------------------------------------- */

static void put(mgi_fold *f, const char *s, size_t n)
{
	mgi_buf_add(f->out, s, n);
	f->col += n;
}

/* White space and a word; on a new line if it does not fit on this one. */
static void put_word(mgi_fold *f, mailguard_span space, mailguard_span word)
{
	if (f->col + space.len + word.len > MGI_FOLD && f->col > 1 &&
	    space.len) {
		mgi_buf_puts(f->out, "\r\n");
		f->col = 0;
	}
	put(f, (const char *)space.data, space.len);
	put(f, (const char *)word.data, word.len);
}

/* Words of ASCII, their white space kept. */
static void put_plain(mgi_fold *f, mailguard_span s)
{
	mailguard_span lead = mgi_span(" ", 1);
	size_t i = 0, begin;

	s = mgi_span_trim(s);
	while (i < s.len) {
		begin = i;
		while (i < s.len && s.data[i] != ' ' && s.data[i] != '\t')
			i++;
		put_word(f, lead, mgi_span(s.data + begin, i - begin));
		begin = i;
		while (i < s.len && (s.data[i] == ' ' || s.data[i] == '\t'))
			i++;
		lead = mgi_span(s.data + begin, i - begin);
	}
}

/* -- encoded words --------------------------------------------------------- */

/* One word of the first `n` bytes of `s`. */
static mailguard_status make_word(mailguard_buffer *word,
                                  mailguard_draft *d,
                                  mailguard_span s,
                                  mailguard_error *err)
{
	mailguard_buffer bytes;
	mailguard_status st;

	mgi_buf_cut(word, 0);
	mgi_buf_init(&bytes, d->mg);
	st = mgi_charset_encode(&bytes, &d->found, d->charset, s, err);
	if (st == MAILGUARD_OK) {
		mgi_buf_puts(word, "=?");
		mgi_buf_puts(word, mgi_charset_name(d->charset));
		mgi_buf_puts(word, "?B?");
		mgi_base64_put(word, mgi_buf_span(&bytes));
		mgi_buf_puts(word, "?=");
		st = mgi_buf_status(word, err);
	}
	mgi_buf_done(&bytes);
	return st;
}

/* The longest head of `s` whose word fits in `room`; at least a character. */
static mailguard_status longest_word(size_t *took,
                                     mailguard_buffer *word,
                                     mailguard_draft *d,
                                     mailguard_span s,
                                     size_t room)
{
	size_t n = mgi_utf8_cut(s, room), one = 0;
	mailguard_status st;

	(void)mgi_utf8_next(s, &one);
	n = n > one ? n : one;
	for (;;) {
		st = make_word(word, d, mgi_span_head(s, n), NULL);
		if (st < 0 || word->len <= room || n <= one)
			break;
		n = mgi_utf8_cut(s, n - 1);
		n = n > one ? n : one;
	}
	*took = n;
	return st;
}

static bool is_padded(const mailguard_buffer *word)
{
	return word->len > 3 && word->at[word->len - 3] == '=';
}

/*
 * A little shorter if its base64 then needs no padding: some readers join
 * words before they decode them, and padding ends what they read.
 */
static mailguard_status fit_word(size_t *took,
                                 mailguard_buffer *word,
                                 mailguard_draft *d,
                                 mailguard_span s,
                                 size_t room)
{
	mailguard_status st = longest_word(took, word, d, s, room);
	size_t longest = *took, n = longest;

	while (st == MAILGUARD_OK && *took < s.len && is_padded(word) &&
	       n > longest / 2) {
		n = mgi_utf8_cut(s, n - 1);
		if (!n)
			break;
		st = make_word(word, d, mgi_span_head(s, n), NULL);
		*took = n;
	}
	if (st == MAILGUARD_OK && *took < longest && is_padded(word)) {
		*took = longest;
		st = make_word(word, d, mgi_span_head(s, longest), NULL);
	}
	return st;
}

static mailguard_status put_encoded(mgi_fold *f,
                                    mailguard_draft *d,
                                    mailguard_span s,
                                    mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_buffer word;

	mgi_buf_init(&word, d->mg);
	while (s.len && st == MAILGUARD_OK) {
		size_t room = f->col + 1 < 40 ? 76 - f->col - 1 : MGI_WORD_MAX;
		size_t took = 0;

		if (room > MGI_WORD_MAX)
			room = MGI_WORD_MAX;
		st = fit_word(&took, &word, d, s, room);
		/* A line with an encoded word has 76 characters at most. */
		if (f->col + 1 + word.len > 76 && f->col > 1) {
			mgi_buf_puts(f->out, "\r\n");
			f->col = 0;
		}
		put_word(f, mgi_span(" ", 1), mgi_buf_span(&word));
		s = mgi_span_from(s, took);
	}
	mgi_buf_done(&word);
	return st < 0 ? mgi_fail_nomem(err) : mgi_buf_status(f->out, err);
}

/* ASCII whose words can be folded and that looks like no encoded word. */
static bool is_plain(mailguard_span s)
{
	size_t i, run = 0;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] >= 0x7f)
			return false;
		run = s.data[i] == ' ' || s.data[i] == '\t' ? 0 : run + 1;
		if (run > MGI_FOLD - 2)
			return false;
	}
	return mgi_span_find_nocase(s, "=?") < 0;
}

static mailguard_status put_text(mgi_fold *f,
                                 mailguard_draft *d,
                                 const mgi_field *field,
                                 mailguard_error *err)
{
	mailguard_span s = mgi_span_trim(mgi_span_of(field->value));
	size_t lead = (size_t)(s.data - (const unsigned char *)field->value);
	mailguard_buffer all;
	mailguard_status st;

	if (is_plain(s)) {
		put_plain(f, s);
		return mgi_buf_status(f->out, err);
	}
	/* Once as a whole, for what does not fit and where. */
	mgi_buf_init(&all, d->mg);
	st = mgi_draft_encode(&all, d, s, lead, field->name, err);
	mgi_buf_done(&all);
	return st < 0 ? st : put_encoded(f, d, s, err);
}

/* -- mailboxes ------------------------------------------------------------- */

static bool is_atoms(mailguard_span s)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~ ";
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!mgi_is_alnum(s.data[i]) &&
		    !memchr(others, s.data[i], sizeof(others) - 1))
			return false;
	return true;
}

static void put_quoted(mgi_fold *f, mailguard_span s)
{
	mailguard_buffer q;
	size_t i;

	mgi_buf_init(&q, f->out->mg);
	mgi_buf_putc(&q, '"');
	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '"' || s.data[i] == '\\')
			mgi_buf_putc(&q, '\\');
		mgi_buf_add(&q, s.data + i, 1);
	}
	mgi_buf_putc(&q, '"');
	if (q.failed && !f->out->failed)
		f->out->failed = q.failed;
	/* Some readers keep a fold between quotes as it is. */
	if (q.len < MGI_FOLD)
		put_word(f, mgi_span(" ", 1), mgi_buf_span(&q));
	else
		put_plain(f, mgi_buf_span(&q));
	mgi_buf_done(&q);
}

static mailguard_status put_mailbox(mgi_fold *f,
                                    mailguard_draft *d,
                                    const mgi_field *field,
                                    mailguard_error *err)
{
	mailguard_span name = mgi_span_trim(mgi_span_of(field->value));
	mailguard_buffer a;
	mailguard_status st = MAILGUARD_OK;

	if (name.len && !is_plain(name))
		st = put_text(f, d, field, err);
	else if (name.len && is_atoms(name))
		put_plain(f, name);
	else if (name.len)
		put_quoted(f, name);
	if (st < 0)
		return st;
	mgi_buf_init(&a, d->mg);
	if (!field->address[0]) /* a group of nobody (RFC 6854) */
		mgi_buf_puts(&a, ":;");
	else
		mgi_buf_printf(&a, name.len ? "<%s>" : "%s", field->address);
	mgi_buf_puts(&a, field->more ? "," : "");
	st = mgi_buf_status(&a, err);
	put_word(f, mgi_span(" ", 1), mgi_buf_span(&a));
	mgi_buf_done(&a);
	return st < 0 ? st : mgi_buf_status(f->out, err);
}

mailguard_status mgi_draft_put_field(mailguard_buffer *out,
                                     mailguard_draft *d,
                                     const mgi_field *field,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_fold f = { out, 0 };

	put(&f, field->name, strlen(field->name));
	put(&f, ":", 1);
	if (field->kind == MGI_FIELD_PLAIN)
		put_plain(&f, mgi_span_of(field->value));
	else if (field->kind == MGI_FIELD_TEXT)
		st = put_text(&f, d, field, err);
	for (; field && field->kind == MGI_FIELD_MAILBOX && st == MAILGUARD_OK;
	     field = field->more)
		st = put_mailbox(&f, d, field, err);
	mgi_buf_puts(out, "\r\n");
	return st < 0 ? st : mgi_buf_status(out, err);
}

/* -- file names ------------------------------------------------------------ */

/* In UTF-8 whatever the text is in: percent signs are ASCII to every reader. */

static bool is_simple(const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i < n; i++)
		if ((unsigned char)name[i] >= 0x7f || strchr("\"\\", name[i]))
			return false;
	return n <= 50 && mgi_span_find_nocase(mgi_span_of(name), "=?") < 0;
}

#define PIECE 54 /* characters of a value on one line */

/* A byte of an extended value (RFC 5987's attr-char stand for themselves). */
static size_t put_percent(char to[3], unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";

	if (mgi_is_alnum(c) || (c < 0x7f && strchr("-._~", c) && c)) {
		to[0] = (char)c;
		return 1;
	}
	to[0] = '%';
	to[1] = hex[c >> 4];
	to[2] = hex[c & 15];
	return 3;
}

mailguard_status mgi_draft_put_filename(mailguard_buffer *out,
                                        mailguard_draft *d,
                                        const char *name,
                                        mailguard_error *err)
{
	const mgi_charset *charset = d->charset;
	mailguard_span s = mgi_span_of(name);
	mailguard_buffer bytes;
	mailguard_status st;
	size_t i, section = 0, col = PIECE;
	char unit[3];

	if (is_simple(name)) {
		mgi_buf_printf(out, ";\r\n filename=\"%s\"", name);
		return mgi_buf_status(out, err);
	}
	mgi_buf_init(&bytes, d->mg);
	d->charset = mgi_charset_utf8();
	st = mgi_draft_encode(&bytes, d, s, 0, name, err);
	d->charset = charset;
	mgi_buf_done(&bytes);
	for (i = 0; i < s.len && st == MAILGUARD_OK; i++) {
		bool begins = (s.data[i] & 0xc0) != 0x80;

		/* Some decode piece by piece: no character is cut. */
		if (begins && col + 12 > PIECE) {
			mgi_buf_printf(out, ";\r\n filename*%zu*=%s", section,
			               section ? "" : "utf-8''");
			section++;
			col = 0;
		}
		mgi_buf_add(out, unit, put_percent(unit, s.data[i]));
		col += 3;
	}
	return st < 0 ? st : mgi_buf_status(out, err);
}
