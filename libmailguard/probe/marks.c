/*
 * marks.c - who is there by their own words: the software of a greeting, and
 * the program that opens TLS on its way, by the issuer it writes.
 */
#include "probe/marks.h"

#include "base/text.h"
#include "probe/answer.h"

enum { PAIRS = 1024 };

static unsigned pair(const void *letters)
{
	const unsigned char *at = letters;

	return (unsigned)(mgi_lower(at[0]) * 29 + mgi_lower(at[1])) % PAIRS;
}

/* Most marks begin with two letters that are nowhere together. A mark has at
   least two (tools/mkmarks.c). */
static const char *find(const mgi_mark *marks, mailguard_span words)
{
	bool there[PAIRS] = { false };
	size_t i;

	for (i = 1; i < words.len; i++)
		there[pair(words.data + i - 1)] = true;
	for (; marks->words; marks++)
		if (there[pair(marks->words)] &&
		    mgi_span_find_nocase(words, marks->words) >= 0)
			return marks->name;
	return NULL;
}

const char *mgi_interceptor(const mailguard_transcript *t)
{
	const mailguard_certificate *c;
	const char *name = NULL;
	size_t i;

	for (i = 0; !name && (c = mailguard_transcript_certificate(t, i)); i++)
		name = find(mgi_marks_issuer, mgi_span_of(c->issuer));
	return name;
}

/* A greeting says it, or IMAP's answer to the login; a refusal may name any
   software there is. */
void mgi_answer_software(mailguard_answer *a)
{
	const mailguard_step *s =
		mgi_step_of(a->heard, MAILGUARD_PHASE_GREETING);

	a->software = s && s->answer == MAILGUARD_REPLY_OK
	                      ? find(mgi_marks_greeting, s->heard)
	                      : NULL;
}
