/*
 * mbsync.c - mbsyncrc: IMAP accounts, and the Maildirs they are kept in. A
 * channel joins two stores; only a Maildir that stands alone is an account's.
 */
#include "profile/conf.h"
#include "profile/claim.h"

#include <string.h>

#include "base/text.h"

#define USE_IMAPS MGI_SLOT_OWN
#define REQUIRE_SSL (MGI_SLOT_OWN + 1)
#define SSL_TYPE MGI_SLOT_IN_TLS

static const mgi_claim_word words[] = {
	{ "Host", MGI_SLOT_IN_HOST }, { "Port", MGI_SLOT_IN_PORT },
	{ "User", MGI_SLOT_IN_USER }, { "Pass", MGI_SLOT_SECRET },
	{ "TLSType", SSL_TYPE },      { "SSLType", SSL_TYPE },
	{ "UseIMAPS", USE_IMAPS },    { "RequireSSL", REQUIRE_SSL },
	{ NULL, MGI_SLOT_OWN },
};

typedef enum section { OTHER, ACCOUNT, MAILDIR } section;

static bool mbsync_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_conf_has(head, "IMAPAccount") ||
	       mgi_conf_has(head, "IMAPStore");
}

static section section_of(mailguard_span key, section now)
{
	if (mgi_span_is_nocase(key, "IMAPAccount") ||
	    mgi_span_is_nocase(key, "IMAPStore"))
		return ACCOUNT;
	if (mgi_span_is_nocase(key, "MaildirStore"))
		return MAILDIR;
	if (mgi_span_is_nocase(key, "Channel") ||
	    mgi_span_is_nocase(key, "Group"))
		return OTHER;
	return now;
}

static bool begins(mailguard_span key)
{
	return section_of(key, OTHER) != OTHER ||
	       section_of(key, MAILDIR) == OTHER;
}

/* The path of the one Maildir; NULL if there are more, or none. */
static const char *maildir_find(mailguard_profile *p, mailguard_span text)
{
	mgi_conf conf = mgi_conf_of(text);
	section now = OTHER;
	const char *path = NULL;
	size_t count = 0;
	mgi_conf_line l;

	while (mgi_conf_next(&l, &conf)) {
		now = section_of(l.key, now);
		if (now != MAILDIR || !mgi_span_is_nocase(l.key, "Path"))
			continue;
		path = mgi_arena_strndup(p->arena, l.value.data, l.value.len);
		count++;
	}
	return count == 1 ? path : NULL;
}

/* STARTTLS is what it does by itself. */
static mailguard_tls tls_of(const mgi_claim *d)
{
	const char *type = d->text[SSL_TYPE];
	bool none = mgi_claim_flag(d, REQUIRE_SSL) == 0;
	bool imaps = mgi_claim_flag(d, USE_IMAPS) == 1;

	if (type) {
		none = mgi_strcmp_nocase(type, "None") == 0;
		imaps = mgi_strcmp_nocase(type, "IMAPS") == 0;
	}
	if (imaps)
		return MAILGUARD_TLS_IMPLICIT;
	return none ? MAILGUARD_TLS_NONE : MAILGUARD_TLS_STARTTLS;
}

static void account_end(mailguard_profile *p, mgi_claim *d, const char *maildir)
{
	/* A store may name the account it is of instead of a server. */
	if (!d->text[MGI_SLOT_IN_HOST] &&
	    mgi_span_starts_nocase(mgi_span_of(d->place), "IMAPStore"))
		return;
	d->protocol = MAILGUARD_PROTOCOL_IMAP;
	d->tls_in = tls_of(d);
	mgi_claim_put(d, MGI_SLOT_STORE, maildir, "MaildirStore Path");
	d->kind = "maildir";
	(void)mgi_claim_account(p, d);
}

static void account_begin(mailguard_profile *p,
                          mgi_claim *d,
                          const mgi_conf_line *l,
                          const char *address)
{
	const char *file = d->file;

	mgi_claim_begin(d, file, "mbsync");
	d->sides = MGI_SIDES_IN;
	d->place =
		mgi_arena_printf(p->arena, "%.*s %.*s", (int)l->key.len,
	                         (const char *)l->key.data, (int)l->value.len,
	                         (const char *)l->value.data);
	mgi_claim_put(d, MGI_SLOT_LABEL,
	              mgi_arena_strndup(p->arena, l->value.data, l->value.len),
	              d->place);
	mgi_claim_put(d, MGI_SLOT_ADDRESS, address, NULL);
}

static mailguard_status mbsync_read(mailguard_profile *p,
                                    mailguard_span text,
                                    const char *path,
                                    const char *address,
                                    mailguard_error *err)
{
	const char *maildir = maildir_find(p, text);
	mgi_conf conf = mgi_conf_of(text);
	section now = OTHER;
	mgi_conf_line l;
	mgi_claim d;

	mgi_claim_begin(&d, path, "mbsync");
	while (mgi_conf_next(&l, &conf)) {
		if (begins(l.key)) {
			if (now == ACCOUNT)
				account_end(p, &d, maildir);
			now = section_of(l.key, now);
			account_begin(p, &d, &l, address);
			continue;
		}
		if (!l.value.len)
			mgi_import_line_note(p, path, l.line);
		if (now == ACCOUNT)
			(void)mgi_claim_take(&d, p->arena, words, l.key,
			                     l.value);
	}
	if (now == ACCOUNT)
		account_end(p, &d, maildir);
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_mbsync = { "mbsync", mbsync_sniff, mbsync_read,
	                                 false };
