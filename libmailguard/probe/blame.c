/*
 * blame.c - put a reason on an answer: by name, by the row of a code, or by
 * what the server said. The first blame stands.
 */
#include "base/text.h"
#include "probe/answer.h"

#include <string.h>

/* Below this the words say less than the place where they were said. */
enum { WORDS_TELL = 30, SURE = 95 };

bool mgi_blamed(const mailguard_answer *a)
{
	return a->cause.reason != 0;
}

/* The also-domains that a code's row has are kept; other facts are new. */
void mgi_blame_rather(mailguard_answer *a, mailguard_reason reason)
{
	a->cause.reason = reason;
	a->cause.fault = mailguard_reason_fault(reason);
	a->cause.temporary = mailguard_reason_temporary(reason);
	a->cause.confidence = SURE;
	a->cause.rule = "";
}

void mgi_blame(mailguard_answer *a,
               mailguard_phase phase,
               mailguard_reason reason)
{
	if (mgi_blamed(a))
		return;
	memset(&a->cause, 0, sizeof(a->cause));
	mgi_blame_rather(a, reason);
	a->phase = phase;
}

/* What was decided, with the rule's name kept and no place in a text that the
   caller never sees. */
static void settle(mailguard_answer *a, const mailguard_cause *cause)
{
	a->cause = *cause;
	a->cause.offset = 0;
	a->cause.length = 0;
	a->cause.rule = mgi_arena_strdup(a->arena, cause->rule);
}

mailguard_status mgi_blame_code(const mgi_reader *r,
                                mailguard_phase phase,
                                const char *space,
                                int32_t code,
                                mailguard_reason none)
{
	const mailguard_cause *cause;
	mailguard_status st;
	mailguard_buffer text;

	if (mgi_blamed(r->a))
		return MAILGUARD_OK;
	mgi_buf_init(&text, mgi_answer_handle(r->a));
	mgi_buf_printf(&text, "%s %d", space, (int)code);
	st = mgi_buf_status(&text, r->err);
	if (st == MAILGUARD_OK)
		st = mailguard_classify_text(&cause, r->c, MAILGUARD_PHASE_NONE,
		                             mgi_buf_span(&text), r->err);
	mgi_buf_done(&text);
	if (st != MAILGUARD_OK)
		return st;
	if (cause->reason && cause->confidence >= WORDS_TELL)
		settle(r->a, cause);
	else
		mgi_blame(r->a, phase, none);
	r->a->phase = phase;
	return MAILGUARD_OK;
}

/* A reason that only repeats that it was refused, or one that no server can
   know: what it says of disks and lines is of its own, not of ours. */
static bool says_nothing(const mailguard_cause *cause, mailguard_phase phase)
{
	if (cause->confidence < WORDS_TELL)
		return true;
	switch (cause->fault) {
	case MAILGUARD_FAULT_UNKNOWN:
	case MAILGUARD_FAULT_NONE:
		return true;
	case MAILGUARD_FAULT_LOCAL_STORE:
	case MAILGUARD_FAULT_LOCAL_NETWORK:
	case MAILGUARD_FAULT_LOCAL_SYSTEM:
	case MAILGUARD_FAULT_ROUTE:
		return phase != MAILGUARD_PHASE_TLS; /* those are OpenSSL's */
	default:
		return false;
	}
}

mailguard_status mgi_blame_words(const mgi_reader *r,
                                 mailguard_phase phase,
                                 mailguard_span words,
                                 mailguard_reason none)
{
	const mailguard_cause *cause;
	mailguard_status st;

	if (mgi_blamed(r->a))
		return MAILGUARD_OK;
	st = mailguard_classify_text(&cause, r->c, phase, words, r->err);
	if (st < 0)
		return st;
	if (says_nothing(cause, phase))
		mgi_blame(r->a, phase, none);
	else
		settle(r->a, cause);
	r->a->phase = phase;
	mgi_answer_quote(r->a, words);
	return MAILGUARD_OK;
}

/* Line ends become one space; what cannot be shown is left out. */
void mgi_answer_quote(mailguard_answer *a, mailguard_span words)
{
	char text[MGI_ANSWER_WORDS + 8];
	size_t at = 0, n = 0;

	while (at < words.len && n < MGI_ANSWER_WORDS) {
		uint32_t ch = mgi_utf8_next(words, &at);

		if (ch == '\t' || ch == '\n' || ch == '\r')
			ch = ' ';
		if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0) ||
		    (ch == ' ' && (!n || text[n - 1] == ' ')))
			continue;
		n += mgi_utf8_put(text + n, ch);
	}
	while (n && text[n - 1] == ' ')
		n--;
	a->message = mgi_arena_strndup(a->arena, text, n);
}

void mgi_put_utf8(mailguard_buffer *out, mailguard_span s)
{
	char c[4];
	size_t at = 0;

	if (mgi_utf8_valid(s)) {
		mgi_buf_add(out, s.data, s.len);
		return;
	}
	while (at < s.len)
		mgi_buf_add(out, c, mgi_utf8_put(c, mgi_utf8_next(s, &at)));
}

void mgi_answer_nomem(mailguard_answer *a)
{
	/* No arena has that much: it remembers to have failed. */
	(void)mgi_arena_alloc(a->arena, SIZE_MAX);
}

void mgi_answer_note(mailguard_answer *a,
                     mailguard_severity severity,
                     mgi_say_id id,
                     const char *slot,
                     const char *value)
{
	mailguard_finding f = { .severity = severity,
		                .offset = MAILGUARD_NOWHERE,
		                .code = mgi_say_code(id),
		                .where = a->where };
	mailguard *mg = mgi_answer_handle(a);
	mailguard_buffer text, raw;

	mgi_buf_init(&text, mg);
	mgi_buf_init(&raw, mg);
	if (slot)
		mgi_say(&raw, mg, id, slot, value);
	else
		mgi_say(&raw, mg, id);
	mgi_put_utf8(&text, mgi_buf_span(&raw));
	if (mgi_buf_status(&raw, NULL) < 0)
		text.failed = MAILGUARD_ENOMEM;
	f.text = mgi_buf_text(&text);
	if (mgi_buf_status(&text, NULL) == MAILGUARD_OK)
		mgi_findings_add(a->findings, &f);
	else
		mgi_answer_nomem(a);
	mgi_buf_done(&raw);
	mgi_buf_done(&text);
}
