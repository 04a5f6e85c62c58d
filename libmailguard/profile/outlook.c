/*
 * outlook.c - accounts and data files from an export of Outlook's profile.
 *
 * The accounts lie in numbered keys below 9375CFF0413111d3B88A00104B2A6676
 * (Office 15 and later, and the older Windows Messaging Subsystem). Whether a
 * password is stored is read; the password never is.
 */
#include "profile/claim.h"

#include <string.h>

#define ACCOUNTS_KEY "9375cff0413111d3b88a00104b2a6676\\"
#define PST_PATH                                             \
 "001f6700" /* of a data file's service; 001e: old code page \
	     */
#define PST_PATH_ANSI "001e6700"
#define OST_PATH "001f6610"
#define SERVICE "{ED475414-" /* no account: a data file, an address book */

#define CLSID MGI_SLOT_OWN
#define SMTP_AUTH (MGI_SLOT_OWN + 1)
#define SMTP_SSL (MGI_SLOT_OWN + 2)
#define IMAP_SECURE (MGI_SLOT_OWN + 3)

static const mgi_claim_word words[] = {
	{ "clsid", CLSID },
	{ "Account Name", MGI_SLOT_LABEL },
	{ "Display Name", MGI_SLOT_NAME },
	{ "Email", MGI_SLOT_ADDRESS },
	{ "Reply E-mail", MGI_SLOT_REPLY_TO },
	{ "POP3 Server", MGI_SLOT_IN_HOST },
	{ "POP3 User", MGI_SLOT_IN_USER },
	{ "POP3 Port", MGI_SLOT_IN_PORT },
	{ "POP3 Use SSL", MGI_SLOT_IN_TLS },
	{ "POP3 Password", MGI_SLOT_SECRET },
	{ "IMAP Server", MGI_SLOT_IN_HOST },
	{ "IMAP User", MGI_SLOT_IN_USER },
	{ "IMAP Port", MGI_SLOT_IN_PORT },
	{ "IMAP Use SSL", MGI_SLOT_IN_TLS },
	{ "IMAP Secure Connection", IMAP_SECURE },
	{ "IMAP Password", MGI_SLOT_SECRET },
	{ "SMTP Server", MGI_SLOT_OUT_HOST },
	{ "SMTP User", MGI_SLOT_OUT_USER },
	{ "SMTP Port", MGI_SLOT_OUT_PORT },
	{ "SMTP Use SSL", SMTP_SSL },
	{ "SMTP Secure Connection", MGI_SLOT_OUT_TLS },
	{ "SMTP Use Auth", SMTP_AUTH },
	{ "SMTP Password", MGI_SLOT_SECRET },
	{ "Leave on Server", MGI_SLOT_LEAVE },
	{ "Delivery Store EntryID", MGI_SLOT_STORE },
	{ NULL, MGI_SLOT_OWN },
};

static bool outlook_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_starts(head, "Windows Registry Editor") ||
	       mgi_span_starts(head, "REGEDIT4");
}

/* Where a path in UTF-16 begins: "C:\" or "\\"; SIZE_MAX if nowhere. */
static size_t path_at(mailguard_span s)
{
	size_t i;

	for (i = 0; i + 6 <= s.len; i++) {
		const unsigned char *b = s.data + i;

		if (b[1] || b[3] || b[5])
			continue;
		if (mgi_is_alpha(b[0]) && b[2] == ':' && b[4] == '\\')
			return i;
		if (b[0] == '\\' && b[2] == '\\' && mgi_is_alnum(b[4]))
			return i;
	}
	return SIZE_MAX;
}

/* An entry id holds the data file's path behind its provider's name. */
static const char *store_path(const mgi_reg_value *v, mgi_arena *arena)
{
	mgi_reg_value tail = *v;
	size_t at = path_at(v->data);

	if (at == SIZE_MAX)
		return NULL;
	tail.data = mgi_span_from(v->data, at);
	tail.data.len -= tail.data.len % 2;
	return mgi_reg_text(&tail, arena);
}

static const mgi_claim_word *word_find(const char *name)
{
	const mgi_claim_word *w;

	for (w = words; w->word; w++)
		if (mgi_strcmp_nocase(w->word, name) == 0)
			return w;
	return NULL;
}

static void draft_take(mgi_claim *d, const mgi_reg_value *v, mgi_arena *arena)
{
	const mgi_claim_word *w = word_find(v->name);
	const char *text, *key;

	if (!w)
		return;
	key = mgi_arena_printf(arena, "%s\\%s", d->place, w->word);
	if (w->slot == MGI_SLOT_SECRET) {
		d->secret = true;
		d->key[w->slot] = key;
		return;
	}
	if (w->slot == MGI_SLOT_STORE)
		text = store_path(v, arena);
	else if (v->is_number)
		text = mgi_arena_printf(arena, "%lu", (unsigned long)v->number);
	else
		text = mgi_reg_text(v, arena);
	mgi_claim_put(d, w->slot, text, key);
}

static void draft_begin(mgi_claim *d,
                        mgi_arena *arena,
                        const char *path,
                        mailguard_span key)
{
	mgi_claim_begin(d, path, "outlook");
	d->place = mgi_arena_strndup(arena, key.data, key.len);
	if (!d->place)
		d->place = "";
	d->port_out = 25; /* Outlook sends by it unless told otherwise */
}

