/*
 * smtp_code.c - see smtp_code.h. It finds digits that are codes; what they
 * mean is in the tables.
 */
#include "classify/smtp_code.h"

#include <string.h>

/* Up to `max` digits at `*i`; -1 if there is none or more. */
static int32_t number(const mgi_folded *f, size_t *i, int max)
{
	int32_t n = 0;
	size_t at = *i;

	while (at < f->len && mgi_is_digit(f->text[at]) &&
	       at - *i < (size_t)max)
		n = n * 10 + (f->text[at++] - '0');
	if (at == *i || (at < f->len && mgi_is_digit(f->text[at])))
		return -1;
	*i = at;
	return n;
}

static bool dot(const mgi_folded *f, size_t *i)
{
	bool yes = *i < f->len && f->text[*i] == '.';

	*i += yes;
	return yes;
}

bool mgi_smtp_status(mgi_smtp_code *out, const mgi_folded *f, size_t at)
{
	mailguard_span s;
	size_t i = at;

	if (at && (mgi_folded_word(f, at - 1) || f->text[at - 1] == '.'))
		return false;
	out->class = number(f, &i, 1);
	if (out->class != 2 && out->class != 4 && out->class != 5)
		return false;
	if (!dot(f, &i))
		return false;
	out->subject = number(f, &i, 1);
	if (out->subject < 0 || out->subject > 7 || !dot(f, &i))
		return false;
	out->detail = number(f, &i, 3);
	if (out->detail < 0 || mgi_folded_word(f, i))
		return false;
	if (i + 1 < f->len && f->text[i] == '.' && mgi_folded_word(f, i + 1))
		return false;
	out->start = at;
	out->end = i;
	s = mgi_span(f->text + at, i - at);
	memcpy(out->text, s.data, s.len);
	out->text[s.len] = '\0';
	return true;
}

bool mgi_smtp_is_vague(const mgi_smtp_code *s)
{
	return s->detail == 0 || (s->subject == 7 && s->detail == 1) ||
	       (s->subject == 5 && s->detail < 2);
}

bool mgi_smtp_introduced(const mgi_folded *f, size_t at)
{
	static const char *const words[] = { "said",      "error",  "code",
		                             "returned",  "reply",  "response",
		                             "responded", "smtp",   "server",
		                             "status",    "エラー", "応答" };
	mailguard_span head;
	size_t i, n = at;

	while (n && mgi_is_one_of(f->text[n - 1], " :'\"(=[<>"))
		n--;
	if (n == 0 || n < at - (f->text[at - 1] == ' '))
		return true;
	head = mgi_span(f->text, n);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (head.len >= len &&
		    memcmp(head.data + head.len - len, words[i], len) == 0)
			return true;
	}
	return false;
}

int32_t mgi_smtp_reply(const mgi_folded *f, size_t at, size_t *end)
{
	size_t i = at;
	int32_t code;

	if (at && (mgi_folded_word(f, at - 1) || f->text[at - 1] == '.'))
		return 0;
	code = number(f, &i, 3);
	if (i - at != 3 || code < 200 || code > 599 || mgi_folded_word(f, i))
		return 0;
	if (i + 1 < f->len && f->text[i] == '.' && mgi_folded_word(f, i + 1))
		return 0;
	*end = i;
	return code;
}
