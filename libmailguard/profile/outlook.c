/*
 * outlook.c - accounts and data files from an export of Outlook's profile.
 *
 * The accounts lie in numbered keys below 9375CFF0413111d3B88A00104B2A6676
 * (Office 15 and later, and the older Windows Messaging Subsystem). Whether a
 * password is stored is read; the password never is.
 */
#include "profile/import.h"

#include <stddef.h>
#include <string.h>

#define ACCOUNTS_KEY "9375cff0413111d3b88a00104b2a6676\\"
#define PST_PATH                                             \
 "001f6700" /* of a data file's service; 001e: old code page \
	     */
#define PST_PATH_ANSI "001e6700"
#define OST_PATH "001f6610"

/* What one account key says. -1: not said. */
typedef struct draft {
	mailguard_span key;
	const char *clsid, *account_name, *display_name, *email, *reply;
	const char *pop_server, *pop_user, *imap_server, *imap_user;
	const char *smtp_server, *smtp_user, *store;
	int64_t pop_port, pop_ssl, imap_port, imap_ssl, imap_secure;
	int64_t smtp_port, smtp_ssl, smtp_secure, smtp_auth, leave;
	bool secret;
} draft;

typedef enum value_type { TEXT, NUMBER, SECRET, STORE } value_type;

#define AT(member) offsetof(draft, member)

static const struct value {
	const char *name;
	value_type type;
	size_t offset;
} values[] = {
	{ "clsid", TEXT, AT(clsid) },
	{ "Account Name", TEXT, AT(account_name) },
	{ "Display Name", TEXT, AT(display_name) },
	{ "Email", TEXT, AT(email) },
	{ "Reply E-mail", TEXT, AT(reply) },
	{ "POP3 Server", TEXT, AT(pop_server) },
	{ "POP3 User", TEXT, AT(pop_user) },
	{ "POP3 Port", NUMBER, AT(pop_port) },
	{ "POP3 Use SSL", NUMBER, AT(pop_ssl) },
	{ "POP3 Password", SECRET, 0 },
	{ "IMAP Server", TEXT, AT(imap_server) },
	{ "IMAP User", TEXT, AT(imap_user) },
	{ "IMAP Port", NUMBER, AT(imap_port) },
	{ "IMAP Use SSL", NUMBER, AT(imap_ssl) },
	{ "IMAP Secure Connection", NUMBER, AT(imap_secure) },
	{ "IMAP Password", SECRET, 0 },
	{ "SMTP Server", TEXT, AT(smtp_server) },
	{ "SMTP User", TEXT, AT(smtp_user) },
	{ "SMTP Port", NUMBER, AT(smtp_port) },
	{ "SMTP Use SSL", NUMBER, AT(smtp_ssl) },
	{ "SMTP Secure Connection", NUMBER, AT(smtp_secure) },
	{ "SMTP Use Auth", NUMBER, AT(smtp_auth) },
	{ "SMTP Password", SECRET, 0 },
	{ "Leave on Server", NUMBER, AT(leave) },
	{ "Delivery Store EntryID", STORE, AT(store) },
};

static bool outlook_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_starts(head, "Windows Registry Editor") ||
	       mgi_span_starts(head, "REGEDIT4");
}

/* Where a path in UTF-16 begins: "C:\" or "\\"; SIZE_MAX if nowhere. */
static size_t path_at(mailguard_span s)
{
	size_t i;

	for (i = 0; i + 6 <= s.len; i++) {
		const unsigned char *b = s.data + i;

		if (b[1] || b[3] || b[5])
			continue;
		if (mgi_is_alpha(b[0]) && b[2] == ':' && b[4] == '\\')
			return i;
		if (b[0] == '\\' && b[2] == '\\' && mgi_is_alnum(b[4]))
			return i;
	}
	return SIZE_MAX;
}

/* An entry id holds the data file's path behind its provider's name. */
static const char *store_path(const mgi_reg_value *v, mgi_arena *arena)
{
	mgi_reg_value tail = *v;
	size_t at = path_at(v->data);

	if (at == SIZE_MAX)
		return NULL;
	tail.data = mgi_span_from(v->data, at);
	tail.data.len -= tail.data.len % 2;
	return mgi_reg_text(&tail, arena);
}

static void draft_take(draft *d, const mgi_reg_value *v, mgi_arena *arena)
{
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		void *to = (char *)d + values[i].offset;
		int64_t number = v->number;
		const char *text;

		if (mgi_strcmp_nocase(values[i].name, v->name) != 0)
			continue;
		if (values[i].type == SECRET) {
			d->secret = true;
			return;
		}
		if (values[i].type == NUMBER && v->is_number)
			memcpy(to, &number, sizeof(number));
		if (values[i].type == NUMBER)
			return;
		text = values[i].type == STORE ? store_path(v, arena)
		                               : mgi_reg_text(v, arena);
		memcpy(to, &text, sizeof(text));
		return;
	}
}