/* "Secure Connection": 0 none, 1 TLS from the start, 2 STARTTLS, 3 either. */
static mailguard_tls tls_of(int64_t secure, int64_t ssl)
{
	if (secure == 2 || secure == 3)
		return MAILGUARD_TLS_STARTTLS;
	if (secure == 1 || (secure < 0 && ssl == 1))
		return MAILGUARD_TLS_IMPLICIT;
	return MAILGUARD_TLS_NONE;
}

static void servers_finish(mailguard_profile *p, mgi_claim *d)
{
	const char *key = d->key[MGI_SLOT_IN_HOST];
	int64_t secure = -1;

	if (key &&
	    mgi_span_find_nocase(mgi_span_of(key), "\\IMAP Server") > 0) {
		d->protocol = MAILGUARD_PROTOCOL_IMAP;
		secure = mgi_claim_number(p, d, IMAP_SECURE, 3);
	}
	d->tls_in = tls_of(secure, mgi_claim_number(p, d, MGI_SLOT_IN_TLS, 1));
	d->tls_out = tls_of(mgi_claim_number(p, d, MGI_SLOT_OUT_TLS, 3),
	                    mgi_claim_number(p, d, SMTP_SSL, 1));
	if (mgi_claim_flag(d, SMTP_AUTH) != 1)
		d->text[MGI_SLOT_OUT_USER] = d->key[MGI_SLOT_OUT_USER] = NULL;
	else if (!d->text[MGI_SLOT_OUT_USER])
		mgi_claim_put(d, MGI_SLOT_OUT_USER, d->text[MGI_SLOT_IN_USER],
		              d->key[SMTP_AUTH]);
}

/* The high word holds flags, the low one days. */
static void leave_finish(mailguard_profile *p, mgi_claim *d)
{
	int64_t leave = mgi_claim_number(p, d, MGI_SLOT_LEAVE, UINT32_MAX);

	if (leave < 0)
		return;
	d->leave = (leave >> 16 & 1) != 0;
	if (leave >> 16 & 4)
		mgi_claim_put(
			d, MGI_SLOT_LEAVE_DAYS,
			mgi_arena_printf(p->arena, "%d", (int)(leave & 0xffff)),
			d->key[MGI_SLOT_LEAVE]);
}

static const char *kind_of(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && mgi_strcmp_nocase(path + n - 4, ".ost") == 0 ? "ost"
	                                                             : "pst";
}

static const char *store_add(mailguard_profile *p, const char *path)
{
	mailguard_storage s;

	if (!path)
		return NULL;
	memset(&s, 0, sizeof(s));
	s.path = path;
	s.kind = kind_of(path);
	s.client = "outlook";
	return mgi_profile_store_add(p, &s);
}

static void draft_end(mailguard_profile *p, mgi_claim *d)
{
	const char *clsid = d->text[CLSID];

	if (clsid && mgi_span_starts_nocase(mgi_span_of(clsid), SERVICE))
		return;
	servers_finish(p, d);
	leave_finish(p, d);
	if (d->text[MGI_SLOT_STORE])
		d->kind = kind_of(d->text[MGI_SLOT_STORE]);
	if (!mgi_claim_account(p, d))
		(void)store_add(p, d->text[MGI_SLOT_STORE]);
}

/* A numbered key of accounts: all digits of eight behind the magic one. */
static bool is_account_key(mailguard_span key)
{
	ptrdiff_t at = mgi_span_find_nocase(key, ACCOUNTS_KEY);

	return at >= 0 && key.len - (size_t)at - strlen(ACCOUNTS_KEY) == 8;
}

static bool is_store_path(const char *name)
{
	return mgi_strcmp_nocase(name, PST_PATH) == 0 ||
	       mgi_strcmp_nocase(name, PST_PATH_ANSI) == 0 ||
	       mgi_strcmp_nocase(name, OST_PATH) == 0;
}

static mailguard_status outlook_read(mailguard_profile *p,
                                     mailguard_span text,
                                     const char *path,
                                     const char *address,
                                     mailguard_error *err)
{
	mgi_reg reg = { p->arena, text, { NULL, 0 }, 0, 0, 0 };
	uint64_t bad = 0;
	mgi_reg_value v;
	mailguard_span key = { NULL, 0 };
	mgi_claim d;

	(void)address;
	draft_begin(&d, p->arena, path, key);
	while (mgi_reg_next(&v, &reg)) {
		if (v.key.data != key.data) {
			draft_end(p, &d);
			key = v.key;
			draft_begin(&d, p->arena, path, key);
		}
		if (is_account_key(v.key))
			draft_take(&d, &v, p->arena);
		else if (is_store_path(v.name))
			(void)store_add(p, mgi_reg_text(&v, p->arena));
		for (; bad < reg.bad; bad++)
			mgi_import_line_note(p, path, reg.bad_line);
	}
	draft_end(p, &d);
	for (; bad < reg.bad; bad++)
		mgi_import_line_note(p, path, reg.bad_line);
	mgi_import_end_check(p, path, text, true);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_outlook = { "outlook", outlook_sniff,
	                                  outlook_read, false };
