/*
 * token.c - why a token was refused. XOAUTH2 and OAUTHBEARER tell it by a
 * challenge of Base64 and JSON (RFC 7628, 3.2.2) before the refusal itself,
 * whose words are those of a wrong password.
 */
#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "probe/mail.h"

#include <string.h>

/* RFC 6750, 3.1, and the numbers that Google and Microsoft write. */
static const struct {
	const char *status;
	mailguard_reason reason;
} statuses[] = {
	{ "invalid_token", MAILGUARD_REASON_OAUTH_TOKEN_EXPIRED },
	{ "400", MAILGUARD_REASON_OAUTH_TOKEN_EXPIRED },
	{ "401", MAILGUARD_REASON_OAUTH_TOKEN_EXPIRED },
	{ "insufficient_scope", MAILGUARD_REASON_OAUTH_CONSENT_MISSING },
	{ "403", MAILGUARD_REASON_OAUTH_CONSENT_MISSING },
	{ "invalid_request", MAILGUARD_REASON_AUTH_EXCHANGE_FAILED },
};

static bool by_token(const mgi_reader *r)
{
	const char *m = mailguard_transcript_endpoint(r->t)->mechanism;

	return m && (mgi_strcmp_nocase(m, "XOAUTH2") == 0 ||
	             mgi_strcmp_nocase(m, "OAUTHBEARER") == 0);
}

static mailguard_reason reason_of(const char *status)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (strcmp(statuses[i].status, status) == 0)
			return statuses[i].reason;
	return 0;
}

/* 0 if this is not such a challenge. */
static mailguard_reason read_challenge(const mgi_reader *r, mailguard_span text)
{
	mailguard *mg = mgi_answer_handle(r->a);
	mailguard_reason reason = 0;
	mgi_json *root = NULL;
	mailguard_status st = MAILGUARD_EFORMAT;
	mailguard_buffer raw;

	mgi_buf_init(&raw, mg);
	if (mgi_base64_get(&raw, mgi_span_trim(text)) && raw.len)
		st = mgi_json_parse(&root, mg, mgi_buf_span(&raw), NULL);
	if (st == MAILGUARD_ENOMEM || raw.failed)
		mgi_answer_nomem(r->a);
	if (st == MAILGUARD_OK) {
		const char *scope = mgi_json_str(root, "scope", "");

		reason = reason_of(mgi_json_str(root, "status", ""));
		if (reason && scope[0])
			mgi_answer_note(r->a, MAILGUARD_SEVERITY_NOTE,
			                MGI_SAY_LOGIN_TOKEN_SCOPE, "scope",
			                scope);
	}
	mgi_json_free(root);
	mgi_buf_done(&raw);
	return reason;
}

void mgi_read_token(const mgi_reader *r)
{
	mailguard_reason reason = 0;
	const mailguard_step *s;
	mailguard_reply reply;
	size_t i, at;

	if (!by_token(r))
		return;
	for (i = 0; (s = mailguard_transcript_step(r->t, i)) != NULL; i++) {
		if (s->phase != MAILGUARD_PHASE_LOGIN)
			continue;
		at = 0;
		while (!reason &&
		       mgi_mail_reply(
			       &reply, s,
			       mailguard_transcript_endpoint(r->t)->protocol,
			       &at))
			if (reply.kind == MAILGUARD_REPLY_MORE)
				reason = read_challenge(r, reply.text);
	}
	/* There is no password that could be wrong. */
	if (!reason && (r->a->cause.reason == MAILGUARD_REASON_WRONG_PASSWORD ||
	                r->a->cause.reason == MAILGUARD_REASON_AUTH))
		reason = MAILGUARD_REASON_OAUTH_TOKEN_EXPIRED;
	if (reason)
		mgi_blame_rather(r->a, reason);
}
