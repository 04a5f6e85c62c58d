/*
 * transcript_names.c - the names programs use for what a step tells by a
 * number: errno, note, kind of answer. One row per name.
 */
#include <errno.h>

#include "base/text.h"
#include "net/transcript_own.h"

static const struct {
	int sys;
	const char *name;
} errors[] = {
	{ EACCES, "EACCES" },
	{ EADDRINUSE, "EADDRINUSE" },
	{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EAFNOSUPPORT, "EAFNOSUPPORT" },
	{ ECONNABORTED, "ECONNABORTED" },
	{ ECONNREFUSED, "ECONNREFUSED" },
	{ ECONNRESET, "ECONNRESET" },
	{ EHOSTDOWN, "EHOSTDOWN" },
	{ EHOSTUNREACH, "EHOSTUNREACH" },
	{ EINVAL, "EINVAL" },
	{ EIO, "EIO" },
	{ EMFILE, "EMFILE" },
	{ ENETDOWN, "ENETDOWN" },
	{ ENETRESET, "ENETRESET" },
	{ ENETUNREACH, "ENETUNREACH" },
	{ ENFILE, "ENFILE" },
	{ ENOBUFS, "ENOBUFS" },
	{ ENOMEM, "ENOMEM" },
	{ EPERM, "EPERM" },
	{ EPIPE, "EPIPE" },
	{ EPROTO, "EPROTO" },
	{ ETIMEDOUT, "ETIMEDOUT" },
};

static const char *const notes[] = {
	[MAILGUARD_NOTE_NONE] = "none",
	[MAILGUARD_NOTE_NOT_OFFERED] = "not-offered",
	[MAILGUARD_NOTE_DISABLED] = "disabled",
	[MAILGUARD_NOTE_UNSAFE] = "unsafe",
	[MAILGUARD_NOTE_GARBAGE] = "garbage",
	[MAILGUARD_NOTE_TOO_LONG] = "too-long",
	[MAILGUARD_NOTE_WRONG_TAG] = "wrong-tag",
	[MAILGUARD_NOTE_UNEXPECTED] = "unexpected",
	[MAILGUARD_NOTE_INJECTED] = "injected",
	[MAILGUARD_NOTE_BAD_CHALLENGE] = "bad-challenge",
	[MAILGUARD_NOTE_UNPROVEN] = "unproven",
	[MAILGUARD_NOTE_STOPPED] = "stopped",
	[MAILGUARD_NOTE_BAD_BODY] = "bad-body",
};

static const char *const danes[] = {
	[MAILGUARD_DANE_NOT_ASKED] = "not-asked",
	[MAILGUARD_DANE_NONE] = "none",
	[MAILGUARD_DANE_UNSIGNED] = "unsigned",
	[MAILGUARD_DANE_UNUSABLE] = "unusable",
	[MAILGUARD_DANE_MATCH] = "match",
	[MAILGUARD_DANE_MISMATCH] = "mismatch",
	[MAILGUARD_DANE_UNKNOWN] = "unknown",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *mgi_errno_name(int sys)
{
	size_t i;

	for (i = 0; i < COUNT(errors); i++)
		if (errors[i].sys == sys)
			return errors[i].name;
	return NULL;
}

int mgi_errno_find(mailguard_span name)
{
	size_t i;

	for (i = 0; i < COUNT(errors); i++)
		if (mgi_span_is(name, errors[i].name))
			return errors[i].sys;
	return 0;
}

const char *mgi_note_name(mailguard_note note)
{
	if (note < 0 || (size_t)note >= COUNT(notes))
		return "unknown";
	return notes[note];
}

mailguard_note mgi_note_find(mailguard_span name)
{
	size_t i;

	for (i = 0; i < COUNT(notes); i++)
		if (mgi_span_is(name, notes[i]))
			return (mailguard_note)i;
	return -1;
}

mailguard_reply_kind mgi_answer_find(mailguard_span name)
{
	mailguard_reply_kind k;

	for (k = MAILGUARD_REPLY_OK; k <= MAILGUARD_REPLY_GARBAGE; k++)
		if (mgi_span_is(name, mailguard_reply_kind_name(k)))
			return k;
	return -1;
}

const char *mgi_dane_name(mailguard_dane dane)
{
	return dane >= 0 && (size_t)dane < COUNT(danes) ? danes[dane]
	                                                : "unknown";
}

mailguard_dane mgi_dane_find(mailguard_span name)
{
	mailguard_dane i;

	for (i = 0; (size_t)i < COUNT(danes); i++)
		if (mgi_span_is(name, danes[i]))
			return i;
	return -1;
}
