/*
 * imap.c - what to ask an IMAP server, and how full the mailbox is.
 */
#include "base/text.h"
#include "probe/mail.h"

enum { QUOTA_NEAR = 90, QUOTA_FULL = 100 };

/* Opens nothing and marks nothing as read. */
static const char *const commands[] = {
	"STATUS INBOX (MESSAGES UNSEEN)",
	"GETQUOTAROOT INBOX",
	NULL,
};

static bool is_quota(const mailguard_step *s)
{
	return mgi_span_find_nocase(mgi_span_of(s->said), "GETQUOTAROOT") >= 0;
}

/* A server without quotas refuses to tell them. */
bool mgi_command_optional(const mailguard_step *s)
{
	return is_quota(s) || mgi_command_newest(s);
}

static mailguard_span word_next(mailguard_span *rest)
{
	mailguard_span s = mgi_span_trim(*rest);
	size_t n = 0;

	while (n < s.len && !mgi_is_space(s.data[n]) && s.data[n] != ')')
		n++;
	*rest = mgi_span_from(s, n);
	return mgi_span_head(s, n);
}

/* The fullest resource of `"name" (STORAGE used limit MESSAGE used limit)`,
   RFC 9208, in percent; 0 if none can be read. */
static uint64_t fullest(mailguard_span text, bool *told)
{
	uint64_t used, limit, most = 0;
	size_t open = text.len;

	while (open && text.data[open - 1] != '(')
		open--;
	text = mgi_span_from(text, open);
	while (open) {
		mailguard_span name = word_next(&text), a = word_next(&text);
		mailguard_span b = word_next(&text);

		if (!name.len || !mgi_span_u64(&used, a, UINT64_MAX / 100) ||
		    !mgi_span_u64(&limit, b, UINT64_MAX / 100))
			break;
		*told |= limit != 0;
		if (limit && used * 100 / limit > most)
			most = used * 100 / limit;
	}
	return most;
}

static uint64_t fullest_of(const mailguard_step *s, bool *told)
{
	mailguard_reply reply;
	uint64_t most = 0, percent;
	size_t at = 0;

	while (mgi_mail_reply(&reply, s, MAILGUARD_PROTOCOL_IMAP, &at)) {
		if (!mgi_span_is_nocase(reply.word, "QUOTA"))
			continue;
		percent = fullest(reply.text, told);
		most = percent > most ? percent : most;
	}
	return most;
}

void mgi_read_quota(const mgi_reader *r)
{
	const mailguard_step *s;
	uint64_t most = 0;
	bool told = false;
	size_t i;

	if (mailguard_transcript_endpoint(r->t)->protocol !=
	    MAILGUARD_PROTOCOL_IMAP)
		return;
	for (i = 0; (s = mailguard_transcript_step(r->t, i)) != NULL; i++)
		if (s->phase == MAILGUARD_PHASE_COMMAND && is_quota(s))
			most = fullest_of(s, &told);
	if (told)
		r->a->quota = most > 1000 ? 1000 : (int32_t)most;
	if (most >= QUOTA_FULL)
		mgi_blame(r->a, MAILGUARD_PHASE_COMMAND,
		          MAILGUARD_REASON_OWN_MAILBOX_FULL);
	if (most >= QUOTA_NEAR)
		mgi_answer_note(r->a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_MAILBOX_NEARLY_FULL, "percent",
		                mgi_u64(most).text);
}

static mailguard_status ask(mailguard_ask *out,
                            const mailguard_endpoint *target,
                            mailguard_phase until,
                            mgi_arena *a,
                            mailguard_error *err)
{
	(void)a;
	(void)err;
	return mgi_ask_mail(out, target, until, commands);
}

const mgi_prober mgi_probe_imap = { "imap", MAILGUARD_PROTOCOL_IMAP, ask,
	                            mgi_mail_read };
