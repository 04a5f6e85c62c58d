/*
 * claim.c - from what a client's settings say to an account.
 *
 * An account without one of the servers its kind of settings should have is
 * kept if it has the other, and told; without any it is left out, and told.
 */
#include "profile/claim.h"

#include <stddef.h>
#include <string.h>

#include "base/say.h"

/* Where a slot ends up; a field of NULL is no field. */
typedef enum owner { ACCOUNT, SERVER_IN, SERVER_OUT, STORE } owner;

static const struct {
	owner of;
	const char *field;
} slots[MGI_SLOTS] = {
	[MGI_SLOT_LABEL] = { ACCOUNT, "label" },
	[MGI_SLOT_ADDRESS] = { ACCOUNT, "address" },
	[MGI_SLOT_NAME] = { ACCOUNT, "name" },
	[MGI_SLOT_REPLY_TO] = { ACCOUNT, "reply_to" },
	[MGI_SLOT_WEBMAIL] = { ACCOUNT, "webmail" },
	[MGI_SLOT_LEAVE] = { ACCOUNT, "leave_on_server" },
	[MGI_SLOT_LEAVE_DAYS] = { ACCOUNT, "leave_days" },
	[MGI_SLOT_SECRET] = { ACCOUNT, "secret_stored" },
	[MGI_SLOT_IN_PROTOCOL] = { SERVER_IN, "protocol" },
	[MGI_SLOT_IN_HOST] = { SERVER_IN, "host" },
	[MGI_SLOT_IN_PORT] = { SERVER_IN, "port" },
	[MGI_SLOT_IN_TLS] = { SERVER_IN, "tls" },
	[MGI_SLOT_IN_USER] = { ACCOUNT, "user_in" },
	[MGI_SLOT_IN_AUTH] = { ACCOUNT, "auth_in" },
	[MGI_SLOT_OUT_HOST] = { SERVER_OUT, "host" },
	[MGI_SLOT_OUT_PORT] = { SERVER_OUT, "port" },
	[MGI_SLOT_OUT_TLS] = { SERVER_OUT, "tls" },
	[MGI_SLOT_OUT_USER] = { ACCOUNT, "user_out" },
	[MGI_SLOT_OUT_AUTH] = { ACCOUNT, "auth_out" },
	[MGI_SLOT_STORE] = { STORE, "path" },
};

void mgi_claim_begin(mgi_claim *d, const char *file, const char *client)
{
	memset(d, 0, sizeof(*d));
	d->file = file;
	d->client = client;
	d->leave = -1;
	d->protocol = MAILGUARD_PROTOCOL_POP3;
}

void mgi_claim_put(mgi_claim *d,
                   mgi_slot slot,
                   const char *text,
                   const char *key)
{
	if (!text || !text[0])
		return;
	d->text[slot] = text;
	d->key[slot] = key;
}

bool mgi_claim_take(mgi_claim *d,
                    mgi_arena *arena,
                    const mgi_claim_word *words,
                    mailguard_span key,
                    mailguard_span value)
{
	const char *name;

	for (; words->word; words++)
		if (mgi_span_is_nocase(key, words->word))
			break;
	if (!words->word)
		return false;
	name = mgi_arena_printf(arena, "%s%s%s", d->place ? d->place : "",
	                        d->place ? " " : "", words->word);
	if (words->slot == MGI_SLOT_SECRET) {
		if (value.len) {
			d->secret = true;
			d->key[MGI_SLOT_SECRET] = name;
		}
		return true;
	}
	mgi_claim_put(d, words->slot,
	              mgi_arena_strndup(arena, value.data, value.len), name);
	return true;
}

int32_t mgi_claim_flag(const mgi_claim *d, mgi_slot slot)
{
	static const char *const words[2][6] = {
		{ "0", "no", "false", "off", "none", NULL },
		{ "1", "yes", "true", "on", "-1", NULL },
	};
	int32_t yes;
	size_t i;

	for (yes = 0; d->text[slot] && yes < 2; yes++)
		for (i = 0; words[yes][i]; i++)
			if (mgi_strcmp_nocase(d->text[slot], words[yes][i]) ==
			    0)
				return yes;
	return -1;
}

