/*
 * autoconfig.c - Mozilla's clientConfig XML: a provider's settings for any of
 * its addresses, with placeholders to be filled.
 *
 * The order of the servers is the provider's preference: the first of each
 * direction is taken. Entries that are known to be broken in the wild (a
 * placeholder without its last %, a port of another protocol) are read with a
 * note.
 */
#include "profile/claim.h"

#include <string.h>

#include "base/fail.h"
#include "base/xml.h"

static const struct {
	const char *word;
	int part; /* 0 the whole address, 1 before the @, 2 behind it */
} placeholders[] = {
	{ "%EMAILADDRESS%", 0 },   { "%EMAILADDRESS", 0 },
	{ "%EMAILLOCALPART%", 1 }, { "%EMAILLOCALPART", 1 },
	{ "%EMAILDOMAIN%", 2 },    { "%EMAILDOMAIN", 2 },
};

static bool autoconfig_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_find_nocase(mgi_span_head(head, 4096),
	                            "<clientConfig") >= 0;
}

static mailguard_span address_part(const char *address, int part)
{
	const char *at = strrchr(address, '@');

	if (part == 0 || !at)
		return mgi_span_of(part == 2 ? "" : address);
	return part == 1 ? mgi_span(address, (size_t)(at - address))
	                 : mgi_span_of(at + 1);
}

static void fill(mailguard_buffer *out, const char *text, const char *address)
{
	size_t i;

	while (*text) {
		for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]);
		     i++)
			if (mgi_span_starts(mgi_span_of(text),
			                    placeholders[i].word))
				break;
		if (i < sizeof(placeholders) / sizeof(placeholders[0])) {
			mailguard_span s =
				address_part(address, placeholders[i].part);

			mgi_buf_add(out, s.data, s.len);
			text += strlen(placeholders[i].word);
		} else {
			mgi_buf_putc(out, *text++);
		}
	}
}

/* The text of a child, its placeholders filled; NULL if there is none. */
static const char *child_text(mailguard_profile *p,
                              const mgi_xml_node *node,
                              const char *name,
                              const char *address)
{
	const mgi_xml_node *child = mgi_xml_child(node, name);
	mailguard_buffer raw, out;
	mailguard_span s;
	const char *text = NULL;

	if (!child)
		return NULL;
	mgi_buf_init(&raw, mgi_arena_handle(p->arena));
	mgi_buf_init(&out, mgi_arena_handle(p->arena));
	mgi_xml_text(&raw, child);
	fill(&out, mgi_buf_text(&raw), address);
	s = mgi_span_trim(mgi_buf_span(&out));
	if (s.len && mgi_buf_status(&raw, NULL) >= 0 &&
	    mgi_buf_status(&out, NULL) >= 0)
		text = mgi_arena_strndup(p->arena, s.data, s.len);
	mgi_buf_done(&raw);
	mgi_buf_done(&out);
	return text;
}

static bool type_is(mailguard_profile *p,
                    const mgi_xml_node *node,
                    const char *want)
{
	mailguard_buffer type;
	bool is;

	mgi_buf_init(&type, mgi_arena_handle(p->arena));
	is = mgi_xml_attr(&type, node, "type") &&
	     mgi_span_is_nocase(mgi_span_trim(mgi_buf_span(&type)), want);
	mgi_buf_done(&type);
	return is;
}

static void placeholder_note(mailguard_profile *p, const char *host)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	mailguard_buffer text;

	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, MGI_SAY_PROFILE_PLACEHOLDER, "host", host);
	mgi_profile_note(p, "profile.placeholder", host, mgi_buf_text(&text));
	mgi_buf_done(&text);
}

static mailguard_tls tls_of(mailguard_profile *p,
                            const mgi_claim *d,
                            mgi_slot slot)
{
	const char *socket = d->text[slot];

	if (socket && mgi_strcmp_nocase(socket, "SSL") == 0)
		return MAILGUARD_TLS_IMPLICIT;
	if (socket && mgi_strcmp_nocase(socket, "STARTTLS") == 0)
		return MAILGUARD_TLS_STARTTLS;
	if (socket && mgi_strcmp_nocase(socket, "plain") != 0)
		mgi_claim_note(p, d, MGI_SAY_PROFILE_WORD, d->key[slot],
		               socket);
	return MAILGUARD_TLS_NONE;
}

static const char *auth_of(const char *word)
{
	if (!word || mgi_strcmp_nocase(word, "password-cleartext") == 0 ||
	    mgi_strcmp_nocase(word, "plain") == 0)
		return NULL;
	if (mgi_strcmp_nocase(word, "password-encrypted") == 0)
		return "cram-md5";
	if (mgi_strcmp_nocase(word, "NTLM") == 0)
		return "ntlm";
	if (mgi_strcmp_nocase(word, "GSSAPI") == 0)
		return "gssapi";
	if (mgi_strcmp_nocase(word, "TLS-client-cert") == 0)
		return "external";
	if (mgi_strcmp_nocase(word, "none") == 0 ||
	    mgi_strcmp_nocase(word, "client-IP-address") == 0)
		return NULL;
	return mgi_strcmp_nocase(word, "OAuth2") == 0 ? "oauth2" : word;
}

