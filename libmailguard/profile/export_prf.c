/*
 * export_prf.c - accounts as a profile file (.prf), from which Outlook makes a
 * new profile: outlook.exe /importprf FILE.
 *
 * The sections behind the accounts tell Outlook which property each name is.
 */
#include "profile/export.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"

static const char head[] = "[General]\r\n"
			   "Custom=1\r\n"
			   "ProfileName=mailguard\r\n"
			   "DefaultProfile=Yes\r\n"
			   "OverwriteProfile=Append\r\n"
			   "ModifyDefaultProfileIfPresent=FALSE\r\n";

static const char pst_names[] = "\r\n[Unicode Personal Folders]\r\n"
				"ServiceName=MSUPST MS\r\n"
				"Name=PT_UNICODE,0x3001\r\n"
				"PathToPersonalFolders=PT_STRING8,0x6700\r\n";

/* Behind a name for POP3 or IMAP; {} is that protocol. */
static const char *const account_names[] = {
	"AccountName=PT_UNICODE,0x0002",  "DisplayName=PT_UNICODE,0x000B",
	"EmailAddress=PT_UNICODE,0x000C", "{}Server=PT_UNICODE,0x0100",
	"{}UserName=PT_UNICODE,0x0101",   "ReplyEMailAddress=PT_UNICODE,0x0103",
	"{}Port=PT_LONG,0x0104",          "{}UseSSL=PT_LONG,0x0105",
	"SMTPServer=PT_UNICODE,0x0200",   "SMTPPort=PT_LONG,0x0201",
	"SMTPUseSSL=PT_LONG,0x0202",      "SMTPUseAuth=PT_LONG,0x0203",
	"SMTPUserName=PT_UNICODE,0x0204", "SMTPSecureConnection=PT_LONG,0x020A",
	"LeaveOnServer=PT_LONG,0x1000",
};

static bool is_imap(const mgi_export *e, const mailguard_account *a)
{
	const mailguard_server *in = mgi_export_server(e, a->server_in);

	return in && in->protocol == MAILGUARD_PROTOCOL_IMAP;
}

/* One line of a text; what would end it becomes a space. */
static void line_put(mailguard_buffer *out, const char *key, const char *text)
{
	if (!text)
		return;
	mgi_buf_printf(out, "%s=", key);
	for (; *text; text++)
		mgi_buf_putc(out, (unsigned char)*text < 0x20 ? ' ' : *text);
	mgi_buf_puts(out, "\r\n");
}

static void incoming_put(mailguard_buffer *out,
                         const mgi_export *e,
                         const mailguard_account *a)
{
	const mailguard_server *s = mgi_export_server(e, a->server_in);
	bool imap = is_imap(e, a);
	uint32_t leave = a->leave_on_server == 1 ? 0x10000 : 0;

	if (!s)
		return;
	line_put(out, imap ? "IMAPServer" : "POP3Server", s->host);
	line_put(out, imap ? "IMAPUserName" : "POP3UserName", a->user_in);
	mgi_buf_printf(out, "%sPort=%d\r\n", imap ? "IMAP" : "POP3",
	               (int)mgi_export_port(s));
	mgi_buf_printf(out, "%sUseSSL=%d\r\n", imap ? "IMAP" : "POP3",
	               s->tls != MAILGUARD_TLS_NONE);
	if (imap || a->leave_on_server < 0)
		return;
	if (a->leave_days)
		leave |= 0x40000 | (uint32_t)(a->leave_days & 0xffff);
	mgi_buf_printf(out, "LeaveOnServer=0x%lx\r\n", (unsigned long)leave);
}

static void outgoing_put(mailguard_buffer *out,
                         const mgi_export *e,
                         const mailguard_account *a)
{
	const mailguard_server *s = mgi_export_server(e, a->server_out);

	if (!s)
		return;
	line_put(out, "SMTPServer", s->host);
	mgi_buf_printf(out, "SMTPPort=%d\r\nSMTPSecureConnection=%d\r\n",
	               (int)mgi_export_port(s),
	               s->tls == MAILGUARD_TLS_IMPLICIT   ? 1
	               : s->tls == MAILGUARD_TLS_STARTTLS ? 2
	                                                  : 0);
	mgi_buf_printf(out, "SMTPUseAuth=%d\r\n", a->user_out ? 1 : 0);
	if (a->user_out &&
	    (!a->user_in || strcmp(a->user_in, a->user_out) != 0))
		line_put(out, "SMTPUserName", a->user_out);
}

