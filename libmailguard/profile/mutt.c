/*
 * mutt.c - muttrc: one account, its servers as URLs.
 *
 * A URL may hold a password ("imaps://ann:secret@host"): what stands between
 * the colon and the @ is passed over.
 */
#include "profile/conf.h"
#include "profile/claim.h"

#include <string.h>

#include "base/text.h"

#define FORCE_TLS MGI_SLOT_OWN
#define STARTTLS (MGI_SLOT_OWN + 1)

static const mgi_claim_word words[] = {
	{ "from", MGI_SLOT_ADDRESS },      { "realname", MGI_SLOT_NAME },
	{ "imap_user", MGI_SLOT_IN_USER }, { "pop_user", MGI_SLOT_IN_USER },
	{ "imap_pass", MGI_SLOT_SECRET },  { "pop_pass", MGI_SLOT_SECRET },
	{ "smtp_pass", MGI_SLOT_SECRET },  { "ssl_force_tls", FORCE_TLS },
	{ "ssl_starttls", STARTTLS },      { NULL, MGI_SLOT_OWN },
};

static const struct scheme {
	const char *begin;
	mailguard_protocol protocol;
	mailguard_tls tls;
} schemes[] = {
	{ "imaps://", MAILGUARD_PROTOCOL_IMAP, MAILGUARD_TLS_IMPLICIT },
	{ "imap://", MAILGUARD_PROTOCOL_IMAP, MAILGUARD_TLS_NONE },
	{ "pops://", MAILGUARD_PROTOCOL_POP3, MAILGUARD_TLS_IMPLICIT },
	{ "pop://", MAILGUARD_PROTOCOL_POP3, MAILGUARD_TLS_NONE },
	{ "smtps://", MAILGUARD_PROTOCOL_SUBMISSION, MAILGUARD_TLS_IMPLICIT },
	{ "smtp://", MAILGUARD_PROTOCOL_SUBMISSION, MAILGUARD_TLS_NONE },
};

static bool mutt_sniff(mailguard_span head, const char *name)
{
	mgi_conf conf = mgi_conf_of(head);
	unsigned lines = 0;
	mgi_conf_line l;

	if (mgi_strcmp_nocase(name, "muttrc") == 0 ||
	    mgi_strcmp_nocase(name, ".muttrc") == 0 ||
	    mgi_strcmp_nocase(name, "neomuttrc") == 0)
		return true;
	while (lines++ < 200 && mgi_conf_next(&l, &conf))
		if (mgi_span_is(l.key, "set") &&
		    (mgi_span_find_nocase(l.value, "smtp_url") == 0 ||
		     mgi_span_find_nocase(l.value, "folder") == 0 ||
		     mgi_span_find_nocase(l.value, "spoolfile") == 0 ||
		     mgi_span_find_nocase(l.value, "imap_user") == 0))
			return true;
	return false;
}

static const struct scheme *scheme_find(mailguard_span url)
{
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (mgi_span_starts_nocase(url, schemes[i].begin))
			return &schemes[i];
	return NULL;
}

static ptrdiff_t last(mailguard_span s, char c)
{
	size_t i;

	for (i = s.len; i; i--)
		if (s.data[i - 1] == (unsigned char)c)
			return (ptrdiff_t)i - 1;
	return -1;
}

static ptrdiff_t first(mailguard_span s, char c)
{
	const unsigned char *at = s.len ? memchr(s.data, c, s.len) : NULL;

	return at ? at - s.data : -1;
}

static void put(mgi_claim *d,
                mgi_arena *arena,
                mgi_slot slot,
                mailguard_span text,
                const char *key)
{
	mgi_claim_put(d, slot, mgi_arena_strndup(arena, text.data, text.len),
	              key);
}

