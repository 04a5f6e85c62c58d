/*
 * names.c - which names the ids from 0x8000 on stand for ([MS-PST] 2.4.7).
 */
#include "store/pst/ltp.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define NAMES_NODE 0x61
#define FIRST_ID 0x8000
#define ENTRY 8

enum { GUIDS = 0x0002, ENTRIES = 0x0003, STRINGS = 0x0004 };

/* The two sets that every file has without saying so ([MS-OXPROPS] 1.3.2). */
static const unsigned char ps_mapi[16] = MGI_MAPI_GUID_OF(0x00020328, 0, 0);
static const unsigned char ps_public[16] = MGI_MAPI_GUID_OF(0x00020329, 0, 0);

struct mgi_pst_names {
	mailguard_span guids, entries, strings;
};

mailguard_status mgi_pst_names_read(mgi_pst_names **out,
                                    mgi_pst_view *v,
                                    mailguard_error *err)
{
	mgi_mapi_value guids, entries, strings;
	mgi_pst_names *names;
	mgi_pst_props *props;
	mailguard_status st;
	mgi_pst_node node;

	*out = NULL;
	st = mgi_pst_node_find(&node, v, NAMES_NODE, err);
	if (st != MAILGUARD_OK)
		return st < 0 ? st : MAILGUARD_OK;
	names = mgi_arena_alloc(v->arena, sizeof(*names));
	props = mgi_arena_alloc(v->arena, sizeof(*props));
	if (!names || !props)
		return mgi_fail_nomem(err);
	st = mgi_pst_props_open(props, v, &node, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_props_get(&entries, props, ENTRIES, err);
	if (st != MAILGUARD_OK)
		return st < 0 ? st : MAILGUARD_OK;
	st = mgi_pst_props_get(&guids, props, GUIDS, err);
	if (st >= 0)
		st = mgi_pst_props_get(&strings, props, STRINGS, err);
	if (st < 0)
		return st;
	names->entries = entries.bytes;
	names->guids = guids.bytes;
	names->strings = strings.bytes;
	if (mgi_arena_failed(v->arena))
		return mgi_fail_nomem(err);
	*out = names;
	return MAILGUARD_OK;
}

/* Pure: what entry `i` says. */
static bool entry_read(mgi_mapi_name *out,
                       uint16_t *id,
                       const mgi_pst_names *n,
                       size_t i)
{
	const unsigned char *p = n->entries.data + ENTRY * i;
	uint32_t what = mgi_le32(p), set = mgi_le16(p + 4) >> 1, len;

	memset(out, 0, sizeof(*out));
	*id = (uint16_t)(FIRST_ID + mgi_le16(p + 6));
	if (set == 1)
		memcpy(out->guid, ps_mapi, 16);
	else if (set == 2)
		memcpy(out->guid, ps_public, 16);
	else if (set >= 3 && (set - 2) * (size_t)16 <= n->guids.len)
		memcpy(out->guid, n->guids.data + (set - 3) * (size_t)16, 16);
	else if (set)
		return false;
	if (!(p[4] & 1)) {
		out->number = what;
		return true;
	}
	if (n->strings.len < 4 || what > n->strings.len - 4)
		return false;
	len = mgi_le32(n->strings.data + what);
	if (len > n->strings.len - 4 - what)
		return false;
	out->text = mgi_span(n->strings.data + what + 4, len);
	return true;
}

mailguard_span mgi_pst_names_mend(const mgi_pst_names *n, mgi_arena *arena)
{
	size_t count = n->entries.len / ENTRY, i;
	unsigned char *to = (unsigned char *)mgi_arena_strndup(
		arena, n->entries.data, count * ENTRY);
	mgi_mapi_name name;
	uint16_t id;

	for (i = 0; to && i < count; i++)
		if (!entry_read(&name, &id, n, i))
			memset(to + ENTRY * i, 0, 6); /* its id stays */
	return mgi_span(to, to ? count * ENTRY : 0);
}

static bool same_text(mailguard_span a, mailguard_span b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

uint16_t mgi_pst_name_find(const mgi_pst_names *n, const mgi_mapi_name *name)
{
	mgi_mapi_name has;
	uint16_t id;
	size_t i;

	for (i = 0; n && i < n->entries.len / ENTRY; i++)
		if (entry_read(&has, &id, n, i) &&
		    memcmp(has.guid, name->guid, 16) == 0 &&
		    has.number == name->number &&
		    same_text(has.text, name->text))
			return id;
	return 0;
}

bool mgi_pst_name_of(mgi_mapi_name *out, const mgi_pst_names *n, uint16_t id)
{
	uint16_t has;
	size_t i;

	for (i = 0; n && i < n->entries.len / ENTRY; i++)
		if (entry_read(out, &has, n, i) && has == id)
			return true;
	memset(out, 0, sizeof(*out));
	return false;
}
