/*
 * words.c - look words up; judge nothing.
 */
#include "status/words.h"

#include <string.h>

#include "status/clean.h"
#include "status/table.h"

#define WORD_MAX 64
#define HINT_BYTES 2048 /* of a text that are looked at */

static size_t squeeze(char out[WORD_MAX], const char *word)
{
	size_t n = 0;

	for (; *word && n + 1 < WORD_MAX; word++)
		if (mgi_is_alnum((unsigned char)*word))
			out[n++] = (char)mgi_lower((unsigned char)*word);
	out[n] = '\0';
	return n;
}

bool mgi_word_find(mgi_word *out, const char *space, const char *word)
{
	const mgi_enum_row *any = NULL;
	char key[WORD_MAX];
	size_t i;

	if (!squeeze(key, word))
		return false;
	for (i = 0; i < mgi_enum_row_count; i++) {
		const mgi_enum_row *row = &mgi_enum_rows[i];

		if (strcmp(row->word, key) != 0)
			continue;
		if (*space && strcmp(row->space, space) == 0) {
			any = row;
			break;
		}
		if (!*row->space)
			any = row;
	}
	if (!any)
		return false;
	*out = (mgi_word){ any->phase, any->impact, any->kind };
	return true;
}

static bool find_or_tell(mgi_page *p,
                         mgi_word *out,
                         const char *space,
                         const char *word)
{
	if (mgi_word_find(out, space, word))
		return true;
	mgi_page_odd(p, MGI_SAY_INCIDENT_WORD, MAILGUARD_SEVERITY_WARN, "word",
	             mgi_page_line(p, word));
	return false;
}

static void kind_by(mgi_item *it, int32_t kind)
{
	if (kind >= 0 && !it->pub.kind)
		it->pub.kind = kind;
}

void mgi_word_phase(mgi_page *p,
                    mgi_item *it,
                    const char *space,
                    const char *word)
{
	mgi_word w;

	if (!word || !*word)
		return;
	it->fixed = true;
	it->pub.phase = MAILGUARD_INCIDENT_PHASE_UNKNOWN;
	if (!find_or_tell(p, &w, space, word))
		return;
	if (w.phase >= 0)
		it->pub.phase = w.phase;
	kind_by(it, w.kind);
}

void mgi_word_impact(mgi_page *p,
                     mgi_item *it,
                     const char *space,
                     const char *word)
{
	mgi_word w;

	if (!word || !*word)
		return;
	if (!find_or_tell(p, &w, space, word)) {
		it->pub.impact = MAILGUARD_INCIDENT_IMPACT_CRITICAL;
		return;
	}
	if (w.impact > it->pub.impact)
		it->pub.impact = w.impact;
	kind_by(it, w.kind);
}

/* Does a word of ASCII letters end and begin where `n` bytes at `i` do? */
static bool stands_alone(mailguard_span s, size_t i, size_t n)
{
	if (mgi_is_alnum(s.data[i]) && i && mgi_is_alnum(s.data[i - 1]))
		return false;
	if (mgi_is_alnum(s.data[i + n - 1]) && i + n < s.len &&
	    mgi_is_alpha(s.data[i + n]))
		return false;
	return true;
}

/* The longest word at `i`, or NULL. */
static const mgi_hint_row *hint_at(mailguard_span s, size_t i)
{
	const mgi_hint_row *best = NULL;
	size_t k, longest = 0;
	uint8_t byte = s.data[i];

	for (k = mgi_hint_first[byte]; k < mgi_hint_first[byte + 1]; k++) {
		const mgi_hint_row *row = &mgi_hint_rows[k];
		size_t n = strlen(row->word);

		if (n <= longest || n > s.len - i ||
		    memcmp(s.data + i, row->word, n) != 0 ||
		    !stands_alone(s, i, n))
			continue;
		best = row;
		longest = n;
	}
	return best;
}

static bool has_word(mailguard_span s, const char *word)
{
	ptrdiff_t at;

	while ((at = mgi_span_find_nocase(s, word)) >= 0) {
		if (stands_alone(s, (size_t)at, strlen(word)))
			return true;
		s = mgi_span_from(s, (size_t)at + 1);
	}
	return false;
}

static bool any_word(mailguard_span s, const char *const *words)
{
	for (; *words; words++)
		if (has_word(s, *words))
			return true;
	return false;
}

/*
 * Is the end that is told at `i` not there yet? "once this has been resolved",
 * "復旧しましたら", "復旧完了予定": a word before it in its clause, or right
 * behind it.
 */
