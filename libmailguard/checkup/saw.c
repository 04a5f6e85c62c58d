/*
 * saw.c - what the person at the mail program sees, in a few words.
 */
#include "checkup/checkup.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

static const struct {
	const char *word;
	int32_t value;
} ways[] = {
	{ "receive", 0 }, { "in", 0 },  { "受信", 0 },
	{ "send", 1 },    { "out", 1 }, { "送信", 1 },
}, outcomes[] = {
	{ "ok", MAILGUARD_OUTCOME_OK },     { "正常", MAILGUARD_OUTCOME_OK },
	{ "成功", MAILGUARD_OUTCOME_OK },   { "fail", MAILGUARD_OUTCOME_FAIL },
	{ "失敗", MAILGUARD_OUTCOME_FAIL },
};

/* How many bytes of space `s` begins with: one, or a wide space (U+3000),
 * which is what a Japanese keyboard types. */
static size_t space_at(mailguard_span s)
{
	if (mgi_span_starts(s, "\xe3\x80\x80"))
		return 3;
	return s.len && mgi_is_space(s.data[0]);
}

static mailguard_span behind_space(mailguard_span s)
{
	size_t n;

	while ((n = space_at(s)) > 0)
		s = mgi_span_from(s, n);
	return s;
}

/* The next word; `rest` moves behind it. Empty if there is none. */
static mailguard_span word_next(mailguard_span *rest)
{
	mailguard_span word;
	size_t n = 0;

	*rest = behind_space(*rest);
	while (n < rest->len && !space_at(mgi_span_from(*rest, n)))
		n++;
	word = mgi_span_head(*rest, n);
	*rest = mgi_span_from(*rest, n);
	return word;
}

static const mailguard_account *account_find(const mailguard_checkup *c,
                                             mailguard_span word)
{
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(c->profile, i)) != NULL; i++)
		if (mgi_span_is(word, a->id) ||
		    (a->address && mgi_span_is_nocase(word, a->address)))
			return a;
	return NULL;
}

/* The code or words, through the table of codes. */
static mailguard_status code_read(mailguard_evidence *e,
                                  mailguard_checkup *c,
                                  mailguard_span words,
                                  mailguard_error *err)
{
	const mailguard_cause *cause;
	mailguard_status st;

	if (!words.len)
		return MAILGUARD_OK;
	st = mailguard_classify_text(&cause, c->classifier,
	                             MAILGUARD_PHASE_NONE, words, err);
	if (st < 0)
		return st;
	e->fault = cause->fault;
	e->reason = cause->reason;
	memcpy(e->also, cause->also, sizeof(e->also));
	e->seen = mgi_arena_strndup(c->arena, words.data, words.len);
	return e->seen ? MAILGUARD_OK : mgi_fail_nomem(err);
}

mailguard_status mailguard_checkup_saw(mailguard_checkup *c,
                                       const char *words,
                                       mailguard_error *err)
{
	mailguard_span rest = mgi_span_of(words);
	mailguard_span who = word_next(&rest), way = word_next(&rest);
	mailguard_span what = word_next(&rest);
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	const mailguard_account *a;
	mailguard_status st;
	size_t i, k;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (mgi_span_is_nocase(way, ways[i].word))
			break;
	for (k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++)
		if (mgi_span_is_nocase(what, outcomes[k].word))
			break;
	if (i == sizeof(ways) / sizeof(ways[0]) ||
	    k == sizeof(outcomes) / sizeof(outcomes[0]))
		return mgi_fail(err, c->mg, MAILGUARD_EINVAL,
		                MGI_SAY_CHECKUP_SAW_FORM, "words", words);
	a = account_find(c, who);
	if (!a)
		return mgi_fail(err, c->mg, MAILGUARD_EINVAL,
		                MGI_SAY_CHECKUP_SAW_ACCOUNT, "account",
		                mgi_arena_strndup(c->arena, who.data, who.len));
	e.test = MAILGUARD_TEST_OP;
	e.account = a->id;
	e.outgoing = ways[i].value;
	e.outcome = outcomes[k].value;
	e.at = mgi_now(c->mg);
	st = code_read(&e, c, mgi_span_trim(behind_space(rest)), err);
	return st < 0 ? st : mailguard_case_observe(c->seen, &e, err);
}
