/*
 * becky.c - Becky! Internet Mail: Mailbox.ini, in the folder of the mailbox
 * whose settings it holds.
 */
#include "profile/claim.h"
#include "profile/ini.h"

#include <string.h>

#include "base/text.h"

#define PROTOCOL MGI_SLOT_IN_PROTOCOL
#define IMAP_PORT MGI_SLOT_OWN
#define IMAP_SSL (MGI_SLOT_OWN + 1)
#define SMTP_AUTH (MGI_SLOT_OWN + 2)

static const mgi_claim_word words[] = {
	{ "Name", MGI_SLOT_LABEL },
	{ "YourName", MGI_SLOT_NAME },
	{ "MailAddress", MGI_SLOT_ADDRESS },
	{ "ReplyTo", MGI_SLOT_REPLY_TO },
	{ "Protocol", PROTOCOL },
	{ "MailServer", MGI_SLOT_IN_HOST },
	{ "UserID", MGI_SLOT_IN_USER },
	{ "PassWd", MGI_SLOT_SECRET },
	{ "POP3Port", MGI_SLOT_IN_PORT },
	{ "IMAP4Port", IMAP_PORT },
	{ "SSLPOP", MGI_SLOT_IN_TLS },
	{ "SSLIMAP", IMAP_SSL },
	{ "LeaveServer", MGI_SLOT_LEAVE },
	{ "KeepDays", MGI_SLOT_LEAVE_DAYS },
	{ "SMTPServer", MGI_SLOT_OUT_HOST },
	{ "SMTPPort", MGI_SLOT_OUT_PORT },
	{ "SSLSMTP", MGI_SLOT_OUT_TLS },
	{ "SMTPAUTH", SMTP_AUTH },
	{ "SMTPUserID", MGI_SLOT_OUT_USER },
	{ "SMTPPassWd", MGI_SLOT_SECRET },
	{ NULL, MGI_SLOT_OWN },
};

static bool becky_sniff(mailguard_span head, const char *name)
{
	return mgi_strcmp_nocase(name, "Mailbox.ini") == 0 ||
	       (mgi_ini_has(head, "Account") &&
	        mgi_span_find_nocase(head, "MailServer=") >= 0);
}

/* POP3 and IMAP have ports and flags of their own; one of them is used. */
static void imap_choose(mgi_claim *d)
{
	if (!d->text[PROTOCOL] || strcmp(d->text[PROTOCOL], "1") != 0)
		return;
	d->protocol = MAILGUARD_PROTOCOL_IMAP;
	d->text[MGI_SLOT_IN_PORT] = d->text[IMAP_PORT];
	d->key[MGI_SLOT_IN_PORT] = d->key[IMAP_PORT];
	d->text[MGI_SLOT_IN_TLS] = d->text[IMAP_SSL];
	d->key[MGI_SLOT_IN_TLS] = d->key[IMAP_SSL];
}

/* "SSL" of a port other than 465 is begun by STARTTLS. */
static mailguard_tls tls_out(const mgi_claim *d)
{
	const char *port = d->text[MGI_SLOT_OUT_PORT];

	if (mgi_claim_flag(d, MGI_SLOT_OUT_TLS) != 1)
		return MAILGUARD_TLS_NONE;
	return port && (strcmp(port, "587") == 0 || strcmp(port, "25") == 0)
	               ? MAILGUARD_TLS_STARTTLS
	               : MAILGUARD_TLS_IMPLICIT;
}

static mailguard_status becky_read(mailguard_profile *p,
                                   mailguard_span text,
                                   const char *path,
                                   const char *address,
                                   mailguard_error *err)
{
	mgi_ini ini = mgi_ini_of(text);
	mgi_ini_line l;
	mgi_claim d;

	(void)address;
	mgi_claim_begin(&d, path, "becky");
	d.place = "[Account]";
	while (mgi_ini_next(&l, &ini)) {
		if (l.kind == MGI_INI_BAD)
			mgi_import_line_note(p, path, l.line);
		else if (mgi_span_is_nocase(l.section, "Account"))
			(void)mgi_claim_take(&d, p->arena, words, l.key,
			                     l.value);
	}
	imap_choose(&d);
	if (mgi_claim_flag(&d, MGI_SLOT_IN_TLS) == 1)
		d.tls_in = MAILGUARD_TLS_IMPLICIT;
	d.tls_out = tls_out(&d);
	d.port_out = 25;
	if (d.protocol == MAILGUARD_PROTOCOL_POP3)
		d.leave = mgi_claim_flag(&d, MGI_SLOT_LEAVE);
	if (mgi_claim_flag(&d, SMTP_AUTH) == 1 && !d.text[MGI_SLOT_OUT_USER])
		mgi_claim_put(&d, MGI_SLOT_OUT_USER, d.text[MGI_SLOT_IN_USER],
		              d.key[SMTP_AUTH]);
	mgi_claim_put(&d, MGI_SLOT_STORE, mgi_import_folder(p, path), NULL);
	d.kind = "becky";
	(void)mgi_claim_account(p, &d);
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_becky = { "becky", becky_sniff, becky_read,
	                                false };
