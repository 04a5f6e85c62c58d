/*
 * mobileconfig.c - Apple's configuration profiles: a property list in XML,
 * whose payloads of type com.apple.mail.managed are accounts.
 *
 * A signed one holds the same inside a CMS envelope; it is told, not opened.
 */
#include "profile/claim.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/xml.h"

#define TYPE MGI_SLOT_IN_PROTOCOL
#define PAYLOAD MGI_SLOT_OWN
#define SAME_PASSWORD (MGI_SLOT_OWN + 1)

static const mgi_claim_word words[] = {
	{ "PayloadType", PAYLOAD },
	{ "EmailAccountDescription", MGI_SLOT_LABEL },
	{ "EmailAccountName", MGI_SLOT_NAME },
	{ "EmailAccountType", TYPE },
	{ "EmailAddress", MGI_SLOT_ADDRESS },
	{ "IncomingMailServerHostName", MGI_SLOT_IN_HOST },
	{ "IncomingMailServerPortNumber", MGI_SLOT_IN_PORT },
	{ "IncomingMailServerUseSSL", MGI_SLOT_IN_TLS },
	{ "IncomingMailServerUsername", MGI_SLOT_IN_USER },
	{ "IncomingMailServerAuthentication", MGI_SLOT_IN_AUTH },
	{ "IncomingPassword", MGI_SLOT_SECRET },
	{ "OutgoingMailServerHostName", MGI_SLOT_OUT_HOST },
	{ "OutgoingMailServerPortNumber", MGI_SLOT_OUT_PORT },
	{ "OutgoingMailServerUseSSL", MGI_SLOT_OUT_TLS },
	{ "OutgoingMailServerUsername", MGI_SLOT_OUT_USER },
	{ "OutgoingMailServerAuthentication", MGI_SLOT_OUT_AUTH },
	{ "OutgoingPassword", MGI_SLOT_SECRET },
	{ NULL, MGI_SLOT_OWN },
};

static bool mobileconfig_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_find_nocase(head, "<plist") >= 0 &&
	       mgi_span_find_nocase(head, "PayloadType") >= 0;
}

static bool signed_sniff(mailguard_span head, const char *name)
{
	return head.len > 1 && head.data[0] == 0x30 &&
	       mgi_span_find_nocase(mgi_span_of(name), ".mobileconfig") >= 0;
}

/* A value's text: "true" for <true/>. */
static void value_take(mailguard_profile *p,
                       mgi_claim *d,
                       const mgi_xml_node *key,
                       const mgi_xml_node *value)
{
	mailguard_buffer name, text;

	mgi_buf_init(&name, mgi_arena_handle(p->arena));
	mgi_buf_init(&text, mgi_arena_handle(p->arena));
	mgi_xml_text(&name, key);
	mgi_xml_text(&text, value);
	if (mgi_xml_is(value, "true") || mgi_xml_is(value, "false"))
		mgi_buf_puts(&text, mgi_xml_name(value));
	if (mgi_buf_status(&name, NULL) >= 0 &&
	    mgi_buf_status(&text, NULL) >= 0)
		(void)mgi_claim_take(d, p->arena, words,
		                     mgi_span_trim(mgi_buf_span(&name)),
		                     mgi_span_trim(mgi_buf_span(&text)));
	else
		(void)mgi_arena_array(p->arena, SIZE_MAX, 2); /* told later */
	mgi_wipe(text.at, text.len);
	mgi_buf_done(&name);
	mgi_buf_done(&text);
}

/* Only "UseSSL" is said; the port tells which kind it is. */
static mailguard_tls tls_of(mailguard_profile *p,
                            const mgi_claim *d,
                            mgi_slot tls,
                            mgi_slot port)
{
	int64_t n = mgi_claim_number(p, d, port, 65535);

	if (mgi_claim_flag(d, tls) != 1)
		return MAILGUARD_TLS_NONE;
	return n == 25 || n == 587 || n == 110 || n == 143
	               ? MAILGUARD_TLS_STARTTLS
	               : MAILGUARD_TLS_IMPLICIT;
}

static void auth_name(mgi_claim *d, mgi_slot slot)
{
	const char *word = d->text[slot];

	if (word && strcmp(word, "EmailAuthCRAMMD5") == 0)
		d->text[slot] = "cram-md5";
	else if (word && strcmp(word, "EmailAuthNTLM") == 0)
		d->text[slot] = "ntlm";
	else
		d->text[slot] = NULL;
}

static void payload_read(mailguard_profile *p,
                         const mgi_xml_node *dict,
                         const char *path)
{
	const mgi_xml_node *key = mgi_xml_first(dict), *value;
	const char *type;
	mgi_claim d;

	mgi_claim_begin(&d, path, "apple-mail");
	for (; key && (value = mgi_xml_next(key)) != NULL;
	     key = mgi_xml_next(value))
		value_take(p, &d, key, value);
	type = d.text[PAYLOAD];
	if (!type || strcmp(type, "com.apple.mail.managed") != 0) {
		/* Another kind of payload, or damage: it has our keys. */
		if (mgi_claim_says(&d))
			mgi_claim_note(p, &d, MGI_SAY_PROFILE_NO_SECTION, "",
			               "com.apple.mail.managed");
		return;
	}
	type = d.text[TYPE];
	if (type && strcmp(type, "EmailTypeIMAP") == 0)
		d.protocol = MAILGUARD_PROTOCOL_IMAP;
	else if (!type || strcmp(type, "EmailTypePOP") != 0)
		mgi_claim_note(p, &d, MGI_SAY_PROFILE_WORD, "EmailAccountType",
		               type);
	d.tls_in = tls_of(p, &d, MGI_SLOT_IN_TLS, MGI_SLOT_IN_PORT);
	d.tls_out = tls_of(p, &d, MGI_SLOT_OUT_TLS, MGI_SLOT_OUT_PORT);
	auth_name(&d, MGI_SLOT_IN_AUTH);
	auth_name(&d, MGI_SLOT_OUT_AUTH);
	(void)mgi_claim_account(p, &d);
}

static mailguard_status mobileconfig_read(mailguard_profile *p,
                                          mailguard_span text,
                                          const char *path,
                                          const char *address,
                                          mailguard_error *err)
{
	const mgi_xml_node *root, *node;
	mailguard_status st;
	mgi_xml *doc;

	(void)address;
	st = mgi_import_xml(&doc, p, text, path, err);
	if (st < 0)
		return st;
	root = mgi_xml_root(doc);
	for (node = root; node; node = mgi_xml_walk(node, root))
		if (mgi_xml_is(node, "dict"))
			payload_read(p, node, path);
	mgi_xml_free(doc);
	return mgi_profile_status(p, err);
}

static mailguard_status signed_read(mailguard_profile *p,
                                    mailguard_span text,
                                    const char *path,
                                    const char *address,
                                    mailguard_error *err)
{
	(void)text;
	(void)address;
	return mgi_fail(err, mgi_arena_handle(p->arena), MAILGUARD_EUNSUPPORTED,
	                MGI_SAY_PROFILE_SIGNED, "path", path);
}

const mgi_importer mgi_import_mobileconfig = { "mobileconfig",
	                                       mobileconfig_sniff,
	                                       mobileconfig_read, false };
const mgi_importer mgi_import_mobileconfig_signed = { "mobileconfig-signed",
	                                              signed_sniff, signed_read,
	                                              true };
