/*
 * export_thunderbird.c - accounts as lines of a prefs.js, or of a user.js to
 * put into a new Thunderbird profile.
 */
#include "profile/export.h"

#include <string.h>

/* "mail.server.server3.type" = "imap" and so on. */
static void begin(const mgi_export *e,
                  const char *group,
                  size_t n,
                  const char *name)
{
	mgi_buf_printf(e->out, "user_pref(\"mail.%s%s%s\", ", group,
	               mgi_u64(n).text, name);
}

static void string_write(mailguard_buffer *out, const char *s)
{
	mgi_buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			mgi_buf_putc(out, '\\');
		mgi_buf_putc(out, (unsigned char)*s < 0x20 ? ' ' : *s);
	}
	mgi_buf_putc(out, '"');
}

static void text_put(const mgi_export *e,
                     const char *group,
                     size_t n,
                     const char *name,
                     const char *text)
{
	if (!text)
		return;
	begin(e, group, n, name);
	string_write(e->out, text);
	mgi_buf_puts(e->out, ");\n");
}

static void raw_put(const mgi_export *e,
                    const char *group,
                    size_t n,
                    const char *name,
                    const char *value)
{
	begin(e, group, n, name);
	mgi_buf_puts(e->out, value);
	mgi_buf_puts(e->out, ");\n");
}

static const char *tls_of(mailguard_tls tls)
{
	return tls == MAILGUARD_TLS_IMPLICIT   ? "3"
	       : tls == MAILGUARD_TLS_STARTTLS ? "2"
	                                       : "0";
}

static const char *auth_of(const char *auth)
{
	static const char *const words[][2] = {
		{ "cram-md5", "4" }, { "gssapi", "5" },  { "ntlm", "6" },
		{ "external", "7" }, { "oauth2", "10" },
	};
	size_t i;

	for (i = 0; auth && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(auth, words[i][0]) == 0)
			return words[i][1];
	return "3";
}

static void leave_put(const mgi_export *e, const mailguard_account *a, size_t n)
{
	if (a->leave_on_server < 0)
		return;
	raw_put(e, "server.server", n, ".leave_on_server",
	        a->leave_on_server ? "true" : "false");
	if (a->leave_days) {
		raw_put(e, "server.server", n, ".delete_by_age_from_server",
		        "true");
		raw_put(e, "server.server", n, ".num_days_to_leave_on_server",
		        mgi_i64(a->leave_days).text);
	}
}

/* Only a folder Thunderbird keeps itself; never another program's. */
static void store_put(const mgi_export *e, const mailguard_account *a, size_t n)
{
	const mailguard_storage *s =
		mailguard_profile_storage_of(e->p, a->store);

	if (!s || !s->client || strcmp(s->client, "thunderbird") != 0)
		return;
	text_put(e, "server.server", n, ".directory", s->path);
	text_put(e, "server.server", n, ".storeContractID",
	         s->kind && strcmp(s->kind, "maildir") == 0
	                 ? "@mozilla.org/msgstore/maildirstore;1"
	                 : "@mozilla.org/msgstore/berkeleystore;1");
}

static void incoming_put(const mgi_export *e,
                         const mailguard_account *a,
                         size_t n)
{
	const mailguard_server *s = mgi_export_server(e, a->server_in);
	static const char group[] = "server.server";

	if (!s)
		return;
	text_put(e, group, n, ".type",
	         s->protocol == MAILGUARD_PROTOCOL_IMAP ? "imap" : "pop3");
	text_put(e, group, n, ".hostname", s->host);
	raw_put(e, group, n, ".port", mgi_i64(mgi_export_port(s)).text);
	raw_put(e, group, n, ".socketType", tls_of(s->tls));
	raw_put(e, group, n, ".authMethod", auth_of(a->auth_in));
	text_put(e, group, n, ".userName", a->user_in);
	text_put(e, group, n, ".name", a->label ? a->label : a->address);
	if (s->protocol == MAILGUARD_PROTOCOL_POP3)
		leave_put(e, a, n);
	store_put(e, a, n);
}

static void outgoing_put(const mgi_export *e,
                         const mailguard_account *a,
                         size_t n)
{
	const mailguard_server *s = mgi_export_server(e, a->server_out);
	static const char group[] = "smtpserver.smtp";

	if (!s)
		return;
	text_put(e, group, n, ".hostname", s->host);
	raw_put(e, group, n, ".port", mgi_i64(mgi_export_port(s)).text);
	raw_put(e, group, n, ".try_ssl", tls_of(s->tls));
	raw_put(e, group, n, ".authMethod", auth_of(a->auth_out));
	text_put(e, group, n, ".username", a->user_out);
	begin(e, "identity.id", n, ".smtpServer");
	mgi_buf_printf(e->out, "\"smtp%s\");\n", mgi_u64(n).text);
}

static void account_put(const mgi_export *e,
                        const mailguard_account *a,
                        size_t n)
{
	begin(e, "account.account", n, ".server");
	mgi_buf_printf(e->out, "\"server%s\");\n", mgi_u64(n).text);
	begin(e, "account.account", n, ".identities");
	mgi_buf_printf(e->out, "\"id%s\");\n", mgi_u64(n).text);
	text_put(e, "identity.id", n, ".useremail", a->address);
	text_put(e, "identity.id", n, ".fullName", a->name);
	text_put(e, "identity.id", n, ".reply_to", a->reply_to);
	incoming_put(e, a, n);
	outgoing_put(e, a, n);
}

/* "account1,account2": as many as have a server of that kind. */
static void list_put(const mgi_export *e,
                     const char *key,
                     const char *each,
                     bool out)
{
	const mailguard_account *a;
	size_t at = 0, n = 0, count = 0;

	mgi_buf_printf(e->out, "user_pref(\"mail.%s\", \"", key);
	while ((a = mgi_export_next(e, &at)) != NULL) {
		n++;
		if (!mgi_export_server(e, out ? a->server_out : a->server_in))
			continue;
		mgi_buf_printf(e->out, "%s%s%s", count++ ? "," : "", each,
		               mgi_u64(n).text);
	}
	mgi_buf_puts(e->out, "\");\n");
}

mailguard_status mgi_export_thunderbird(const mgi_export *e,
                                        mailguard_error *err)
{
	const mailguard_account *a;
	size_t at = 0, n = 0;

	list_put(e, "accountmanager.accounts", "account", false);
	list_put(e, "smtpservers", "smtp", true);
	while ((a = mgi_export_next(e, &at)) != NULL)
		account_put(e, a, ++n);
	return mgi_buf_status(e->out, err);
}