/* All of `s` as hexadecimal digits, at most eight. */
static bool hex_number(uint64_t *out, mailguard_span s)
{
	size_t i;

	*out = 0;
	if (!s.len || s.len > 8)
		return false;
	for (i = 0; i < s.len; i++) {
		int digit = mgi_xdigit(s.data[i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return true;
}

int64_t mgi_claim_number(mailguard_profile *p,
                         const mgi_claim *d,
                         mgi_slot slot,
                         int64_t max)
{
	mailguard_span s = mgi_span_of(d->text[slot]);
	uint64_t n;
	bool fine;

	if (!s.len)
		return -1;
	if (mgi_span_starts_nocase(s, "0x"))
		fine = hex_number(&n, mgi_span_from(s, 2)) &&
		       n <= (uint64_t)max;
	else
		fine = mgi_span_u64(&n, s, (uint64_t)max);
	if (fine)
		return (int64_t)n;
	mgi_claim_note(p, d, MGI_SAY_PROFILE_NUMBER, d->key[slot],
	               d->text[slot]);
	return -1;
}

bool mgi_claim_says(const mgi_claim *d)
{
	size_t i;

	for (i = MGI_SLOT_IN_HOST; i <= MGI_SLOT_OUT_AUTH; i++)
		if (d->text[i])
			return true;
	return d->text[MGI_SLOT_ADDRESS] != NULL;
}

void mgi_claim_note(mailguard_profile *p,
                    const mgi_claim *d,
                    mgi_say_id id,
                    const char *what,
                    const char *value)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	mailguard_finding f = { 0 };
	mailguard_buffer text;

	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, id, "path", d->file, "place",
	        d->place ? d->place : "", "what", what ? what : "", "value",
	        value ? value : "");
	f.severity = MAILGUARD_SEVERITY_WARN;
	f.offset = MAILGUARD_NOWHERE;
	f.code = mgi_say_code(id);
	f.where = d->file;
	f.text = mgi_buf_text(&text);
	mgi_findings_add(p->findings, &f);
	mgi_buf_done(&text);
}

void mgi_origin_add(mailguard_profile *p, const mailguard_origin *like)
{
	mailguard_origin *made = mgi_profile_add(p, MGI_ITEM_ORIGIN);

	if (made)
		*made = *like;
}

/* A profile's texts are of one line; what a client wrote may be anything. */
static const char *line_of(mailguard_profile *p, const char *text)
{
	char *copy = mgi_arena_strdup(p->arena, text), *at;

	for (at = copy; at && *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	return copy;
}

static void lines_make(mailguard_profile *p, mgi_claim *d)
{
	mailguard_span s;
	size_t i;

	for (i = 0; i < MGI_SLOTS; i++) {
		s = mgi_span_trim(mgi_span_of(line_of(p, d->text[i])));
		d->text[i] = s.len ? mgi_arena_strndup(p->arena, s.data, s.len)
		                   : NULL;
		d->key[i] = line_of(p, d->key[i]);
	}
	d->file = line_of(p, d->file);
}

static mgi_service service_in(mailguard_profile *p, const mgi_claim *d)
{
	int64_t port = mgi_claim_number(p, d, MGI_SLOT_IN_PORT, 65535);
	mgi_service s;

	memset(&s, 0, sizeof(s));
	s.server.protocol = d->protocol;
	s.server.tls = d->tls_in;
	s.server.host = d->text[MGI_SLOT_IN_HOST];
	s.server.port =
		port > 0 ? (int32_t)port
			 : mailguard_protocol_port(d->protocol, d->tls_in);
	s.user = d->text[MGI_SLOT_IN_USER];
	s.auth = d->text[MGI_SLOT_IN_AUTH];
	return s;
}

static mgi_service service_out(mailguard_profile *p, const mgi_claim *d)
{
	int64_t port = mgi_claim_number(p, d, MGI_SLOT_OUT_PORT, 65535);
	mgi_service s;

	memset(&s, 0, sizeof(s));
	if (port <= 0)
		port = d->port_out;
	s.server.protocol = port == 25 ? MAILGUARD_PROTOCOL_SMTP
	                               : MAILGUARD_PROTOCOL_SUBMISSION;
	s.server.tls = d->tls_out;
	s.server.host = d->text[MGI_SLOT_OUT_HOST];
	s.server.port = port > 0 ? (int32_t)port
	                         : mailguard_protocol_port(s.server.protocol,
	                                                   d->tls_out);
	s.user = d->text[MGI_SLOT_OUT_USER];
	s.auth = d->text[MGI_SLOT_OUT_AUTH];
	return s;
}

/* The address, or the login that stands for it. */
static const char *address_of(mailguard_profile *p, mgi_claim *d)
{
	static const mgi_slot logins[] = { MGI_SLOT_IN_USER, MGI_SLOT_OUT_USER,
		                           MGI_SLOT_LABEL, MGI_SLOT_IN_HOST,
		                           MGI_SLOT_OUT_HOST };
	size_t i, n = sizeof(logins) / sizeof(logins[0]);

	if (d->text[MGI_SLOT_ADDRESS])
		return d->text[MGI_SLOT_ADDRESS];
	for (i = 0; i < n; i++)
		if (d->text[logins[i]] && strchr(d->text[logins[i]], '@'))
			break;
	for (i = i == n ? 0 : i; i < n; i++)
		if (d->text[logins[i]])
			break;
	if (i == n)
		return NULL;
	if (!strchr(d->text[logins[i]], '@'))
		mgi_claim_note(p, d, MGI_SAY_PROFILE_NO_ADDRESS, "",
		               d->text[logins[i]]);
	d->key[MGI_SLOT_ADDRESS] = d->key[logins[i]];
	return d->text[logins[i]];
}

static const char *store_of(mailguard_profile *p, const mgi_claim *d)
{
	mailguard_storage s;

	memset(&s, 0, sizeof(s));
	s.path = d->text[MGI_SLOT_STORE];
	s.kind = d->kind;
	s.file = d->here;
	s.client = d->client;
	s.version = d->version;
	return mgi_profile_store_add(p, &s);
}

static void origins_add(mailguard_profile *p,
                        const mgi_claim *d,
                        const mailguard_account *a)
{
	mailguard_origin o;
	size_t i;

	for (i = 0; i < MGI_SLOTS; i++) {
		if (!d->key[i] || !slots[i].field)
			continue;
		memset(&o, 0, sizeof(o));
		o.account = slots[i].of == ACCOUNT ? a->id : NULL;
		o.server = slots[i].of == SERVER_IN    ? a->server_in
		           : slots[i].of == SERVER_OUT ? a->server_out
		                                       : NULL;
		o.store = slots[i].of == STORE ? a->store : NULL;
		o.field = slots[i].field;
		o.file = d->file;
		o.key = d->key[i];
		if (o.account || o.server || o.store)
			mgi_origin_add(p, &o);
	}
}

/* Which of its servers is not told, if it should be. */
static void sides_check(mailguard_profile *p, const mgi_claim *d)
{
	if (!d->text[MGI_SLOT_IN_HOST] && d->sides != MGI_SIDES_OUT)
		mgi_claim_note(p, d, MGI_SAY_PROFILE_NO_SERVER_IN, "",
		               d->text[MGI_SLOT_ADDRESS]);
	if (!d->text[MGI_SLOT_OUT_HOST] && d->sides != MGI_SIDES_IN)
		mgi_claim_note(p, d, MGI_SAY_PROFILE_NO_SERVER_OUT, "",
		               d->text[MGI_SLOT_ADDRESS]);
}

static void details_put(mailguard_profile *p,
                        mailguard_account *a,
                        const mgi_claim *d)
{
	int64_t days = mgi_claim_number(p, d, MGI_SLOT_LEAVE_DAYS, 65535);
	const char *web = d->text[MGI_SLOT_WEBMAIL];

	a->label = d->text[MGI_SLOT_LABEL];
	a->name = d->text[MGI_SLOT_NAME];
	a->reply_to = d->text[MGI_SLOT_REPLY_TO];
	if (web && (strncmp(web, "http://", 7) == 0 ||
	            strncmp(web, "https://", 8) == 0))
		a->webmail = web;
	a->leave_on_server = d->leave;
	a->leave_days = days > 0 ? (int32_t)days : 0;
	a->secret_stored = d->secret;
	a->store = store_of(p, d);
}

mailguard_account *mgi_claim_account(mailguard_profile *p, mgi_claim *d)
{
	mgi_service in, out;
	mailguard_account *a;

	lines_make(p, d);
	if (!mgi_claim_says(d))
		return NULL;
	sides_check(p, d);
	if (!d->text[MGI_SLOT_IN_HOST] && !d->text[MGI_SLOT_OUT_HOST])
		return NULL;
	in = service_in(p, d);
	out = service_out(p, d);
	a = mgi_import_account(p, &in, &out, address_of(p, d));
	if (!a)
		return NULL;
	details_put(p, a, d);
	mgi_profile_account_done(p, a);
	origins_add(p, d, a);
	return a;
}
