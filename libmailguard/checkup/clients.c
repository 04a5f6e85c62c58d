/*
 * clients.c - mail files that no account names, and the programs in use: what
 * the case must know beside the accounts.
 */
#include "checkup/checkup.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* The account that keeps its mail in a store; NULL if none does. */
static const mailguard_account *account_of(const mailguard_checkup *c,
                                           const mailguard_storage *s)
{
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(c->profile, i)) != NULL; i++)
		if (a->store && strcmp(a->store, s->id) == 0)
			return a;
	return NULL;
}

mailguard_status mgi_checkup_stores_add(mailguard_checkup *c,
                                        mailguard_error *err)
{
	const mailguard_storage *s;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0;
	     st >= 0 && (s = mailguard_profile_storage(c->profile, i)) != NULL;
	     i++) {
		mailguard_link link = MAILGUARD_LINK_INIT;

		if (account_of(c, s))
			continue;
		link.store = s->id;
		link.place = s->place;
		st = mailguard_case_add(c->seen, &link, err);
	}
	return st;
}

/* How the account that uses the store gets its mail: "pop3"; NULL. */
static const char *protocol_of(const mailguard_checkup *c,
                               const mailguard_storage *s)
{
	const mailguard_account *a = account_of(c, s);
	const mailguard_server *in =
		a ? mailguard_profile_server_of(c->profile, a->server_in)
		  : NULL;

	return in ? mailguard_protocol_name(in->protocol) : NULL;
}

/* A client said twice is no second one. */
static bool is_known(const mailguard_checkup *c,
                     const mailguard_storage *s,
                     size_t before)
{
	const mailguard_storage *o;
	const char *mine = protocol_of(c, s), *other;
	size_t i;

	for (i = 0; i < before; i++) {
		o = mailguard_profile_storage(c->profile, i);
		if (!o->client || !o->version ||
		    mgi_strcmp_nocase(o->client, s->client) != 0 ||
		    strcmp(o->version, s->version) != 0)
			continue;
		other = protocol_of(c, o);
		if (mine == other ||
		    (mine && other && strcmp(mine, other) == 0))
			return true;
	}
	return false;
}

mailguard_status mgi_checkup_clients_add(mailguard_checkup *c,
                                         mailguard_error *err)
{
	const mailguard_storage *s;
	mailguard_status st = MAILGUARD_OK;
	size_t i, told = 0;

	for (i = 0; st >= 0 && told < MAILGUARD_CASE_CLIENTS_MAX / 2 &&
	            (s = mailguard_profile_storage(c->profile, i)) != NULL;
	     i++) {
		if (!s->client || !s->version || is_known(c, s, i))
			continue;
		st = mailguard_case_client(c->seen, s->client, s->version,
		                           protocol_of(c, s), err);
		told++;
	}
	return st;
}

mailguard_status mailguard_checkup_client(mailguard_checkup *c,
                                          const char *product,
                                          const char *version,
                                          mailguard_error *err)
{
	return mailguard_case_client(c->seen, product, version, NULL, err);
}