/* "user:secret@host:port/rest"; `host` is the slot of the server's name. */
static void authority_take(mgi_claim *d,
                           mgi_arena *arena,
                           mailguard_span rest,
                           mgi_slot host,
                           const char *key)
{
	mgi_slot port =
		host == MGI_SLOT_IN_HOST ? MGI_SLOT_IN_PORT : MGI_SLOT_OUT_PORT;
	mgi_slot user =
		host == MGI_SLOT_IN_HOST ? MGI_SLOT_IN_USER : MGI_SLOT_OUT_USER;
	ptrdiff_t at = last(rest, '@'), colon, slash;
	mailguard_span login;

	/* A slash may be part of a password; the first behind the @ ends. */
	slash = first(mgi_span_from(rest, (size_t)(at + 1)), '/');
	if (slash >= 0)
		rest = mgi_span_head(rest, (size_t)(at + 1 + slash));
	login = mgi_span_head(rest, at < 0 ? 0 : (size_t)at);
	rest = mgi_span_from(rest, (size_t)(at + 1));
	if (at >= 0) {
		colon = first(login, ':');
		if (colon >= 0) {
			d->secret = true;
			d->key[MGI_SLOT_SECRET] = key;
			login = mgi_span_head(login, (size_t)colon);
		}
		put(d, arena, user, login, key);
	}
	colon = first(rest, ':');
	if (colon >= 0)
		put(d, arena, port, mgi_span_from(rest, (size_t)colon + 1),
		    key);
	put(d, arena, host,
	    mgi_span_head(rest, colon < 0 ? rest.len : (size_t)colon), key);
}

static void url_take(mgi_claim *d,
                     mgi_arena *arena,
                     mailguard_span value,
                     const char *key)
{
	const struct scheme *s = scheme_find(value);
	bool out;

	if (!s) {
		if (strcmp(key, "folder") == 0)
			put(d, arena, MGI_SLOT_STORE, value, key);
		return;
	}
	out = s->protocol == MAILGUARD_PROTOCOL_SUBMISSION;
	if (!out && d->text[MGI_SLOT_IN_HOST])
		return; /* folder and spoolfile name the same server */
	authority_take(d, arena, mgi_span_from(value, strlen(s->begin)),
	               out ? MGI_SLOT_OUT_HOST : MGI_SLOT_IN_HOST, key);
	if (out) {
		d->tls_out = s->tls;
		return;
	}
	d->protocol = s->protocol;
	d->tls_in = s->tls;
}

/* "set name=value"; "set name" is a yes, "unset name" a no. */
static void set_take(mgi_claim *d, mgi_arena *arena, const mgi_conf_line *l)
{
	static const char *const urls[] = { "folder", "spoolfile", "smtp_url",
		                            "pop_host" };
	ptrdiff_t sign = first(l->value, '=');
	mailguard_span name, value;
	size_t i;

	name = mgi_span_trim(mgi_span_head(l->value, sign < 0 ? l->value.len
	                                                      : (size_t)sign));
	value = sign < 0 ? mgi_span_of("yes")
	                 : mgi_span_trim(
				   mgi_span_from(l->value, (size_t)sign + 1));
	if (value.len > 1 && (value.data[0] == '"' || value.data[0] == '\'') &&
	    value.data[value.len - 1] == value.data[0])
		value = mgi_span(value.data + 1, value.len - 2);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (mgi_span_is(name, urls[i])) {
			url_take(d, arena, value, urls[i]);
			return;
		}
	(void)mgi_claim_take(d, arena, words, name, value);
}

static mailguard_status mutt_read(mailguard_profile *p,
                                  mailguard_span text,
                                  const char *path,
                                  const char *address,
                                  mailguard_error *err)
{
	mgi_conf conf = mgi_conf_of(text);
	mgi_conf_line l;
	mgi_claim d;

	mgi_claim_begin(&d, path, "mutt");
	while (mgi_conf_next(&l, &conf))
		if (mgi_span_is(l.key, "set"))
			set_take(&d, p->arena, &l);
	/* What is not encrypted from the start asks for STARTTLS. */
	if (mgi_claim_flag(&d, STARTTLS) != 0 ||
	    mgi_claim_flag(&d, FORCE_TLS) == 1) {
		if (d.tls_in == MAILGUARD_TLS_NONE)
			d.tls_in = MAILGUARD_TLS_STARTTLS;
		if (d.tls_out == MAILGUARD_TLS_NONE)
			d.tls_out = MAILGUARD_TLS_STARTTLS;
	}
	if (!d.text[MGI_SLOT_IN_HOST])
		d.sides = MGI_SIDES_OUT;
	else if (!d.text[MGI_SLOT_OUT_HOST])
		d.sides = MGI_SIDES_IN; /* it may send by a local program */
	mgi_claim_put(&d, MGI_SLOT_ADDRESS, address, NULL);
	d.kind = "maildir";
	(void)mgi_claim_account(p, &d);
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_mutt = { "mutt", mutt_sniff, mutt_read, false };