static void draft_begin(draft *d, mailguard_span key)
{
	memset(d, 0, sizeof(*d));
	d->key = key;
	d->pop_port = d->pop_ssl = d->imap_port = d->imap_ssl = -1;
	d->imap_secure = d->smtp_port = d->smtp_ssl = d->smtp_secure = -1;
	d->smtp_auth = d->leave = -1;
}

/* "Secure Connection": 0 none, 1 TLS from the start, 2 STARTTLS, 3 either. */
static mailguard_tls tls_of(int64_t secure, int64_t ssl)
{
	if (secure == 2 || secure == 3)
		return MAILGUARD_TLS_STARTTLS;
	if (secure == 1 || (secure < 0 && ssl == 1))
		return MAILGUARD_TLS_IMPLICIT;
	return MAILGUARD_TLS_NONE;
}

static mgi_service service(mailguard_protocol protocol,
                           const char *host,
                           int64_t port,
                           mailguard_tls tls)
{
	mgi_service s;

	memset(&s, 0, sizeof(s));
	s.server.protocol = protocol;
	s.server.host = host;
	s.server.tls = tls;
	s.server.port = port > 0 && port <= 65535
	                        ? (int32_t)port
	                        : mailguard_protocol_port(protocol, tls);
	return s;
}

static mgi_service service_in(const draft *d)
{
	mgi_service s;

	if (d->imap_server) {
		s = service(MAILGUARD_PROTOCOL_IMAP, d->imap_server,
		            d->imap_port, tls_of(d->imap_secure, d->imap_ssl));
		s.user = d->imap_user;
		return s;
	}
	s = service(MAILGUARD_PROTOCOL_POP3, d->pop_server, d->pop_port,
	            tls_of(-1, d->pop_ssl));
	s.user = d->pop_user;
	return s;
}

/* Outlook sends by port 25 unless told otherwise. */
static mgi_service service_out(const draft *d, const mgi_service *in)
{
	mailguard_protocol protocol = d->smtp_port <= 0 || d->smtp_port == 25
	                                      ? MAILGUARD_PROTOCOL_SMTP
	                                      : MAILGUARD_PROTOCOL_SUBMISSION;
	mgi_service s = service(protocol, d->smtp_server, d->smtp_port,
	                        tls_of(d->smtp_secure, d->smtp_ssl));

	if (d->smtp_auth == 1)
		s.user = d->smtp_user ? d->smtp_user : in->user;
	return s;
}

static const char *kind_of(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && mgi_strcmp_nocase(path + n - 4, ".ost") == 0 ? "ost"
	                                                             : "pst";
}

static const char *store_add(mailguard_profile *p, const char *path)
{
	mailguard_storage s;

	if (!path)
		return NULL;
	memset(&s, 0, sizeof(s));
	s.path = path;
	s.kind = kind_of(path);
	s.client = "outlook";
	return mgi_profile_store_add(p, &s);
}

static void draft_end(mailguard_profile *p, const draft *d)
{
	mgi_service in = service_in(d), out;
	mailguard_account *a;

	if (!in.server.host || !in.server.host[0])
		return; /* an address book, or the service itself */
	out = service_out(d, &in);
	a = mgi_import_account(p, &in, &out,
	                       d->email ? d->email : d->account_name);
	if (!a)
		return;
	a->label = d->account_name;
	a->name = d->display_name;
	a->reply_to = d->reply;
	a->store = store_add(p, d->store);
	a->secret_stored = d->secret;
	if (d->leave >= 0) {
		/* The high word holds flags, the low one days. */
		a->leave_on_server = (d->leave >> 16 & 1) != 0;
		if (d->leave >> 16 & 4)
			a->leave_days = (int32_t)(d->leave & 0xffff);
	}
	mgi_profile_account_done(p, a);
}

/* A numbered key of accounts: all digits of eight behind the magic one. */
static bool is_account_key(mailguard_span key)
{
	ptrdiff_t at = mgi_span_find_nocase(key, ACCOUNTS_KEY);

	return at >= 0 && key.len - (size_t)at - strlen(ACCOUNTS_KEY) == 8;
}

static bool is_store_path(const char *name)
{
	return mgi_strcmp_nocase(name, PST_PATH) == 0 ||
	       mgi_strcmp_nocase(name, PST_PATH_ANSI) == 0 ||
	       mgi_strcmp_nocase(name, OST_PATH) == 0;
}

static mailguard_status outlook_read(mailguard_profile *p,
                                     mailguard_span text,
                                     const char *path,
                                     const char *address,
                                     mailguard_error *err)
{
	mgi_reg reg = { p->arena, text, { NULL, 0 } };
	mgi_reg_value v;
	draft d;

	(void)path;
	(void)address;
	draft_begin(&d, mgi_span("", 0));
	while (mgi_reg_next(&v, &reg)) {
		if (v.key.data != d.key.data) {
			draft_end(p, &d);
			draft_begin(&d, v.key);
		}
		if (is_account_key(v.key))
			draft_take(&d, &v, p->arena);
		else if (is_store_path(v.name))
			(void)store_add(p, mgi_reg_text(&v, p->arena));
	}
	draft_end(p, &d);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_outlook = { "outlook", outlook_sniff,
	                                  outlook_read };
