/*
 * ledger.c - the manifests of a check, and what is told of files that are
 * known from one.
 */
#include "store/ledger.h"

#include <string.h>

#include "base/fail.h"
#include "store/check.h"
#include "store/maildir.h"

static mailguard_status against_open(mailguard_check *c, mailguard_error *err)
{
	mgi_ledger *l = &c->ledger;
	mailguard_status st = MAILGUARD_OK;

	if (c->opts.against)
		st = mgi_manifest_open(&l->against, c->store->mg,
		                       c->opts.against, err);
	if (l->against)
		st = mgi_compare_new(&l->compare, c->store->mg, err);
	if (st >= 0 && c->opts.since)
		st = mgi_manifest_open(&l->since, c->store->mg, c->opts.since,
		                       err);
	/* Findings of a shallower look are not all there are. */
	if (l->since && mgi_manifest_level(l->since) == c->opts.quick)
		st = mgi_again_new(&l->again, c->store, l->since, err);
	return st;
}

mailguard_status mgi_ledger_open(mailguard_check *c, mailguard_error *err)
{
	mgi_ledger *l = &c->ledger;
	bool wanted = c->opts.manifest || c->opts.against || c->opts.since;
	mailguard_status st;

	if (wanted && c->opts.quick == MAILGUARD_CHECK_QUICK)
		return mgi_fail(err, c->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_MANIFEST_QUICK);
	if (wanted && c->store->reader->more)
		return mgi_fail(err, c->store->mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_MANIFEST_FORMAT, "format",
		                mailguard_store_format(c->store));
	st = mgi_spool_new(&l->ids, c->store->mg, 48, (size_t)2 << 20, err);
	if (st >= 0)
		st = against_open(c, err);
	if (st >= 0 && c->opts.manifest)
		st = mgi_manifest_create(&l->out, c->store, c->opts.manifest,
		                         c->opts.quick, err);
	return st;
}

void mgi_ledger_close(mailguard_check *c)
{
	mgi_ledger *l = &c->ledger;

	mgi_manifest_abandon(l->out);
	mgi_again_free(l->again);
	mgi_compare_free(l->compare);
	mgi_manifest_free(l->against);
	mgi_manifest_free(l->since);
	mgi_spool_free(l->ids);
	mgi_free(c->store->mg, l->pending);
}

void mgi_ledger_note(mailguard_check *c, const mailguard_finding *f)
{
	mgi_ledger *l = &c->ledger;
	mgi_pending *p;

	if (!l->out)
		return;
	if (l->pending_count == l->pending_room) {
		size_t room = l->pending_room ? l->pending_room * 2 : 16;
		mgi_pending *more = mgi_resize(c->store->mg, l->pending,
		                               room * sizeof(*more));

		if (!more) {
			l->nomem = true;
			return;
		}
		l->pending = more;
		l->pending_room = room;
	}
	p = &l->pending[l->pending_count++];
	memset(p, 0, sizeof(*p));
	strncat(p->code, f->code, sizeof(p->code) - 1);
	p->offset = f->offset;
	p->length = f->length;
	p->item = f->item - c->item;
	p->severity = f->severity;
}

static void pending_write(mgi_ledger *l)
{
	size_t i;

	for (i = 0; i < l->pending_count; i++) {
		const mgi_pending *p = &l->pending[i];
		mailguard_finding f = { p->severity, 0,       p->offset,
			                p->length,   p->item, p->code,
			                NULL,        NULL };

		mgi_manifest_put_note(l->out, &f);
	}
	l->pending_count = 0;
}

/* Ordered by folder and id, then as they came. */
static void id_add(mailguard_check *c, const mgi_mail_record *r)
{
	/* One file may hold many folders. */
	const char *folder = c->walk->item.folder
	                             ? c->walk->item.folder
	                             : c->store->files[c->walk->at].folder;
	uint64_t n[6] = { 0, 0, c->item, r->offset, c->walk->at, 0 };
	unsigned char row[48];
	size_t i;

	if (!r->id[0])
		return;
	n[0] = mgi_mark_add(MGI_MARK, mgi_span_of(folder));
	n[1] = mgi_mark_add(~n[0], mgi_span_of(r->id));
	n[0] = mgi_mark_add(n[0], mgi_span_of(r->id));
	for (i = 0; i < sizeof(row); i++)
		row[i] = (unsigned char)(n[i / 8] >> (56 - 8 * (i % 8)));
	mgi_spool_add(c->ledger.ids, row);
}

void mgi_ledger_mail(mailguard_check *c, const mgi_mail_record *r)
{
	mgi_ledger *l = &c->ledger;

	c->sum.messages++;
	if (c->store->reader == &mgi_store_maildir)
		mgi_maildir_met(c, c->walk->at);
	if (c->boxes && !(r->marks & MGI_MAIL_DELETED))
		c->boxes[c->walk->at].mails++;
	c->sum.attachments += r->attachments;
	if (r->date > c->sum.newest && r->date <= c->latest)
		c->sum.newest = r->date;
	mgi_times_add(&c->times, c->arena, r->arrived, r->date, c->latest);
	id_add(c, r);
	if (l->compare)
		mgi_compare_add(
			l->compare, r,
			mgi_store_below(c->store,
		                        c->store->files[c->walk->at].path),
			c->walk->at, c->item);
	if (!l->out)
		return;
	mgi_manifest_put_mail(l->out, r);
	pending_write(l);
}

void mgi_ledger_lost(mailguard_check *c)
{
	if (c->ledger.out)
		mgi_manifest_put_lost(c->ledger.out);
	c->ledger.pending_count = 0;
}

/* -- what is known --------------------------------------------------------- */

