/*
 * census.c - a check and a manifest of every kind of store, and the same
 * messages looked for in another place.
 */
#include "store/census.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_stat.h"
#include "base/spool.h"
#include "store/drain.h"
#include "store/exam.h"
#include "store/manifest.h"

/* Every message of a store, one after the other, with its digests. */
typedef struct poll {
	mailguard_store *store;
	mailguard_walk *walk;
	const mailguard_item *item;
	mgi_exam exam;
	bool lost; /* this one cannot be read */
} poll;

static mailguard_status poll_begin(poll *p,
                                   mailguard_store *s,
                                   const mailguard_walk_options *watch,
                                   mailguard_error *err)
{
	memset(p, 0, sizeof(*p));
	p->store = s;
	mgi_exam_init(&p->exam, s->mg, false, true);
	return mailguard_store_walk(&p->walk, s, watch, err);
}

static void poll_end(poll *p)
{
	mgi_exam_done(&p->exam);
	mailguard_walk_free(p->walk);
}

static void put(void *to, mailguard_span bytes)
{
	mgi_exam_feed(to, bytes);
}

static mailguard_status message_read(poll *p, mailguard_error *err)
{
	mailguard_source *src;
	mailguard_status st;

	mgi_exam_begin(&p->exam);
	st = mailguard_walk_source(&src, p->walk, err);
	if (st >= 0)
		st = mgi_drain(src, put, &p->exam, err);
	mailguard_source_free(src);
	return st < 0 ? st : mgi_exam_end(&p->exam, err);
}

/* One that cannot be read is lost, not the end. */
static mailguard_status poll_next(poll *p, mailguard_error *err)
{
	mailguard_error own;
	mailguard_status st;

	memset(&own, 0, sizeof(own));
	st = mailguard_walk_next(&p->item, p->walk, &own);
	if (st == MAILGUARD_OK)
		st = message_read(p, &own);
	p->lost = st == MAILGUARD_EIO;
	if (p->lost)
		return MAILGUARD_OK;
	if (st < 0 && err)
		*err = own;
	return st;
}

/* -- written --------------------------------------------------------------- */

static mailguard_status check(mgi_census *out,
                              mailguard_store *s,
                              const char *manifest,
                              const mailguard_walk_options *watch,
                              mailguard_error *err)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	mailguard_check *c;
	mailguard_status st;

	opts.progress = watch->progress;
	opts.payload = watch->payload;
	opts.manifest = manifest;
	st = mailguard_store_check(&c, s, &opts, err);
	if (st < 0)
		return st;
	while ((st = mailguard_check_next(&f, c, err)) == MAILGUARD_OK)
		;
	sum = mailguard_check_result(c);
	out->messages = sum->messages;
	out->attachments = sum->attachments;
	out->folders = sum->folders;
	out->damaged = sum->damaged;
	out->lost = sum->lost;
	out->newest = sum->newest;
	out->verdict = sum->verdict;
	mailguard_check_free(c);
	return st < 0 ? st : MAILGUARD_OK;
}

/* A store that is one file: a line of it before each of its folders. */
static void folder_put(mgi_manifest_out *m, const poll *p, char folder[1024])
{
	const char *now = p->item ? p->item->folder : NULL;
	mgi_file_record f = { "", folder, 0, 0, 0, 0 };
	mgi_stat st;

	if (!now)
		now = folder;
	if (strlen(now) >= 1024 ||
	    (strcmp(folder, now) == 0 && p->item && p->item->index > 1))
		return;
	memcpy(folder, now, strlen(now) + 1);
	if (mgi_os_stat_target(&st, p->store->path) == 0) {
		f.size = st.size;
		f.changed = st.changed;
		f.number = st.number;
	}
	mgi_manifest_put_file(m, &f);
}

static void mail_put(mgi_manifest_out *m, const poll *p)
{
	mgi_mail_record r = {
		p->item->offset, p->exam.size,    0, p->exam.attachments,
		p->exam.date,    p->exam.arrived, 0, p->exam.digests,
		p->exam.id
	};

	mgi_manifest_put_mail(m, &r);
}

