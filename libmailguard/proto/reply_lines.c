/*
 * reply_lines.c - walk a finished answer: its lines, its words for people and
 * what it offers.
 */
#include "base/buf.h"
#include "base/fail.h"
#include "proto/reply.h"

#include <string.h>

/* The line at `*at` of `s`, which moves on; false past the end. */
static bool raw_line(mailguard_span *out, mailguard_span s, size_t *at)
{
	mailguard_span rest = mgi_span_from(s, *at);
	const unsigned char *lf;
	size_t n;

	if (!rest.len)
		return false;
	lf = memchr(rest.data, '\n', rest.len);
	n = lf ? (size_t)(lf - rest.data) : rest.len;
	*at += lf ? n + 1 : n;
	if (lf && n && rest.data[n - 1] == '\r')
		n--;
	*out = mgi_span_head(rest, n);
	return true;
}

static void smtp_text(mailguard_span *line, const mailguard_reply *r)
{
	mailguard_enhanced e;
	mgi_smtp_line l;
	size_t n;

	if (!mgi_smtp_line_read(&l, *line))
		return;
	n = mailguard_enhanced_parse(&e, l.text);
	if (n && e.status_class == r->enhanced.status_class)
		l.text = mgi_span_trim(mgi_span_from(l.text, n));
	*line = l.text;
}

/* Lines of a body lie behind the first; their offset is the answer's. */
static bool pop3_line(mailguard_span *out, const mailguard_reply *r, size_t *at)
{
	size_t end;

	if (!r->body.data)
		return false;
	end = (size_t)(r->body.data - r->whole.data) + r->body.len;
	if (!raw_line(out, mgi_span_head(r->whole, end), at))
		return false;
	if (mgi_span_starts(*out, "."))
		*out = mgi_span_from(*out, 1);
	return true;
}

mailguard_status mailguard_reply_line(mailguard_span *out,
                                      const mailguard_reply *reply,
                                      size_t *at)
{
	bool smtp = reply->protocol == MAILGUARD_PROTOCOL_SMTP ||
	            reply->protocol == MAILGUARD_PROTOCOL_SUBMISSION;
	mailguard_span first;

	*out = mgi_span(NULL, 0);
	if (smtp) {
		if (!raw_line(out, reply->whole, at))
			return MAILGUARD_ITEROVER;
		smtp_text(out, reply);
		return MAILGUARD_OK;
	}
	if (*at)
		return pop3_line(out, reply, at) ? MAILGUARD_OK
		                                 : MAILGUARD_ITEROVER;
	if (!raw_line(&first, reply->whole, at))
		return MAILGUARD_ITEROVER;
	*out = reply->text;
	return MAILGUARD_OK;
}

/* Printable UTF-8; a run of anything else is one space. */
static void put_words(mailguard_buffer *out, mailguard_span s, size_t before)
{
	bool gap = out->len > before;
	size_t at = 0;

	while (at < s.len) {
		uint32_t c = mgi_utf8_next(s, &at);
		char utf8[4];

		if (c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x2028 ||
		    c == 0x2029) {
			gap = out->len > before;
			continue;
		}
		if (gap)
			mgi_buf_putc(out, ' ');
		gap = false;
		mgi_buf_add(out, utf8, mgi_utf8_put(utf8, c));
	}
}

mailguard_status mailguard_reply_text(mailguard_buffer *out,
                                      const mailguard_reply *reply,
                                      mailguard_error *err)
{
	size_t before, at = 0;
	mailguard_status st;
	mailguard_span line;

	if (!out || !reply)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "reply");
	before = out->len;
	while (mailguard_reply_line(&line, reply, &at) == MAILGUARD_OK) {
		put_words(out, line, before);
		if (reply->protocol == MAILGUARD_PROTOCOL_POP3)
			break;
	}
	st = mgi_buf_status(out, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}

/* The next thing offered, unparsed: a line, or a word of CAPABILITY. */
static bool next_offer(mailguard_span *out,
                       const mailguard_reply *r,
                       size_t *at)
{
	mailguard_span rest;

	if (r->protocol == MAILGUARD_PROTOCOL_IMAP) {
		if (!mgi_span_is_nocase(r->word, "CAPABILITY"))
			return false;
		rest = mgi_span_from(r->argument, *at);
		*out = mgi_reply_token(&rest);
		*at = r->argument.len - rest.len;
		return out->len > 0;
	}
	if (r->kind != MAILGUARD_REPLY_OK)
		return false;
	/* The first line names the server. */
	if (!*at && mailguard_reply_line(out, r, at) != MAILGUARD_OK)
		return false;
	return mailguard_reply_line(out, r, at) == MAILGUARD_OK;
}

mailguard_status mailguard_reply_capability(mailguard_capability *out,
                                            const mailguard_reply *reply,
                                            size_t *at)
{
	mailguard_span offer;

	while (next_offer(&offer, reply, at)) {
		size_t n = 0;

		offer = mgi_span_trim(offer);
		while (n < offer.len && offer.data[n] != ' ' &&
		       offer.data[n] != '\t' && offer.data[n] != '=')
			n++;
		if (!n)
			continue;
		out->name = mgi_span_head(offer, n);
		out->params = mgi_span_trim(mgi_span_from(offer, n + 1));
		return MAILGUARD_OK;
	}
	out->name = out->params = mgi_span(NULL, 0);
	return MAILGUARD_ITEROVER;
}

int mailguard_reply_has(const mailguard_reply *reply, const char *name)
{
	mailguard_capability c;
	size_t at = 0;

	while (mailguard_reply_capability(&c, reply, &at) == MAILGUARD_OK)
		if (mgi_span_is_nocase(c.name, name))
			return 1;
	return 0;
}

int mailguard_reply_has_param(const mailguard_reply *reply,
                              const char *name,
                              const char *param)
{
	mailguard_capability c;
	size_t at = 0;

	while (mailguard_reply_capability(&c, reply, &at) == MAILGUARD_OK) {
		mailguard_span rest = c.params;

		if (!mgi_span_is_nocase(c.name, name))
			continue;
		while (rest.len)
			if (mgi_span_is_nocase(mgi_reply_token(&rest), param))
				return 1;
	}
	return 0;
}