static bool is_hoped_for(mailguard_span s, size_t i, size_t n)
{
	static const char *const before[] = {
		"once",       "until",   "when", "after",  "if",       "before",
		"as soon as", "not",     "will", "expect", "expected", "should",
		"estimate",   "believe", "hope", "unless", NULL
	};
	static const char *const behind[] = { "ら",   "次第", "まで", "予定",
		                              "見込", "後",   "時刻", "日時",
		                              "する", "の際", "際",   "しま",
		                              "して", "でき", "い",   "中",
		                              "に向", "され", NULL };
	static const char *const told[] = { "しました",   "しております",
		                            "しています", "いたしました",
		                            "致しました", NULL };
	mailguard_span rest = mgi_span_from(s, i + n);
	size_t begin = i, k;

	while (begin && i - begin < 160 &&
	       !mgi_is_one_of(s.data[begin - 1], ".!?,;\n"))
		begin--;
	if (mgi_is_alpha(s.data[i]) &&
	    any_word(mgi_span(s.data + begin, i - begin), before))
		return true;
	for (k = 0; told[k]; k++)
		if (mgi_span_starts(rest, told[k]))
			return mgi_span_starts(
				mgi_span_from(rest, strlen(told[k])), "ら");
	for (k = 0; behind[k]; k++)
		if (mgi_span_starts(rest, behind[k]))
			return true;
	return false;
}

/* "We will be performing maintenance" is over when it says so, else the
 * furthest phase that is told counts. */
static void hint_take(mgi_hints *h,
                      const mgi_hint_row *row,
                      bool title,
                      bool hoped_for)
{
	static const int8_t weight[] = {
		[MAILGUARD_INCIDENT_KIND_INFO] = 1,
		[MAILGUARD_INCIDENT_KIND_MAINTENANCE] = 2,
		[MAILGUARD_INCIDENT_KIND_INCIDENT] = 3,
	};

	h->services |= row->services;
	h->partly = h->partly || row->partly;
	if (row->title_only && !title)
		return;
	if (weight[row->kind] > weight[h->kind])
		h->kind = row->kind;
	if (row->phase > h->phase && !hoped_for)
		h->phase = row->phase;
}

mgi_hints mgi_hints_of(mgi_page *p, const char *text, bool title)
{
	mgi_hints h = { 0 };
	mailguard_span s = mgi_span_of(text);
	mailguard_buffer folded;
	size_t i = 0;

	s.len = mgi_utf8_cut(s, HINT_BYTES);
	mgi_buf_init(&folded, p->mg);
	mgi_fold_text(&folded, s);
	if (folded.failed)
		p->no_memory = true;
	s = mgi_buf_span(&folded);
	while (i < s.len) {
		const mgi_hint_row *row = hint_at(s, i);

		if (row)
			hint_take(
				&h, row, title,
				row->phase >= MAILGUARD_INCIDENT_PHASE_RESOLVED &&
					is_hoped_for(s, i, strlen(row->word)));
		i += row ? strlen(row->word) : 1;
	}
	mgi_buf_done(&folded);
	return h;
}

/* The word that ends at ":" or " -" at the head of `line`, if one does. */
static mailguard_span lead_of(mailguard_span line)
{
	size_t n = 0;

	while (n < line.len && n < 24 &&
	       (mgi_is_alpha(line.data[n]) ||
	        (line.data[n] == ' ' && n + 1 < line.len &&
	         mgi_is_alpha(line.data[n + 1]))))
		n++;
	if (n < line.len && (line.data[n] == ':' ||
	                     mgi_span_starts(mgi_span_from(line, n), " -")))
		return mgi_span_head(line, n);
	return mgi_span_head(line, 0);
}

mailguard_incident_phase mgi_phase_lead(const char *text)
{
	mailguard_span s = mgi_span_of(text);

	while (s.len) {
		const unsigned char *end = memchr(s.data, '\n', s.len);
		size_t n = end ? (size_t)(end - s.data) : s.len;
		mailguard_span lead = lead_of(mgi_span_head(s, n));
		char word[WORD_MAX];
		mgi_word w;

		if (lead.len) {
			memcpy(word, lead.data, lead.len);
			word[lead.len] = '\0';
			if (mgi_word_find(&w, "", word) && w.phase > 0)
				return w.phase;
		}
		s = mgi_span_from(s, end ? n + 1 : n);
	}
	return MAILGUARD_INCIDENT_PHASE_UNKNOWN;
}

mgi_label mgi_label_find(mailguard_span s)
{
	size_t i;

	for (i = 0; i < mgi_label_row_count; i++)
		if (mgi_span_is(s, mgi_label_rows[i].word))
			return mgi_label_rows[i].label;
	return MGI_LABEL_NONE;
}
