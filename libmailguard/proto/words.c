/*
 * words.c - which words in brackets say that a refusal will pass.
 *
 * Only what the RFC behind a word says is used; a refusal without a word, or
 * with one that is not here, is not said to pass. A new word is a new row.
 */
#include "proto/reply.h"

#include <string.h>

static const struct {
	mailguard_protocol protocol;
	mailguard_reply_kind kind;
	const char *word;
	const char *source;
} words[] = {
#define IMAP(kind, word, source)                                \
 {                                                              \
  MAILGUARD_PROTOCOL_IMAP, MAILGUARD_REPLY_##kind, word, source \
 }
#define POP3(kind, word, source)                                \
 {                                                              \
  MAILGUARD_PROTOCOL_POP3, MAILGUARD_REPLY_##kind, word, source \
 }
	/* A subsystem is down. */
	IMAP(TEMPORARY, "UNAVAILABLE", "RFC 5530"),
	/* Another session holds the mailbox. */
	IMAP(TEMPORARY, "INUSE", "RFC 5530"),
	/* Messages went away meanwhile; ask again. */
	IMAP(TEMPORARY, "EXPUNGEISSUED", "RFC 5530"),
	IMAP(TEMPORARY, "TEMPFAIL", "RFC 5259"),
	IMAP(PERMANENT, "AUTHENTICATIONFAILED", "RFC 5530"),
	IMAP(PERMANENT, "AUTHORIZATIONFAILED", "RFC 5530"),
	IMAP(PERMANENT, "EXPIRED", "RFC 5530"),
	IMAP(PERMANENT, "PRIVACYREQUIRED", "RFC 5530"),
	IMAP(PERMANENT, "CONTACTADMIN", "RFC 5530"),
	IMAP(PERMANENT, "NOPERM", "RFC 5530"),
	IMAP(PERMANENT, "CORRUPTION", "RFC 5530"),
	IMAP(PERMANENT, "SERVERBUG", "RFC 5530"),
	IMAP(PERMANENT, "CLIENTBUG", "RFC 5530"),
	IMAP(PERMANENT, "CANNOT", "RFC 5530"),
	/* It lasts until the user deletes something. */
	IMAP(PERMANENT, "OVERQUOTA", "RFC 5530"),
	/* One the server was built with, as flags of a mailbox. */
	IMAP(PERMANENT, "LIMIT", "RFC 5530"),
	IMAP(PERMANENT, "ALREADYEXISTS", "RFC 5530"),
	IMAP(PERMANENT, "NONEXISTENT", "RFC 5530"),
	IMAP(PERMANENT, "TRYCREATE", "RFC 9051"),
	IMAP(PERMANENT, "BADCHARSET", "RFC 9051"),
	IMAP(PERMANENT, "HASCHILDREN", "RFC 9051"),
	IMAP(PERMANENT, "UNKNOWN-CTE", "RFC 3516"),
	IMAP(PERMANENT, "TOOBIG", "RFC 4469"),
	IMAP(PERMANENT, "BADURL", "RFC 4469"),
	IMAP(PERMANENT, "REFERRAL", "RFC 2221"),
	/* Another session holds the maildrop. */
	POP3(TEMPORARY, "IN-USE", "RFC 2449"),
	POP3(TEMPORARY, "LOGIN-DELAY", "RFC 2449"),
	POP3(TEMPORARY, "SYS/TEMP", "RFC 3206"),
	POP3(PERMANENT, "SYS/PERM", "RFC 3206"),
	POP3(PERMANENT, "AUTH", "RFC 3206"),
	POP3(PERMANENT, "UTF8", "RFC 6856"),
#undef IMAP
#undef POP3
};

/* RFC 2449, 8: codes are hierarchies, SYS/TEMP/DISK is a SYS/TEMP. */
static bool matches(mailguard_span word, size_t row)
{
	size_t n = strlen(words[row].word);

	if (words[row].protocol == MAILGUARD_PROTOCOL_POP3 && word.len > n &&
	    word.data[n] == '/')
		word = mgi_span_head(word, n);
	return mgi_span_is_nocase(word, words[row].word);
}

mailguard_reply_kind mgi_reply_refusal(mailguard_protocol protocol,
                                       mailguard_span word)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].protocol == protocol && matches(word, i))
			return words[i].kind;
	return MAILGUARD_REPLY_PERMANENT;
}
