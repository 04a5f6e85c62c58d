/*
 * prf.c - Outlook's profile files (.prf), by which Outlook is set up anew.
 *
 * [AccountN] sections are accounts; a [ServiceN] names the data file. Which
 * account delivers where is not said: the default store takes all POP3 mail.
 */
#include "profile/claim.h"
#include "profile/ini.h"

#include <string.h>

#include "base/text.h"

#define SMTP_AUTH MGI_SLOT_OWN
#define SMTP_SSL (MGI_SLOT_OWN + 1)
#define SMTP_SECURE MGI_SLOT_OUT_TLS

static const mgi_claim_word words[] = {
	{ "AccountName", MGI_SLOT_LABEL },
	{ "DisplayName", MGI_SLOT_NAME },
	{ "EmailAddress", MGI_SLOT_ADDRESS },
	{ "ReplyEMailAddress", MGI_SLOT_REPLY_TO },
	{ "POP3Server", MGI_SLOT_IN_HOST },
	{ "POP3UserName", MGI_SLOT_IN_USER },
	{ "POP3Port", MGI_SLOT_IN_PORT },
	{ "POP3UseSSL", MGI_SLOT_IN_TLS },
	{ "POP3Password", MGI_SLOT_SECRET },
	{ "IMAPServer", MGI_SLOT_IN_HOST },
	{ "IMAPUserName", MGI_SLOT_IN_USER },
	{ "IMAPPort", MGI_SLOT_IN_PORT },
	{ "IMAPUseSSL", MGI_SLOT_IN_TLS },
	{ "IMAPPassword", MGI_SLOT_SECRET },
	{ "SMTPServer", MGI_SLOT_OUT_HOST },
	{ "SMTPUserName", MGI_SLOT_OUT_USER },
	{ "SMTPPort", MGI_SLOT_OUT_PORT },
	{ "SMTPUseSSL", SMTP_SSL },
	{ "SMTPSecureConnection", MGI_SLOT_OUT_TLS },
	{ "SMTPUseAuth", SMTP_AUTH },
	{ "SMTPPassword", MGI_SLOT_SECRET },
	{ "LeaveOnServer", MGI_SLOT_LEAVE },
	{ NULL, MGI_SLOT_OWN },
};

static bool prf_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_ini_has(head, "Internet Account List") ||
	       (mgi_ini_has(head, "Service List") &&
	        mgi_ini_has(head, "General"));
}

static bool is_account(mailguard_span section)
{
	return mgi_span_starts_nocase(section, "Account") && section.len > 7 &&
	       mgi_is_digit(section.data[7]);
}

/* "SecureConnection" as in the registry: see outlook.c. */
static mailguard_tls tls_out(mailguard_profile *p, const mgi_claim *d)
{
	int64_t secure = mgi_claim_number(p, d, SMTP_SECURE, 3);

	if (secure >= 2)
		return MAILGUARD_TLS_STARTTLS;
	if (secure == 1 || (secure < 0 && mgi_claim_flag(d, SMTP_SSL) == 1))
		return MAILGUARD_TLS_IMPLICIT;
	return MAILGUARD_TLS_NONE;
}

static void account_end(mailguard_profile *p, mgi_claim *d, const char *pst)
{
	int64_t leave = mgi_claim_number(p, d, MGI_SLOT_LEAVE, UINT32_MAX);
	const char *key = d->key[MGI_SLOT_IN_HOST];

	if (key && strstr(key, " IMAP"))
		d->protocol = MAILGUARD_PROTOCOL_IMAP;
	if (mgi_claim_flag(d, MGI_SLOT_IN_TLS) == 1)
		d->tls_in = MAILGUARD_TLS_IMPLICIT;
	d->tls_out = tls_out(p, d);
	d->port_out = 25;
	if (mgi_claim_flag(d, SMTP_AUTH) == 1 && !d->text[MGI_SLOT_OUT_USER])
		mgi_claim_put(d, MGI_SLOT_OUT_USER, d->text[MGI_SLOT_IN_USER],
		              d->key[SMTP_AUTH]);
	if (leave >= 0) {
		d->leave = (leave >> 16 & 1) != 0;
		if (leave >> 16 & 4)
			mgi_claim_put(d, MGI_SLOT_LEAVE_DAYS,
			              mgi_arena_printf(p->arena, "%d",
			                               (int)(leave & 0xffff)),
			              d->key[MGI_SLOT_LEAVE]);
	}
	if (d->protocol == MAILGUARD_PROTOCOL_POP3 && pst)
		mgi_claim_put(d, MGI_SLOT_STORE, pst, "PathToPersonalFolders");
	d->kind = "pst";
	(void)mgi_claim_account(p, d);
}

/* The data file of the default store's section, else the first named. */
static const char *pst_find(mailguard_profile *p, mailguard_span text)
{
	mailguard_span wanted = mgi_span("", 0), first = wanted, found = wanted;
	mgi_ini ini = mgi_ini_of(text);
	mgi_ini_line l;

	while (mgi_ini_next(&l, &ini)) {
		if (mgi_span_is_nocase(l.key, "DefaultStore"))
			wanted = l.value;
		if (!mgi_span_is_nocase(l.key, "PathToPersonalFolders"))
			continue;
		if (!first.len)
			first = l.value;
		if (wanted.len && l.section.len == wanted.len &&
		    memcmp(l.section.data, wanted.data, wanted.len) == 0)
			found = l.value;
	}
	if (!found.len)
		found = first;
	return found.len ? mgi_arena_strndup(p->arena, found.data, found.len)
	                 : NULL;
}

static mailguard_status prf_read(mailguard_profile *p,
                                 mailguard_span text,
                                 const char *path,
                                 const char *address,
                                 mailguard_error *err)
{
	const char *pst = pst_find(p, text);
	mgi_ini ini = mgi_ini_of(text);
	bool open = false;
	mgi_ini_line l;
	mgi_claim d;

	(void)address;
	mgi_claim_begin(&d, path, "outlook");
	while (mgi_ini_next(&l, &ini)) {
		if (l.kind == MGI_INI_BAD)
			mgi_import_line_note(p, path, l.line);
		if (l.kind != MGI_INI_SECTION) {
			if (open)
				(void)mgi_claim_take(&d, p->arena, words, l.key,
				                     l.value);
			continue;
		}
		if (open)
			account_end(p, &d, pst);
		open = is_account(l.section);
		mgi_claim_begin(&d, path, "outlook");
		d.place =
			mgi_arena_printf(p->arena, "[%.*s]", (int)l.section.len,
		                         (const char *)l.section.data);
	}
	if (open)
		account_end(p, &d, pst);
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_prf = { "outlook-prf", prf_sniff, prf_read,
	                              false };
