/*
 * smtp.c - one SMTP answer: "250-first", "250 last" (RFC 5321, 4.2).
 */
#include "proto/reply.h"

bool mgi_smtp_line_read(mgi_smtp_line *out, mailguard_span line)
{
	mailguard_span rest = mgi_span_from(line, 3);
	size_t i;

	if (line.len < 3 || (rest.len && mgi_is_digit(rest.data[0])))
		return false;
	out->code = 0;
	for (i = 0; i < 3; i++) {
		if (!mgi_is_digit(line.data[i]))
			return false;
		out->code = out->code * 10 + (line.data[i] - '0');
	}
	out->more = rest.len && rest.data[0] == '-';
	out->no_space = rest.len && !out->more && rest.data[0] != ' ';
	out->text = out->no_space ? rest : mgi_span_from(rest, 1);
	return true;
}

bool mgi_smtp_goes_on(mailguard_span line)
{
	mgi_smtp_line l;

	return mgi_smtp_line_read(&l, line) && l.more;
}

/* A greeting may begin with a version, "220 4.8.1 ESMTP": only refusals may
 * be at odds with their code. */
static void take_enhanced(mailguard_reply *r, mailguard_span *text)
{
	mailguard_enhanced e;
	size_t n = mailguard_enhanced_parse(&e, *text);
	int32_t digit = r->code / 100;

	if (!n || digit < 2 || digit == 3 ||
	    (digit == 2) != (e.status_class == 2))
		return;
	if (!r->enhanced.status_class)
		r->enhanced = e;
	if (e.status_class != digit)
		r->odd |= MAILGUARD_REPLY_ODD_ENHANCED;
	*text = mgi_span_trim(mgi_span_from(*text, n));
}

static void take_line(mailguard_reply *r, mgi_smtp_line l, mailguard_span line)
{
	if (r->status.len && l.code != r->code)
		r->odd |= MAILGUARD_REPLY_ODD_CODES;
	if (l.no_space)
		r->odd |= MAILGUARD_REPLY_ODD_NO_SPACE;
	r->code = l.code;
	r->status = mgi_span_head(line, 3);
	take_enhanced(r, &l.text);
	if (!r->text.len)
		r->text = l.text;
}

static mailguard_reply_kind kind_of(int32_t code)
{
	switch (code / 100) {
	case 2:
		return MAILGUARD_REPLY_OK;
	case 3:
		return MAILGUARD_REPLY_MORE;
	case 4:
		return MAILGUARD_REPLY_TEMPORARY;
	case 5:
		return MAILGUARD_REPLY_PERMANENT;
	default:
		return MAILGUARD_REPLY_GARBAGE;
	}
}

mailguard_status mgi_reply_smtp(mailguard_reply *r, mgi_reply_in *in)
{
	mgi_smtp_line l;

	do {
		mailguard_span line;
		mailguard_status st = mgi_reply_line(&line, in);

		if (st != MAILGUARD_OK)
			return st;
		if (!mgi_smtp_line_read(&l, line)) {
			mgi_reply_garbage(r, line);
			return MAILGUARD_OK;
		}
		take_line(r, l, line);
	} while (l.more);
	r->kind = kind_of(r->code);
	return MAILGUARD_OK;
}
