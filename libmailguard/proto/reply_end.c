/*
 * reply_end.c - find where an answer ends, going on where the last call
 * stopped; and the limits, which are known before anything is read.
 *
 * An answer may come byte by byte. What was looked at is not looked at again
 * until its line is complete, and read once when the whole is.
 */
#include "base/fail.h"
#include "proto/reply.h"

#include <string.h>

typedef struct limits {
	size_t line, bytes, lines;
} limits;

static limits limits_of(const mailguard_reply *r, uint32_t flags)
{
	static const limits smtp = { MAILGUARD_REPLY_LINE_MAX,
		                     MAILGUARD_REPLY_BYTES_MAX,
		                     MAILGUARD_REPLY_LINES_MAX };
	/* Any line is short enough whose answer is. */
	static const limits imap = { MAILGUARD_REPLY_BYTES_MAX + 1,
		                     MAILGUARD_REPLY_BYTES_MAX, SIZE_MAX };
	static const limits pop3 = { MAILGUARD_REPLY_LINE_MAX,
		                     MAILGUARD_REPLY_BYTES_MAX, SIZE_MAX };
	static const limits body = { MAILGUARD_REPLY_LINE_MAX,
		                     MAILGUARD_REPLY_BODY_MAX, SIZE_MAX };

	if (r->protocol == MAILGUARD_PROTOCOL_IMAP)
		return imap;
	if (r->protocol == MAILGUARD_PROTOCOL_POP3)
		return flags & MAILGUARD_REPLY_MULTILINE ? body : pop3;
	return smtp;
}

static mailguard_status past(mailguard_error *err, mgi_say_id what, size_t max)
{
	return mgi_fail(err, (mailguard *)NULL, MAILGUARD_ELIMIT, what, "max",
	                mgi_u64(max).text);
}

/* The line at `p->line`, with its end. */
static mailguard_status next_line(mailguard_span *line,
                                  mailguard_reply_progress *p,
                                  mailguard_span bytes,
                                  limits max,
                                  mailguard_error *err)
{
	const unsigned char *lf = NULL;
	mailguard_span rest;

	if (p->line >= bytes.len)
		return MAILGUARD_AGAIN;
	rest = mgi_span_head(mgi_span_from(bytes, p->line), max.line);
	if (p->looked < p->line)
		p->looked = p->line;
	*line = mgi_span_from(rest, p->looked - p->line);
	if (line->len)
		lf = memchr(line->data, '\n', line->len);
	if (lf)
		rest = mgi_span_head(rest, (size_t)(lf - rest.data) + 1);
	if (rest.len > max.bytes - p->line)
		return past(err, MGI_SAY_REPLY_TOO_LONG, max.bytes);
	if (!lf && rest.len == max.line)
		return past(err, MGI_SAY_REPLY_LINE_TOO_LONG, max.line);

	p->looked = p->line + (uint32_t)rest.len;
	*line = rest;
	return lf ? MAILGUARD_OK : MAILGUARD_AGAIN;
}

static bool goes_on(uint64_t *literal,
                    mailguard_reply_progress *p,
                    const mailguard_reply *r,
                    uint32_t flags,
                    mailguard_span line)
{
	line.len--;
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	*literal = 0;
	if (r->protocol == MAILGUARD_PROTOCOL_IMAP)
		return mgi_imap_goes_on(literal, &p->state, line);
	if (r->protocol == MAILGUARD_PROTOCOL_POP3)
		return mgi_pop3_goes_on(&p->state, flags, line);
	return mgi_smtp_goes_on(line);
}

mailguard_status mgi_reply_find_end(size_t *end,
                                    mailguard_reply_progress *p,
                                    const mailguard_reply *r,
                                    const mgi_reply_in *in,
                                    mailguard_error *err)
{
	limits max = limits_of(r, in->flags);
	mailguard_status st;
	mailguard_span line;
	uint64_t literal;

	/* Not of these bytes: begin anew rather than trust it. */
	if (p->looked > in->bytes.len || p->line > max.bytes)
		memset(p, 0, sizeof(*p));
	while ((st = next_line(&line, p, in->bytes, max, err)) ==
	       MAILGUARD_OK) {
		bool more = goes_on(&literal, p, r, in->flags, line);

		p->line = p->looked;
		p->lines++;
		if (!more) {
			*end = p->line;
			return MAILGUARD_OK;
		}
		if (literal > max.bytes - p->line)
			return past(err, MGI_SAY_REPLY_TOO_LONG, max.bytes);
		if (p->lines >= max.lines)
			return past(err, MGI_SAY_REPLY_TOO_MANY_LINES,
			            max.lines);
		p->line += (uint32_t)literal;
	}
	return st;
}