static mailguard_status write(mailguard_store *s,
                              const char *manifest,
                              const mailguard_walk_options *watch,
                              mailguard_error *err)
{
	char folder[1024] = "";
	mgi_manifest_out *m;
	mailguard_status st;
	poll p;

	st = mgi_manifest_create(&m, s, manifest, MAILGUARD_CHECK_FULL, err);
	if (st < 0)
		return st;
	st = poll_begin(&p, s, watch, err);
	while (st >= 0 && (st = poll_next(&p, err)) == MAILGUARD_OK) {
		folder_put(m, &p, folder);
		if (p.lost)
			mgi_manifest_put_lost(m);
		else
			mail_put(m, &p);
	}
	poll_end(&p);
	if (st >= 0)
		return mgi_manifest_commit(m, err);
	mgi_manifest_abandon(m);
	return st;
}

mailguard_status mgi_census_take(mgi_census *out,
                                 mailguard_store *s,
                                 const char *manifest,
                                 const mailguard_walk_options *watch,
                                 mailguard_error *err)
{
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	if (!s->reader->more) /* in one pass */
		return check(out, s, manifest, watch, err);
	st = check(out, s, NULL, watch, err);
	return st < 0 ? st : write(s, manifest, watch, err);
}

/* -- compared -------------------------------------------------------------- */

static mailguard_status now_read(mgi_census_diff *out,
                                 mgi_spool *to,
                                 mailguard_store *s,
                                 const mailguard_walk_options *watch,
                                 mailguard_error *err)
{
	mailguard_status st;
	poll p;

	st = poll_begin(&p, s, watch, err);
	while (st >= 0 && (st = poll_next(&p, err)) == MAILGUARD_OK) {
		if (p.lost)
			out->lost++;
		else
			mgi_spool_add(to, p.exam.digests.mg1);
	}
	poll_end(&p);
	return st < 0 ? st : mgi_spool_sort(to, err);
}

static mailguard_status then_read(mgi_spool *to,
                                  mailguard *mg,
                                  const char *manifest,
                                  mailguard_error *err)
{
	mgi_manifest_line line;
	mailguard_status st;
	mgi_manifest *m;

	st = mgi_manifest_open(&m, mg, manifest, err);
	if (st < 0)
		return st;
	while ((st = mgi_manifest_next(&line, m, err)) == MAILGUARD_OK)
		if (line.kind == MGI_MANIFEST_MAIL)
			mgi_spool_add(to, line.mail.digests.mg1);
	mgi_manifest_free(m);
	return st < 0 ? st : mgi_spool_sort(to, err);
}

/* Two sorted lists side by side. */
static mailguard_status merge(mgi_census_diff *out,
                              mgi_spool *then,
                              mgi_spool *now,
                              mailguard_error *err)
{
	const void *a = NULL, *b = NULL;
	mailguard_status sa = mgi_spool_next(&a, then, err);
	mailguard_status sb = mgi_spool_next(&b, now, err);

	while (sa >= 0 && sb >= 0) {
		bool left = sa == MAILGUARD_OK, right = sb == MAILGUARD_OK;
		int order = !left    ? 1
		            : !right ? -1
		                     : memcmp(a, b, MGI_SHA256_BYTES);

		if (!left && !right)
			return MAILGUARD_OK;
		out->same += order == 0;
		out->missing += order < 0;
		out->added += order > 0;
		if (order <= 0)
			sa = mgi_spool_next(&a, then, err);
		if (order >= 0)
			sb = mgi_spool_next(&b, now, err);
	}
	return sa < 0 ? sa : sb;
}

mailguard_status mgi_census_compare(mgi_census_diff *out,
                                    mailguard_store *s,
                                    const char *manifest,
                                    const mailguard_walk_options *watch,
                                    mailguard_error *err)
{
	mgi_spool *then = NULL, *now = NULL;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	st = mgi_spool_new(&then, s->mg, MGI_SHA256_BYTES, 0, err);
	if (st >= 0)
		st = mgi_spool_new(&now, s->mg, MGI_SHA256_BYTES, 0, err);
	if (st >= 0)
		st = then_read(then, s->mg, manifest, err);
	if (st >= 0)
		st = now_read(out, now, s, watch, err);
	if (st >= 0)
		st = merge(out, then, now, err);
	mgi_spool_free(then);
	mgi_spool_free(now);
	return st;
}
