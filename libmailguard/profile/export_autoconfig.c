/*
 * export_autoconfig.c - one account as Mozilla's clientConfig 1.1. What the
 * address tells of the login name becomes a placeholder.
 */
#include "profile/export.h"

#include <string.h>

static const char *socket_of(mailguard_tls tls)
{
	return tls == MAILGUARD_TLS_IMPLICIT   ? "SSL"
	       : tls == MAILGUARD_TLS_STARTTLS ? "STARTTLS"
	                                       : "plain";
}

static const char *auth_of(const char *auth)
{
	static const char *const words[][2] = {
		{ "cram-md5", "password-encrypted" },
		{ "oauth2", "OAuth2" },
		{ "ntlm", "NTLM" },
		{ "gssapi", "GSSAPI" },
		{ "external", "TLS-client-cert" },
	};
	size_t i;

	for (i = 0; auth && i < sizeof(words) / sizeof(words[0]); i++)
		if (mgi_strcmp_nocase(auth, words[i][0]) == 0)
			return words[i][1];
	return "password-cleartext";
}

static const char *domain_of(const mailguard_account *a)
{
	const char *at = strrchr(a->address, '@');

	return at && at[1] ? at + 1 : a->address;
}

static void user_put(const mgi_export *e,
                     const mailguard_account *a,
                     const char *user)
{
	const char *at = strrchr(a->address, '@');
	size_t local = at ? (size_t)(at - a->address) : 0;

	if (!user)
		return;
	if (strcmp(user, a->address) == 0)
		user = "%EMAILADDRESS%";
	else if (at && strlen(user) == local &&
	         strncmp(user, a->address, local) == 0)
		user = "%EMAILLOCALPART%";
	mgi_markup_put(e->out, "      <username>", user, "</username>\n");
}

static void leave_put(const mgi_export *e, const mailguard_account *a)
{
	if (a->leave_on_server < 0)
		return;
	mgi_buf_printf(e->out,
	               "      <pop3>\n        <leaveMessagesOnServer>%s"
	               "</leaveMessagesOnServer>\n",
	               a->leave_on_server ? "true" : "false");
	if (a->leave_days)
		mgi_buf_printf(e->out,
		               "        <daysToLeaveMessagesOnServer>%d"
		               "</daysToLeaveMessagesOnServer>\n",
		               (int)a->leave_days);
	mgi_buf_puts(e->out, "      </pop3>\n");
}

static void server_put(const mgi_export *e,
                       const mailguard_account *a,
                       const mailguard_server *s,
                       bool in)
{
	const char *tag = in ? "incomingServer" : "outgoingServer";
	const char *type = s->protocol == MAILGUARD_PROTOCOL_IMAP   ? "imap"
	                   : s->protocol == MAILGUARD_PROTOCOL_POP3 ? "pop3"
	                                                            : "smtp";

	mgi_buf_printf(e->out, "    <%s type=\"%s\">\n", tag, type);
	mgi_markup_put(e->out, "      <hostname>", s->host, "</hostname>\n");
	mgi_buf_printf(e->out, "      <port>%d</port>\n",
	               (int)mgi_export_port(s));
	mgi_buf_printf(e->out, "      <socketType>%s</socketType>\n",
	               socket_of(s->tls));
	mgi_buf_printf(e->out, "      <authentication>%s</authentication>\n",
	               auth_of(in ? a->auth_in : a->auth_out));
	user_put(e, a, in ? a->user_in : a->user_out);
	if (s->protocol == MAILGUARD_PROTOCOL_POP3)
		leave_put(e, a);
	mgi_buf_printf(e->out, "    </%s>\n", tag);
}

mailguard_status mgi_export_autoconfig(const mgi_export *e,
                                       mailguard_error *err)
{
	size_t at = 0;
	const mailguard_account *a = mgi_export_next(e, &at);
	const mailguard_server *in = mgi_export_server(e, a->server_in);
	const mailguard_server *out = mgi_export_server(e, a->server_out);
	const mailguard_provider *owner =
		mailguard_profile_provider_of(e->p, a->provider);

	mgi_buf_puts(e->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                     "<clientConfig version=\"1.1\">\n");
	mgi_markup_put(e->out, "  <emailProvider id=\"", domain_of(a), "\">\n");
	mgi_markup_put(e->out, "    <domain>", domain_of(a), "</domain>\n");
	mgi_markup_put(e->out, "    <displayName>",
	               owner && owner->name ? owner->name : domain_of(a),
	               "</displayName>\n");
	if (in)
		server_put(e, a, in, true);
	if (out)
		server_put(e, a, out, false);
	mgi_buf_puts(e->out, "  </emailProvider>\n");
	if (a->webmail)
		mgi_markup_put(e->out, "  <webMail>\n    <loginPage url=\"",
		               a->webmail, "\"/>\n  </webMail>\n");
	mgi_buf_puts(e->out, "</clientConfig>\n");
	return mgi_buf_status(e->out, err);
}
