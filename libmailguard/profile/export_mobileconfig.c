/*
 * export_mobileconfig.c - accounts as an Apple configuration profile, not
 * signed. Passwords are asked for when it is installed.
 */
#include "profile/export.h"

#include <string.h>

static void string_put(const mgi_export *e, const char *key, const char *text)
{
	if (!text)
		return;
	mgi_buf_printf(e->out, "\t\t\t<key>%s</key>\n", key);
	mgi_markup_put(e->out, "\t\t\t<string>", text, "</string>\n");
}

static const char *auth_of(const char *auth)
{
	if (auth && strcmp(auth, "cram-md5") == 0)
		return "EmailAuthCRAMMD5";
	if (auth && strcmp(auth, "ntlm") == 0)
		return "EmailAuthNTLM";
	return "EmailAuthPassword";
}

static void server_put(const mgi_export *e,
                       const mailguard_server *s,
                       const char *side,
                       const char *user,
                       const char *auth)
{
	mailguard_buffer *out = e->out;

	mgi_buf_printf(out, "\t\t\t<key>%sMailServerHostName</key>\n", side);
	mgi_markup_put(out, "\t\t\t<string>", s->host, "</string>\n");
	mgi_buf_printf(out,
	               "\t\t\t<key>%sMailServerPortNumber</key>\n"
	               "\t\t\t<integer>%d</integer>\n",
	               side, (int)mgi_export_port(s));
	mgi_buf_printf(out, "\t\t\t<key>%sMailServerUseSSL</key>\n\t\t\t%s\n",
	               side,
	               s->tls == MAILGUARD_TLS_NONE ? "<false/>" : "<true/>");
	mgi_buf_printf(out,
	               "\t\t\t<key>%sMailServerAuthentication</key>\n"
	               "\t\t\t<string>%s</string>\n",
	               side, user ? auth_of(auth) : "EmailAuthNone");
	if (!user)
		return;
	mgi_buf_printf(out, "\t\t\t<key>%sMailServerUsername</key>\n", side);
	mgi_markup_put(out, "\t\t\t<string>", user, "</string>\n");
}

static void account_put(const mgi_export *e, const mailguard_account *a)
{
	const mailguard_server *in = mgi_export_server(e, a->server_in);
	const mailguard_server *out = mgi_export_server(e, a->server_out);

	mgi_buf_puts(e->out, "\t\t<dict>\n");
	string_put(e, "EmailAccountDescription", a->label);
	string_put(e, "EmailAccountName", a->name);
	string_put(e, "EmailAccountType",
	           in && in->protocol == MAILGUARD_PROTOCOL_IMAP
	                   ? "EmailTypeIMAP"
	                   : "EmailTypePOP");
	string_put(e, "EmailAddress", a->address);
	if (in)
		server_put(e, in, "Incoming", a->user_in, a->auth_in);
	if (out)
		server_put(e, out, "Outgoing", a->user_out, a->auth_out);
	mgi_markup_put(e->out,
	               "\t\t\t<key>PayloadIdentifier</key>\n"
	               "\t\t\t<string>mailguard.",
	               a->uuid, "</string>\n");
	string_put(e, "PayloadType", "com.apple.mail.managed");
	string_put(e, "PayloadUUID", a->uuid);
	mgi_buf_puts(e->out, "\t\t\t<key>PayloadVersion</key>\n"
	                     "\t\t\t<integer>1</integer>\n\t\t</dict>\n");
}

/* Of all accounts together; the same accounts, the same identifier. */
static mailguard_status uuid_make(char out[MGI_UUID_TEXT],
                                  const mgi_export *e,
                                  mailguard_error *err)
{
	const mailguard_account *a;
	mailguard_buffer text;
	mailguard_status st;
	size_t at = 0;

	mgi_buf_init(&text, e->out->mg);
	while ((a = mgi_export_next(e, &at)) != NULL)
		mgi_buf_printf(&text, "%s|", a->uuid);
	st = mgi_buf_status(&text, err);
	if (st >= 0)
		st = mgi_uuid_of(out, text.mg, mgi_buf_span(&text), err);
	mgi_buf_done(&text);
	return st;
}

mailguard_status mgi_export_mobileconfig(const mgi_export *e,
                                         mailguard_error *err)
{
	const mailguard_account *a;
	char uuid[MGI_UUID_TEXT];
	mailguard_status st;
	size_t at = 0;

	st = uuid_make(uuid, e, err);
	if (st < 0)
		return st;
	mgi_buf_puts(e->out,
	             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	             "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	             "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
	             "<plist version=\"1.0\">\n<dict>\n"
	             "\t<key>PayloadContent</key>\n\t<array>\n");
	while ((a = mgi_export_next(e, &at)) != NULL)
		account_put(e, a);
	mgi_buf_printf(e->out,
	               "\t</array>\n"
	               "\t<key>PayloadDisplayName</key>\n"
	               "\t<string>Mail</string>\n"
	               "\t<key>PayloadIdentifier</key>\n"
	               "\t<string>mailguard.%s</string>\n"
	               "\t<key>PayloadType</key>\n"
	               "\t<string>Configuration</string>\n"
	               "\t<key>PayloadUUID</key>\n\t<string>%s</string>\n"
	               "\t<key>PayloadVersion</key>\n"
	               "\t<integer>1</integer>\n</dict>\n</plist>\n",
	               uuid, uuid);
	return mgi_buf_status(e->out, err);
}