/* Findings of one message that are not mime's. */
static const mgi_say_id texts[] = {
	MGI_SAY_MAILDIR_SHORT,        MGI_SAY_MAILDIR_SIZE,
	MGI_SAY_MAILDIR_NAME,         MGI_SAY_STORE_ZERO_HEAD,
	MGI_SAY_STORE_ZERO_TAIL,      MGI_SAY_MBOX_TORN_FROM,
	MGI_SAY_MBOX_FROM_IN_TEXT,    MGI_SAY_MBOX_NO_FROM,
	MGI_SAY_MBOX_DAMAGED_FROM,    MGI_SAY_MBOX_CUT_END,
	MGI_SAY_MBOX_NO_BLANK_END,    MGI_SAY_MBOX_CONTENT_LENGTH,
	MGI_SAY_MESSAGE_BASE64_LINES, MGI_SAY_MESSAGE_CONTROL,
	MGI_SAY_MESSAGE_BOUNDARY,
};

/* The words of a code, whoever first used it. */
static const char *text_of(const mailguard_check *c, const char *code)
{
	size_t i;
	int kind;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(mgi_say_code(texts[i]), code) == 0)
			return mgi_say_raw(mgi_lang_of(c->store->mg), texts[i]);
	for (kind = 1; strncmp(code, "message.", 8) == 0; kind++) {
		const char *name = mailguard_damage_name(kind);

		if (strcmp(name, "unknown") == 0)
			break;
		if (strcmp(name, code + 8) == 0)
			return mailguard_damage_text(c->store->mg, kind);
	}
	return "";
}

static void note_again(mailguard_check *c, const mailguard_finding *then)
{
	mailguard_finding f = *then;

	f.item += c->item;
	f.where = c->store->files[c->walk->at].path;
	f.text = text_of(c, f.code);
	mgi_findings_add(c->found, &f);
	if (c->ledger.out)
		mgi_manifest_put_note(c->ledger.out, then);
}

/* Where the last message of the file begins in the manifest; 0 if nowhere. */
static mailguard_status last_mail(uint64_t *out,
                                  mgi_manifest *m,
                                  uint64_t from,
                                  mailguard_error *err)
{
	mgi_manifest_line line;
	mailguard_status st;

	*out = 0;
	mgi_manifest_seek(m, from);
	while ((st = mgi_manifest_next(&line, m, err)) == MAILGUARD_OK &&
	       line.kind != MGI_MANIFEST_FILE)
		if (line.kind == MGI_MANIFEST_MAIL)
			*out = line.at;
	mgi_manifest_seek(m, from);
	return st < 0 ? st : MAILGUARD_OK;
}

static void settle_one(mailguard_check *c, bool *open, bool *loss)
{
	if (!*open)
		return;
	if (*loss)
		c->sum.damaged++;
	else
		c->sum.intact++;
	*open = *loss = false;
}

/* Tell the messages of the file, up to the one at `until` if it is not 0. */
static mailguard_status replay(mailguard_check *c,
                               mgi_resume *r,
                               uint64_t until,
                               mailguard_error *err)
{
	mgi_manifest *m = c->ledger.since;
	bool open = false, loss = false;
	mgi_manifest_line line;
	mailguard_status st;

	while ((st = mgi_manifest_next(&line, m, err)) == MAILGUARD_OK &&
	       line.kind != MGI_MANIFEST_FILE) {
		if (line.kind == MGI_MANIFEST_MAIL) {
			settle_one(c, &open, &loss);
			if (line.at == until)
				break;
			c->item = ++c->walk->item.index;
			mgi_ledger_mail(c, &line.mail);
			r->gap = line.mail.offset + line.mail.size;
			r->blanks &= line.mail.marks & MGI_MAIL_BLANK;
			open = true;
		} else if (line.kind == MGI_MANIFEST_NOTE) {
			note_again(c, &line.note);
			loss |= line.note.severity == MAILGUARD_SEVERITY_LOSS;
		}
	}
	settle_one(c, &open, &loss);
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status known_find(mgi_known *out,
                                   uint64_t *last,
                                   mailguard_check *c,
                                   size_t i,
                                   mailguard_error *err)
{
	mgi_ledger *l = &c->ledger;
	mailguard_status st;
	uint64_t here;

	*out = MGI_KNOWN_NOT;
	*last = 0;
	if (!l->again)
		return MAILGUARD_OK;
	st = mgi_again_find(out, l->again, i, err);
	if (st < 0 || *out != MGI_KNOWN_HEAD)
		return st;
	/* Its last message may go on: it is read again, with what came. */
	here = mgi_manifest_tell(l->since);
	st = last_mail(last, l->since, here, err);
	if (*last == 0 || *last == here)
		*out = MGI_KNOWN_NOT;
	return st;
}

mailguard_status mgi_ledger_file(mailguard_check *c,
                                 mgi_resume *out,
                                 size_t i,
                                 mailguard_error *err)
{
	mgi_ledger *l = &c->ledger;
	mgi_file_record now;
	mailguard_status st;
	mgi_known known;
	uint64_t last;

	out->skip = false;
	out->gap = 0;
	out->blanks = true;
	st = known_find(&known, &last, c, i, err);
	if (st < 0)
		return st;
	if (l->out) {
		(void)mgi_file_record_now(&now, c->store, i);
		now.ends = mgi_ends_now(c->store, i);
		mgi_manifest_put_file(l->out, &now);
	}
	if (known == MGI_KNOWN_NOT) {
		c->sum.files_read++;
		return MAILGUARD_OK;
	}
	c->sum.files_read += known == MGI_KNOWN_HEAD;
	out->skip = known == MGI_KNOWN_ALL;
	return replay(c, out, last, err);
}
