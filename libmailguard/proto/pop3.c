/*
 * pop3.c - one POP3 answer: "+OK", "-ERR [CODE] text", "+ " (RFC 1939, 2449,
 * 5034), and the lines up to a dot that may follow.
 */
#include "proto/reply.h"

#include <string.h>

/* Lines are not counted against a limit of their own: UIDL has many. */
static mailguard_status read_body(mailguard_reply *r, mgi_reply_in *in)
{
	size_t begin = in->at, end;
	mailguard_span line;
	mailguard_status st;

	do {
		end = in->at;
		st = mgi_reply_line(&line, in);
	} while (st == MAILGUARD_OK && !mgi_span_is(line, "."));
	if (st == MAILGUARD_OK)
		r->body = mgi_span_from(mgi_span_head(in->bytes, end), begin);
	return st;
}

bool mgi_pop3_goes_on(uint32_t *state, uint32_t flags, mailguard_span line)
{
	if (*state)
		return !mgi_span_is(line, ".");
	*state = 1;
	return flags & MAILGUARD_REPLY_MULTILINE &&
	       mgi_span_starts_nocase(line, "+OK");
}

/* RFC 2449, 8: the code stands in brackets right behind the status. */
static void take_text(mailguard_reply *r, mailguard_span text)
{
	const unsigned char *close = NULL;
	size_t n;

	if (text.len && text.data[0] == '[')
		close = memchr(text.data, ']', text.len);
	if (close) {
		n = (size_t)(close - text.data);
		mgi_reply_word(r, mgi_span_from(mgi_span_head(text, n), 1));
		text = mgi_span_trim(mgi_span_from(text, n + 1));
	}
	r->text = text;
}

/* "+OK", also when text follows without a space, as some write it. */
static bool take_status(mailguard_reply *r,
                        mailguard_span line,
                        const char *status)
{
	mailguard_span rest = mgi_span_from(line, strlen(status));

	if (!mgi_span_starts_nocase(line, status))
		return false;
	r->status = mgi_span_head(line, strlen(status));
	if (rest.len && rest.data[0] != ' ' && rest.data[0] != '\t')
		r->odd |= MAILGUARD_REPLY_ODD_NO_SPACE;
	take_text(r, mgi_span_trim(rest));
	return true;
}

mailguard_status mgi_reply_pop3(mailguard_reply *r, mgi_reply_in *in)
{
	mailguard_span line;
	mailguard_status st = mgi_reply_line(&line, in);

	if (st != MAILGUARD_OK)
		return st;
	if (take_status(r, line, "-ERR")) {
		r->kind = mgi_reply_refusal(r->protocol, r->word);
		return MAILGUARD_OK;
	}
	if (take_status(r, line, "+OK")) {
		r->kind = MAILGUARD_REPLY_OK;
		return in->flags & MAILGUARD_REPLY_MULTILINE ? read_body(r, in)
		                                             : MAILGUARD_OK;
	}
	if (mgi_span_is(line, "+") || mgi_span_starts(line, "+ ")) {
		r->kind = MAILGUARD_REPLY_MORE;
		r->status = mgi_span_head(line, 1);
		r->text = mgi_span_from(line, 2);
		return MAILGUARD_OK;
	}
	mgi_reply_garbage(r, line);
	return MAILGUARD_OK;
}
