/*
 * from_line.c - the score of a From_ line.
 *
 * It parts if what it looks like, the blank line before it and the header
 * field behind it come to five points together. Prose that begins with
 * "From " has the blank line at most.
 */
#include "store/from_line.h"

#include <string.h>

/* Points. */
enum { ENOUGH = 5, DATE = 3, DASH = 3, BARE = 1, TORN_DATE = 1 };
enum { BLANK = 2, FIELD = 2, MAIL_FIELD = 3 };

static bool is_word(mailguard_span s, const char *list)
{
	char word[4] = { ' ', 0, 0, 0 };

	if (s.len != 3)
		return false;
	memcpy(word, s.data, 3);
	return mgi_span_find_nocase(mgi_span_of(list), word) % 3 == 0;
}

/* Of weekday, month, "hh:mm", year: how many it has. */
static int date_words(mailguard_span s, bool *full)
{
	bool clock = false, year = false, day = false, month = false;
	size_t i, begin = 0;

	for (i = 0; i <= s.len; i++) {
		mailguard_span word = { s.data + begin, i - begin };
		uint64_t n;

		if (i < s.len && !mgi_is_space(s.data[i]))
			continue;
		begin = i + 1;
		day |= is_word(word, "MonTueWedThuFriSatSun");
		month |= is_word(word, "JanFebMarAprMayJunJulAugSepOctNovDec");
		year |= word.len == 4 && mgi_span_u64(&n, word, 2999) &&
		        n >= 1000;
	}
	for (i = 1; i + 2 < s.len; i++)
		clock |= s.data[i] == ':' && mgi_is_digit(s.data[i - 1]) &&
		         mgi_is_digit(s.data[i + 1]) &&
		         mgi_is_digit(s.data[i + 2]);
	*full = clock && year;
	return clock + year + day + month;
}

/* "From", "From -", "From ann@example.org": one word at most. */
static bool is_bare(mailguard_span s)
{
	size_t i;

	s = mgi_span_trim(s);
	for (i = 0; i < s.len; i++)
		if (mgi_is_space(s.data[i]))
			return false;
	return true;
}

bool mgi_line_is_field(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len && s.data[i] != ':'; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f)
			return false;
	return i > 0 && i < s.len && i < 77;
}

bool mgi_line_is_mail_field(mailguard_span s)
{
	static const char *const names[] = {
		"Return-Path:",  "Received:",
		"Date:",         "From:",
		"To:",           "Cc:",
		"Subject:",      "Message-ID:",
		"MIME-Version",  "Content-",
		"Delivered-To:", "X-",
		"Status:",       "Reply-To:",
		"Sender:",       "In-Reply-To:",
		"References:",   "Envelope-To",
		"DKIM-",         "Authentication-",
		"ARC-",          "List-",
		"Received-SPF:", "Resent-",
	};
	size_t i;

	if (!mgi_line_is_field(s))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_starts_nocase(s, names[i]))
			return true;
	return false;
}

bool mgi_from_line_parts(const mgi_from_line *f)
{
	mailguard_span rest = mgi_span_from(f->line, 5);
	const unsigned char *zero = memchr(rest.data, '\0', rest.len);
	bool mail = mgi_line_is_mail_field(f->next);
	bool over = f->at_end || zero, full;
	int words, score = 0;

	/* What was to come never reached the disk. */
	if (zero)
		rest.len = (size_t)(zero - rest.data);
	words = date_words(rest, &full);

	/* Netscape's and Thunderbird's dash nobody writes by chance. */
	if (full)
		score += DATE;
	else if (mgi_span_is(mgi_span_trim(rest), "-"))
		score += DASH;
	else if (is_bare(rest))
		score += BARE;
	else if (words >= 2 && (mail || over))
		score += TORN_DATE;
	else
		return false;
	if (f->first || f->after_blank)
		score += BLANK;
	if (mail)
		score += MAIL_FIELD;
	else if (mgi_line_is_field(f->next) ||
	         mgi_span_starts(f->next, ">From ") || over)
		score += FIELD;
	return score >= ENOUGH;
}

bool mgi_from_line_is_like(mailguard_span line)
{
	static const char from[] = "From ";
	int same = 0;
	size_t i;

	for (i = 0; i < 5 && i < line.len; i++)
		same += line.data[i] == (unsigned char)from[i];
	return same >= 3 && same < 5;
}

bool mgi_from_line_was(const mgi_from_line *f)
{
	bool full;

	return date_words(f->line, &full) >= 3 &&
	       mgi_line_is_mail_field(f->next) && !mgi_line_is_field(f->line);
}
