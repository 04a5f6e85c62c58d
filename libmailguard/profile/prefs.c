/*
 * prefs.c - accounts from Thunderbird's prefs.js.
 *
 * The file is a list of user_pref("key", value); lines. Accounts name a
 * server and identities, identities name an outgoing server.
 */
#include "profile/import.h"

#include <string.h>

#include "base/cursor.h"
#include "base/say.h"

typedef struct pref {
	struct pref *next;
	const char *key, *value; /* a number or true/false as its text */
} pref;

typedef struct prefs {
	mailguard_profile *p;
	const char *folder; /* of prefs.js: [ProfD] */
	pref *first;
} prefs;

static bool prefs_sniff(mailguard_span head, const char *name)
{
	return strcmp(name, "prefs.js") == 0 ||
	       mgi_span_find_nocase(mgi_span_head(head, 4096), "user_pref(") >=
	               0;
}

static size_t hex_escape(char out[4], mailguard_span s, size_t digits)
{
	uint32_t c = 0;
	size_t i;

	for (i = 0; i < digits && i < s.len && mgi_is_xdigit(s.data[i]); i++)
		c = c << 4 | (uint32_t)mgi_xdigit(s.data[i]);
	return mgi_utf8_put(out, c);
}

/* A JavaScript string at the cursor, which moves behind it. */
static const char *string_read(mgi_arena *arena, mgi_cursor *c)
{
	mailguard_span s = mgi_span(c->at, mgi_cursor_left(c));
	char *out = mgi_arena_alloc(arena, s.len * 2 + 4);
	size_t i = 1, n = 0;

	if (!out || !s.len || s.data[0] != '"')
		return NULL;
	for (; i < s.len && s.data[i] != '"'; i++) {
		size_t digits;

		if (s.data[i] != '\\' || i + 1 == s.len) {
			out[n++] = (char)s.data[i];
			continue;
		}
		i++;
		digits = s.data[i] == 'u' ? 4 : s.data[i] == 'x' ? 2 : 0;
		if (digits) {
			n += hex_escape(out + n, mgi_span_from(s, i + 1),
			                digits);
			i += digits;
		} else {
			out[n++] = s.data[i] == 'n'   ? '\n'
			           : s.data[i] == 'r' ? '\r'
			                              : (char)s.data[i];
		}
	}
	if (i >= s.len)
		return NULL;
	mgi_cursor_skip(c, i + 1);
	return out;
}

static void blanks_skip(mgi_cursor *c)
{
	while (mgi_cursor_left(c) && (mgi_is_space(*c->at) || *c->at == ','))
		mgi_cursor_skip(c, 1);
}

static void line_read(prefs *ps, mailguard_span line)
{
	static const char begin[] = "user_pref(";
	mgi_arena *arena = ps->p->arena;
	mgi_cursor c;
	pref *made;

	line = mgi_span_trim(line);
	if (!mgi_span_starts(line, begin))
		return;
	c = mgi_cursor_of(mgi_span_from(line, strlen(begin)));
	made = mgi_arena_alloc(arena, sizeof(*made));
	if (!made)
		return;
	blanks_skip(&c);
	made->key = string_read(arena, &c);
	blanks_skip(&c);
	if (mgi_cursor_left(&c) && *c.at == '"') {
		made->value = string_read(arena, &c);
	} else {
		mailguard_span rest;

		if (mgi_cursor_until(&rest, &c, ')'))
			made->value =
				mgi_arena_strndup(arena, rest.data, rest.len);
	}
	if (!made->key || !made->value || strncmp(made->key, "mail.", 5) != 0)
		return;
	made->next = ps->first;
	ps->first = made;
}

/* Of "mail.server." "server1" ".type", and so on. */
static const char *get(const prefs *ps,
                       const char *group,
                       const char *id,
                       const char *name)
{
	size_t before = strlen(group), len = strlen(id);
	const pref *at;

	for (at = ps->first; at; at = at->next)
		if (strncmp(at->key, group, before) == 0 &&
		    strncmp(at->key + before, id, len) == 0 &&
		    strcmp(at->key + before + len, name) == 0)
			return at->value;
	return NULL;
}

static int32_t number_of(const char *text)
{
	uint64_t n;

	return text && mgi_span_u64(&n, mgi_span_of(text), 65535) ? (int32_t)n
	                                                          : -1;
}

/* socketType and try_ssl: 0 none, 1 STARTTLS if offered, 2 STARTTLS, 3 TLS. */
static mailguard_tls tls_of(const char *text)
{
	int32_t n = number_of(text);

	return n == 3             ? MAILGUARD_TLS_IMPLICIT
	       : n == 1 || n == 2 ? MAILGUARD_TLS_STARTTLS
	                          : MAILGUARD_TLS_NONE;
}

static const char *auth_of(const char *text)
{
	switch (number_of(text)) {
	case 4:
		return "cram-md5";
	case 5:
		return "gssapi";
	case 6:
		return "ntlm";
	case 7:
		return "external";
	case 10:
		return "oauth2";
	default:
		return NULL;
	}
}

static void host_old_note(const prefs *ps, const char *old, const char *host)
{
	mailguard *mg = mgi_arena_handle(ps->p->arena);
	mailguard_buffer text;

	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, MGI_SAY_PROFILE_SERVER_HOST_OLD, "old", old, "host",
	        host);
	mgi_profile_note(ps->p, "profile.server-host-old", host,
	                 mgi_buf_text(&text));
	mgi_buf_done(&text);
}

