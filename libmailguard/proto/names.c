/*
 * names.c - the names of protocols, TLS modes and phases, there and back.
 *
 * Names for programs are part of the interface and never change; the words
 * for people are rows of data/text/proto.tsv.
 */
#include "base/say.h"
#include "base/text.h"

#include <mailguard/proto.h>

#include <string.h>

typedef struct name_row {
	int32_t number;
	const char *name;
} name_row;

static const struct {
	name_row is;
	mgi_say_id say;
} phases[] = {
	{ { MAILGUARD_PHASE_NONE, "none" }, MGI_SAY_PHASE_NONE },
	{ { MAILGUARD_PHASE_DNS, "dns" }, MGI_SAY_PHASE_DNS },
	{ { MAILGUARD_PHASE_CONNECT, "connect" }, MGI_SAY_PHASE_CONNECT },
	{ { MAILGUARD_PHASE_GREETING, "greeting" }, MGI_SAY_PHASE_GREETING },
	{ { MAILGUARD_PHASE_CAPABILITIES, "capabilities" },
	  MGI_SAY_PHASE_CAPABILITIES },
	{ { MAILGUARD_PHASE_STARTTLS, "starttls" }, MGI_SAY_PHASE_STARTTLS },
	{ { MAILGUARD_PHASE_TLS, "tls" }, MGI_SAY_PHASE_TLS },
	{ { MAILGUARD_PHASE_LOGIN, "login" }, MGI_SAY_PHASE_LOGIN },
	{ { MAILGUARD_PHASE_COMMAND, "command" }, MGI_SAY_PHASE_COMMAND },
	{ { MAILGUARD_PHASE_MAIL, "mail" }, MGI_SAY_PHASE_MAIL },
	{ { MAILGUARD_PHASE_RCPT, "rcpt" }, MGI_SAY_PHASE_RCPT },
	{ { MAILGUARD_PHASE_DATA, "data" }, MGI_SAY_PHASE_DATA },
	{ { MAILGUARD_PHASE_DOT, "dot" }, MGI_SAY_PHASE_DOT },
	{ { MAILGUARD_PHASE_QUIT, "quit" }, MGI_SAY_PHASE_QUIT },
};

static const name_row short_phases[] = {
	{ MAILGUARD_PHASE_CONNECT, "tcp" },
	{ MAILGUARD_PHASE_GREETING, "greet" },
	{ MAILGUARD_PHASE_LOGIN, "auth" },
};

static const struct {
	name_row is;
	int32_t port, implicit_port;
} protocols[] = {
	{ { MAILGUARD_PROTOCOL_SMTP, "smtp" }, 25, 465 },
	{ { MAILGUARD_PROTOCOL_SUBMISSION, "submission" }, 587, 465 },
	{ { MAILGUARD_PROTOCOL_IMAP, "imap" }, 143, 993 },
	{ { MAILGUARD_PROTOCOL_POP3, "pop3" }, 110, 995 },
	{ { MAILGUARD_PROTOCOL_HTTP, "http" }, 80, 443 },
	{ { MAILGUARD_PROTOCOL_DNS, "dns" }, 53, 853 },
};

static const name_row modes[] = {
	{ MAILGUARD_TLS_NONE, "none" },
	{ MAILGUARD_TLS_STARTTLS, "starttls" },
	{ MAILGUARD_TLS_IMPLICIT, "implicit" },
};

static const name_row kinds[] = {
	{ MAILGUARD_REPLY_OK, "ok" },
	{ MAILGUARD_REPLY_MORE, "more" },
	{ MAILGUARD_REPLY_TEMPORARY, "temporary" },
	{ MAILGUARD_REPLY_PERMANENT, "permanent" },
	{ MAILGUARD_REPLY_DATA, "data" },
	{ MAILGUARD_REPLY_BYE, "bye" },
	{ MAILGUARD_REPLY_GARBAGE, "garbage" },
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* The rows are `stride` bytes apart, for some have more behind the name. */
static const name_row *row_at(const void *rows, size_t stride, size_t i)
{
	return (const name_row *)((const char *)rows + i * stride);
}

static const char *name_of(const void *rows,
                           size_t stride,
                           size_t n,
                           int32_t number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (row_at(rows, stride, i)->number == number)
			return row_at(rows, stride, i)->name;
	return "unknown";
}

static int32_t number_of(const void *rows,
                         size_t stride,
                         size_t n,
                         const char *name)
{
	size_t i;

	for (i = 0; name && i < n; i++)
		if (strcmp(row_at(rows, stride, i)->name, name) == 0)
			return row_at(rows, stride, i)->number;
	return -1;
}

#define NAME_OF(table, number) \
 name_of((table), sizeof((table)[0]), ROWS(table), (number))
#define NUMBER_OF(table, name) \
 number_of((table), sizeof((table)[0]), ROWS(table), (name))

const char *mailguard_phase_name(mailguard_phase phase)
{
	return NAME_OF(phases, phase);
}

const char *mailguard_phase_text(const mailguard *mg, mailguard_phase phase)
{
	mgi_say_id id = MGI_SAY_PHASE_UNKNOWN;
	size_t i;

	for (i = 0; i < ROWS(phases); i++)
		if (phases[i].is.number == phase)
			id = phases[i].say;
	return mgi_say_raw(mgi_lang_of(mg), id);
}

mailguard_phase mailguard_phase_find(const char *name)
{
	mailguard_phase phase = NUMBER_OF(phases, name);

	return phase >= 0 ? phase : NUMBER_OF(short_phases, name);
}

const char *mailguard_protocol_name(mailguard_protocol protocol)
{
	return NAME_OF(protocols, protocol);
}

mailguard_protocol mailguard_protocol_find(const char *name)
{
	return NUMBER_OF(protocols, name);
}

const char *mailguard_tls_name(mailguard_tls tls)
{
	return NAME_OF(modes, tls);
}

mailguard_tls mailguard_tls_find(const char *name)
{
	return NUMBER_OF(modes, name);
}

int32_t mailguard_protocol_port(mailguard_protocol protocol, mailguard_tls tls)
{
	size_t i;

	for (i = 0; i < ROWS(protocols); i++)
		if (protocols[i].is.number == protocol)
			return tls == MAILGUARD_TLS_IMPLICIT
			               ? protocols[i].implicit_port
			               : protocols[i].port;
	return 0;
}

const char *mailguard_reply_kind_name(mailguard_reply_kind kind)
{
	return NAME_OF(kinds, kind);
}
