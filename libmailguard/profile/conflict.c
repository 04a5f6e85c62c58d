/*
 * conflict.c - two settings of one address that do not agree: this file says
 * port 110 without encryption, that one 995 with TLS.
 */
#include "profile/claim.h"

#include <string.h>

#include "base/say.h"

/* What one account says of one thing, and who says so. */
typedef struct saying {
	mailguard_buffer text;
	const char *file, *key;
} saying;

typedef struct pair {
	mailguard_profile *p;
	const mailguard_account *a, *b;
} pair;

static bool same(const char *a, const char *b)
{
	return a && b && mgi_strcmp_nocase(a, b) == 0;
}

/*
 * The origin of a field of this account: of a server two accounts may share,
 * the one in the file that told of the account.
 */
static const mailguard_origin *origin_of(const mailguard_profile *p,
                                         const mailguard_account *a,
                                         const char *server,
                                         const char *field)
{
	const char *file = NULL;
	size_t i;

	for (i = 0; i < p->origins.count; i++) {
		const mailguard_origin *o = p->origins.at[i];

		if (o->account && strcmp(o->account, a->id) == 0) {
			file = o->file;
			if (!server && strcmp(o->field, field) == 0)
				return o;
		}
	}
	for (i = 0; server && i < p->origins.count; i++) {
		const mailguard_origin *o = p->origins.at[i];

		if (o->server && strcmp(o->server, server) == 0 &&
		    strcmp(o->field, field) == 0 &&
		    (!file || strcmp(o->file, file) == 0))
			return o;
	}
	return NULL;
}

static void saying_begin(saying *s, const pair *at)
{
	mgi_buf_init(&s->text, mgi_arena_handle(at->p->arena));
	s->file = "";
	s->key = "";
}

static void saying_from(saying *s, const mailguard_origin *o)
{
	if (!o)
		return;
	s->file = o->file;
	s->key = o->key ? o->key : "";
}

static void tell(const pair *at, mgi_say_id what, saying *a, saying *b)
{
	mailguard *mg = mgi_arena_handle(at->p->arena);
	mailguard_finding f = { 0 };
	mailguard_buffer text;

	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, MGI_SAY_PROFILE_CONFLICT, "address", at->a->address,
	        "what", mgi_say_raw(mgi_lang_of(mg), what), "one",
	        mgi_buf_text(&a->text), "one_file", a->file, "one_key", a->key,
	        "other", mgi_buf_text(&b->text), "other_file", b->file,
	        "other_key", b->key);
	f.severity = MAILGUARD_SEVERITY_WARN;
	f.offset = MAILGUARD_NOWHERE;
	f.code = mgi_say_code(MGI_SAY_PROFILE_CONFLICT);
	f.where = at->a->address;
	f.text = mgi_buf_text(&text);
	mgi_findings_add(at->p->findings, &f);
	mgi_buf_done(&text);
	mgi_buf_done(&a->text);
	mgi_buf_done(&b->text);
}

static void server_say(saying *s,
                       const pair *at,
                       const mailguard_account *a,
                       const mailguard_server *server)
{
	saying_begin(s, at);
	mgi_buf_printf(&s->text, "%s %s:%s %s",
	               mailguard_protocol_name(server->protocol), server->host,
	               mgi_i64(server->port).text,
	               mailguard_tls_name(server->tls));
	saying_from(s, origin_of(at->p, a, server->id, "port"));
	if (!s->file[0])
		saying_from(s, origin_of(at->p, a, server->id, "host"));
}

static void servers_compare(const pair *at, bool in)
{
	const mailguard_server *a, *b;
	saying one, other;

	a = mgi_profile_find(at->p, MGI_ITEM_SERVER,
	                     in ? at->a->server_in : at->a->server_out);
	b = mgi_profile_find(at->p, MGI_ITEM_SERVER,
	                     in ? at->b->server_in : at->b->server_out);
	if (!a || !b || a == b || (in && a->protocol != b->protocol))
		return; /* POP3 here and IMAP there is a choice */
	server_say(&one, at, at->a, a);
	server_say(&other, at, at->b, b);
	tell(at,
	     in ? MGI_SAY_PROFILE_CONFLICT_IN : MGI_SAY_PROFILE_CONFLICT_OUT,
	     &one, &other);
}

static void users_compare(const pair *at, bool in)
{
	const char *a = in ? at->a->user_in : at->a->user_out;
	const char *b = in ? at->b->user_in : at->b->user_out;
	const char *field = in ? "user_in" : "user_out";
	saying one, other;

	if (!a || !b || strcmp(a, b) == 0)
		return;
	saying_begin(&one, at);
	saying_begin(&other, at);
	mgi_buf_puts(&one.text, a);
	mgi_buf_puts(&other.text, b);
	saying_from(&one, origin_of(at->p, at->a, NULL, field));
	saying_from(&other, origin_of(at->p, at->b, NULL, field));
	tell(at, MGI_SAY_PROFILE_CONFLICT_USER, &one, &other);
}

/* One client takes the mail off the server, and the other never sees it. */
static void leave_compare(const pair *at)
{
	int32_t a = at->a->leave_on_server, b = at->b->leave_on_server;
	mailguard *mg = mgi_arena_handle(at->p->arena);
	saying one, other;

	if (a < 0 || b < 0 || a == b)
		return;
	saying_begin(&one, at);
	saying_begin(&other, at);
	mgi_say(&one.text, mg,
	        a ? MGI_SAY_PROFILE_KEEPS : MGI_SAY_PROFILE_TAKES);
	mgi_say(&other.text, mg,
	        b ? MGI_SAY_PROFILE_KEEPS : MGI_SAY_PROFILE_TAKES);
	saying_from(&one, origin_of(at->p, at->a, NULL, "leave_on_server"));
	saying_from(&other, origin_of(at->p, at->b, NULL, "leave_on_server"));
	tell(at, MGI_SAY_PROFILE_CONFLICT_LEAVE, &one, &other);
}

void mgi_import_conflicts(mailguard_profile *p, size_t first)
{
	pair at = { p, NULL, NULL };
	size_t i, n;

	for (n = first; n < p->accounts.count; n++)
		for (i = 0; i < n; i++) {
			at.a = p->accounts.at[i];
			at.b = p->accounts.at[n];
			if (!same(at.a->address, at.b->address) || !at.a->id ||
			    !at.b->id)
				continue;
			servers_compare(&at, true);
			servers_compare(&at, false);
			users_compare(&at, true);
			users_compare(&at, false);
			leave_compare(&at);
		}
}
