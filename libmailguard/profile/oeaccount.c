/*
 * oeaccount.c - Windows Live Mail and Windows Mail: account{GUID}.oeaccount,
 * an XML file an account. Numbers in it are hexadecimal.
 */
#include "profile/claim.h"

#include <string.h>

#include "base/text.h"
#include "base/xml.h"

#define SICILY MGI_SLOT_OWN
#define EXPIRES (MGI_SLOT_OWN + 1)

static const mgi_claim_word words[] = {
	{ "Account_Name", MGI_SLOT_LABEL },
	{ "SMTP_Display_Name", MGI_SLOT_NAME },
	{ "SMTP_Email_Address", MGI_SLOT_ADDRESS },
	{ "SMTP_Reply_To_Email_Address", MGI_SLOT_REPLY_TO },
	{ "POP3_Server", MGI_SLOT_IN_HOST },
	{ "POP3_User_Name", MGI_SLOT_IN_USER },
	{ "POP3_Port", MGI_SLOT_IN_PORT },
	{ "POP3_Secure_Connection", MGI_SLOT_IN_TLS },
	{ "POP3_Password2", MGI_SLOT_SECRET },
	{ "IMAP_Server", MGI_SLOT_IN_HOST },
	{ "IMAP_User_Name", MGI_SLOT_IN_USER },
	{ "IMAP_Port", MGI_SLOT_IN_PORT },
	{ "IMAP_Secure_Connection", MGI_SLOT_IN_TLS },
	{ "IMAP_Password2", MGI_SLOT_SECRET },
	{ "Leave_Mail_On_Server", MGI_SLOT_LEAVE },
	{ "Remove_When_Expired", EXPIRES },
	{ "Expire_Days", MGI_SLOT_LEAVE_DAYS },
	{ "SMTP_Server", MGI_SLOT_OUT_HOST },
	{ "SMTP_User_Name", MGI_SLOT_OUT_USER },
	{ "SMTP_Port", MGI_SLOT_OUT_PORT },
	{ "SMTP_Secure_Connection", MGI_SLOT_OUT_TLS },
	{ "SMTP_Use_Sicily", SICILY },
	{ "SMTP_Password2", MGI_SLOT_SECRET },
	{ NULL, MGI_SLOT_OWN },
};

static bool oeaccount_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_find_nocase(mgi_span_head(head, 1024),
	                            "<MessageAccount") >= 0;
}

static bool is_dword(mailguard_profile *p, const mgi_xml_node *node)
{
	mailguard_buffer type;
	bool is;

	mgi_buf_init(&type, mgi_arena_handle(p->arena));
	is = mgi_xml_attr(&type, node, "type") &&
	     mgi_span_is_nocase(mgi_buf_span(&type), "DWORD");
	mgi_buf_done(&type);
	return is;
}

static void child_take(mailguard_profile *p,
                       mgi_claim *d,
                       const mgi_xml_node *node)
{
	mailguard_buffer text;

	mgi_buf_init(&text, mgi_arena_handle(p->arena));
	if (is_dword(p, node))
		mgi_buf_puts(&text, "0x");
	mgi_xml_text(&text, node);
	if (mgi_buf_status(&text, NULL) >= 0)
		(void)mgi_claim_take(d, p->arena, words,
		                     mgi_span_of(mgi_xml_name(node)),
		                     mgi_span_trim(mgi_buf_span(&text)));
	else
		(void)mgi_arena_array(p->arena, SIZE_MAX, 2); /* told later */
	mgi_wipe(text.at, text.len);
	mgi_buf_done(&text);
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
	/* 0: no login; 2: as for receiving; 3: of its own. */
	if (mgi_claim_number(p, d, SICILY, UINT32_MAX) == 2)
		mgi_claim_put(d, MGI_SLOT_OUT_USER, d->text[MGI_SLOT_IN_USER],
		              d->key[SICILY]);
	if (d->protocol == MAILGUARD_PROTOCOL_POP3)
		d->leave = (int32_t)mgi_claim_number(p, d, MGI_SLOT_LEAVE, 1);
	if (mgi_claim_number(p, d, EXPIRES, 1) != 1)
		d->text[MGI_SLOT_LEAVE_DAYS] = d->key[MGI_SLOT_LEAVE_DAYS] =
			NULL;
}

static mailguard_status oeaccount_read(mailguard_profile *p,
                                       mailguard_span text,
                                       const char *path,
                                       const char *address,
                                       mailguard_error *err)
{
	const mgi_xml_node *node;
	mailguard_status st;
	mgi_claim d;
	mgi_xml *doc;

	(void)address;
	st = mgi_import_xml(&doc, p, text, path, err);
	if (st < 0)
		return st;
	mgi_claim_begin(&d, path, "windows-live-mail");
	for (node = mgi_xml_first(mgi_xml_root(doc)); node;
	     node = mgi_xml_next(node))
		child_take(p, &d, node);
	mgi_xml_free(doc);
	finish(p, &d);
	(void)mgi_claim_account(p, &d);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_oeaccount = { "windows-live-mail",
	                                    oeaccount_sniff, oeaccount_read,
	                                    false };
