/*
 * offlineimap.c - .offlineimaprc: accounts that join a repository at home and
 * one at a server.
 */
#include "profile/claim.h"
#include "profile/ini.h"

#include <string.h>

#include "base/text.h"

#define LOCAL MGI_SLOT_OWN
#define REMOTE (MGI_SLOT_OWN + 1)
#define STARTTLS (MGI_SLOT_OWN + 2)
#define TYPE MGI_SLOT_IN_PROTOCOL

static const mgi_claim_word words[] = {
	{ "localrepository", LOCAL },
	{ "remoterepository", REMOTE },
	{ "type", TYPE },
	{ "remotehost", MGI_SLOT_IN_HOST },
	{ "remoteport", MGI_SLOT_IN_PORT },
	{ "remoteuser", MGI_SLOT_IN_USER },
	{ "remotepass", MGI_SLOT_SECRET },
	{ "ssl", MGI_SLOT_IN_TLS },
	{ "starttls", STARTTLS },
	{ "localfolders", MGI_SLOT_STORE },
	{ NULL, MGI_SLOT_OWN },
};

static bool offlineimap_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_span_find_nocase(head, "[Repository ") >= 0;
}

/* What the section "Kind name" says; false if there is none. */
static bool section_read(mgi_claim *d,
                         mailguard_profile *p,
                         mailguard_span text,
                         const char *kind,
                         const char *name)
{
	const char *section =
		mgi_arena_printf(p->arena, "%s %s", kind, name ? name : "");
	mgi_ini ini = mgi_ini_of(text);
	bool found = false;
	mgi_ini_line l;

	d->place = mgi_arena_printf(p->arena, "[%s]", section ? section : "");
	while (section && name && mgi_ini_next(&l, &ini)) {
		if (!mgi_span_is(l.section, section))
			continue;
		found = true;
		if (l.kind == MGI_INI_VALUE)
			(void)mgi_claim_take(d, p->arena, words, l.key,
			                     l.value);
	}
	return found;
}

/* Encrypted from the start unless it is told otherwise. */
static void server_finish(mgi_claim *d)
{
	const char *type = d->text[TYPE];

	d->protocol = MAILGUARD_PROTOCOL_IMAP;
	d->tls_in = MAILGUARD_TLS_IMPLICIT;
	if (type && mgi_strcmp_nocase(type, "Gmail") == 0 &&
	    !d->text[MGI_SLOT_IN_HOST])
		mgi_claim_put(d, MGI_SLOT_IN_HOST, "imap.gmail.com",
		              d->key[TYPE]);
	if (mgi_claim_flag(d, MGI_SLOT_IN_TLS) != 0)
		return;
	d->tls_in = mgi_claim_flag(d, STARTTLS) == 0 ? MAILGUARD_TLS_NONE
	                                             : MAILGUARD_TLS_STARTTLS;
}

static void account_read(mailguard_profile *p,
                         mailguard_span text,
                         mgi_claim *d,
                         const char *name)
{
	const char *local, *key;
	mgi_claim at_home;

	if (!section_read(d, p, text, "Account", name)) {
		mgi_claim_note(p, d, MGI_SAY_PROFILE_NO_SECTION, "", name);
		return;
	}
	local = d->text[LOCAL];
	mgi_claim_begin(&at_home, d->file, d->client);
	(void)section_read(&at_home, p, text, "Repository", local);
	key = at_home.key[MGI_SLOT_STORE];
	if (!section_read(d, p, text, "Repository", d->text[REMOTE]))
		mgi_claim_note(p, d, MGI_SAY_PROFILE_NO_SECTION, "",
		               d->text[REMOTE]);
	mgi_claim_put(d, MGI_SLOT_STORE, at_home.text[MGI_SLOT_STORE], key);
	mgi_claim_put(d, MGI_SLOT_LABEL, name, d->place);
	d->kind = "maildir";
	server_finish(d);
	(void)mgi_claim_account(p, d);
}

static mailguard_status offlineimap_read(mailguard_profile *p,
                                         mailguard_span text,
                                         const char *path,
                                         const char *address,
                                         mailguard_error *err)
{
	mgi_ini ini = mgi_ini_of(text);
	mgi_ini_line l;
	mgi_claim d;

	while (mgi_ini_next(&l, &ini)) {
		mailguard_span name = mgi_span_from(l.section, 8);

		if (l.kind == MGI_INI_BAD)
			mgi_import_line_note(p, path, l.line);
		if (l.kind != MGI_INI_SECTION ||
		    !mgi_span_starts(l.section, "Account "))
			continue;
		mgi_claim_begin(&d, path, "offlineimap");
		d.sides = MGI_SIDES_IN;
		mgi_claim_put(&d, MGI_SLOT_ADDRESS, address, NULL);
		account_read(p, text, &d,
		             mgi_arena_strndup(p->arena, name.data, name.len));
	}
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_offlineimap = { "offlineimap", offlineimap_sniff,
	                                      offlineimap_read, false };