/* What a server's element says goes to five slots in a row. */
static bool service_read(mgi_claim *d,
                         mailguard_profile *p,
                         const mgi_xml_node *node,
                         const char *address,
                         mgi_slot host_slot)
{
	static const struct {
		const char *child;
		int after; /* slots behind that of the host's name */
	} rows[] = {
		{ "port", MGI_SLOT_IN_PORT - MGI_SLOT_IN_HOST },
		{ "socketType", MGI_SLOT_IN_TLS - MGI_SLOT_IN_HOST },
		{ "username", MGI_SLOT_IN_USER - MGI_SLOT_IN_HOST },
		{ "authentication", MGI_SLOT_IN_AUTH - MGI_SLOT_IN_HOST },
	};
	const char *host = child_text(p, node, "hostname", address);
	const char *name = mgi_xml_name(node);
	size_t i;

	if (!host)
		return false;
	if (strchr(host, '%')) {
		placeholder_note(p, host);
		return false;
	}
	mgi_claim_put(d, host_slot, host,
	              mgi_arena_printf(p->arena, "%s hostname", name));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		mgi_claim_put(d, (mgi_slot)((int)host_slot + rows[i].after),
		              child_text(p, node, rows[i].child, address),
		              mgi_arena_printf(p->arena, "%s %s", name,
		                               rows[i].child));
	return true;
}

/* What the provider would have of mail that was fetched. */
static void leave_take(mgi_claim *d,
                       mailguard_profile *p,
                       const mgi_xml_node *node)
{
	const mgi_xml_node *pop3 = mgi_xml_child(node, "pop3");

	mgi_claim_put(d, MGI_SLOT_LEAVE,
	              child_text(p, pop3, "leaveMessagesOnServer", ""),
	              "pop3 leaveMessagesOnServer");
	mgi_claim_put(d, MGI_SLOT_LEAVE_DAYS,
	              child_text(p, pop3, "daysToLeaveMessagesOnServer", ""),
	              "pop3 daysToLeaveMessagesOnServer");
	d->leave = mgi_claim_flag(d, MGI_SLOT_LEAVE);
}

static void incoming_take(mgi_claim *d,
                          mailguard_profile *p,
                          const mgi_xml_node *node,
                          const char *address)
{
	bool imap = type_is(p, node, "imap");

	if (d->text[MGI_SLOT_IN_HOST] || (!imap && !type_is(p, node, "pop3")) ||
	    !service_read(d, p, node, address, MGI_SLOT_IN_HOST))
		return;
	d->protocol = imap ? MAILGUARD_PROTOCOL_IMAP : MAILGUARD_PROTOCOL_POP3;
	mgi_claim_put(d, MGI_SLOT_IN_PROTOCOL, imap ? "imap" : "pop3",
	              "incomingServer type");
	d->tls_in = tls_of(p, d, MGI_SLOT_IN_TLS);
	d->text[MGI_SLOT_IN_AUTH] = auth_of(d->text[MGI_SLOT_IN_AUTH]);
	if (!imap)
		leave_take(d, p, node);
}

static void services_find(mgi_claim *d,
                          mailguard_profile *p,
                          const mgi_xml_node *provider,
                          const char *address)
{
	const mgi_xml_node *node;

	for (node = mgi_xml_first(provider); node; node = mgi_xml_next(node)) {
		if (mgi_xml_is(node, "incomingServer")) {
			incoming_take(d, p, node, address);
			continue;
		}
		if (!mgi_xml_is(node, "outgoingServer") ||
		    d->text[MGI_SLOT_OUT_HOST] || !type_is(p, node, "smtp") ||
		    !service_read(d, p, node, address, MGI_SLOT_OUT_HOST))
			continue;
		d->tls_out = tls_of(p, d, MGI_SLOT_OUT_TLS);
		d->text[MGI_SLOT_OUT_AUTH] =
			auth_of(d->text[MGI_SLOT_OUT_AUTH]);
	}
}

static const char *webmail_find(mailguard_profile *p, const mgi_xml_node *root)
{
	const mgi_xml_node *web = mgi_xml_child(root, "webMail");
	const mgi_xml_node *page = mgi_xml_child(web, "loginPage");
	mailguard_buffer url;
	const char *text = NULL;

	if (!page)
		return NULL;
	mgi_buf_init(&url, mgi_arena_handle(p->arena));
	if (mgi_xml_attr(&url, page, "url") && mgi_buf_status(&url, NULL) >= 0)
		text = mgi_arena_strdup(p->arena, mgi_buf_text(&url));
	mgi_buf_done(&url);
	return text;
}

static void config_read(mailguard_profile *p,
                        const mgi_xml_node *root,
                        const char *path,
                        const char *address)
{
	const mgi_xml_node *provider = mgi_xml_child(root, "emailProvider");
	const char *web = webmail_find(p, root);
	mailguard_provider *owner;
	mailguard_account *a;
	mgi_claim d;

	mgi_claim_begin(&d, path, NULL);
	d.place = "emailProvider";
	mgi_claim_put(&d, MGI_SLOT_ADDRESS, address, NULL);
	services_find(&d, p, provider, address);
	mgi_claim_put(&d, MGI_SLOT_WEBMAIL,
	              web ? web : webmail_find(p, provider),
	              "webMail loginPage");
	a = mgi_claim_account(p, &d);
	if (!a)
		return;
	owner = mgi_profile_find(p, MGI_ITEM_PROVIDER, a->provider);
	if (owner && mgi_xml_child(provider, "displayName"))
		owner->name = child_text(p, provider, "displayName", address);
}

static mailguard_status autoconfig_read(mailguard_profile *p,
                                        mailguard_span text,
                                        const char *path,
                                        const char *address,
                                        mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	mailguard_status st;
	mgi_xml *doc;

	if (!address || !strchr(address, '@'))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_PROFILE_SETTINGS_ADDRESS, "path", path);
	st = mgi_import_xml(&doc, p, text, path, err);
	if (st < 0)
		return st;
	config_read(p, mgi_xml_root(doc), path, address);
	mgi_xml_free(doc);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_autoconfig = { "autoconfig", autoconfig_sniff,
	                                     autoconfig_read, false };
