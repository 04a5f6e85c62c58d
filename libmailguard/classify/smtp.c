/*
 * smtp.c - SMTP's own codes in a text: the reply code, the enhanced status
 * code (RFC 3463), and what a provider means by the two.
 *
 * The phase counts here: the same 5xx blames the sender at MAIL and the
 * recipient at RCPT.
 */
#include "classify/sign.h"
#include "classify/smtp_code.h"

#include <string.h>

static const struct {
	const char *mark, *space;
} providers[] = {
	{ "gsmtp", "vendor.google" },
	{ "google", "vendor.google" },
	{ "outlook.com", "vendor.microsoft" },
	{ "office365", "vendor.microsoft" },
	{ "exchangelabs", "vendor.microsoft" },
	{ "hotmail", "vendor.microsoft" },
	{ "yahoo", "vendor.yahoo" },
	{ "icloud", "vendor.apple" },
};

static mailguard_span folded_span(const mgi_reading *r)
{
	return mgi_span(r->folded->text, r->folded->len);
}

static void add_code(mgi_reading *r,
                     const char *space,
                     const char *code,
                     int32_t most,
                     const mgi_smtp_code *s)
{
	const mgi_code_row *row =
		mgi_code_of(r->sets, space, mgi_span_of(code));
	int32_t weight;

	if (!row)
		return;
	weight = mgi_code_weight(row);
	mgi_sign_code(r, row, weight < most ? weight : most, s->start, s->end);
}

/* "X.1.1", or "X.1.X" where the registry knows no more. */
static void add_registered(mgi_reading *r, const mgi_smtp_code *s)
{
	char code[24] = "X";
	const char *tail = s->text + 1;
	const mgi_code_row *row;
	int32_t weight, most = mgi_smtp_is_vague(s) ? 45 : 99;

	/* "Some protocol error" is what servers say when they cannot say. */
	if (s->subject == 5 && s->detail == 0)
		most = 28;
	memcpy(code + 1, tail, strlen(tail) + 1);
	row = mgi_code_of(r->sets, "smtp-enhanced", mgi_span_of(code));
	if (!row) {
		memcpy(code + 3, ".X", 3);
		add_code(r, "smtp-enhanced", code, 44, s);
		return;
	}
	if (s->class == 2)
		row = mgi_code_of(r->sets, "smtp-enhanced",
		                  mgi_span_of("2.X.Y"));
	if (!row)
		return;
	weight = mgi_code_weight(row);
	mgi_sign_code(r, row, weight < most ? weight : most, s->start, s->end);
}

/* Does "550 5.7.606-649" cover this status? */
static bool in_range(const char *code, const mgi_smtp_code *s)
{
	mailguard_span all = mgi_span_of(code), low, high;
	const char *dash = strrchr(code, '-'), *point = strrchr(code, '.');
	uint64_t from, to;

	if (!dash || !point || dash < point || all.len < 10)
		return false;
	low = mgi_span(point + 1, (size_t)(dash - point - 1));
	high = mgi_span_of(dash + 1);
	return code[4] == s->text[0] && code[6] == s->text[2] &&
	       mgi_span_u64(&from, low, 999) && mgi_span_u64(&to, high, 999) &&
	       s->detail >= (int32_t)from && s->detail <= (int32_t)to;
}

static void add_ranges(mgi_reading *r,
                       const char *space,
                       const mgi_smtp_code *s)
{
	const mgi_set *set;
	uint32_t i;

	for (set = r->sets; set && s->detail >= 500; set = set->next)
		for (i = 0; i < set->code_count; i++)
			if (strcmp(set->codes[i].space, space) == 0 &&
			    in_range(set->codes[i].code, s))
				mgi_sign_code(r, &set->codes[i], 84, s->start,
				              s->end);
}

/* What the provider named in the text means by this pair of codes. */
static void add_vendor(mgi_reading *r, const mgi_smtp_code *s)
{
	int32_t most = mgi_smtp_is_vague(s) ? 48 : 86;
	char code[32] = "550 ";
	size_t i;

	memcpy(code + 4, s->text, strlen(s->text) + 1);
	code[0] = (char)('0' + s->reply / 100 % 10);
	code[1] = (char)('0' + s->reply / 10 % 10);
	code[2] = (char)('0' + s->reply % 10);
	for (i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		if (mgi_span_find_nocase(folded_span(r), providers[i].mark) < 0)
			continue;
		add_code(r, providers[i].space, code, most, s);
		add_code(r, providers[i].space, s->text, most, s);
		add_ranges(r, providers[i].space, s);
	}
}

/* What a bare 5xx means where the dialogue stood. */
static void add_phase(mgi_reading *r, const mgi_smtp_code *s)
{
	const char *code = NULL;

	if (r->phase == MAILGUARD_PHASE_GREETING && s->reply == 421)
		code = "421@greeting";
	else if (r->phase == MAILGUARD_PHASE_GREETING && s->reply == 554)
		code = "554@greeting";
	else if (r->phase == MAILGUARD_PHASE_CAPABILITIES && s->reply == 550)
		code = "550@EHLO";
	else if (s->reply >= 500 && r->phase == MAILGUARD_PHASE_MAIL)
		code = "5xx@MAIL";
	else if (s->reply >= 550 && r->phase == MAILGUARD_PHASE_RCPT)
		code = "5xx@RCPT";
	else if (s->reply >= 550 && (r->phase == MAILGUARD_PHASE_DATA ||
	                             r->phase == MAILGUARD_PHASE_DOT))
		code = "5xx@DATA-end";
	if (code)
		add_code(r, "smtp-phase", code, 46, s);
}

static void add_reply(mgi_reading *r, const mgi_smtp_code *s)
{
	char code[4] = { (char)('0' + s->reply / 100),
		         (char)('0' + s->reply / 10 % 10),
		         (char)('0' + s->reply % 10), '\0' };

	if (!r->reply_class)
		r->reply_class = s->reply / 100;
	add_code(r, "smtp-reply", code, 99, s);
	add_phase(r, s);
}

void mgi_read_smtp(mgi_reading *r)
{
	const mgi_folded *f = r->folded;
	mgi_smtp_code s = { 0 };
	bool enhanced = false;
	size_t i;

	for (i = 0; i < f->len; i++) {
		int32_t reply;
		size_t end;

		if (!mgi_is_digit(f->text[i]))
			continue;
		reply = mgi_smtp_reply(f, i, &end);
		if (reply) {
			size_t next = end + 1;
			mgi_smtp_code follows;

			if (!mgi_smtp_introduced(f, i) &&
			    !(next < f->len &&
			      mgi_smtp_status(&follows, f, next)))
				continue;
			s.reply = reply;
			s.start = i;
			s.end = end;
			add_reply(r, &s);
			i = end;
		} else if (mgi_smtp_status(&s, f, i)) {
			if (!enhanced)
				r->reply_class = s.class;
			enhanced = true;
			add_registered(r, &s);
			add_vendor(r, &s);
			i = s.end;
		}
	}
}
