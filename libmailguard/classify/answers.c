/*
 * answers.c - POP3 and IMAP answers in a text: "-ERR", "NO", "BYE" and the
 * response codes in brackets, which say more than these.
 */
#include "classify/sign.h"

#include <string.h>

/* "[CODE]" or "[CODE argument]" at `at`. */
static void read_bracket(mgi_reading *r, size_t at, bool pop3)
{
	const mgi_folded *f = r->folded;
	char code[40] = "[";
	size_t n = 1, i = at + 1;
	mailguard_span s;

	while (i < f->len && n < sizeof(code) - 1 && f->text[i] != ']' &&
	       f->text[i] != ' ')
		code[n++] = (char)f->text[i++];
	if (i >= f->len || n == sizeof(code) - 1)
		return;
	code[n++] = ']';
	s = mgi_span(code, n);
	while (i < f->len && f->text[i] != ']')
		i++;
	if (i == f->len)
		return;
	if (mgi_code_of(r->sets, "pop3", s) &&
	    (pop3 || !mgi_code_of(r->sets, "imap-code", s)))
		mgi_sign_known(r, "pop3", s, at, i + 1);
	else
		mgi_sign_known(r, "imap-code", s, at, i + 1);
}

/* The "no" of "a1 no [code] text": after a tag at the head of a line. */
static void read_status(mgi_reading *r)
{
	static const char *const words[] = { "no", "bad", "bye" };
	mailguard_span s = mgi_span(r->folded->text, r->folded->len);
	const unsigned char *gap = memchr(s.data, ' ', s.len < 24 ? s.len : 24);
	mailguard_span rest;
	size_t i, at;

	if (!gap)
		return;
	at = (size_t)(gap - s.data) + 1;
	rest = mgi_span_from(s, at);
	for (i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);

		if (!mgi_span_starts(rest, words[i]) ||
		    (rest.len > n && rest.data[n] != ' '))
			continue;
		/* A tag has a digit, or is "*": "has no mailbox" is prose. */
		if (s.data[0] == '*' || mgi_is_digit(gap[-1]))
			mgi_sign_known(r, "imap-status", mgi_span_of(words[i]),
			               at, at + n);
	}
}

void mgi_read_answers(mgi_reading *r)
{
	const mgi_folded *f = r->folded;
	mailguard_span s = mgi_span(f->text, f->len);
	ptrdiff_t err = mgi_span_find_nocase(s, "-err");
	const char *code = "-ERR";
	size_t i;

	for (i = 0; i < f->len; i++)
		if (f->text[i] == '[')
			read_bracket(r, i, err >= 0);
	read_status(r);
	if (err < 0)
		return;
	if (r->phase == MAILGUARD_PHASE_LOGIN)
		code = "-ERR@PASS";
	else if (r->phase == MAILGUARD_PHASE_GREETING)
		code = "-ERR@greeting";
	const mgi_code_row *row =
		mgi_code_of(r->sets, "pop3", mgi_span_of(code));
	if (row)
		mgi_sign_code(r, row,
		              mgi_code_weight(row) > 45 ? 45
		                                        : mgi_code_weight(row),
		              (size_t)err, (size_t)err + 4);
}
