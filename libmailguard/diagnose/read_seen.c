/*
 * read_seen.c - observations from JSON, as a case file has them.
 */
#include "diagnose/read.h"
#include "diagnose/words.h"

#include <mailguard/classify.h>

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"

static const char *const known[] = { "t",    "r",     "a",  "sv",     "pv",
	                             "st",   "dir",   "ph", "code",   "also",
	                             "ext",  "where", "at", "reason", "degree",
	                             "seen", NULL };

/* Also by the names that transcripts and answers have for the phases. */
static mailguard_status read_phase(mailguard_phase *out,
                                   mgi_case_reader *r,
                                   const mgi_json *v)
{
	const char *word;
	mailguard_status st = mgi_case_text(&word, r, v, "ph");

	if (st < 0 || !word)
		return st;
	*out = mailguard_phase_find(word);
	return *out < 0 ? mgi_case_bad_word(r, "ph", word, mgi_phase_word_at)
	                : MAILGUARD_OK;
}

static mailguard_status read_also(mailguard_evidence *e,
                                  mgi_case_reader *r,
                                  const mgi_json *v)
{
	const mgi_json *list = mgi_json_get(v, "also");
	size_t i, n = 0;

	if (list && !mgi_json_is_array(list))
		return mgi_case_shape(r, "also", "[\"…\", …]");
	for (i = 0; i < mgi_json_count(list); i++) {
		const char *word = mgi_json_str_of(mgi_json_at(list, i), NULL);
		mailguard_fault f = word ? mailguard_fault_find(word) : -1;

		if (f < 0)
			return mgi_case_bad_word(r, "also", word ? word : "",
			                         mgi_fault_word);
		if (n < sizeof(e->also) / sizeof(e->also[0]))
			e->also[n++] = f;
	}
	return MAILGUARD_OK;
}

/* What every observation must say, and the words it may say. */
static mailguard_status read_words(mailguard_evidence *e,
                                   mgi_case_reader *r,
                                   const mgi_json *v)
{
	int32_t test = -1, outcome = -1;
	mailguard_status st;

	if (!mgi_json_is_object(v))
		return mgi_case_shape(r, NULL, "{\"t\": …, \"r\": …}");
	st = mgi_case_word(&test, r, v, "t", mgi_test_word);
	if (st == MAILGUARD_OK && test < 0)
		st = mgi_case_bad_word(r, "t", "", mgi_test_word);
	if (st == MAILGUARD_OK)
		st = mgi_case_word(&outcome, r, v, "r", mgi_outcome_word);
	if (st == MAILGUARD_OK && outcome < 0)
		st = mgi_case_bad_word(r, "r", "", mgi_outcome_word);
	if (st == MAILGUARD_OK)
		st = read_phase(&e->phase, r, v);
	if (st == MAILGUARD_OK)
		st = mgi_case_word(&e->outgoing, r, v, "dir", mgi_dir_word);
	if (st == MAILGUARD_OK)
		st = mgi_case_word(&e->fault, r, v, "code", mgi_fault_word);
	if (st < 0)
		return st;
	e->test = test + MAILGUARD_TEST_OP;
	e->outcome = outcome;
	return read_also(e, r, v);
}

static mailguard_status read_names(mailguard_evidence *e,
                                   mgi_case_reader *r,
                                   const mgi_json *v)
{
	const struct {
		const char *key, **to;
	} texts[] = {
		{ "a", &e->account },   { "sv", &e->server },
		{ "pv", &e->provider }, { "st", &e->store },
		{ "seen", &e->seen },   { "where", &e->where },
	};
	const char *at;
	mailguard_status st = mgi_case_text(&at, r, v, "at");
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]) && st == 0; i++)
		st = mgi_case_text(texts[i].to, r, v, texts[i].key);
	if (st < 0)
		return st;
	if (at)
		e->at = mgi_time_parse_rfc3339(mgi_span_of(at));
	if (at && !e->at)
		return mgi_case_shape(r, "at", "\"2026-01-13T09:00:00Z\"");
	e->reason = (mailguard_reason)mgi_json_int(v, "reason", 0);
	e->degree = (int32_t)mgi_json_int(v, "degree", 0);
	if (mgi_json_bool(v, "ext", false) || mgi_json_int(v, "ext", 0))
		e->vantage = MAILGUARD_VANTAGE_OUTSIDE;
	else if (e->test == MAILGUARD_TEST_DEV)
		e->vantage = MAILGUARD_VANTAGE_DEVICE;
	return MAILGUARD_OK;
}

/* What case_observe() refuses is told with the place in the file. */
static mailguard_status observe(mgi_case_reader *r, const mailguard_evidence *e)
{
	mailguard_error why;
	mailguard_status st = mailguard_case_observe(r->c, e, &why);

	if (st == MAILGUARD_OK || st == MAILGUARD_ENOMEM) {
		if (st < 0 && r->err)
			*r->err = why;
		return st;
	}
	if (st == MAILGUARD_EINVAL)
		st = MAILGUARD_EFORMAT;
	mgi_error_set(r->err, r->mg, st, 0, MGI_SAY_CASE_REFUSED, "where",
	              r->where, "why", why.message, (const char *)NULL);
	return st;
}

/* One observation; where the reader is, is its place. */
static mailguard_status read_one(mgi_case_reader *r, const mgi_json *v)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	mailguard_status st = read_words(&e, r, v);

	if (st == MAILGUARD_OK)
		st = read_names(&e, r, v);
	if (st < 0)
		return st;
	mgi_case_keys(r, v, known);
	return r->skip && r->skip(&e, r) ? MAILGUARD_OK : observe(r, &e);
}

mailguard_status mgi_case_observations(mgi_case_reader *r, const mgi_json *v)
{
	size_t i, keep = strlen(r->where);
	mailguard_status st = MAILGUARD_OK;
	mailguard_buffer b;

	if (v && !mgi_json_is_array(v))
		return mgi_case_shape(r, "observations", "[…]");
	for (i = 0; i < mgi_json_count(v) && st == MAILGUARD_OK; i++) {
		size_t n;

		mgi_buf_init(&b, r->mg);
		mgi_buf_printf(&b, "%sobservations[%zu]", keep ? "." : "", i);
		n = strlen(mgi_buf_text(&b));
		if (keep + n < sizeof(r->where))
			memcpy(r->where + keep, mgi_buf_text(&b), n + 1);
		st = mgi_buf_status(&b, r->err);
		mgi_buf_done(&b);
		if (st == MAILGUARD_OK)
			st = read_one(r, mgi_json_at(v, i));
		r->where[keep] = '\0';
	}
	return st;
}
