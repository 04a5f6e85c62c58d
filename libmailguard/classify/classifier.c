/*
 * classifier.c - send one text past all readers and keep what they say.
 *
 * It knows the order in which they are asked, which changes nothing: signs
 * are weighed when all are in.
 */
#include "base/fail.h"
#include "classify/classifier.h"

#include <string.h>

#define ROUNDS_SPARE (1u << 20) /* more sets than one text ever passes */

static const mgi_set *built_in(mailguard_classifier *c)
{
	c->built_in = (mgi_set){
		.codes = mgi_codes,
		.symbols = mgi_codes_by_symbol,
		.phrases = mgi_phrases,
		.parts = mgi_phrase_parts,
		.scan = &mgi_phrase_scan,
		.code_count = mgi_code_count,
		.symbol_count = mgi_code_symbol_count,
		.phrase_count = mgi_phrase_count,
		.part_count = mgi_phrase_part_count,
	};
	return &c->built_in;
}

/* Room for the gaps of a set with that many phrases. */
static mailguard_status reserve(mailguard_classifier *c,
                                uint32_t phrases,
                                mailguard_error *err)
{
	mgi_gap *gaps;

	if (phrases <= c->gap_count)
		return MAILGUARD_OK;
	gaps = mgi_resize(c->mg, c->gaps, phrases * sizeof(*gaps));
	if (!gaps)
		return mgi_fail_nomem(err);
	memset(gaps + c->gap_count, 0,
	       (phrases - c->gap_count) * sizeof(*gaps));
	c->gaps = gaps;
	c->gap_count = phrases;
	return MAILGUARD_OK;
}

mailguard_status mailguard_classifier_new(mailguard_classifier **out,
                                          mailguard *mg,
                                          mailguard_error *err)
{
	mailguard_classifier *c;
	mailguard_status st;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "handle");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	c = mgi_arena_alloc(arena, sizeof(*c));
	if (!c) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	c->mg = mg;
	c->arena = arena;
	c->sets = built_in(c);
	atomic_flag_clear(&c->busy);
	st = reserve(c, c->built_in.phrase_count, err);
	if (st < 0) {
		mailguard_classifier_free(c);
		return st;
	}
	*out = c;
	return MAILGUARD_OK;
}

void mailguard_classifier_free(mailguard_classifier *c)
{
	if (!c)
		return;
	mgi_folded_done(&c->folded, c->mg);
	mgi_free(c->mg, c->gaps);
	mgi_arena_free(c->arena);
}

mailguard_status mgi_classifier_enter(mailguard_classifier *c,
                                      mailguard_error *err)
{
	if (!c)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "classifier");
	if (atomic_flag_test_and_set(&c->busy))
		return mgi_fail(err, c->mg, MAILGUARD_EBUSY,
		                MGI_SAY_CLASSIFIER_BUSY);
	return MAILGUARD_OK;
}

void mgi_classifier_leave(mailguard_classifier *c)
{
	atomic_flag_clear(&c->busy);
}

static mailguard_status add(mailguard_classifier *c,
                            mailguard_span tsv,
                            mailguard_error *err)
{
	mailguard_status st;
	mgi_set *set;

	if (tsv.len > MAILGUARD_CLASSIFY_TABLE_MAX)
		return mgi_fail(err, c->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_TABLE_TOO_LARGE, "max",
		                mgi_u64(MAILGUARD_CLASSIFY_TABLE_MAX).text);
	set = mgi_arena_alloc(c->arena, sizeof(*set));
	if (!set)
		return mgi_fail_nomem(err);
	st = mgi_set_parse(set, c->arena, tsv, err);
	if (st == MAILGUARD_OK)
		st = reserve(c, set->phrase_count, err);
	if (st < 0)
		return st;
	set->next = c->sets;
	c->sets = set;
	return MAILGUARD_OK;
}