/* False for feeds, newsgroups and local folders. */
static bool service_in(mgi_service *out, const prefs *ps, const char *id)
{
	const char *type = get(ps, "mail.server.", id, ".type");
	const char *host = get(ps, "mail.server.", id, ".hostname");
	const char *real = get(ps, "mail.server.", id, ".realhostname");
	const char *user = get(ps, "mail.server.", id, ".realuserName");
	int32_t port = number_of(get(ps, "mail.server.", id, ".port"));

	memset(out, 0, sizeof(*out));
	if (!type || (strcmp(type, "pop3") != 0 && strcmp(type, "imap") != 0))
		return false;
	out->server.protocol = type[0] == 'p' ? MAILGUARD_PROTOCOL_POP3
	                                      : MAILGUARD_PROTOCOL_IMAP;
	if (real && real[0] && host && strcmp(real, host) != 0)
		host_old_note(ps, host, real);
	out->server.host = real && real[0] ? real : host;
	out->server.tls = tls_of(get(ps, "mail.server.", id, ".socketType"));
	out->server.port =
		port > 0 ? port
			 : mailguard_protocol_port(out->server.protocol,
	                                           out->server.tls);
	out->user = user && user[0] ? user
	                            : get(ps, "mail.server.", id, ".userName");
	out->auth = auth_of(get(ps, "mail.server.", id, ".authMethod"));
	return true;
}

static void service_out(mgi_service *out, const prefs *ps, const char *id)
{
	int32_t port;

	memset(out, 0, sizeof(*out));
	if (!id)
		return;
	port = number_of(get(ps, "mail.smtpserver.", id, ".port"));
	out->server.protocol = port == 25 ? MAILGUARD_PROTOCOL_SMTP
	                                  : MAILGUARD_PROTOCOL_SUBMISSION;
	out->server.host = get(ps, "mail.smtpserver.", id, ".hostname");
	out->server.tls = tls_of(get(ps, "mail.smtpserver.", id, ".try_ssl"));
	out->server.port =
		port > 0 ? port
			 : mailguard_protocol_port(out->server.protocol,
	                                           out->server.tls);
	out->user = get(ps, "mail.smtpserver.", id, ".username");
	out->auth = auth_of(get(ps, "mail.smtpserver.", id, ".authMethod"));
}

/* Where the mail lies: an absolute folder, or one below the profile. */
static const char *store_add(const prefs *ps, const char *id)
{
	const char *kind = get(ps, "mail.server.", id, ".storeContractID");
	const char *path = get(ps, "mail.server.", id, ".directory");
	const char *rel = get(ps, "mail.server.", id, ".directory-rel");
	mailguard_storage s;

	memset(&s, 0, sizeof(s));
	if (rel && strncmp(rel, "[ProfD]", 7) == 0)
		rel = mgi_import_join(ps->p, ps->folder, rel + 7);
	else
		rel = NULL;
	s.path = path && path[0] ? path : rel;
	/* A Windows path cannot be opened here; the one beside us may. */
	if (s.path && s.path[0] != '/' && rel != s.path)
		s.file = rel;
	s.kind = kind && strstr(kind, "maildir") ? "maildir" : "mbox";
	s.client = "thunderbird";
	return mgi_profile_store_add(ps->p, &s);
}

/* The first of a list "id1,id2". */
static const char *first_of(const prefs *ps, const char *list)
{
	return list ? mgi_arena_strndup(ps->p->arena, list, strcspn(list, ","))
	            : NULL;
}

static void account_add(const prefs *ps, const char *id)
{
	const char *server = get(ps, "mail.account.", id, ".server");
	const char *who =
		first_of(ps, get(ps, "mail.account.", id, ".identities"));
	const char *smtp = NULL, *address = NULL, *leave;
	mgi_service in, out;
	mailguard_account *a;

	if (!server || !service_in(&in, ps, server))
		return;
	if (who) {
		address = get(ps, "mail.identity.", who, ".useremail");
		smtp = get(ps, "mail.identity.", who, ".smtpServer");
	}
	if (!smtp)
		smtp = get(ps, "mail.smtp.", "", "defaultserver");
	service_out(&out, ps, smtp);
	a = mgi_import_account(ps->p, &in, &out, address ? address : in.user);
	if (!a)
		return;
	a->label = get(ps, "mail.server.", server, ".name");
	if (who) {
		a->name = get(ps, "mail.identity.", who, ".fullName");
		a->reply_to = get(ps, "mail.identity.", who, ".reply_to");
	}
	a->store = store_add(ps, server);
	leave = get(ps, "mail.server.", server, ".leave_on_server");
	if (leave)
		a->leave_on_server = strcmp(leave, "true") == 0;
	a->leave_days = number_of(get(ps, "mail.server.", server,
	                              ".num_days_to_leave_on_server"));
	if (a->leave_days < 0)
		a->leave_days = 0;
	mgi_profile_account_done(ps->p, a);
}

static mailguard_status prefs_read(mailguard_profile *p,
                                   mailguard_span text,
                                   const char *path,
                                   const char *address,
                                   mailguard_error *err)
{
	prefs ps = { p, mgi_import_folder(p, path), NULL };
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_span line, id;
	const char *list;

	(void)address;
	while (mgi_cursor_line(&line, &c))
		line_read(&ps, line);
	list = get(&ps, "mail.accountmanager.", "", "accounts");
	c = mgi_cursor_of(mgi_span_of(list));
	while (list && mgi_cursor_until(&id, &c, ',')) {
		const char *name;

		id = mgi_span_trim(id);
		name = mgi_arena_strndup(p->arena, id.data, id.len);
		if (name)
			account_add(&ps, name);
	}
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_prefs_js = { "thunderbird", prefs_sniff,
	                                   prefs_read };
