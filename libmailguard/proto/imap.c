/*
 * imap.c - one IMAP answer (RFC 9051, 7): tagged, untagged or "+", with the
 * literals inside it.
 *
 * Only as much grammar as tells where an answer ends and what it says; the
 * data inside is for those who asked for it.
 */
#include "proto/reply.h"

#include <string.h>

static const struct {
	const char *name;
	mailguard_reply_kind kind;
} statuses[] = {
	{ "OK", MAILGUARD_REPLY_OK },
	{ "PREAUTH", MAILGUARD_REPLY_OK },
	{ "NO", MAILGUARD_REPLY_PERMANENT },
	{ "BAD", MAILGUARD_REPLY_PERMANENT },
	{ "BYE", MAILGUARD_REPLY_BYE },
};

/* One stretch between line ends, with what it means for the next one. */
typedef struct stretch {
	mailguard_span line;
	size_t close; /* where a "]" outside quotes stands; SIZE_MAX: none */
	uint64_t literal; /* bytes that follow the line end */
	bool has_literal;
} stretch;

/* "{12}" or "{12+}" (RFC 7888) at the end. Too large for any limit counts. */
static bool literal_of(uint64_t *n, mailguard_span line)
{
	size_t end, i;

	if (!line.len || line.data[line.len - 1] != '}')
		return false;
	end = line.len - 1;
	if (end && line.data[end - 1] == '+')
		end--;
	for (i = end; i && mgi_is_digit(line.data[i - 1]); i--)
		;
	if (!i || i == end || line.data[i - 1] != '{')
		return false;
	if (!mgi_span_u64(n, mgi_span_head(mgi_span_from(line, i), end - i),
	                  UINT64_MAX))
		*n = UINT64_MAX;
	return true;
}

/* `s->line` from `from` on. A quoted string does not span lines. */
static void scan(stretch *s, size_t from)
{
	bool quoted = false;
	size_t i;

	s->close = SIZE_MAX;
	for (i = from; i < s->line.len; i++) {
		int c = s->line.data[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == ']' && !quoted && s->close == SIZE_MAX)
			s->close = i;
	}
	s->has_literal = !quoted && literal_of(&s->literal, s->line);
}

/* The literal and the stretch behind it. */
static mailguard_status next_stretch(stretch *s, mgi_reply_in *in)
{
	mailguard_status st = mgi_reply_skip(in, s->literal);

	if (st == MAILGUARD_OK)
		st = mgi_reply_line(&s->line, in);
	if (st == MAILGUARD_OK)
		scan(s, 0);
	return st;
}

/* From `from` to the end of the line last read. */
static mailguard_span up_to(const unsigned char *from, mailguard_span last)
{
	return mgi_span(from, (size_t)(last.data + last.len - from));
}

/* "[CODE arguments] text". A literal counts only inside the brackets; text
 * may end in "{5}" and mean nothing by it. */
static mailguard_status take_text(mailguard_reply *r,
                                  mgi_reply_in *in,
                                  mailguard_span text)
{
	stretch s = { text, SIZE_MAX, 0, false };
	const unsigned char *begin = text.data;
	const unsigned char *end;
	mailguard_status st;

	r->text = text;
	if (!text.len || text.data[0] != '[')
		return MAILGUARD_OK;
	scan(&s, 1);
	while (s.close == SIZE_MAX && s.has_literal) {
		st = next_stretch(&s, in);
		if (st != MAILGUARD_OK)
			return st;
		r->text = up_to(begin, s.line);
	}
	if (s.close == SIZE_MAX)
		return MAILGUARD_OK;

	end = s.line.data + s.close;
	mgi_reply_word(r, mgi_span(begin + 1, (size_t)(end - begin - 1)));
	r->text = mgi_span_trim(mgi_span_from(s.line, s.close + 1));
	return MAILGUARD_OK;
}

/* "OK [X] text": true if it begins with one of the status words. */
static bool take_status(mailguard_reply *r, mailguard_span *rest, bool tagged)
{
	mailguard_span after = *rest;
	mailguard_span word = mgi_reply_token(&after);
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (!mgi_span_is_nocase(word, statuses[i].name))
			continue;
		if (tagged && (i == 1 || i == 4)) /* PREAUTH, BYE */
			return false;
		r->kind = statuses[i].kind;
		r->status = word;
		*rest = after;
		return true;
	}
	return false;
}

