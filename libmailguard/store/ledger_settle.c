/*
 * ledger_settle.c - what can be told once all messages were seen: which are
 * there twice, and how they differ from those of a manifest.
 */
#include "store/ledger.h"

#include <string.h>

#include "base/fail.h"
#include "store/check.h"

static uint64_t number(const unsigned char *at)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < 8; i++)
		n = n << 8 | at[i];
	return n;
}

static mailguard_status doubles_tell(mailguard_check *c, mailguard_error *err)
{
	mgi_spool *ids = c->ledger.ids;
	unsigned char key[16];
	mailguard_status st;
	const void *next;
	bool any = false;

	st = mgi_spool_sort(ids, err);
	if (st < 0)
		return st;
	while ((st = mgi_spool_next(&next, ids, err)) == MAILGUARD_OK) {
		mailguard_finding f = {
			MAILGUARD_SEVERITY_NOTE, 0, 0, 0, 0, NULL, NULL, NULL
		};
		const unsigned char *row = next;
		bool same = any && memcmp(row, key, sizeof(key)) == 0;

		memcpy(key, row, sizeof(key));
		any = true;
		if (!same)
			continue;
		f.item = number(row + 16);
		f.offset = number(row + 24);
		f.where = c->store->files[number(row + 32)].path;
		mgi_check_note(c, &f, MGI_SAY_STORE_DOUBLE);
	}
	return st < 0 ? st : MAILGUARD_OK;
}

/* What a missing message was, from its line. */
static void missing_text(mailguard_buffer *text,
                         mailguard_check *c,
                         uint64_t at)
{
	mgi_manifest *m = c->ledger.against;
	mgi_manifest_line line;

	mgi_manifest_seek(m, at);
	if (at && mgi_manifest_next(&line, m, NULL) == MAILGUARD_OK &&
	    line.kind == MGI_MANIFEST_MAIL && line.mail.id[0])
		mgi_say(text, c->store->mg, MGI_SAY_MANIFEST_MISSING, "id",
		        line.mail.id);
	else
		mgi_say(text, c->store->mg, MGI_SAY_MANIFEST_MISSING, "id",
		        "?");
}

static void missing_tell(mailguard_check *c, const mgi_compared_mail *mail)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                mail->offset,
		                0,
		                0,
		                mgi_say_code(MGI_SAY_MANIFEST_MISSING),
		                c->opts.against,
		                NULL };
	mailguard_buffer text;

	mgi_buf_init(&text, c->store->mg);
	if (c->sum.missing <= c->told_max)
		missing_text(&text, c, mail->line);
	f.text = mgi_buf_text(&text);
	mgi_findings_add(c->found, &f);
	mgi_buf_done(&text);
}

static void compared(void *self, const mgi_compared_mail *mail)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
		                0,
		                mail->offset,
		                0,
		                mail->item,
		                NULL,
		                NULL,
		                NULL };
	mailguard_check *c = self;

	if (mail->item)
		f.where = c->store->files[mail->file].path;
	switch (mail->how) {
	case MGI_COMPARED_CHANGED:
		c->sum.changed++;
		f.severity = MAILGUARD_SEVERITY_LOSS;
		mgi_check_note(c, &f, MGI_SAY_MANIFEST_CHANGED);
		return;
	case MGI_COMPARED_MISSING:
		c->sum.missing++;
		missing_tell(c, mail);
		return;
	case MGI_COMPARED_NEW:
		c->sum.added++;
		return;
	case MGI_COMPARED_MARKED:
		mgi_check_note(c, &f, MGI_SAY_MANIFEST_MARKED);
		break;
	case MGI_COMPARED_PARTED:
		mgi_check_note(c, &f, MGI_SAY_MANIFEST_PARTED);
		break;
	default:
		break;
	}
	c->sum.same++;
}

static void fewer_tell(mailguard_check *c)
{
	uint64_t before = mgi_manifest_mails(c->ledger.against);
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                mgi_say_code(MGI_SAY_MANIFEST_FEWER),
		                c->store->path,
		                NULL };
	mailguard_buffer text;

	if (c->sum.messages >= before)
		return;
	mgi_buf_init(&text, c->store->mg);
	mgi_say(&text, c->store->mg, MGI_SAY_MANIFEST_FEWER, "before",
	        mgi_u64(before).text, "now", mgi_u64(c->sum.messages).text);
	f.text = mgi_buf_text(&text);
	mgi_findings_add(c->found, &f);
	mgi_buf_done(&text);
}

mailguard_status mgi_ledger_settle(mailguard_check *c, mailguard_error *err)
{
	mgi_ledger *l = &c->ledger;
	mgi_manifest_out *out = l->out;
	mailguard_status st;

	if (l->nomem)
		return mgi_fail_nomem(err);
	st = doubles_tell(c, err);
	if (st >= 0 && l->compare) {
		fewer_tell(c);
		st = mgi_compare_run(l->compare, l->against, compared, c, err);
	}
	if (st < 0 || !out)
		return st;
	l->out = NULL;
	return mgi_manifest_commit(out, err);
}
