/*
 * names.c - the named properties of a .msg ([MS-OXMSG] 2.2.3).
 */
#include "store/msg/msg.h"

#include <string.h>

#include "base/cursor.h"
#include "base/text.h"

#define MAPPING "__nameid_version1.0"
#define FIRST 0x8000
#define MAX ((size_t)4 << 20)

/* PS_MAPI and PS_PUBLIC_STRINGS, which are not in the stream of sets. */
static const unsigned char well_known[][16] = {
	{ 0x28, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 },
	{ 0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 },
};

static mailguard_status take(mailguard_span *out,
                             const mgi_cfb *c,
                             mgi_file *file,
                             mgi_arena *arena,
                             const char *name)
{
	uint32_t at = mgi_cfb_find(c, mgi_cfb_find(c, 0, MAPPING), name);
	mgi_cfb_stream s;
	mailguard_status st;

	*out = mgi_span(NULL, 0);
	if (at == MGI_CFB_NONE)
		return MAILGUARD_OK;
	mgi_cfb_begin(&s, c, file, at);
	st = mgi_cfb_load(out, arena, &s, MAX, NULL);
	return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
}

mailguard_status mgi_msg_names_read(mgi_msg_names *out,
                                    const mgi_cfb *c,
                                    mgi_file *file,
                                    mgi_arena *arena,
                                    mailguard_error *err)
{
	mailguard_status st;

	(void)err;
	st = take(&out->guids, c, file, arena, "__substg1.0_00020102");
	if (st >= 0)
		st = take(&out->entries, c, file, arena,
		          "__substg1.0_00030102");
	if (st >= 0)
		st = take(&out->strings, c, file, arena,
		          "__substg1.0_00040102");
	return st;
}

/* Entry `i` as a name; false if it names none. */
static bool entry_at(mgi_mapi_name *out,
                     uint16_t *id,
                     const mgi_msg_names *n,
                     size_t i)
{
	mgi_cursor c = mgi_cursor_of(mgi_span_from(n->entries, 8 * i));
	uint32_t number = mgi_cursor_u32le(&c);
	uint16_t set = mgi_cursor_u16le(&c);
	size_t at = set >> 1;

	memset(out, 0, sizeof(*out));
	*id = (uint16_t)(FIRST + mgi_cursor_u16le(&c));
	if (c.failed || !at)
		return false;
	if (at < 3)
		memcpy(out->guid, well_known[at - 1], 16);
	else if ((at - 3) * 16 + 16 <= n->guids.len)
		memcpy(out->guid, n->guids.data + (at - 3) * 16, 16);
	else
		return false;
	if (!(set & 1)) {
		out->number = number;
		return true;
	}
	c = mgi_cursor_of(mgi_span_from(n->strings, number));
	out->text = mgi_cursor_take(&c, mgi_cursor_u32le(&c));
	return !c.failed && number <= n->strings.len;
}

static bool is_same(const mgi_mapi_name *a, const mgi_mapi_name *b)
{
	if (memcmp(a->guid, b->guid, 16) != 0 || a->text.len != b->text.len)
		return false;
	if (a->text.len)
		return memcmp(a->text.data, b->text.data, a->text.len) == 0;
	return a->number == b->number;
}

uint16_t mgi_msg_name_find(const mgi_msg_names *n, const mgi_mapi_name *name)
{
	mgi_mapi_name have;
	uint16_t id;
	size_t i;

	for (i = 0; i < n->entries.len / 8; i++)
		if (entry_at(&have, &id, n, i) && is_same(&have, name))
			return id;
	return 0;
}

bool mgi_msg_name_of(mgi_mapi_name *out, const mgi_msg_names *n, uint16_t id)
{
	uint16_t have;
	size_t i;

	for (i = 0; i < n->entries.len / 8; i++)
		if (entry_at(out, &have, n, i) && have == id)
			return true;
	memset(out, 0, sizeof(*out));
	return false;
}
