/*
 * harm.c - the kinds of damage by name, word and weight, and their counting.
 */
#include "mime/harm.h"

#include "base/say.h"

#define NOTE MAILGUARD_SEVERITY_NOTE
#define WARN MAILGUARD_SEVERITY_WARN
#define LOSS MAILGUARD_SEVERITY_LOSS

/* A row is the kind of its place. */
static const struct {
	const char *name;
	int32_t severity;
	mgi_say_id text;
} kinds[MGI_HARM_KINDS] = {
	{ "unknown", NOTE, MGI_SAY_DAMAGE_UNKNOWN },
	{ "nul", LOSS, MGI_SAY_DAMAGE_NUL },
	{ "bare-cr", NOTE, MGI_SAY_DAMAGE_BARE_CR },
	{ "mixed-ends", NOTE, MGI_SAY_DAMAGE_MIXED_ENDS },
	{ "long-line", NOTE, MGI_SAY_DAMAGE_LONG_LINE },
	{ "8bit-header", NOTE, MGI_SAY_DAMAGE_8BIT_HEADER },
	{ "bad-field", WARN, MGI_SAY_DAMAGE_BAD_FIELD },
	{ "no-separator", WARN, MGI_SAY_DAMAGE_NO_SEPARATOR },
	{ "cut-header", LOSS, MGI_SAY_DAMAGE_CUT_HEADER },
	{ "long-header", WARN, MGI_SAY_DAMAGE_LONG_HEADER },
	{ "no-boundary", WARN, MGI_SAY_DAMAGE_NO_BOUNDARY },
	{ "no-parts", LOSS, MGI_SAY_DAMAGE_NO_PARTS },
	{ "unclosed", WARN, MGI_SAY_DAMAGE_UNCLOSED },
	{ "too-deep", WARN, MGI_SAY_DAMAGE_TOO_DEEP },
	{ "too-many-parts", WARN, MGI_SAY_DAMAGE_TOO_MANY_PARTS },
	{ "encoded-multipart", NOTE, MGI_SAY_DAMAGE_ENCODED_MULTIPART },
	{ "unknown-encoding", WARN, MGI_SAY_DAMAGE_UNKNOWN_ENCODING },
	{ "base64-chars", WARN, MGI_SAY_DAMAGE_BASE64_CHARS },
	{ "base64-cut", LOSS, MGI_SAY_DAMAGE_BASE64_CUT },
	{ "base64-after", NOTE, MGI_SAY_DAMAGE_BASE64_AFTER },
	{ "quoted-printable", NOTE, MGI_SAY_DAMAGE_QP },
	{ "uuencode", WARN, MGI_SAY_DAMAGE_UU },
	{ "uuencode-cut", LOSS, MGI_SAY_DAMAGE_UU_CUT },
	{ "8bit-body", NOTE, MGI_SAY_DAMAGE_8BIT_BODY },
	{ "no-header", WARN, MGI_SAY_DAMAGE_NO_HEADER },
	{ "bom", NOTE, MGI_SAY_DAMAGE_BOM },
	{ "cr-ends", NOTE, MGI_SAY_DAMAGE_CR_ENDS },
	{ "wrong-charset", NOTE, MGI_SAY_DAMAGE_WRONG_CHARSET },
	{ "unknown-charset", NOTE, MGI_SAY_DAMAGE_UNKNOWN_CHARSET },
	{ "bad-text", WARN, MGI_SAY_DAMAGE_BAD_TEXT },
	{ "guessed-boundary", WARN, MGI_SAY_DAMAGE_GUESSED_BOUNDARY },
	{ "near-boundary", WARN, MGI_SAY_DAMAGE_NEAR_BOUNDARY },
};

static int row(mailguard_damage_kind kind)
{
	return kind > 0 && kind < MGI_HARM_KINDS ? kind : 0;
}

const char *mailguard_damage_name(mailguard_damage_kind kind)
{
	return kinds[row(kind)].name;
}

const char *mailguard_damage_text(const mailguard *mg,
                                  mailguard_damage_kind kind)
{
	return mgi_say_raw(mgi_lang_of(mg), kinds[row(kind)].text);
}

mailguard_severity mailguard_damage_severity(mailguard_damage_kind kind)
{
	return kinds[row(kind)].severity;
}

void mgi_harm_add(mgi_harm *h,
                  mailguard_damage_kind kind,
                  uint64_t offset,
                  uint64_t count)
{
	if (!count)
		return;
	if (!(h->seen >> kind & 1))
		h->first[kind] = offset;
	h->count[kind] = (h->seen >> kind & 1 ? h->count[kind] : 0) + count;
	h->seen |= UINT32_C(1) << kind;
}

bool mgi_harm_take(mailguard_damage *out, mgi_harm *h)
{
	int kind;

	for (kind = 1; h->seen && kind < MGI_HARM_KINDS; kind++) {
		if (!(h->seen >> kind & 1))
			continue;
		h->seen &= ~(UINT32_C(1) << kind);
		out->kind = kind;
		out->part = 0;
		out->offset = h->first[kind];
		out->count = h->count[kind];
		return true;
	}
	return false;
}

void mgi_harm_move(mgi_harm *h, mgi_harm *from, uint64_t base)
{
	mailguard_damage d;

	while (mgi_harm_take(&d, from))
		mgi_harm_add(h, d.kind, base + d.offset, d.count);
}
