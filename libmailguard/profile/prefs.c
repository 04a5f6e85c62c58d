/*
 * prefs.c - accounts from Thunderbird's prefs.js.
 *
 * The file is a list of user_pref("key", value); lines. Accounts name a
 * server and identities, identities name an outgoing server.
 */
#include "profile/logins.h"

#include <string.h>

#include "base/cursor.h"
#include "base/say.h"

typedef struct pref {
	struct pref *next;
	const char *key, *value; /* a number or true/false as its text */
} pref;

typedef struct prefs {
	mailguard_profile *p;
	const char *path;
	const char *folder; /* of prefs.js: [ProfD] */
	pref *first;
	mgi_logins logins;
	const char *version; /* of the program */
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

/* False for a line that should be a preference, and is not whole. */
static bool line_read(prefs *ps, mailguard_span line)
{
	static const char begin[] = "user_pref(";
	mgi_arena *arena = ps->p->arena;
	mgi_cursor c;
	pref *made;

	line = mgi_span_trim(line);
	if (!mgi_span_starts(line, begin))
		return !line.len || line.data[0] == '/' ||
		       line.data[0] == '#' || line.data[0] == '*';
	c = mgi_cursor_of(mgi_span_from(line, strlen(begin)));
	made = mgi_arena_alloc(arena, sizeof(*made));
	if (!made)
		return true;
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
	if (!made->key || !made->value || line.data[line.len - 1] != ';')
		return false;
	if (strncmp(made->key, "mail.", 5) != 0)
		return true;
	made->next = ps->first;
	ps->first = made;
	return true;
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

/* Put down what a preference says, if it is there. */
static void put(mgi_claim *d,
                const prefs *ps,
                mgi_slot slot,
                const char *group,
                const char *id,
                const char *name)
{
	mgi_claim_put(
		d, slot, get(ps, group, id, name),
		mgi_arena_printf(ps->p->arena, "%s%s%s", group, id, name));
}

/* A word of ours for a number of theirs; the key stays. */
static void translate(mgi_claim *d, mgi_slot slot, const char *word)
{
	if (d->text[slot])
		d->text[slot] = word;
}

/* False for feeds, newsgroups and local folders. */
static bool server_in(mgi_claim *d, const prefs *ps, const char *id)
{
	static const char group[] = "mail.server.";
	const char *type = get(ps, group, id, ".type");
	const char *host = get(ps, group, id, ".hostname");
	const char *real = get(ps, group, id, ".realhostname");

	if (!type) {
		mgi_claim_note(ps->p, d, MGI_SAY_PROFILE_NO_SECTION, "", id);
		return false;
	}
	if (strcmp(type, "none") == 0 || strcmp(type, "rss") == 0 ||
	    strcmp(type, "nntp") == 0 || strcmp(type, "im") == 0)
		return false;
	if (strcmp(type, "pop3") != 0 && strcmp(type, "imap") != 0) {
		mgi_claim_note(
			ps->p, d, MGI_SAY_PROFILE_WORD,
			mgi_arena_printf(ps->p->arena, "%s%s.type", group, id),
			type);
		return false;
	}
	put(d, ps, MGI_SLOT_IN_PROTOCOL, group, id, ".type");
	d->protocol = type[0] == 'p' ? MAILGUARD_PROTOCOL_POP3
	                             : MAILGUARD_PROTOCOL_IMAP;
	if (real && real[0] && host && strcmp(real, host) != 0)
		host_old_note(ps, host, real);
	put(d, ps, MGI_SLOT_IN_HOST, group, id, ".hostname");
	put(d, ps, MGI_SLOT_IN_HOST, group, id, ".realhostname");
	put(d, ps, MGI_SLOT_IN_PORT, group, id, ".port");
	put(d, ps, MGI_SLOT_IN_TLS, group, id, ".socketType");
	put(d, ps, MGI_SLOT_IN_USER, group, id, ".userName");
	put(d, ps, MGI_SLOT_IN_USER, group, id, ".realuserName");
	put(d, ps, MGI_SLOT_IN_AUTH, group, id, ".authMethod");
	put(d, ps, MGI_SLOT_LABEL, group, id, ".name");
	put(d, ps, MGI_SLOT_LEAVE, group, id, ".leave_on_server");
	put(d, ps, MGI_SLOT_LEAVE_DAYS, group, id,
	    ".num_days_to_leave_on_server");
	d->tls_in = tls_of(d->text[MGI_SLOT_IN_TLS]);
	translate(d, MGI_SLOT_IN_AUTH, auth_of(d->text[MGI_SLOT_IN_AUTH]));
	d->leave = mgi_claim_flag(d, MGI_SLOT_LEAVE);
	return true;
}

static void server_out(mgi_claim *d, const prefs *ps, const char *id)
{
	static const char group[] = "mail.smtpserver.";

	if (!id)
		return;
	put(d, ps, MGI_SLOT_OUT_HOST, group, id, ".hostname");
	put(d, ps, MGI_SLOT_OUT_PORT, group, id, ".port");
	put(d, ps, MGI_SLOT_OUT_TLS, group, id, ".try_ssl");
	put(d, ps, MGI_SLOT_OUT_USER, group, id, ".username");
	put(d, ps, MGI_SLOT_OUT_AUTH, group, id, ".authMethod");
	d->tls_out = tls_of(d->text[MGI_SLOT_OUT_TLS]);
	translate(d, MGI_SLOT_OUT_AUTH, auth_of(d->text[MGI_SLOT_OUT_AUTH]));
	if (!d->text[MGI_SLOT_OUT_HOST])
		mgi_claim_note(ps->p, d, MGI_SAY_PROFILE_NO_SECTION, "", id);
}

/*
 * Where the mail lies: an absolute folder, or one below the profile; of an
 * account that delivers into another's inbox, that one's.
 */
static void store_find(mgi_claim *d, const prefs *ps, const char *id)
{
	static const char group[] = "mail.server.";
	const char *to = get(ps, group, id, ".deferred_to_account");
	const char *other = to ? get(ps, "mail.account.", to, ".server") : NULL;
	const char *kind, *path, *rel;

	if (other)
		id = other;
	kind = get(ps, group, id, ".storeContractID");
	path = get(ps, group, id, ".directory");
	rel = get(ps, group, id, ".directory-rel");
	if (rel && strncmp(rel, "[ProfD]", 7) == 0)
		rel = mgi_import_join(ps->p, ps->folder, rel + 7);
	else
		rel = NULL;
	if (path && path[0])
		put(d, ps, MGI_SLOT_STORE, group, id, ".directory");
	else
		mgi_claim_put(d, MGI_SLOT_STORE, rel,
		              mgi_arena_printf(ps->p->arena,
		                               "%s%s.directory-rel", group,
		                               id));
	/* A Windows path cannot be opened here; the one beside us may. */
	if (path && path[0] && path[0] != '/')
		d->here = rel;
	d->kind = kind && strstr(kind, "maildir") ? "maildir" : "mbox";
	d->version = ps->version;
}

/* The first of a list "id1,id2". */
static const char *first_of(const prefs *ps, const char *list)
{
	return list ? mgi_arena_strndup(ps->p->arena, list, strcspn(list, ","))
	            : NULL;
}

/* Identities beyond the first write as somebody else. */
static void identities_note(const prefs *ps, mgi_claim *d, const char *list)
{
	mgi_cursor c = mgi_cursor_of(mgi_span_of(list));
	const char *address, *id;
	mailguard_span s;

	(void)mgi_cursor_until(&s, &c, ',');
	while (list && mgi_cursor_until(&s, &c, ',')) {
		s = mgi_span_trim(s);
		id = mgi_arena_strndup(ps->p->arena, s.data, s.len);
		address =
			id ? get(ps, "mail.identity.", id, ".useremail") : NULL;
		if (address && d->text[MGI_SLOT_ADDRESS] &&
		    mgi_strcmp_nocase(address, d->text[MGI_SLOT_ADDRESS]) != 0)
			mgi_claim_note(ps->p, d, MGI_SAY_PROFILE_MORE_ADDRESSES,
			               "", address);
	}
}

/* Who it is, and by which server that one sends. */
static void identity_take(mgi_claim *d, const prefs *ps, const char *account)
{
	static const char group[] = "mail.identity.";
	const char *list = get(ps, "mail.account.", account, ".identities");
	const char *who = first_of(ps, list), *smtp = NULL;

	if (who) {
		put(d, ps, MGI_SLOT_ADDRESS, group, who, ".useremail");
		put(d, ps, MGI_SLOT_NAME, group, who, ".fullName");
		put(d, ps, MGI_SLOT_REPLY_TO, group, who, ".reply_to");
		smtp = get(ps, group, who, ".smtpServer");
		if (!d->text[MGI_SLOT_ADDRESS])
			mgi_claim_note(ps->p, d, MGI_SAY_PROFILE_NO_SECTION, "",
			               who);
	}
	identities_note(ps, d, list);
	if (!smtp || !smtp[0])
		smtp = get(ps, "mail.smtp.", "", "defaultserver");
	server_out(d, ps, smtp);
}

static void account_add(const prefs *ps, const char *id)
{
	const char *server = get(ps, "mail.account.", id, ".server");
	mgi_claim d;

	mgi_claim_begin(&d, ps->path, "thunderbird");
	d.place = id;
	if (!server) {
		mgi_claim_note(ps->p, &d, MGI_SAY_PROFILE_NO_SECTION, "",
		               "server");
		return;
	}
	if (!server_in(&d, ps, server))
		return;
	identity_take(&d, ps, id);
	store_find(&d, ps, server);
	if (mgi_logins_has(&ps->logins,
	                   get(ps, "mail.server.", server, ".hostname"))) {
		d.secret = true;
		d.key[MGI_SLOT_SECRET] = "logins.json";
	}
	(void)mgi_claim_account(ps->p, &d);
}

static mailguard_status prefs_read(mailguard_profile *p,
                                   mailguard_span text,
                                   const char *path,
                                   const char *address,
                                   mailguard_error *err)
{
	prefs ps = { .p = p, .path = path };
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_span line, id;
	uint64_t number = 0;
	const char *list;

	(void)address;
	ps.folder = mgi_import_folder(p, path);
	mgi_logins_read(&ps.logins, p, ps.folder);
	ps.version = mgi_thunderbird_version(p, ps.folder);
	while (number++, mgi_cursor_line(&line, &c))
		if (!line_read(&ps, line))
			mgi_import_line_note(p, path, number);
	list = get(&ps, "mail.accountmanager.", "", "accounts");
	c = mgi_cursor_of(mgi_span_of(list));
	while (list && mgi_cursor_until(&id, &c, ',')) {
		const char *name;

		id = mgi_span_trim(id);
		name = mgi_arena_strndup(p->arena, id.data, id.len);
		if (name)
			account_add(&ps, name);
	}
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_prefs_js = { "thunderbird", prefs_sniff,
	                                   prefs_read, false };
