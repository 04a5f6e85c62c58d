/*
 * newest.c - how many mails lie on the server, and when the newest came.
 *
 * Nothing is touched: EXAMINE is SELECT without the right to write (RFC 9051,
 * 6.3.3), INTERNALDATE is no part of a mail, and TOP (RFC 1939, 7) marks none
 * as read. Of what TOP tells net records the date alone. IMAP knows when a
 * mail arrived, POP3 only what its sender calls the date.
 */
#include <mailguard/mime.h>

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "probe/mail.h"

#define DAY_USEC ((int64_t)86400 * 1000000)

static const char *const imap[] = { "EXAMINE INBOX", "FETCH * (INTERNALDATE)",
	                            NULL };
static const char *const pop3[] = { "TOP * 0", NULL };

mailguard_status mgi_ask_newest(mailguard_ask *ask,
                                mgi_arena *a,
                                mailguard_error *err)
{
	const char *const *more =
		ask->to->protocol == MAILGUARD_PROTOCOL_IMAP   ? imap
		: ask->to->protocol == MAILGUARD_PROTOCOL_POP3 ? pop3
							       : NULL;
	const char **all;
	size_t n = 0, k = 0;

	if (!ask->commands || !more)
		return MAILGUARD_OK;
	while (ask->commands[n])
		n++;
	while (more[k])
		k++;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	all = mgi_arena_array(a, n + k + 1, sizeof(*all));
	if (!all)
		return mgi_fail_nomem(err);
	memcpy(all, ask->commands, n * sizeof(*all));
	memcpy(all + n, more, k * sizeof(*all));
	ask->commands = all;
	return MAILGUARD_OK;
}

bool mgi_command_newest(const mailguard_step *s)
{
	mailguard_span said = mgi_span_of(s->said);

	return mgi_span_find_nocase(said, "EXAMINE ") >= 0 ||
	       mgi_span_find_nocase(said, "FETCH ") >= 0 ||
	       mgi_span_starts_nocase(said, "TOP ");
}

/* The number behind `word`; -1 if there is none. */
static int64_t number_behind(mailguard_span text, const char *word)
{
	ptrdiff_t at = mgi_span_find_nocase(text, word);
	uint64_t n = 0;
	size_t k = 0;

	if (at < 0)
		return -1;
	text = mgi_span_trim(mgi_span_from(text, (size_t)at + strlen(word)));
	while (k < text.len && mgi_is_digit(text.data[k]))
		k++;
	return mgi_span_u64(&n, mgi_span_head(text, k), INT32_MAX) ? (int64_t)n
	                                                           : -1;
}

/* (INTERNALDATE " 1-Jan-2026 00:00:00 +0000") */
static mailguard_time internal_date(mailguard_span text)
{
	ptrdiff_t at = mgi_span_find_nocase(text, "INTERNALDATE \"");
	size_t n = 0;

	if (at < 0)
		return 0;
	text = mgi_span_from(text, (size_t)at + strlen("INTERNALDATE \""));
	while (n < text.len && text.data[n] != '"')
		n++;
	return mailguard_header_date(NULL, mgi_span_head(text, n));
}

static void read_imap(mailguard_answer *a, const mailguard_step *s)
{
	mailguard_reply r;
	size_t at = 0;

	while (mgi_mail_reply(&r, s, MAILGUARD_PROTOCOL_IMAP, &at)) {
		if (mgi_span_is_nocase(r.word, "STATUS"))
			a->messages = number_behind(r.text, "MESSAGES");
		else if (mgi_span_is_nocase(r.word, "EXISTS"))
			a->messages = r.number;
		else if (mgi_span_is_nocase(r.word, "FETCH") &&
		         internal_date(r.text) > 0)
			a->newest = internal_date(r.text);
	}
}

static void read_pop3(mailguard_answer *a, const mailguard_step *s)
{
	mailguard_span rest = s->heard;

	if (mgi_span_starts_nocase(mgi_span_of(s->said), "STAT"))
		a->messages = number_behind(rest, "+OK");
	if (!mgi_span_starts_nocase(mgi_span_of(s->said), "TOP "))
		return;
	while (rest.len) {
		size_t n = 0;

		while (n < rest.len && rest.data[n] != '\n')
			n++;
		if (mgi_span_starts_nocase(rest, "Date:"))
			a->newest = mailguard_header_date(
				NULL, mgi_span_from(mgi_span_head(rest, n),
			                            strlen("Date:")));
		rest = mgi_span_from(rest, n + (n < rest.len));
	}
}

void mgi_read_newest(const mgi_reader *r)
{
	mailguard_protocol protocol =
		mailguard_transcript_endpoint(r->t)->protocol;
	mailguard_time begin = mailguard_transcript_begin(r->t);
	const mailguard_step *s;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(r->t, i)) != NULL; i++) {
		if (s->phase != MAILGUARD_PHASE_COMMAND ||
		    s->answer != MAILGUARD_REPLY_OK)
			continue;
		if (protocol == MAILGUARD_PROTOCOL_IMAP)
			read_imap(r->a, s);
		else if (protocol == MAILGUARD_PROTOCOL_POP3)
			read_pop3(r->a, s);
	}
	/* A sender's clock may be anywhere. */
	if (begin && r->a->newest > begin + DAY_USEC)
		r->a->newest = 0;
}

mailguard_time mailguard_answer_newest(const mailguard_answer *a)
{
	return a->newest;
}

int64_t mailguard_answer_messages(const mailguard_answer *a)
{
	return a->messages;
}
