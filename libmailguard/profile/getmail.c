/*
 * getmail.c - getmailrc: one mailbox that is fetched, and where it goes.
 */
#include "profile/claim.h"
#include "profile/ini.h"

#include <string.h>

#include "base/text.h"

#define DELETE MGI_SLOT_OWN
#define DELETE_AFTER (MGI_SLOT_OWN + 1)
#define KIND (MGI_SLOT_OWN + 2)

static const mgi_claim_word retriever[] = {
	{ "type", MGI_SLOT_IN_PROTOCOL }, { "server", MGI_SLOT_IN_HOST },
	{ "port", MGI_SLOT_IN_PORT },     { "username", MGI_SLOT_IN_USER },
	{ "password", MGI_SLOT_SECRET },  { NULL, MGI_SLOT_OWN },
};

static const mgi_claim_word destination[] = {
	{ "type", KIND },
	{ "path", MGI_SLOT_STORE },
	{ NULL, MGI_SLOT_OWN },
};

static const mgi_claim_word options[] = {
	{ "delete", DELETE },
	{ "delete_after", DELETE_AFTER },
	{ NULL, MGI_SLOT_OWN },
};

static bool getmail_sniff(mailguard_span head, const char *name)
{
	(void)name;
	return mgi_ini_has(head, "retriever");
}

static void line_take(mgi_claim *d, mgi_arena *arena, const mgi_ini_line *l)
{
	static const struct {
		const char *section;
		const mgi_claim_word *words;
	} sections[] = {
		{ "retriever", retriever },
		{ "destination", destination },
		{ "options", options },
	};
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (mgi_span_is_nocase(l->section, sections[i].section)) {
			d->place = mgi_arena_printf(arena, "[%s]",
			                            sections[i].section);
			(void)mgi_claim_take(d, arena, sections[i].words,
			                     l->key, l->value);
		}
}

/* "SimplePOP3SSLRetriever", "Maildir". */
static void types_read(mgi_claim *d)
{
	mailguard_span type = mgi_span_of(d->text[MGI_SLOT_IN_PROTOCOL]);

	if (mgi_span_find_nocase(type, "IMAP") >= 0)
		d->protocol = MAILGUARD_PROTOCOL_IMAP;
	if (mgi_span_find_nocase(type, "SSL") >= 0) {
		d->tls_in = MAILGUARD_TLS_IMPLICIT;
		d->key[MGI_SLOT_IN_TLS] = d->key[MGI_SLOT_IN_PROTOCOL];
	}
	d->kind = d->text[KIND] && mgi_strcmp_nocase(d->text[KIND],
	                                             "Maildir") == 0
	                  ? "maildir"
	                  : "mbox";
}

static mailguard_status getmail_read(mailguard_profile *p,
                                     mailguard_span text,
                                     const char *path,
                                     const char *address,
                                     mailguard_error *err)
{
	mgi_ini ini = mgi_ini_of(text);
	int32_t deletes;
	mgi_ini_line l;
	mgi_claim d;

	mgi_claim_begin(&d, path, "getmail");
	d.sides = MGI_SIDES_IN;
	while (mgi_ini_next(&l, &ini)) {
		if (l.kind == MGI_INI_BAD)
			mgi_import_line_note(p, path, l.line);
		else
			line_take(&d, p->arena, &l);
	}
	d.place = NULL;
	types_read(&d);
	deletes = mgi_claim_flag(&d, DELETE);
	if (deletes >= 0 || d.text[DELETE_AFTER]) {
		d.leave = deletes != 1;
		d.key[MGI_SLOT_LEAVE] = d.key[DELETE];
	}
	if (deletes != 1 && d.text[DELETE_AFTER] &&
	    strcmp(d.text[DELETE_AFTER], "0") != 0)
		mgi_claim_put(&d, MGI_SLOT_LEAVE_DAYS, d.text[DELETE_AFTER],
		              d.key[DELETE_AFTER]);
	mgi_claim_put(&d, MGI_SLOT_ADDRESS, address, NULL);
	(void)mgi_claim_account(p, &d);
	mgi_import_end_check(p, path, text, false);
	return mgi_profile_status(p, err);
}

const mgi_importer mgi_import_getmail = { "getmail", getmail_sniff,
	                                  getmail_read, false };
