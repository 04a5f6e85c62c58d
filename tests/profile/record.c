#include "profile/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct record {
	char *out;
	size_t len;
	const char *folder;
} record;

static void put(record *r, const char *key, const char *value)
{
	size_t n = r->folder ? strlen(r->folder) : 0;
	bool below = value && n && strncmp(value, r->folder, n) == 0;

	if (value)
		r->len += (size_t)snprintf(
			r->out + r->len, RECORD_MAX - r->len, "%s: %s%s\n", key,
			below ? "{folder}" : "", below ? value + n : value);
	if (r->len >= RECORD_MAX)
		r->len = RECORD_MAX - 1;
}

static void put_number(record *r, const char *key, long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", n);
	put(r, key, text);
}

static void put_server(record *r,
                       const mailguard_server *s,
                       const char *side,
                       const char *user,
                       const char *auth)
{
	char key[64];

	if (!s)
		return;
	if (side[0] == 'i')
		put(r, "incoming.proto", mailguard_protocol_name(s->protocol));
	snprintf(key, sizeof(key), "%s.host", side);
	put(r, key, s->host);
	snprintf(key, sizeof(key), "%s.port", side);
	put_number(r, key, s->port);
	snprintf(key, sizeof(key), "%s.tls", side);
	put(r, key, mailguard_tls_name(s->tls));
	snprintf(key, sizeof(key), "%s.user", side);
	put(r, key, user);
	snprintf(key, sizeof(key), "%s.auth", side);
	put(r, key, auth);
}

static void put_store(record *r, const mailguard_storage *s)
{
	if (!s)
		return;
	put(r, "stores.client", s->client);
	put(r, "stores.client_version", s->version);
	put(r, "stores.kind", s->kind);
	put(r, "stores.path", s->path);
	put(r, "stores.location_class", mailguard_place_name(s->place));
}

void record_of(char out[RECORD_MAX],
               const mailguard_profile *p,
               const char *folder)
{
	const mailguard_account *a;
	const mailguard_finding *f;
	record r = { out, 0, folder };
	size_t i;

	out[0] = '\0';
	for (i = 0; (a = mailguard_profile_account(p, i)) != NULL; i++) {
		put(&r, "address", a->address);
		put(&r, "label", a->label);
		put(&r, "display_name", a->name);
		put(&r, "reply_to", a->reply_to);
		put_server(&r, mailguard_profile_server_of(p, a->server_in),
		           "incoming", a->user_in, a->auth_in);
		if (a->leave_on_server >= 0)
			put(&r, "incoming.leave_on_server",
			    a->leave_on_server ? "yes" : "no");
		if (a->leave_days)
			put_number(&r, "incoming.leave_days", a->leave_days);
		put_server(&r, mailguard_profile_server_of(p, a->server_out),
		           "outgoing", a->user_out, a->auth_out);
		put(&r, "incoming.webmail_url", a->webmail);
		put_store(&r, mailguard_profile_storage_of(p, a->store));
		if (a->secret_stored)
			put(&r, "secret", "stored");
	}
	for (i = 0; (f = mailguard_profile_finding(p, i)) != NULL; i++)
		put(&r, "finding", f->code);
}
