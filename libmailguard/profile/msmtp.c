/*
 * msmtp.c - msmtprc: outgoing servers. "defaults" holds for the accounts
 * behind it, "account a : b" begins with what b says.
 */
#include "profile/conf.h"
#include "profile/claim.h"

#include <string.h>

#include "base/text.h"

#define ACCOUNTS_MAX 256
#define STARTTLS MGI_SLOT_OWN
#define AUTH MGI_SLOT_OUT_AUTH

static const mgi_claim_word words[] = {
	{ "host", MGI_SLOT_OUT_HOST },       { "port", MGI_SLOT_OUT_PORT },
	{ "user", MGI_SLOT_OUT_USER },       { "from", MGI_SLOT_ADDRESS },
	{ "from_full_name", MGI_SLOT_NAME }, { "auth", AUTH },
	{ "tls", MGI_SLOT_OUT_TLS },         { "tls_starttls", STARTTLS },
	{ "password", MGI_SLOT_SECRET },     { NULL, MGI_SLOT_OWN },
};

typedef struct reader {
	mailguard_profile *p;
	const char *path;
	mgi_claim defaults;
	mgi_claim accounts[ACCOUNTS_MAX];
	size_t count;
	mgi_claim *now;
} reader;

static bool msmtp_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_conf_has(head, "account") && mgi_conf_has(head, "host");
}

static const mgi_claim *account_find(const reader *r, mailguard_span name)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (mgi_span_is(name, r->accounts[i].text[MGI_SLOT_LABEL]))
			return &r->accounts[i];
	return NULL;
}

/* "name", or "name : other,other". */
static void account_begin(reader *r, mailguard_span line)
{
	mailguard_span name = mgi_conf_word(&line), other;
	const mgi_claim *base;
	const char *label;

	if (r->count == ACCOUNTS_MAX)
		return;
	label = mgi_arena_strndup(r->p->arena, name.data, name.len);
	if (!label)
		return;
	r->now = &r->accounts[r->count];
	*r->now = r->defaults;
	if (line.len && line.data[0] == ':') {
		line = mgi_span_from(line, 1);
		other = mgi_conf_word(&line);
		base = account_find(r, other);
		if (base)
			*r->now = *base;
		else
			mgi_claim_note(
				r->p, r->now, MGI_SAY_PROFILE_NO_SECTION, "",
				mgi_arena_strndup(r->p->arena, other.data,
			                          other.len));
	}
	r->count++;
	r->now->place = mgi_arena_printf(r->p->arena, "account %s", label);
	r->now->text[MGI_SLOT_LABEL] = label;
	r->now->key[MGI_SLOT_LABEL] = r->now->place;
}

static void line_take(reader *r, const mgi_conf_line *l)
{
	if (mgi_span_is_nocase(l->key, "defaults"))
		r->now = &r->defaults;
	else if (mgi_span_is_nocase(l->key, "account"))
		account_begin(r, l->value);
	else if (!mgi_claim_take(r->now, r->p->arena, words, l->key,
	                         l->value) &&
	         !l->value.len)
		mgi_import_line_note(r->p, r->path, l->line);
}

static void account_end(mailguard_profile *p, mgi_claim *d)
{
	if (mgi_claim_flag(d, MGI_SLOT_OUT_TLS) == 1)
		d->tls_out = mgi_claim_flag(d, STARTTLS) == 0
		                     ? MAILGUARD_TLS_IMPLICIT
		                     : MAILGUARD_TLS_STARTTLS;
	if (d->tls_out != MAILGUARD_TLS_IMPLICIT)
		d->port_out = 25;
	if (mgi_claim_flag(d, AUTH) >= 0) { /* on or off; else its name */
		d->text[AUTH] = NULL;
		d->key[AUTH] = NULL;
	}
	(void)mgi_claim_account(p, d);
}

static bool same(const char *a, const char *b)
{
	return a ? b && strcmp(a, b) == 0 : !b;
}

/* "account default : work" only says which one is used. */
static bool is_alias(const reader *r, const mgi_claim *d)
{
	size_t i, slot;

	if (mgi_strcmp_nocase(d->text[MGI_SLOT_LABEL], "default") != 0)
		return false;
	for (i = 0; i < r->count; i++) {
		const mgi_claim *other = &r->accounts[i];

		if (other == d)
			continue;
		for (slot = MGI_SLOT_ADDRESS; slot < MGI_SLOTS; slot++)
			if (!same(other->text[slot], d->text[slot]))
				break;
		if (slot == MGI_SLOTS)
			return true;
	}
	return false;
}

static mailguard_status msmtp_read(mailguard_profile *p,
                                   mailguard_span text,
                                   const char *path,
                                   const char *address,
                                   mailguard_error *err)
{
	mgi_conf conf = mgi_conf_of(text);
	mgi_conf_line l;
	reader *r;
	size_t i;

	r = mgi_alloc(mgi_arena_handle(p->arena), sizeof(*r));
	if (!r)
		return mgi_import_nomem(p, err);
	r->p = p;
	r->path = path;
	mgi_claim_begin(&r->defaults, path, "msmtp");
	r->defaults.sides = MGI_SIDES_OUT;
	mgi_claim_put(&r->defaults, MGI_SLOT_ADDRESS, address, NULL);
	r->now = &r->defaults;
	while (mgi_conf_next(&l, &conf))
		line_take(r, &l);
	for (i = 0; i < r->count; i++) {
		mgi_claim d = r->accounts[i]; /* the others stay to compare */

		if (!is_alias(r, &r->accounts[i]))
			account_end(p, &d);
	}
	mgi_free(mgi_arena_handle(p->arena), r);
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_msmtp = { "msmtp", msmtp_sniff, msmtp_read,
	                                false };
