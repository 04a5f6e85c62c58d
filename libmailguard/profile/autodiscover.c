/*
 * autodiscover.c - the answer of Microsoft's Autodiscover (POX): a provider's
 * settings for one address, which stands in the request only.
 */
#include "profile/claim.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/xml.h"

static const struct word {
	const char *word;
	mgi_slot in, out;
} words[] = {
	{ "Server", MGI_SLOT_IN_HOST, MGI_SLOT_OUT_HOST },
	{ "Port", MGI_SLOT_IN_PORT, MGI_SLOT_OUT_PORT },
	{ "LoginName", MGI_SLOT_IN_USER, MGI_SLOT_OUT_USER },
	{ "Encryption", MGI_SLOT_IN_TLS, MGI_SLOT_OUT_TLS },
	{ "SSL", MGI_SLOT_OWN, MGI_SLOT_OWN + 1 },
	{ "UsePOPAuth", MGI_SLOT_OWN + 2, MGI_SLOT_OWN + 2 },
};

static bool autodiscover_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_find_nocase(mgi_span_head(head, 4096),
	                            "<Autodiscover") >= 0;
}

static const char *child_text(mailguard_profile *p,
                              const mgi_xml_node *node,
                              const char *name)
{
	const mgi_xml_node *child = mgi_xml_child(node, name);
	mailguard_buffer text;
	mailguard_span s;
	const char *out;

	if (!child)
		return NULL;
	mgi_buf_init(&text, mgi_arena_handle(p->arena));
	mgi_xml_text(&text, child);
	s = mgi_span_trim(mgi_buf_span(&text));
	out = mgi_buf_status(&text, NULL) < 0
	              ? mgi_arena_array(p->arena, SIZE_MAX, 2)
	              : mgi_arena_strndup(p->arena, s.data, s.len);
	mgi_buf_done(&text);
	return out;
}

/* "Encryption" wins; of "SSL" the port tells which kind it is. */
static mailguard_tls tls_of(const char *encryption,
                            const char *ssl,
                            const char *port)
{
	if (encryption && mgi_strcmp_nocase(encryption, "TLS") == 0)
		return MAILGUARD_TLS_STARTTLS;
	if (encryption && mgi_strcmp_nocase(encryption, "SSL") == 0)
		return MAILGUARD_TLS_IMPLICIT;
	if (encryption && mgi_strcmp_nocase(encryption, "None") == 0)
		return MAILGUARD_TLS_NONE;
	if (ssl && mgi_strcmp_nocase(ssl, "off") == 0)
		return MAILGUARD_TLS_NONE;
	if (port && (strcmp(port, "587") == 0 || strcmp(port, "143") == 0 ||
	             strcmp(port, "110") == 0 || strcmp(port, "25") == 0))
		return MAILGUARD_TLS_STARTTLS;
	return MAILGUARD_TLS_IMPLICIT; /* on unless it is said */
}

/* One <Protocol>; of each direction the first counts, IMAP or POP3 alike. */
static void protocol_take(mailguard_profile *p,
                          mgi_claim *d,
                          const mgi_xml_node *node)
{
	const char *type = child_text(p, node, "Type");
	bool out = type && mgi_strcmp_nocase(type, "SMTP") == 0;
	bool imap = type && mgi_strcmp_nocase(type, "IMAP") == 0;
	size_t i;

	if (!type || (!out && !imap && mgi_strcmp_nocase(type, "POP3") != 0))
		return;
	if (d->text[out ? MGI_SLOT_OUT_HOST : MGI_SLOT_IN_HOST])
		return;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		mgi_claim_put(d, out ? words[i].out : words[i].in,
		              child_text(p, node, words[i].word),
		              mgi_arena_printf(p->arena, "%s %s", type,
		                               words[i].word));
	if (out) {
		d->tls_out = tls_of(d->text[MGI_SLOT_OUT_TLS],
		                    d->text[MGI_SLOT_OWN + 1],
		                    d->text[MGI_SLOT_OUT_PORT]);
		return;
	}
	if (imap)
		d->protocol = MAILGUARD_PROTOCOL_IMAP;
	d->tls_in = tls_of(d->text[MGI_SLOT_IN_TLS], d->text[MGI_SLOT_OWN],
	                   d->text[MGI_SLOT_IN_PORT]);
}

static mailguard_status autodiscover_read(mailguard_profile *p,
                                          mailguard_span text,
                                          const char *path,
                                          const char *address,
                                          mailguard_error *err)
{
	const mgi_xml_node *root, *node;
	mailguard_status st;
	mgi_claim d;
	mgi_xml *doc;

	if (!address || !strchr(address, '@'))
		return mgi_fail(err, mgi_arena_handle(p->arena),
		                MAILGUARD_EINVAL,
		                MGI_SAY_PROFILE_SETTINGS_ADDRESS, "path", path);
	st = mgi_import_xml(&doc, p, text, path, err);
	if (st < 0)
		return st;
	mgi_claim_begin(&d, path, NULL);
	mgi_claim_put(&d, MGI_SLOT_ADDRESS, address, NULL);
	root = mgi_xml_root(doc);
	for (node = root; node; node = mgi_xml_walk(node, root))
		if (mgi_xml_is(node, "Protocol"))
			protocol_take(p, &d, node);
	mgi_xml_free(doc);
	if (mgi_claim_flag(&d, MGI_SLOT_OWN + 2) == 1 &&
	    !d.text[MGI_SLOT_OUT_USER])
		mgi_claim_put(&d, MGI_SLOT_OUT_USER, d.text[MGI_SLOT_IN_USER],
		              "SMTP UsePOPAuth");
	(void)mgi_claim_account(p, &d);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_autodiscover = { "autodiscover",
	                                       autodiscover_sniff,
	                                       autodiscover_read, false };
