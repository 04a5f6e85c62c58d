/*
 * ask_answer.c - a question in words, and what people answer as evidence.
 */
#include "diagnose/ask.h"

#include "base/fail.h"
#include "base/text.h"

#include <string.h>

typedef enum word {
	WORD_OTHER,
	WORD_YES,
	WORD_NO,
	WORD_ALL,
	WORD_UNKNOWN
} word;

static word word_of(mailguard_span s)
{
	static const struct {
		const char *text;
		word means;
	} rows[] = { { "yes", WORD_YES },
		     { "y", WORD_YES },
		     { "ok", WORD_YES },
		     { "works", WORD_YES },
		     { "はい", WORD_YES },
		     { "正常", WORD_YES },
		     { "できる", WORD_YES },
		     { "できた", WORD_YES },
		     { "ある", WORD_YES },
		     { "no", WORD_NO },
		     { "n", WORD_NO },
		     { "none", WORD_NO },
		     { "fail", WORD_NO },
		     { "nothing", WORD_NO },
		     { "いいえ", WORD_NO },
		     { "なし", WORD_NO },
		     { "ない", WORD_NO },
		     { "失敗", WORD_NO },
		     { "できない", WORD_NO },
		     { "all", WORD_ALL },
		     { "全部", WORD_ALL },
		     { "すべて", WORD_ALL },
		     { "?", WORD_UNKNOWN },
		     { "unknown", WORD_UNKNOWN },
		     { "？", WORD_UNKNOWN },
		     { "", WORD_UNKNOWN },
		     { "不明", WORD_UNKNOWN },
		     { "わからない", WORD_UNKNOWN },
		     { "分からない", WORD_UNKNOWN } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mgi_span_is_nocase(s, rows[i].text))
			return rows[i].means;
	return WORD_OTHER;
}

static mailguard_status not_understood(const mailguard_interview *a,
                                       const char *words,
                                       mailguard_error *err)
{
	return mgi_fail(err, a->mg, MAILGUARD_EINVAL,
	                MGI_SAY_ASK_ANSWER_UNKNOWN, "words", words);
}

/* -- words ----------------------------------------------------------------- */

static const char *name_of(const mailguard_case *c, const char *account)
{
	size_t i, n = strlen("account:");

	for (i = c->name_count; i > 0; i--)
		if (strncmp(c->names[i - 1].thing, "account:", n) == 0 &&
		    strcmp(c->names[i - 1].thing + n, account) == 0)
			return c->names[i - 1].name;
	return account;
}

static void list_accounts(mailguard_interview *a)
{
	size_t i, number = 0;

	for (i = 0; i < a->c->link_count; i++) {
		const char *account = a->c->links[i].account;

		if (!account)
			continue;
		mgi_buf_puts(&a->text, "\n  ");
		mgi_say(&a->text, a->mg, MGI_SAY_ASK_ACCOUNT, "number",
		        mgi_u64(++number).text, "name", name_of(a->c, account));
	}
}

mailguard_status mgi_ask_say(mailguard_interview *a, mailguard_error *err)
{
	static const mgi_say_id rows[] = { MGI_SAY_ASK_RECEIVE,
		                           MGI_SAY_ASK_SEND, MGI_SAY_ASK_PLACE,
		                           MGI_SAY_ASK_MESSAGE };
	mailguard_question *q = &a->now;

	mgi_buf_cut(&a->text, 0);
	if (q->about == MAILGUARD_QUESTION_TEST)
		mgi_say(&a->text, a->mg,
		        q->test == MAILGUARD_TEST_STATUS ? MGI_SAY_ASK_STATUS
		                                         : MGI_SAY_ASK_TEST,
		        "test", q->text);
	else
		mgi_say(&a->text, a->mg,
		        rows[q->about - MAILGUARD_QUESTION_RECEIVE]);
	if (q->about < MAILGUARD_QUESTION_MESSAGE)
		list_accounts(a);
	q->text = mgi_buf_text(&a->text);
	return mgi_buf_status(&a->text, err);
}

/* -- answers --------------------------------------------------------------- */

/* The link of "2" or "a2" or "ann@example.org"; NULL: none such. */
static mailguard_link *link_of(mailguard_case *c, mailguard_span s)
{
	uint64_t number = 0, at = 0;
	size_t i;

	if (!mgi_span_u64(&number, s, c->link_count))
		number = 0;
	for (i = 0; i < c->link_count; i++) {
		mailguard_link *l = &c->links[i];

		if (l->account &&
		    (++at == number || mgi_span_is(s, l->account) ||
		     mgi_span_is_nocase(s, name_of(c, l->account))))
			return l;
	}
	return NULL;
}

/* The next word between spaces and commas; an empty one at the end. */
static mailguard_span next_word(mailguard_span *rest)
{
	size_t n = 0;
	mailguard_span s;

	while (rest->len && mgi_is_one_of(rest->data[0], " ,\t\r\n"))
		*rest = mgi_span_from(*rest, 1);
	while (n < rest->len && !mgi_is_one_of(rest->data[n], " ,\t\r\n"))
		n++;
	s = mgi_span_head(*rest, n);
	*rest = mgi_span_from(*rest, n);
	return s;
}

