/*
 * reply.c - one answer, whatever the protocol: its lines, a torn end.
 *
 * What a line means is known to smtp.c, imap.c and pop3.c.
 */
#include "base/fail.h"
#include "proto/reply.h"

#include <string.h>

static void note_oddities(mgi_reply_in *in, mailguard_span line)
{
	size_t i;

	for (i = 0; i < line.len; i++) {
		unsigned char c = line.data[i];

		if (c >= 0x80)
			in->odd |= MAILGUARD_REPLY_ODD_8BIT;
		else if ((c < 0x20 && c != '\t') || c == 0x7F)
			in->odd |= MAILGUARD_REPLY_ODD_CONTROL;
	}
}

static mailguard_status unfinished(mailguard_span *line,
                                   mgi_reply_in *in,
                                   mailguard_span rest)
{
	if (!rest.len || !(in->flags & MAILGUARD_REPLY_LAST))
		return MAILGUARD_AGAIN;

	in->odd |= MAILGUARD_REPLY_ODD_TORN;
	in->at = in->bytes.len;
	in->lines++;
	note_oddities(in, rest);
	*line = rest;
	return MAILGUARD_OK;
}

mailguard_status mgi_reply_line(mailguard_span *line, mgi_reply_in *in)
{
	mailguard_span rest = mgi_span_from(in->bytes, in->at);
	const unsigned char *lf = NULL;
	size_t n;

	if (rest.len)
		lf = memchr(rest.data, '\n', rest.len);
	if (!lf)
		return unfinished(line, in, rest);

	n = (size_t)(lf - rest.data);
	in->at += n + 1;
	in->lines++;
	if (n && rest.data[n - 1] == '\r')
		n--;
	else
		in->odd |= MAILGUARD_REPLY_ODD_BARE_LF;
	*line = mgi_span_head(rest, n);
	note_oddities(in, *line);
	return MAILGUARD_OK;
}

mailguard_status mgi_reply_skip(mgi_reply_in *in, uint64_t n)
{
	if (n > in->bytes.len - in->at)
		return MAILGUARD_AGAIN;
	in->at += (size_t)n;
	return MAILGUARD_OK;
}

void mgi_reply_garbage(mailguard_reply *r, mailguard_span line)
{
	r->kind = MAILGUARD_REPLY_GARBAGE;
	if (!r->text.len)
		r->text = line;
}

mailguard_span mgi_reply_token(mailguard_span *rest)
{
	mailguard_span token;
	size_t n = 0;

	while (n < rest->len && rest->data[n] != ' ')
		n++;
	token = mgi_span_head(*rest, n);
	while (n < rest->len && rest->data[n] == ' ')
		n++;
	*rest = mgi_span_from(*rest, n);
	return token;
}

void mgi_reply_word(mailguard_reply *r, mailguard_span inside)
{
	r->word = mgi_reply_token(&inside);
	r->argument = inside;
}

/* The connection ended inside an answer: nothing good may be believed. */
static void tear(mailguard_reply *r, mgi_reply_in *in, mailguard_status st)
{
	in->odd |= MAILGUARD_REPLY_ODD_TORN;
	in->at = in->bytes.len;
	if (st == MAILGUARD_AGAIN || r->kind == MAILGUARD_REPLY_OK ||
	    r->kind == MAILGUARD_REPLY_MORE || r->kind == MAILGUARD_REPLY_DATA)
		mgi_reply_garbage(r, in->bytes);
}

static mailguard_status read_reply(mailguard_reply *r, mgi_reply_in *in)
{
	mailguard_status st;

	if (r->protocol == MAILGUARD_PROTOCOL_IMAP)
		st = mgi_reply_imap(r, in);
	else if (r->protocol == MAILGUARD_PROTOCOL_POP3)
		st = mgi_reply_pop3(r, in);
	else
		st = mgi_reply_smtp(r, in);

	if (st == MAILGUARD_AGAIN || in->odd & MAILGUARD_REPLY_ODD_TORN)
		tear(r, in, st);
	r->odd |= in->odd;
	r->lines = in->lines;
	r->whole = mgi_span_head(in->bytes, in->at);
	return MAILGUARD_OK;
}

/* First where it ends, so that no byte is judged before all are there. */
static mailguard_status find_and_read(mailguard_reply *r,
                                      mgi_reply_in *in,
                                      mailguard_reply_progress *p,
                                      mailguard_error *err)
{
	size_t end = in->bytes.len;
	mailguard_status st = mgi_reply_find_end(&end, p, r, in, err);

	if (st == MAILGUARD_AGAIN && end && (in->flags & MAILGUARD_REPLY_LAST))
		st = MAILGUARD_OK;
	if (st != MAILGUARD_OK)
		return st;
	in->bytes = mgi_span_head(in->bytes, end);
	return read_reply(r, in);
}

mailguard_status mailguard_reply_parse(mailguard_reply *out,
                                       mailguard_protocol protocol,
                                       uint32_t flags,
                                       mailguard_span bytes,
                                       mailguard_error *err)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;
	mgi_reply_in in = { bytes, 0, flags, 0, 0 };
	mailguard_reply_progress p;
	size_t size = out->size;
	mailguard_status st;

	if (size < sizeof(r))
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_REPLY_NO_SIZE);
	p = out->progress;
	memset(out, 0, size);
	out->size = size;
	if (protocol < MAILGUARD_PROTOCOL_SMTP ||
	    protocol > MAILGUARD_PROTOCOL_POP3 || flags > 3)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_REPLY_NO_PROTOCOL);

	r.size = size;
	r.protocol = protocol;
	st = find_and_read(&r, &in, &p, err);
	if (st == MAILGUARD_OK)
		memcpy(out, &r, sizeof(r));
	if (st == MAILGUARD_AGAIN)
		out->progress = p;
	return st;
}
