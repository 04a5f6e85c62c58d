/*
 * dns.c - does a name have the record asked for? The host of the target is
 * the name, its path the type ("A" if there is none).
 */
#include "base/fail.h"
#include "base/text.h"
#include "probe/answer.h"
#include "probe/prober.h"

#include <string.h>

static mailguard_status ask(mailguard_ask *out,
                            const mailguard_endpoint *target,
                            mailguard_phase until,
                            mgi_arena *a,
                            mailguard_error *err)
{
	const char *type = target->path ? target->path : "A";
	const char **commands = mgi_arena_array(a, 2, sizeof(*commands));
	size_t n = strlen(type), room = n + strlen(target->host) + 2;
	char *line = mgi_arena_alloc(a, room);

	if (!commands || !line)
		return mgi_fail_nomem(err);
	memcpy(line, type, n);
	line[n] = ' ';
	memcpy(line + n + 1, target->host, room - n - 1);
	commands[0] = line;
	out->to = target;
	out->commands = commands;
	out->until = until ? until : MAILGUARD_PHASE_DNS;
	return MAILGUARD_OK;
}

/* A name without such a record; RFC 7505: an MX of "." says no mail ever. */
static mailguard_reason none_of(const char *type)
{
	return type && mgi_strcmp_nocase(type, "MX") == 0
	               ? MAILGUARD_REASON_NO_MX
	               : MAILGUARD_REASON_DNS_NO_ADDRESS;
}

/* Its data is as in a zone file: the preference and the name. */
static bool is_null_mx(const mailguard_record *record)
{
	const char *name = strrchr(record->data, ' ');

	return strcmp(record->type, "MX") == 0 && name &&
	       strcmp(name + 1, ".") == 0;
}

static mailguard_status read(mailguard_answer *out,
                             const mailguard_transcript *heard,
                             mailguard_classifier *c,
                             mailguard_error *err)
{
	mgi_reader r = { out, heard, c, err };
	const mailguard_step *last = mgi_step_last(heard);
	const mailguard_record *record = mailguard_transcript_record(heard, 0);
	const mailguard_endpoint *e = mailguard_transcript_endpoint(heard);

	out->login = MAILGUARD_LOGIN_NONE;
	if (!last)
		return MAILGUARD_OK;
	if (last->timed_out || last->sys || last->closed || last->code)
		return mgi_read_link(&r, last);
	if (!record)
		mgi_blame(out, MAILGUARD_PHASE_DNS, none_of(e->path));
	else if (is_null_mx(record))
		mgi_blame(out, MAILGUARD_PHASE_DNS, MAILGUARD_REASON_NULL_MX);
	else
		mgi_blame(out, MAILGUARD_PHASE_DNS, MAILGUARD_REASON_SUCCESS);
	return MAILGUARD_OK;
}

const mgi_prober mgi_probe_dns = { "dns", MAILGUARD_PROTOCOL_DNS, ask, read };
