/*
 * clock.c - how far another clock is ahead of ours, where the other side told
 * the time: the Date of a web server, the greeting of some mail servers.
 */
#include <mailguard/mime.h>

#include <string.h>

#include "base/text.h"
#include "probe/answer.h"

#define SECOND INT64_C(1000000)

/* The value of a field in a head of HTTP; empty if there is none. */
static mailguard_span field_of(mailguard_span rest, const char *name)
{
	mailguard_span none = { NULL, 0 };
	size_t len = strlen(name);

	while (rest.len) {
		size_t n = 0;

		while (n < rest.len && rest.data[n] != '\n')
			n++;
		if (!mgi_span_trim(mgi_span_head(rest, n)).len)
			break; /* what follows is the page */
		if (mgi_span_starts_nocase(rest, name) && n > len &&
		    rest.data[len] == ':')
			return mgi_span_trim(
				mgi_span_from(mgi_span_head(rest, n), len + 1));
		rest = mgi_span_from(rest, n + (n < rest.len));
	}
	return none;
}

/* What a cache hands out is as old as it says (RFC 9111, 5.1). */
static mailguard_time http_time(mailguard_span head)
{
	mailguard_span date = field_of(head, "Date");
	mailguard_time t = date.len ? mailguard_header_date(NULL, date) : 0;
	uint64_t age = 0;

	if (!mgi_span_u64(&age, field_of(head, "Age"), INT32_MAX))
		age = 0;
	return t ? t + (int64_t)age * SECOND : 0;
}

/* "220 mx ESMTP; Mon, 2 Mar 2026 18:00:00 +0900", "... ready at Mon, ..." */
static mailguard_time greeting_time(mailguard_span words)
{
	size_t n = words.len;
	mailguard_time t = 0;

	while (n && !t) {
		n--;
		if (words.data[n] == ';' ||
		    mgi_span_starts_nocase(mgi_span_from(words, n), " at "))
			t = mailguard_header_date(
				NULL,
				mgi_span_from(
					words,
					n + (words.data[n] == ';' ? 1 : 4)));
	}
	return t;
}

int mailguard_answer_clock(int64_t *ahead, const mailguard_answer *a)
{
	mailguard_time begin = mailguard_transcript_begin(a->heard);
	const mailguard_step *s;
	mailguard_time t = 0;
	size_t i;

	*ahead = 0;
	for (i = 0; begin && !t &&
	            (s = mailguard_transcript_step(a->heard, i)) != NULL;
	     i++) {
		if (s->phase == MAILGUARD_PHASE_GREETING)
			t = greeting_time(s->heard);
		else if (s->phase == MAILGUARD_PHASE_COMMAND &&
		         mailguard_answer_endpoint(a)->protocol ==
		                 MAILGUARD_PROTOCOL_HTTP)
			t = http_time(s->heard);
		if (t)
			*ahead = t - (begin + s->end);
	}
	return t != 0;
}
