/*
 * vcard.c - a contact as vCard 4.0 (RFC 6350; phonetic names as Apple and
 * Google write them).
 */
#include "store/mapi/lines.h"

#include "base/text.h"

typedef struct row {
	const char *name;
	mgi_set set;
	uint32_t id;
} row;

/* [MS-OXOCNTC] 2.2.1 */
static const row rows[] = {
	{ "NICKNAME", MGI_SET_NONE, 0x3a4f },
	{ "TITLE", MGI_SET_NONE, 0x3a17 },
	{ "EMAIL;PREF=1", MGI_SET_ADDRESS, 0x8083 },
	{ "EMAIL", MGI_SET_ADDRESS, 0x8093 },
	{ "EMAIL", MGI_SET_ADDRESS, 0x80a3 },
	{ "IMPP", MGI_SET_ADDRESS, 0x8062 },
	{ "TEL;TYPE=work,voice", MGI_SET_NONE, 0x3a08 },
	{ "TEL;TYPE=work,voice", MGI_SET_NONE, 0x3a1b },
	{ "TEL;TYPE=home,voice", MGI_SET_NONE, 0x3a09 },
	{ "TEL;TYPE=home,voice", MGI_SET_NONE, 0x3a2f },
	{ "TEL;TYPE=cell", MGI_SET_NONE, 0x3a1c },
	{ "TEL;TYPE=voice", MGI_SET_NONE, 0x3a1a },
	{ "TEL;TYPE=voice", MGI_SET_NONE, 0x3a1f },
	{ "TEL;TYPE=pager", MGI_SET_NONE, 0x3a21 },
	{ "TEL;TYPE=fax", MGI_SET_NONE, 0x3a23 },
	{ "TEL;TYPE=work,fax", MGI_SET_NONE, 0x3a24 },
	{ "TEL;TYPE=home,fax", MGI_SET_NONE, 0x3a25 },
	{ "URL;TYPE=work", MGI_SET_NONE, 0x3a51 },
	{ "URL;TYPE=home", MGI_SET_NONE, 0x3a50 },
	{ "X-PHONETIC-FIRST-NAME", MGI_SET_ADDRESS, 0x802c },
	{ "X-PHONETIC-LAST-NAME", MGI_SET_ADDRESS, 0x802d },
	{ "X-PHONETIC-ORG", MGI_SET_ADDRESS, 0x802e },
	{ "NOTE", MGI_SET_NONE, 0x1000 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Box, extension, street, city, region, postal code, country. */
static void address_put(mailguard_buffer *out,
                        const char *name,
                        mgi_mapi *o,
                        const uint16_t *ids)
{
	mgi_line_parts(out, name, o, ids, 7);
}

static void addresses_put(mailguard_buffer *out, mgi_mapi *o)
{
	static const uint16_t home[] = { 0x3a5e, 0,      0x3a5d, 0x3a59,
		                         0x3a5c, 0x3a5b, 0x3a5a };
	static const uint16_t other[] = { 0x3a64, 0,      0x3a63, 0x3a5f,
		                          0x3a62, 0x3a61, 0x3a60 };
	static const uint32_t work[] = { 0x804a, 0,      0x8045, 0x8046,
		                         0x8047, 0x8048, 0x8049 };
	static const uint16_t main[] = { 0x3a2b, 0,      0x3a29, 0x3a27,
		                         0x3a28, 0x3a2a, 0x3a26 };
	uint16_t ids[7] = { 0 };
	size_t before = out->len, i;

	for (i = 0; i < 7; i++)
		if (work[i])
			ids[i] = mgi_set_id(o, MGI_SET_ADDRESS, work[i]);
	address_put(out, "ADR;TYPE=work", o, ids);
	address_put(out, "ADR;TYPE=home", o, home);
	address_put(out, "ADR", o, other);
	if (out->len == before)
		address_put(out, "ADR", o, main);
}

/* The one line no card may lack. */
static void full_name_put(mailguard_buffer *out, mgi_mapi *o)
{
	static const uint32_t ids[] = { 0x3001, 0x3a16, 0x0037 };
	size_t before = out->len, i;

	for (i = 0; i < COUNT(ids) && out->len == before; i++)
		mgi_line_of(out, "FN", o, (uint16_t)ids[i]);
	if (out->len == before)
		mgi_line_text(out, "FN", mgi_span(NULL, 0));
}

void mgi_vcard_put(mailguard_buffer *out, mgi_mapi *o)
{
	/* Family, given, further names, what stands before and behind. */
	static const uint16_t names[] = { 0x3a11, 0x3a06, 0x3a44, 0x3a45,
		                          0x3a05 };
	static const uint16_t org[] = { 0x3a16, 0x3a18 };
	size_t i;

	mgi_buf_puts(out, "BEGIN:VCARD\nVERSION:4.0\n");
	full_name_put(out, o);
	mgi_line_parts(out, "N", o, names, COUNT(names));
	mgi_line_parts(out, "ORG", o, org, COUNT(org));
	for (i = 0; i < COUNT(rows); i++)
		mgi_line_of(out, rows[i].name, o,
		            mgi_set_id(o, rows[i].set, rows[i].id));
	addresses_put(out, o);
	mgi_line_time(out, "BDAY", mgi_mapi_time(o, 0x3a42), true);
	mgi_line_time(out, "REV", mgi_mapi_time(o, 0x3008), false);
	mgi_buf_puts(out, "END:VCARD\n");
}
