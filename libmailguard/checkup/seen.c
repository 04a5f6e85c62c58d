/*
 * seen.c - what people call the things of a profile, and the steps that were
 * made, kept for a report.
 */
#include "checkup/checkup.h"

#include <string.h>

#include "base/fail.h"

enum { FIRST_STEPS = 16 };

/* Keeps what `c->text` and `c->step` say by now. */
mailguard_status mgi_checkup_keep(mailguard_checkup *c, mailguard_error *err)
{
	size_t cap = c->kept_cap ? c->kept_cap * 2 : FIRST_STEPS;
	mailguard_checkup_step *own;

	if (c->kept_count == c->kept_cap) {
		own = mgi_arena_array(c->arena, cap, sizeof(*own));
		if (!own)
			return mgi_fail_nomem(err);
		if (c->kept_count)
			memcpy(own, c->kept, c->kept_count * sizeof(*own));
		c->kept = own;
		c->kept_cap = cap;
	}
	own = &c->kept[c->kept_count];
	*own = c->step;
	own->text = mgi_arena_strdup(c->arena, c->step.text);
	if (!own->text)
		return mgi_fail_nomem(err);
	c->kept_count++;
	return MAILGUARD_OK;
}

const mailguard_checkup_step *mailguard_checkup_seen(const mailguard_checkup *c,
                                                     size_t i)
{
	return c && i < c->kept_count ? &c->kept[i] : NULL;
}

mailguard_profile *mailguard_checkup_profile(const mailguard_checkup *c)
{
	return c ? c->profile : NULL;
}

/* "account:" and the id, as the case wants it. */
static mailguard_status call(mailguard_checkup *c,
                             const char *kind,
                             const char *id,
                             const char *name,
                             mailguard_error *err)
{
	const char *thing = mgi_arena_printf(c->arena, "%s%s", kind, id);
	mailguard_status st;

	if (!thing)
		return mgi_fail_nomem(err);
	if (!name || !name[0])
		return MAILGUARD_OK; /* its id will do */
	st = mailguard_case_call(c->seen, thing, name, err);
	return st == MAILGUARD_ELIMIT ? MAILGUARD_OK : st;
}

static mailguard_status accounts_call(mailguard_checkup *c,
                                      mailguard_error *err)
{
	const mailguard_account *a;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0;
	     st >= 0 && (a = mailguard_profile_account(c->profile, i)) != NULL;
	     i++)
		st = call(c, "account:", a->id,
		          a->address ? a->address : a->label, err);
	return st;
}

/* What people call the service. */
static const char *service(const mailguard_server *s)
{
	switch (s->protocol) {
	case MAILGUARD_PROTOCOL_IMAP:
		return "IMAP";
	case MAILGUARD_PROTOCOL_POP3:
		return "POP3";
	case MAILGUARD_PROTOCOL_SMTP:
	case MAILGUARD_PROTOCOL_SUBMISSION:
		return "SMTP";
	default:
		return mailguard_protocol_name(s->protocol);
	}
}

/* Of more servers on one host each is told with what it is for. */
static const char *server_name(mailguard_checkup *c, const mailguard_server *s)
{
	const mailguard_server *other;
	size_t i, hosts = 0, alike = 0;

	if (!s->host)
		return NULL;
	for (i = 0; (other = mailguard_profile_server(c->profile, i)) != NULL;
	     i++) {
		if (!other->host || strcmp(other->host, s->host) != 0)
			continue;
		hosts++;
		alike += strcmp(service(other), service(s)) == 0;
	}
	if (hosts < 2)
		return s->host;
	return mgi_arena_printf(c->arena, "%s (%s)", s->host,
	                        alike < 2 ? service(s) : s->id);
}

static mailguard_status servers_call(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_server *s;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0;
	     st >= 0 && (s = mailguard_profile_server(c->profile, i)) != NULL;
	     i++)
		st = call(c, "server:", s->id, server_name(c, s), err);
	return st;
}

static mailguard_status providers_call(mailguard_checkup *c,
                                       mailguard_error *err)
{
	const mailguard_provider *p;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0;
	     st >= 0 && (p = mailguard_profile_provider(c->profile, i)) != NULL;
	     i++)
		st = call(c, "provider:", p->id, p->name, err);
	return st;
}

/* What stands behind the last slash of either kind; "" if nothing does. */
static const char *last_name(const char *path)
{
	const char *at, *name = path;

	for (at = path; *at; at++)
		if (*at == '/' || *at == '\\')
			name = at + 1;
	return name;
}

/* The file's own name if no other store has it too, else all of its path. */
static const char *store_name(const mailguard_checkup *c,
                              const mailguard_storage *s)
{
	const char *name = s->path ? last_name(s->path) : "";
	const mailguard_storage *other;
	size_t i, alike = 0;

	for (i = 0; (other = mailguard_profile_storage(c->profile, i)) != NULL;
	     i++)
		alike += other->path &&
		         strcmp(last_name(other->path), name) == 0;
	return name[0] && alike == 1 ? name : s->path;
}

static mailguard_status stores_call(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_storage *s;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0;
	     st >= 0 && (s = mailguard_profile_storage(c->profile, i)) != NULL;
	     i++)
		st = call(c, "store:", s->id, store_name(c, s), err);
	return st;
}

mailguard_status mgi_checkup_call(mailguard_checkup *c, mailguard_error *err)
{
	mailguard_status st = accounts_call(c, err);

	if (st >= 0)
		st = servers_call(c, err);
	if (st >= 0)
		st = providers_call(c, err);
	if (st >= 0)
		st = stores_call(c, err);
	return st;
}
