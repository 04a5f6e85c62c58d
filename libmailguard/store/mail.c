/*
 * mail.c - a message on its way into a new store: its bytes pass once.
 */
#include "store/sink.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* Its first Date field, folded or not. */
static mailguard_span date_field(mailguard_span head)
{
	while (head.len && head.data[0] != '\n' && head.data[0] != '\r') {
		size_t n = 0;

		do {
			const unsigned char *lf =
				memchr(head.data + n, '\n', head.len - n);

			n = lf ? (size_t)(lf - head.data) + 1 : head.len;
		} while (n < head.len &&
		         (head.data[n] == ' ' || head.data[n] == '\t'));
		if (mgi_span_starts_nocase(head, "Date:"))
			return mgi_span_trim(mgi_span(head.data + 5, n - 5));
		head = mgi_span_from(head, n);
	}
	return mgi_span(NULL, 0);
}

/* Some encode even that. */
static mailguard_status date_find(mgi_mail *m,
                                  mailguard *mg,
                                  mailguard_error *err)
{
	mailguard_span value = date_field(m->head);
	mailguard_buffer b;
	mailguard_status st;

	if (!value.len || mgi_span_find_nocase(value, "=?") < 0) {
		m->date = mailguard_header_date(NULL, value);
		return MAILGUARD_OK;
	}
	mgi_buf_init(&b, mg);
	st = mailguard_header_text(&b, value, err);
	m->date = mailguard_header_date(NULL, mgi_buf_span(&b));
	mgi_buf_done(&b);
	return st;
}

mailguard_status mgi_mail_open(mgi_mail *m,
                               mailguard *mg,
                               mailguard_source *source,
                               mailguard_error *err)
{
	mailguard_status st;

	st = mailguard_source_open(&m->stream, source, err);
	if (st < 0 || m->dated)
		return st;
	st = mailguard_stream_next(&m->head, m->stream, err);
	if (st >= 0)
		st = date_find(m, mg, err);
	if (st < 0)
		mgi_mail_done(m);
	return st < 0 ? st : MAILGUARD_OK;
}

static void pass(mgi_mail *m,
                 mailguard_span bytes,
                 void (*put)(void *to, mailguard_span bytes),
                 void *to)
{
	m->size += bytes.len;
	if (m->digest && bytes.len)
		mgi_digest_add(m->digest, bytes);
	put(to, bytes);
}

mailguard_status mgi_mail_drain(mgi_mail *m,
                                void (*put)(void *to, mailguard_span bytes),
                                void *to,
                                mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_span s;

	pass(m, m->head, put, to);
	m->head = mgi_span(NULL, 0);
	while ((st = mailguard_stream_next(&s, m->stream, err)) == MAILGUARD_OK)
		pass(m, s, put, to);
	return st < 0 ? st : MAILGUARD_OK;
}

void mgi_mail_done(mgi_mail *m)
{
	mailguard_stream_free(m->stream);
	m->stream = NULL;
}
