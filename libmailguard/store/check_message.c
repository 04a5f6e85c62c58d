/*
 * check_message.c - one message looked at, and what it shows as findings.
 */
#include "store/check.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "store/drain.h"
#include "store/maildir.h"
#include "store/tnef.h"
#include "store/weigh.h"

/* What of a message is missing when another one begins in its middle. */
static bool is_cut(const mgi_exam *e)
{
	return mgi_exam_has(e, MAILGUARD_DAMAGE_UNCLOSED) ||
	       mgi_exam_has(e, MAILGUARD_DAMAGE_CUT_HEADER) ||
	       mgi_exam_has(e, MAILGUARD_DAMAGE_BASE64_CUT) ||
	       mgi_exam_has(e, MAILGUARD_DAMAGE_UU_CUT);
}

/* A From_ line without the blank line is odd; in a multipart it is a loss. */
static bool torn_tell(mailguard_check *c, const mailguard_item *item)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_WARN, 0, 0, 0, 0, NULL, NULL, NULL
	};

	if (!c->walk->torn)
		return false;
	if (is_cut(&c->exam))
		f.severity = MAILGUARD_SEVERITY_LOSS;
	f.item = item->index;
	f.offset = item->offset + item->size;
	f.where = item->file;
	mgi_check_note(c, &f, MGI_SAY_MBOX_TORN_FROM);
	return f.severity == MAILGUARD_SEVERITY_LOSS;
}

/* What mime says of a message, as findings; true if something is lost. */
static bool damages_tell(mailguard_check *c, const mailguard_item *item)
{
	bool loss = false, nul = mgi_exam_has(&c->exam, MAILGUARD_DAMAGE_NUL);
	size_t i;

	for (i = 0; i < c->exam.damage_count; i++) {
		const mailguard_damage *d = &c->exam.damages[i];
		mailguard_finding f = { mgi_damage_weigh(d, nul),
			                0,
			                item->offset + d->offset,
			                0,
			                item->index,
			                NULL,
			                item->file,
			                NULL };
		char code[64] = "message.";

		strncat(code, mailguard_damage_name(d->kind),
		        sizeof(code) - strlen(code) - 1);
		f.code = code;
		f.text = mailguard_damage_text(c->store->mg, d->kind);
		loss |= f.severity == MAILGUARD_SEVERITY_LOSS;
		mgi_check_tell(c, &f);
	}
	return loss;
}

/* What only looks wrong is never more than a note. */
static void cues_tell(mailguard_check *c, const mailguard_item *item)
{
	static const mgi_say_id texts[MGI_CUES] = {
		MGI_SAY_MESSAGE_BASE64_LINES,
		MGI_SAY_MESSAGE_CONTROL,
		MGI_SAY_MESSAGE_BOUNDARY,
	};
	const mgi_cues *cues = &c->exam.cues;
	int i;

	for (i = 0; i < MGI_CUES; i++) {
		mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
			                0,
			                item->offset + cues->first[i],
			                0,
			                item->index,
			                NULL,
			                item->file,
			                NULL };

		if (cues->seen >> i & 1)
			mgi_check_note(c, &f, texts[i]);
	}
}

/* Its winmail.dat, if it has one: true if something of that is lost. */
static mailguard_status tnef_tell(bool *loss,
                                  mailguard_check *c,
                                  const mailguard_item *item,
                                  mailguard_error *err)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, NULL, NULL
	};
	mailguard_message *msg;
	mailguard_status st;
	uint32_t wrong = 0;

	if (!c->exam.tnef || !c->exam.decode)
		return MAILGUARD_OK;
	st = mailguard_walk_message(&msg, c->walk, err);
	if (st < 0)
		return st;
	st = mgi_tnef_look(&wrong, c->store->mg, msg, err);
	mailguard_message_free(msg);
	*loss = wrong != 0;
	f.item = item->index;
	f.offset = item->offset;
	f.where = item->file;
	if (wrong)
		mgi_check_note(c, &f, MGI_SAY_MESSAGE_TNEF_TORN);
	if (st == MAILGUARD_ELIMIT)
		mgi_error_clear(err);
	return st == MAILGUARD_ELIMIT || st >= 0 ? MAILGUARD_OK : st;
}

static void count(mailguard_check *c, const mailguard_item *item, bool loss)
{
	const mgi_exam *e = &c->exam;
	mgi_mail_record r = { item->offset,
		              item->size,
		              c->ledger.gap,
		              e->attachments,
		              e->date,
		              e->arrived,
		              0,
		              e->digests,
		              e->id };

	loss |= damages_tell(c, item);
	loss |= torn_tell(c, item);
	cues_tell(c, item);
	if (loss)
		c->sum.damaged++;
	else
		c->sum.intact++;
	if (c->walk->blank)
		r.marks |= MGI_MAIL_BLANK;
	if (item->flags & MAILGUARD_FLAG_DELETED)
		r.marks |= MGI_MAIL_DELETED;
	mgi_ledger_mail(c, &r);
}

static void exam_put(void *to, mailguard_span bytes)
{
	mgi_exam_feed(to, bytes);
}

/* The reader did not show the bytes: read them from the item's source. */
static mailguard_status source_feed(mailguard_check *c, mailguard_error *err)
{
	mailguard_source *src;
	mailguard_status st;

	st = mailguard_walk_source(&src, c->walk, err);
	if (st < 0)
		return st;
	st = mgi_drain(src, exam_put, &c->exam, err);
	mailguard_source_free(src);
	return st;
}

static mailguard_status message_look(mailguard_check *c,
                                     const mailguard_item *item,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	bool loss = false;

	c->item = item->index;
	if (!c->walk->tapped) {
		mgi_exam_begin(&c->exam);
		st = source_feed(c, err);
	}
	if (st >= 0)
		st = mgi_exam_end(&c->exam, err);
	if (st < 0)
		return st;
	if (c->store->reader->next == mgi_files_next)
		mgi_check_ends(c, c->walk->file);
	if (c->store->reader == &mgi_store_maildir)
		mgi_maildir_check_name(c, item, c->exam.lone);
	st = tnef_tell(&loss, c, item, err);
	if (st >= 0)
		count(c, item, loss);
	return st;
}

/* A message that cannot be read is lost, not the end of the check. */
static void lost_tell(mailguard_check *c, const mailguard_error *err)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, NULL, NULL
	};

	c->sum.messages++;
	c->sum.lost++;
	f.item = c->walk->item.index;
	f.offset = c->walk->item.offset;
	f.where = c->walk->item.file ? c->walk->item.file : c->store->path;
	f.code = err->code;
	f.text = err->message;
	mgi_findings_add(c->found, &f);
	mgi_ledger_lost(c);
}

mailguard_status mgi_check_message(mailguard_check *c, mailguard_error *err)
{
	const mailguard_item *item;
	mailguard_error own;
	mailguard_status st;

	st = mailguard_walk_next(&item, c->walk, &own);
	if (st == MAILGUARD_OK)
		st = message_look(c, item, &own);
	if (st == MAILGUARD_EIO) {
		lost_tell(c, &own);
		st = MAILGUARD_OK;
	}
	if (st < 0 && err)
		*err = own;
	return st;
}
