/*
 * words.c - which words in brackets say that a refusal will pass.
 *
 * Only what the RFC behind a word says is used; a refusal without a word, or
 * with one that is not here, is not said to pass. So [LIMIT] is not here: it
 * is one the server was built with, as of flags in a mailbox (RFC 5530); nor
 * [OVERQUOTA], which lasts until someone deletes mail.
 */
#include "proto/reply.h"

#include <string.h>

static const struct {
	mailguard_protocol protocol;
	const char *word;
} passing[] = {
	/* RFC 5530: a subsystem is down. */
	{ MAILGUARD_PROTOCOL_IMAP, "UNAVAILABLE" },
	/* RFC 5530: another session holds the mailbox. */
	{ MAILGUARD_PROTOCOL_IMAP, "INUSE" },
	/* RFC 5530, 2180: messages went away meanwhile; ask again. */
	{ MAILGUARD_PROTOCOL_IMAP, "EXPUNGEISSUED" },
	/* RFC 5259: a conversion may work later. */
	{ MAILGUARD_PROTOCOL_IMAP, "TEMPFAIL" },
	/* RFC 2449: another session holds the maildrop. */
	{ MAILGUARD_PROTOCOL_POP3, "IN-USE" },
	/* RFC 2449: logged in too soon after the last time. */
	{ MAILGUARD_PROTOCOL_POP3, "LOGIN-DELAY" },
	/* RFC 3206. */
	{ MAILGUARD_PROTOCOL_POP3, "SYS/TEMP" },
};

/* RFC 2449, 8: codes are hierarchies, SYS/TEMP/DISK is a SYS/TEMP. */
static bool matches(mailguard_span word, size_t row)
{
	size_t n = strlen(passing[row].word);

	if (passing[row].protocol == MAILGUARD_PROTOCOL_POP3 && word.len > n &&
	    word.data[n] == '/')
		word = mgi_span_head(word, n);
	return mgi_span_is_nocase(word, passing[row].word);
}

mailguard_reply_kind mgi_reply_refusal(mailguard_protocol protocol,
                                       mailguard_span word)
{
	size_t i;

	for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (passing[i].protocol == protocol && matches(word, i))
			return MAILGUARD_REPLY_TEMPORARY;
	return MAILGUARD_REPLY_PERMANENT;
}
