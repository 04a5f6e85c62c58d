/*
 * dialogue_ask.c - is an ask fit to be said? Every string of the caller's that
 * would go out is judged here, before a word is spoken.
 */
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "net/dialogue_own.h"

enum { COMMAND_MAX = 900, ADDRESS_MAX = 254, HELO_MAX = 255 };

/* What the dialogue says itself, and what would change its state. */
static const char *const own[] = {
	"AUTH",   "AUTHENTICATE", "LOGIN", "USER",     "PASS",
	"APOP",   "STARTTLS",     "STLS",  "DATA",     "BDAT",
	"QUIT",   "LOGOUT",       "IDLE",  "EHLO",     "HELO",
	"APPEND", "MAIL",         "RCPT",  "COMPRESS", "XCLIENT",
};

static bool is_plain(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] < ' ' || s.data[i] == 0x7f)
			return false;
	return s.len > 0;
}

static bool no_line_end(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!s.data[i] || s.data[i] == '\r' || s.data[i] == '\n')
			return false;
	return s.len > 0;
}

static bool command_ok(const char *command)
{
	mailguard_span s = mgi_span_of(command);
	size_t i, n = 0;

	if (!is_plain(s) || s.len > COMMAND_MAX || s.data[s.len - 1] == '}')
		return false;
	while (n < s.len && s.data[n] != ' ')
		n++;
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (mgi_span_is_nocase(mgi_span_head(s, n), own[i]))
			return false;
	return n > 0;
}

/* What may stand between "<" and ">". */
static bool address_ok(const char *address)
{
	mailguard_span s = mgi_span_of(address);
	bool quoted = false;
	size_t i;

	if (s.len > ADDRESS_MAX || (s.len && !is_plain(s)))
		return false;
	for (i = 0; i < s.len; i++) {
		int c = s.data[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ' ' || c == '<' || c == '>'))
			return false;
	}
	return !quoted && mgi_utf8_valid(s);
}

mailguard_status mgi_helo_check(mailguard *mg,
                                const char *helo,
                                mailguard_error *err)
{
	mailguard_span s = mgi_span_of(helo);
	bool fine = s.len <= HELO_MAX;
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!mgi_is_alnum(s.data[i]) && !memchr(".-_:[]", s.data[i], 6))
			fine = false;
	return fine ? MAILGUARD_OK
	            : mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_ASK_BAD_HELO);
}

static bool wants(const mailguard_ask *ask, mailguard_phase phase)
{
	return !ask->until || ask->until >= phase;
}

static mailguard_status login_check(mailguard *mg,
                                    const mailguard_ask *ask,
                                    mailguard_error *err)
{
	const mailguard_endpoint *to = ask->to;
	const mgi_speaker *as = mgi_speaker_of(to->protocol);
	mailguard_buffer known;
	mailguard_status st;

	if (!to->user)
		return MAILGUARD_OK;
	if (!is_plain(mgi_span_of(to->user)))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_BAD_USER);
	if (!ask->secret.len && wants(ask, MAILGUARD_PHASE_LOGIN))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_NO_SECRET);
	if (ask->secret.len && !no_line_end(ask->secret))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_BAD_SECRET);
	if (!as || !to->mechanism || mgi_login_known(as, to->mechanism))
		return MAILGUARD_OK;
	mgi_buf_init(&known, mg);
	mgi_login_names(&known, as);
	st = mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_ASK_BAD_MECHANISM,
	              "name", to->mechanism, "protocol",
	              mailguard_protocol_name(to->protocol), "known",
	              mgi_buf_text(&known));
	mgi_buf_done(&known);
	return st;
}

static mailguard_status commands_copy(mgi_asked *out,
                                      mailguard *mg,
                                      const mailguard_ask *ask,
                                      mailguard_error *err)
{
	const char *const *from = ask->commands;
	size_t i, n = 0;

	while (from && from[n])
		n++;
	out->commands = mgi_arena_array(out->arena, n + 1, sizeof(char *));
	for (i = 0; i < n && out->commands; i++) {
		if (!command_ok(from[i]))
			return mgi_fail(err, mg, MAILGUARD_EINVAL,
			                MGI_SAY_ASK_BAD_COMMAND, "row",
			                mgi_u64(i + 1).text);
		out->commands[i] = mgi_arena_strdup(out->arena, from[i]);
	}
	return MAILGUARD_OK;
}

static mailguard_status address_check(mailguard *mg,
                                      const char *address,
                                      mgi_say_id whom,
                                      mailguard_error *err)
{
	if (!address || address_ok(address))
		return MAILGUARD_OK;
	return mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_ASK_BAD_MAILBOX,
	                "whom", mgi_say_raw(mgi_lang_of(mg), whom), "max",
	                mgi_u64(ADDRESS_MAX).text);
}

static mailguard_status mail_take(mgi_asked *out,
                                  mailguard *mg,
                                  const mailguard_ask *ask,
                                  mailguard_error *err)
{
	mailguard_status st;

	if (!ask->mail_from && !ask->rcpt_to && !ask->body)
		return MAILGUARD_OK;
	if (mgi_speaker_of(ask->to->protocol) != &mgi_speaker_smtp)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_NO_MAIL_HERE);
	if (!ask->mail_from || (ask->body && !ask->rcpt_to) ||
	    (ask->rcpt_to && !ask->rcpt_to[0]))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_NO_RECIPIENT);
	st = address_check(mg, ask->mail_from, MGI_SAY_ASK_SENDER, err);
	if (st == MAILGUARD_OK)
		st = address_check(mg, ask->rcpt_to, MGI_SAY_ASK_RECIPIENT,
		                   err);
	if (st < 0)
		return st;
	out->mail_from = mgi_arena_strdup(out->arena, ask->mail_from);
	out->rcpt_to = mgi_arena_strdup(out->arena, ask->rcpt_to);
	if (!ask->body)
		return MAILGUARD_OK;
	st = mgi_letter_open(&out->body, mg, ask->body, err);
	out->has_body = st == MAILGUARD_OK;
	return st;
}

mailguard_status mgi_asked_set(mgi_asked *out,
                               mailguard *mg,
                               const mailguard_ask *ask,
                               mailguard_error *err)
{
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	out->arena = mgi_arena_new(mg);
	if (!out->arena)
		return mgi_fail_nomem(err);
	out->until = ask->until ? ask->until : INT32_MAX;
	out->flags = ask->flags;
	st = login_check(mg, ask, err);
	if (st == MAILGUARD_OK)
		st = commands_copy(out, mg, ask, err);
	if (st == MAILGUARD_OK)
		st = mail_take(out, mg, ask, err);
	if (st == MAILGUARD_OK && mgi_arena_failed(out->arena))
		st = mgi_fail_nomem(err);
	if (st < 0)
		mgi_asked_done(out);
	return st;
}

void mgi_asked_done(mgi_asked *a)
{
	if (a->body.stream)
		mgi_letter_done(&a->body);
	mgi_arena_free(a->arena);
	memset(a, 0, sizeof(*a));
}
