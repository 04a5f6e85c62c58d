/*
 * label.c - labels believed or not.
 *
 * A label is wrong if the bytes cannot be what it says, or if they prove to be
 * UTF-8 or Japanese, which chance does not make. Whoever asks is told.
 */
#include "mime/label.h"

#include <string.h>

#include "base/text.h"

#define PIECE 512

static bool is_named(const mgi_charset *cs, const char *name)
{
	return strcmp(mgi_charset_name(cs), name) == 0;
}

/* One byte a character, so that any bytes are text. */
static bool is_single(const mgi_charset *cs)
{
	static const char *const heads[] = { "windows-", "iso-8859-", "koi8-",
		                             "mac",      "x-mac-",    "ibm",
		                             "viscii" };
	mailguard_span name = mgi_span_of(mgi_charset_name(cs));
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (mgi_span_starts(name, heads[i]))
			return true;
	return false;
}

/* It says nothing, or in so many words that it does not know. */
static bool is_none(mailguard_span label)
{
	return !label.len || mgi_span_is_nocase(label, "unknown-8bit") ||
	       mgi_span_is_nocase(label, "x-unknown") ||
	       mgi_span_is_nocase(label, "default");
}

static bool is_ascii(mailguard_span label)
{
	return mgi_span_is_nocase(label, "us-ascii") ||
	       mgi_span_is_nocase(label, "ascii");
}

/*
 * Without a label. Where every byte above 127 stands alone, as in "Fr\xf6sche",
 * it is a Western word; but so may katakana of Shift_JIS.
 */
static const mgi_charset *likeliest(const mgi_sniff *s, bool *sure)
{
	const mgi_charset *cs = mgi_sniff_likeliest(s, sure);

	if (cs && (!s->odd || s->side || (*sure && is_named(cs, "shift_jis"))))
		return cs;
	*sure = false;
	return mgi_charset_find(mgi_span_of("windows-1252"));
}

static bool is_japanese(const mgi_charset *cs)
{
	return is_named(cs, "shift_jis") || is_named(cs, "euc-jp");
}

static bool has_escapes(const mgi_charset *cs)
{
	return strncmp(mgi_charset_name(cs), "iso-2022-", 9) == 0;
}

bool mgi_label_escapes(mailguard_span label)
{
	const mgi_charset *cs = mgi_span_starts_nocase(label, "iso-2022-")
	                                ? mgi_charset_find(label)
	                                : NULL;

	return cs && has_escapes(cs);
}

void mgi_label_feed(mgi_sniff *s, mailguard_span bytes)
{
	while (bytes.len && !s->escapes) {
		mgi_sniff_feed(s, mgi_span_head(bytes, PIECE));
		bytes = mgi_span_from(bytes, PIECE);
	}
}

/* Text that says `cs` shows to be `likely`, and is `sure` of it. */
static bool is_refuted(const mgi_charset *cs,
                       const mgi_charset *likely,
                       const mgi_sniff *s,
                       bool sure)
{
	if (has_escapes(cs))
		return s->odd && !s->escapes;
	if (!s->odd)
		return is_named(likely, "iso-2022-jp");
	if (is_named(cs, "utf-8"))
		return !mgi_sniff_is_utf8(s);
	if (is_named(cs, "utf-7"))
		return false;
	/* Two such characters are no Western word's. */
	if (is_named(likely, "utf-8"))
		return sure || (is_single(cs) && !s->bad && s->good > 1);
	return sure && is_japanese(likely) &&
	       (is_single(cs) || is_japanese(cs));
}

static mgi_choice choose(mailguard_span label, const mgi_sniff *s)
{
	mgi_choice c = { mgi_charset_find(label), 0, 0, 0 };
	const mgi_charset *likely;
	bool sure;

	if (c.cs && mgi_charset_is_wide(c.cs))
		return c;
	if (!s->odd && !s->escapes) {
		c.cs = c.cs ? c.cs : mgi_charset_utf8();
		return c;
	}
	likely = likeliest(s, &sure);
	if (!c.cs || is_none(label))
		c.kind = MAILGUARD_DAMAGE_UNKNOWN_CHARSET;
	else if ((is_ascii(label) && s->odd) ||
	         is_refuted(c.cs, likely, s, sure))
		c.kind = likely == c.cs && !is_ascii(label)
		                 ? 0
		                 : MAILGUARD_DAMAGE_WRONG_CHARSET;
	if (c.kind)
		c.cs = likely;
	return c;
}

mgi_choice mgi_label_choose(mailguard_span label, const mgi_sniff *s)
{
	mgi_choice c = choose(label, s);

	if (c.cs == mgi_charset_utf8()) {
		c.bad = s->bad + (s->need > 0);
		c.bad_at = s->bad ? s->bad_at : s->begin;
	}
	return c;
}