static mailguard_status read_status(mailguard_reply *r,
                                    mgi_reply_in *in,
                                    mailguard_span text)
{
	mailguard_status st = take_text(r, in, text);

	if (st == MAILGUARD_OK && r->kind == MAILGUARD_REPLY_PERMANENT)
		r->kind = mgi_reply_refusal(r->protocol, r->word);
	return st;
}

/* "* 23 EXISTS", "* CAPABILITY IMAP4rev2", "* 1 FETCH (BODY[] {5}". */
static mailguard_status read_data(mailguard_reply *r,
                                  mgi_reply_in *in,
                                  mailguard_span text)
{
	stretch s = { text, SIZE_MAX, 0, false };
	mailguard_span rest = text;
	mailguard_status st;
	uint64_t number;

	r->kind = MAILGUARD_REPLY_DATA;
	scan(&s, 0);
	while (s.has_literal) {
		st = next_stretch(&s, in);
		if (st != MAILGUARD_OK)
			return st;
	}
	r->text = up_to(text.data, s.line);
	rest = r->text;
	r->word = mgi_reply_token(&rest);
	if (mgi_span_u64(&number, r->word, UINT32_MAX)) {
		r->number = (uint32_t)number;
		r->word = mgi_reply_token(&rest);
	}
	r->argument = rest;
	return MAILGUARD_OK;
}

static mailguard_status read_untagged(mailguard_reply *r,
                                      mgi_reply_in *in,
                                      mailguard_span line)
{
	mailguard_span rest = mgi_span_trim(mgi_span_from(line, 2));

	if (take_status(r, &rest, false))
		return read_status(r, in, rest);
	if (rest.len && mgi_is_alnum(rest.data[0]))
		return read_data(r, in, rest);
	mgi_reply_garbage(r, line);
	return MAILGUARD_OK;
}

/* "+ go ahead"; "+" alone and "+idling" are seen as well. */
static void read_continue(mailguard_reply *r, mailguard_span line)
{
	r->kind = MAILGUARD_REPLY_MORE;
	r->status = mgi_span_head(line, 1);
	r->text = mgi_span_trim(mgi_span_from(line, 1));
	if (line.len > 1 && line.data[1] != ' ')
		r->odd |= MAILGUARD_REPLY_ODD_NO_SPACE;
}

/* RFC 9051: any ASTRING-CHAR but "+". */
static bool tag_ok(mailguard_span tag)
{
	size_t i;

	for (i = 0; i < tag.len; i++)
		if (tag.data[i] <= 0x20 || tag.data[i] >= 0x7F ||
		    strchr("+(){%*\"\\", tag.data[i]))
			return false;
	return tag.len > 0;
}

mailguard_status mgi_reply_imap(mailguard_reply *r, mgi_reply_in *in)
{
	mailguard_span line, rest, tag;
	mailguard_status st = mgi_reply_line(&line, in);

	if (st != MAILGUARD_OK)
		return st;
	if (mgi_span_starts(line, "* "))
		return read_untagged(r, in, line);
	if (mgi_span_starts(line, "+")) {
		read_continue(r, line);
		return MAILGUARD_OK;
	}
	rest = line;
	tag = mgi_reply_token(&rest);
	if (tag_ok(tag) && take_status(r, &rest, true)) {
		r->tag = tag;
		return read_status(r, in, rest);
	}
	mgi_reply_garbage(r, line);
	return MAILGUARD_OK;
}

enum { FIRST = 0, IN_DATA = 1, IN_CODE = 2 };

/* The first line is read as if it were all: what it lacks is a literal. */
bool mgi_imap_goes_on(uint64_t *literal, uint32_t *state, mailguard_span line)
{
	stretch s = { line, SIZE_MAX, 0, false };

	if (*state == FIRST) {
		mgi_reply_in in = { line, 0, MAILGUARD_REPLY_LAST, 0, 0 };
		mailguard_reply r = MAILGUARD_REPLY_INIT;

		if (mgi_reply_imap(&r, &in) == MAILGUARD_OK)
			return false;
		*state = r.kind == MAILGUARD_REPLY_DATA ? IN_DATA : IN_CODE;
		return literal_of(literal, line);
	}
	scan(&s, 0);
	*literal = s.literal;
	return s.has_literal && (*state == IN_DATA || s.close == SIZE_MAX);
}
