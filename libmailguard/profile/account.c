/*
 * account.c - one account out of what a reader of settings found.
 */
#include "profile/import.h"

#include <string.h>

#include "base/say.h"

mailguard_account *mgi_import_account(mailguard_profile *p,
                                      const mgi_service *in,
                                      const mgi_service *out,
                                      const char *address)
{
	mailguard_account *a = mgi_profile_add(p, MGI_ITEM_ACCOUNT);

	if (!a)
		return NULL;
	a->leave_on_server = -1;
	a->address = mgi_arena_strdup(p->arena, address);
	a->server_in = mgi_profile_server_add(p, &in->server);
	a->server_out = mgi_profile_server_add(p, &out->server);
	a->user_in = mgi_arena_strdup(p->arena, in->user);
	a->user_out = mgi_arena_strdup(p->arena, out->user);
	a->auth_in = mgi_arena_strdup(p->arena, in->auth);
	a->auth_out = mgi_arena_strdup(p->arena, out->auth);
	mgi_import_port_check(p, &in->server);
	mgi_import_port_check(p, &out->server);
	return a;
}

/* Ports that belong to the one kind of encryption, with the other. */
static void tls_check(mailguard_profile *p, const mailguard_server *s)
{
	static const struct {
		int32_t port;
		mailguard_tls tls; /* that does not go with it */
	} odd[] = {
		{ 110, MAILGUARD_TLS_IMPLICIT },
		{ 143, MAILGUARD_TLS_IMPLICIT },
		{ 587, MAILGUARD_TLS_IMPLICIT },
		{ 25, MAILGUARD_TLS_IMPLICIT },
		{ 465, MAILGUARD_TLS_STARTTLS },
		{ 993, MAILGUARD_TLS_STARTTLS },
		{ 995, MAILGUARD_TLS_STARTTLS },
		{ 465, MAILGUARD_TLS_NONE },
		{ 993, MAILGUARD_TLS_NONE },
		{ 995, MAILGUARD_TLS_NONE },
	};
	mailguard *mg = mgi_arena_handle(p->arena);
	mailguard_buffer text;
	size_t i, n = sizeof(odd) / sizeof(odd[0]);

	for (i = 0; i < n; i++)
		if (odd[i].port == s->port && odd[i].tls == s->tls)
			break;
	if (i == n)
		return;
	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, MGI_SAY_PROFILE_ODD_TLS, "host", s->host, "port",
	        mgi_i64(s->port).text, "tls", mailguard_tls_name(s->tls));
	mgi_profile_note(p, "profile.odd-tls", s->host, mgi_buf_text(&text));
	mgi_buf_done(&text);
}

void mgi_import_port_check(mailguard_profile *p, const mailguard_server *s)
{
	static const struct {
		mailguard_protocol protocol;
		int32_t port[4];
	} usual[] = {
		{ MAILGUARD_PROTOCOL_IMAP, { 143, 993 } },
		{ MAILGUARD_PROTOCOL_POP3, { 110, 995 } },
		{ MAILGUARD_PROTOCOL_SUBMISSION, { 587, 465, 25 } },
		{ MAILGUARD_PROTOCOL_SMTP, { 25 } },
	};
	mailguard *mg = mgi_arena_handle(p->arena);
	mailguard_buffer text;
	size_t i, n;

	if (!s->host || !s->host[0] || !s->port)
		return;
	tls_check(p, s);
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (usual[i].protocol != s->protocol)
			continue;
		for (n = 0; n < 4; n++)
			if (usual[i].port[n] == s->port)
				return;
	}
	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, MGI_SAY_PROFILE_ODD_PORT, "host", s->host, "port",
	        mgi_i64(s->port).text, "protocol",
	        mailguard_protocol_name(s->protocol));
	mgi_profile_note(p, "profile.odd-port", s->host, mgi_buf_text(&text));
	mgi_buf_done(&text);
}
