/*
 * iaf.c - Outlook Express's account files (.iaf): a fixed head, then values
 * as number, length and bytes.
 *
 * The high half of a number is the property, the low half its type. What is
 * stored of a password is only hidden, not encrypted: it is never looked at.
 */
#include "profile/claim.h"

#include <string.h>

#include "base/charset.h"
#include "base/cursor.h"
#include "base/fail.h"

#define VALUE_MAX 4096
#define HEAD_LEN 12

enum { TYPE_NUMBER = 0x3e9, TYPE_TEXT = 0x3f0, TYPE_FLAG = 0x3f5 };
#define SICILY MGI_SLOT_OWN
#define EXPIRES (MGI_SLOT_OWN + 1)

static const struct property {
	uint16_t number;
	mgi_slot slot;
	const char *name;
} properties[] = {
	{ 0x1235, MGI_SLOT_LABEL, "Account Name" },
	{ 0x1298, MGI_SLOT_IN_HOST, "IMAP Server" },
	{ 0x1299, MGI_SLOT_IN_USER, "IMAP User Name" },
	{ 0x129a, MGI_SLOT_SECRET, "IMAP Password" },
	{ 0x129c, MGI_SLOT_IN_PORT, "IMAP Port" },
	{ 0x129d, MGI_SLOT_IN_TLS, "IMAP Secure Connection" },
	{ 0x13c4, MGI_SLOT_IN_HOST, "POP3 Server" },
	{ 0x13c5, MGI_SLOT_IN_USER, "POP3 User Name" },
	{ 0x13c6, MGI_SLOT_SECRET, "POP3 Password" },
	{ 0x13c9, MGI_SLOT_IN_PORT, "POP3 Port" },
	{ 0x13ca, MGI_SLOT_IN_TLS, "POP3 Secure Connection" },
	{ 0x13cc, MGI_SLOT_LEAVE, "Leave Mail On Server" },
	{ 0x13ce, EXPIRES, "Remove When Expired" },
	{ 0x13cf, MGI_SLOT_LEAVE_DAYS, "Expire Days" },
	{ 0x1428, MGI_SLOT_OUT_HOST, "SMTP Server" },
	{ 0x1429, MGI_SLOT_OUT_USER, "SMTP User Name" },
	{ 0x142a, MGI_SLOT_SECRET, "SMTP Password" },
	{ 0x142b, SICILY, "SMTP Use Sicily" },
	{ 0x142d, MGI_SLOT_OUT_PORT, "SMTP Port" },
	{ 0x142e, MGI_SLOT_OUT_TLS, "SMTP Secure Connection" },
	{ 0x1430, MGI_SLOT_NAME, "SMTP Display Name" },
	{ 0x1432, MGI_SLOT_ADDRESS, "SMTP Email Address" },
	{ 0x1433, MGI_SLOT_REPLY_TO, "SMTP Reply To Email Address" },
};

static bool iaf_sniff(mailguard_span head, const char *name)
{
	static const unsigned char magic[] = { 'f', 'M', 'A', 'I', 0, 0, 5, 0 };

	(void)name;
	return head.len >= HEAD_LEN &&
	       memcmp(head.data, magic, sizeof(magic)) == 0;
}

static const struct property *property_find(uint32_t id)
{
	size_t i;

	for (i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (properties[i].number == id >> 16)
			return &properties[i];
	return NULL;
}

/* Text of the PC's code page, up to its NUL. */
static const char *text_of(mgi_arena *arena, mailguard_span s)
{
	const unsigned char *end = s.len ? memchr(s.data, 0, s.len) : NULL;
	const mgi_charset *cs;
	mailguard_buffer out;
	const char *text = NULL;

	if (end)
		s.len = (size_t)(end - s.data);
	cs = mgi_charset_sniff(s);
	mgi_buf_init(&out, mgi_arena_handle(arena));
	if (mgi_charset_decode(&out, NULL, cs ? cs : mgi_charset_utf8(), s,
	                       NULL) >= 0)
		text = mgi_arena_strdup(arena, mgi_buf_text(&out));
	else
		(void)mgi_arena_array(arena, SIZE_MAX, 2); /* told later */
	mgi_buf_done(&out);
	return text;
}

static void value_take(mailguard_profile *p,
                       mgi_claim *d,
                       uint32_t id,
                       mailguard_span value)
{
	const struct property *at = property_find(id);
	mgi_cursor c = mgi_cursor_of(value);

	if (!at)
		return;
	if (at->slot == MGI_SLOT_SECRET) {
		d->secret |= value.len > 0;
		d->key[MGI_SLOT_SECRET] = at->name;
	} else if ((id & 0xffff) == TYPE_TEXT) {
		mgi_claim_put(d, at->slot, text_of(p->arena, value), at->name);
	} else if (value.len == 4) {
		mgi_claim_put(
			d, at->slot,
			mgi_arena_printf(p->arena, "%lu",
		                         (unsigned long)mgi_cursor_u32le(&c)),
			at->name);
	}
}

static void finish(mailguard_profile *p, mgi_claim *d)
{
	const char *server = d->key[MGI_SLOT_IN_HOST];
	int64_t port = mgi_claim_number(p, d, MGI_SLOT_OUT_PORT, 65535);

	if (server && strncmp(server, "IMAP", 4) == 0)
		d->protocol = MAILGUARD_PROTOCOL_IMAP;
	if (mgi_claim_number(p, d, MGI_SLOT_IN_TLS, 1) == 1)
		d->tls_in = MAILGUARD_TLS_IMPLICIT;
	if (mgi_claim_number(p, d, MGI_SLOT_OUT_TLS, 1) == 1)
		d->tls_out = port == 25 || port == 587 ? MAILGUARD_TLS_STARTTLS
		                                       : MAILGUARD_TLS_IMPLICIT;
	d->port_out = 25;
	if (mgi_claim_number(p, d, SICILY, UINT32_MAX) == 2)
		mgi_claim_put(d, MGI_SLOT_OUT_USER, d->text[MGI_SLOT_IN_USER],
		              d->key[SICILY]);
	if (d->protocol == MAILGUARD_PROTOCOL_POP3)
		d->leave = (int32_t)mgi_claim_number(p, d, MGI_SLOT_LEAVE, 1);
	if (mgi_claim_number(p, d, EXPIRES, 1) != 1)
		d->text[MGI_SLOT_LEAVE_DAYS] = d->key[MGI_SLOT_LEAVE_DAYS] =
			NULL;
}

static mailguard_status iaf_read(mailguard_profile *p,
                                 mailguard_span bytes,
                                 const char *path,
                                 const char *address,
                                 mailguard_error *err)
{
	mgi_cursor c = mgi_cursor_of(bytes);
	mgi_claim d;

	(void)address;
	mgi_claim_begin(&d, path, "outlook-express");
	mgi_cursor_skip(&c, HEAD_LEN);
	while (mgi_cursor_left(&c)) {
		size_t at = bytes.len - mgi_cursor_left(&c);
		uint32_t id = mgi_cursor_u32le(&c);
		uint32_t n = mgi_cursor_u32le(&c);
		mailguard_span value = mgi_cursor_take(&c, n);

		if (c.failed || n > VALUE_MAX)
			return mgi_fail(err, mgi_arena_handle(p->arena),
			                MAILGUARD_EFORMAT,
			                MGI_SAY_PROFILE_BROKEN_AT, "path", path,
			                "offset", mgi_u64(at).text);
		value_take(p, &d, id, value);
	}
	finish(p, &d);
	(void)mgi_claim_account(p, &d);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_iaf = { "outlook-express", iaf_sniff, iaf_read,
	                              true };