/* A flag a link in `named`; EINVAL if a word names none. */
static mailguard_status accounts_of(bool *named,
                                    mailguard_interview *a,
                                    const char *words,
                                    mailguard_error *err)
{
	mailguard_span rest = mgi_span_trim(mgi_span_of(words)), s;
	word all = word_of(rest);
	size_t i;

	for (i = 0; i < a->c->link_count; i++)
		named[i] = all == WORD_ALL || all == WORD_YES;
	if (all != WORD_OTHER)
		return MAILGUARD_OK;
	while ((s = next_word(&rest)).len) {
		mailguard_link *l = link_of(a->c, s);

		if (!l)
			return not_understood(a, words, err);
		named[l - a->c->links] = true;
	}
	return MAILGUARD_OK;
}

static mailguard_status take_accounts(mailguard_interview *a,
                                      const bool *named,
                                      mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; i < a->c->link_count && st == MAILGUARD_OK; i++) {
		mailguard_link *l = &a->c->links[i];
		mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

		if (!l->account)
			continue;
		e.test = MAILGUARD_TEST_OP;
		e.account = l->account;
		e.outgoing = a->now.about == MAILGUARD_QUESTION_SEND;
		e.outcome = named[i] ? MAILGUARD_OUTCOME_FAIL
		                     : MAILGUARD_OUTCOME_OK;
		if (a->now.about != MAILGUARD_QUESTION_PLACE)
			st = mailguard_case_observe(a->c, &e, err);
		else if (l->store && l->place == MAILGUARD_PLACE_UNKNOWN)
			l->place = named[i] ? MAILGUARD_PLACE_CLOUD
			                    : MAILGUARD_PLACE_LOCAL;
	}
	return st;
}

static mailguard_status answer_accounts(mailguard_interview *a,
                                        const char *words,
                                        mailguard_error *err)
{
	bool *named = mgi_alloc(a->mg, a->c->link_count + 1);
	mailguard_status st;

	if (!named)
		return mgi_fail_nomem(err);
	st = accounts_of(named, a, words, err);
	if (st == MAILGUARD_OK)
		st = take_accounts(a, named, err);
	mgi_free(a->mg, named);
	return st;
}

/* What the words mean belongs to all that fails in the mail program. */
static mailguard_status answer_message(mailguard_interview *a,
                                       const char *words,
                                       mailguard_error *err)
{
	const mailguard_cause *cause;
	mailguard_classifier *with;
	mailguard_status st;
	size_t i;

	st = mailguard_classifier_new(&with, a->mg, err);
	if (st < 0)
		return st;
	st = mailguard_classify_text(&cause, with, MAILGUARD_PHASE_NONE,
	                             mgi_span_of(words), err);
	for (i = 0; st == MAILGUARD_OK && i < a->c->seen_count; i++) {
		mailguard_evidence *e = &a->c->seen[i];

		if (e->test != MAILGUARD_TEST_OP || e->fault ||
		    e->outcome != MAILGUARD_OUTCOME_FAIL)
			continue;
		e->reason = cause->reason;
		e->fault = cause->fault;
		e->seen = mgi_arena_strdup(a->c->arena, words);
		if (!e->seen)
			st = mgi_fail_nomem(err);
	}
	mailguard_classifier_free(with);
	return st;
}

static mailguard_status answer_test(mailguard_interview *a,
                                    word said,
                                    mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	bool status = a->now.test == MAILGUARD_TEST_STATUS;

	e.test = a->now.test;
	e.vantage = a->now.vantage;
	if (status)
		e.provider = a->now.target;
	else if (e.test == MAILGUARD_TEST_DEV || e.test == MAILGUARD_TEST_WEB)
		e.account = a->now.target;
	e.outcome = (said == WORD_YES) == !status ? MAILGUARD_OUTCOME_OK
	            : status                      ? MAILGUARD_OUTCOME_INCIDENT
	                                          : MAILGUARD_OUTCOME_FAIL;
	return mailguard_case_observe(a->c, &e, err);
}

mailguard_status mailguard_interview_answer(mailguard_interview *a,
                                            const char *words,
                                            mailguard_error *err)
{
	word said = word_of(mgi_span_trim(mgi_span_of(words ? words : "")));
	mailguard_status st = MAILGUARD_OK;

	if (!a->open)
		return mgi_fail(err, a->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_NONE_OPEN);
	if (said == WORD_UNKNOWN)
		st = MAILGUARD_OK;
	else if (a->now.about < MAILGUARD_QUESTION_MESSAGE)
		st = answer_accounts(a, words, err);
	else if (a->now.about == MAILGUARD_QUESTION_MESSAGE)
		st = said == WORD_NO ? MAILGUARD_OK
		                     : answer_message(a, words, err);
	else if (said == WORD_YES || said == WORD_NO)
		st = answer_test(a, said, err);
	else
		st = not_understood(a, words, err);
	a->open = st < 0;
	return st;
}