static const char *pst_of(const mgi_export *e)
{
	const mailguard_account *a;
	size_t at = 0;

	while ((a = mgi_export_next(e, &at)) != NULL) {
		const mailguard_storage *s =
			mailguard_profile_storage_of(e->p, a->store);

		if (s && s->kind && strcmp(s->kind, "pst") == 0)
			return s->path;
	}
	return NULL;
}

static void lists_put(mailguard_buffer *out,
                      const mgi_export *e,
                      const char *pst)
{
	const mailguard_account *a;
	size_t at = 0, n = 0;

	mgi_buf_puts(out, head);
	if (pst)
		mgi_buf_puts(out, "DefaultStore=Service1\r\n\r\n[Service List]"
		                  "\r\nService1=Unicode Personal Folders\r\n");
	mgi_buf_puts(out, "\r\n[Internet Account List]\r\n");
	while ((a = mgi_export_next(e, &at)) != NULL)
		mgi_buf_printf(out, "Account%s=%s\r\n", mgi_u64(++n).text,
		               is_imap(e, a) ? "IMAP_I_Mail" : "I_Mail");
	if (!pst)
		return;
	mgi_buf_puts(out, "\r\n[Service1]\r\nUniqueService=No\r\n"
	                  "Name=mail\r\n");
	line_put(out, "PathToPersonalFolders", pst);
}

static void names_put(mailguard_buffer *out, const char *protocol)
{
	size_t i;

	mgi_buf_printf(out, "\r\n[%s]\r\nAccountType=%s\r\n",
	               protocol[0] == 'I' ? "IMAP_I_Mail" : "I_Mail", protocol);
	for (i = 0; i < sizeof(account_names) / sizeof(account_names[0]); i++) {
		const char *name = account_names[i];

		if (name[0] == '{') {
			mgi_buf_puts(out, protocol);
			name += 2;
		}
		mgi_buf_puts(out, name);
		mgi_buf_puts(out, "\r\n");
	}
}

/* Plain ASCII as it is; else the code page of a Japanese Windows; else, for
   what that does not have, UTF-16 with its mark. */
static mailguard_status encoded(mailguard_buffer *out,
                                const mailguard_buffer *text,
                                mailguard_error *err)
{
	const mgi_charset *cs = mgi_charset_find(mgi_span_of("shift_jis"));
	mgi_misfits *misfits;
	mailguard_status st;
	size_t before = out->len;

	misfits = mgi_alloc(out->mg, sizeof(*misfits));
	if (!misfits)
		return mgi_fail_nomem(err);
	st = mgi_charset_encode(out, misfits, cs, mgi_buf_span(text), err);
	if (st >= 0 && misfits->count) {
		mgi_buf_cut(out, before);
		mgi_buf_puts(out, "\xff\xfe");
		cs = mgi_charset_find(mgi_span_of("utf-16le"));
		st = mgi_charset_encode(out, misfits, cs, mgi_buf_span(text),
		                        err);
	}
	mgi_free(out->mg, misfits);
	return st;
}

mailguard_status mgi_export_prf(const mgi_export *e, mailguard_error *err)
{
	const char *pst = pst_of(e);
	const mailguard_account *a;
	mailguard_buffer text;
	mailguard_status st;
	size_t at = 0, n = 0;

	mgi_buf_init(&text, e->out->mg);
	lists_put(&text, e, pst);
	while ((a = mgi_export_next(e, &at)) != NULL) {
		mgi_buf_printf(&text, "\r\n[Account%s]\r\nUniqueService=No\r\n",
		               mgi_u64(++n).text);
		line_put(&text, "AccountName",
		         a->label ? a->label : a->address);
		line_put(&text, "DisplayName", a->name);
		line_put(&text, "EmailAddress", a->address);
		line_put(&text, "ReplyEMailAddress", a->reply_to);
		incoming_put(&text, e, a);
		outgoing_put(&text, e, a);
	}
	if (pst)
		mgi_buf_puts(&text, pst_names);
	names_put(&text, "POP3");
	names_put(&text, "IMAP");
	st = mgi_buf_status(&text, err);
	if (st >= 0)
		st = encoded(e->out, &text, err);
	mgi_buf_done(&text);
	return st;
}