mailguard_status mailguard_classifier_add(mailguard_classifier *c,
                                          mailguard_span tsv,
                                          mailguard_error *err)
{
	mailguard_status st = mgi_classifier_enter(c, err);

	if (st < 0)
		return st;
	st = add(c, tsv, err);
	mgi_classifier_leave(c);
	return st;
}

/* "(in reply to RCPT TO command)" and its like name the phase. */
static mailguard_phase phase_of(const mgi_folded *f)
{
	static const struct {
		const char *words;
		mailguard_phase phase;
	} rows[] = {
		{ "end of data", MAILGUARD_PHASE_DOT },
		{ "reply to mail from", MAILGUARD_PHASE_MAIL },
		{ "after mail from", MAILGUARD_PHASE_MAIL },
		{ "reply to rcpt to", MAILGUARD_PHASE_RCPT },
		{ "after rcpt to", MAILGUARD_PHASE_RCPT },
		{ "reply to data", MAILGUARD_PHASE_DATA },
		{ "reply to ehlo", MAILGUARD_PHASE_CAPABILITIES },
		{ "reply to helo", MAILGUARD_PHASE_CAPABILITIES },
		{ "initial connection", MAILGUARD_PHASE_GREETING },
		{ "initial server greeting", MAILGUARD_PHASE_GREETING },
	};
	mailguard_span s = mgi_span(f->text, f->len);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mgi_span_find_nocase(s, rows[i].words) >= 0)
			return rows[i].phase;
	return MAILGUARD_PHASE_NONE;
}

/* The rule of a code is its name space and itself. */
static const char *rule_of(mailguard_classifier *c)
{
	const mgi_sign *s = &c->reading.signs[0];
	mailguard_span parts[3];
	size_t i, n = 0;

	if (s->phrase)
		return s->phrase->rule;
	parts[0] = mgi_span_of(s->code->space);
	parts[1] = mgi_span_of("/");
	parts[2] = mgi_span_of(s->code->code);
	for (i = 0; i < 3; i++) {
		size_t k = mgi_utf8_cut(parts[i], MGI_RULE_MAX - 1 - n);

		memcpy(c->rule + n, parts[i].data, k);
		n += k;
	}
	c->rule[n] = '\0';
	return c->rule;
}

mailguard_status mgi_classifier_read(mailguard_classifier *c,
                                     mailguard_phase phase,
                                     mailguard_span text,
                                     mailguard_error *err)
{
	mgi_reading *r = &c->reading;

	if (text.len > MAILGUARD_CLASSIFY_TEXT_MAX)
		text.len = mgi_utf8_cut(text, MAILGUARD_CLASSIFY_TEXT_MAX);
	if (!mgi_fold(&c->folded, c->mg, text))
		return mgi_fail_nomem(err);
	r->sets = c->sets;
	r->text = text;
	r->folded = &c->folded;
	r->phase = phase ? phase : phase_of(&c->folded);
	r->reply_class = 0;
	r->count = 0;

	mgi_read_named(r);
	if (c->round > UINT32_MAX - ROUNDS_SPARE) {
		memset(c->gaps, 0, c->gap_count * sizeof(*c->gaps));
		c->round = 0;
	}
	mgi_read_words(r, c->gaps, &c->round);
	mgi_read_smtp(r);
	mgi_read_answers(r);
	mgi_read_numbers(r);
	mgi_read_tokens(r);
	mgi_signs_judge(&c->cause, r);
	if (c->cause.confidence)
		c->cause.rule = rule_of(c);
	return MAILGUARD_OK;
}

mailguard_status mailguard_classify_text(const mailguard_cause **out,
                                         mailguard_classifier *c,
                                         mailguard_phase phase,
                                         mailguard_span text,
                                         mailguard_error *err)
{
	mailguard_status st = mgi_classifier_enter(c, err);

	*out = NULL;
	if (st < 0)
		return st;
	st = mgi_classifier_read(c, phase, text, err);
	mgi_classifier_leave(c);
	if (st == MAILGUARD_OK)
		*out = &c->cause;
	return st;
}
