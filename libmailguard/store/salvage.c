/*
 * salvage.c - every message that can be reached into a new store, which is
 * then read again and compared digest by digest.
 */
#include "store/sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/handle.h"

static const mgi_store_writer *const writers[] = {
	&mgi_write_mbox,
	&mgi_write_maildir,
};

/* What was written, in its order, to compare with what is read again. */
typedef struct written {
	char (*digest)[MAILGUARD_DIGEST_SIZE];
	size_t count, room;
} written;

typedef struct job {
	mailguard_store *store;
	mailguard_salvage_options opts;
	mailguard_salvage_report *report;
	mgi_sink sink;
	written w;
} job;

const char *mgi_sink_name(mgi_sink *w, const char *folder)
{
	char *out = mgi_arena_strdup(w->arena, folder[0] ? folder : "mail");
	char *at;

	for (at = out; at && *at; at++)
		if (*at == '/' || (unsigned char)*at < 0x20)
			*at = w->writer == &mgi_write_maildir ? '.' : '_';
	if (out && out[0] == '.')
		out[0] = '_';
	return out;
}

static const mgi_store_writer *writer_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (strcmp(writers[i]->name, name) == 0)
			return writers[i];
	return NULL;
}

static bool digest_keep(job *j, mailguard_message *msg, mailguard_error *err)
{
	written *w = &j->w;

	if (w->count == w->room) {
		size_t room = w->room ? w->room * 2 : 256;
		void *more = mgi_resize(j->store->mg, w->digest,
		                        room * sizeof(*w->digest));

		if (!more)
			return false;
		w->digest = more;
		w->room = room;
	}
	if (mailguard_message_digest(w->digest[w->count], msg, err) < 0)
		return false;
	w->count++;
	return true;
}

static bool has_loss(mailguard_message *msg)
{
	const mailguard_damage *d;
	size_t i;

	for (i = 0; (d = mailguard_message_damage(msg, i)) != NULL; i++)
		if (mailguard_damage_severity(d->kind) ==
		    MAILGUARD_SEVERITY_LOSS)
			return true;
	return false;
}

/* EIO of the source is a message lost; every other failure ends the job. */
static mailguard_status message_save(job *j,
                                     mailguard_walk *walk,
                                     const mailguard_item *item,
                                     mailguard_error *err)
{
	mailguard_message *msg;
	mailguard_status st;

	st = mailguard_walk_message(&msg, walk, err);
	if (st == MAILGUARD_EIO) {
		j->report->lost++;
		return MAILGUARD_OK;
	}
	if (st < 0)
		return st;
	if (has_loss(msg) || item->state == MAILGUARD_ITEM_DAMAGED)
		j->report->damaged++;
	else
		j->report->intact++;
	j->sink.count++;
	if (!digest_keep(j, msg, err))
		st = mgi_fail_nomem(err);
	else
		st = j->sink.writer->put(&j->sink, item, msg, err);
	mailguard_message_free(msg);
	return st;
}

static mailguard_status save_all(job *j, mailguard_error *err)
{
	mailguard_walk_options opts = MAILGUARD_WALK_OPTIONS_INIT;
	const mailguard_item *item;
	mailguard_walk *walk;
	mailguard_status st;

	opts.progress = j->opts.progress;
	opts.payload = j->opts.payload;
	st = mailguard_store_walk(&walk, j->store, &opts, err);
	if (st < 0)
		return st;
	while ((st = mailguard_walk_next(&item, walk, err)) !=
	       MAILGUARD_ITEROVER) {
		if (st == MAILGUARD_OK)
			st = message_save(j, walk, item, err);
		else if (st == MAILGUARD_EIO) {
			j->report->lost++;
			st = MAILGUARD_OK;
		}
		if (st < 0)
			break;
		j->report->found++;
	}
	mailguard_walk_free(walk);
	return st < 0 ? st : MAILGUARD_OK;
}

static int by_digest(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Are all that were written there again? Their order may differ. */
static mailguard_status compare(bool *same, job *j, mailguard_error *err)
{
	mailguard_store *copy;
	mailguard_walk *walk;
	const mailguard_item *item;
	mailguard_status st;
	size_t i = 0;
	job other;

	*same = false;
	memset(&other, 0, sizeof(other));
	st = mailguard_store_open(&copy, j->store->mg, j->sink.dest, err);
	if (st < 0)
		return st;
	other.store = copy;
	st = mailguard_store_walk(&walk, copy, NULL, err);
	while (st >= 0 &&
	       (st = mailguard_walk_next(&item, walk, err)) == MAILGUARD_OK) {
		mailguard_message *msg;

		st = mailguard_walk_message(&msg, walk, err);
		if (st < 0)
			break;
		if (!digest_keep(&other, msg, err))
			st = mgi_fail_nomem(err);
		mailguard_message_free(msg);
	}
	if (st >= 0) {
		st = MAILGUARD_OK;
		*same = other.w.count == j->w.count;
		if (j->w.count) {
			qsort(j->w.digest, j->w.count, sizeof(*j->w.digest),
			      by_digest);
			if (other.w.count)
				qsort(other.w.digest, other.w.count,
				      sizeof(*other.w.digest), by_digest);
		}
		for (i = 0; *same && i < j->w.count; i++)
			*same = strcmp(j->w.digest[i], other.w.digest[i]) == 0;
	}
	mgi_free(j->store->mg, other.w.digest);
	mailguard_walk_free(walk);
	mailguard_store_free(copy);
	return st;
}

static mailguard_status job_run(job *j, mailguard_error *err)
{
	const mgi_store_writer *writer = j->sink.writer;
	mailguard_status st;
	bool same;

	st = writer->open(&j->sink, err);
	if (st < 0)
		return st;
	st = save_all(j, err);
	if (st >= 0)
		st = writer->finish(&j->sink, err);
	if (st < 0) {
		writer->abandon(&j->sink);
		return st;
	}
	st = compare(&same, j, err);
	if (st < 0)
		return st;
	j->report->verdict = same && !j->report->lost && !j->report->damaged
	                             ? MAILGUARD_SOUNDNESS_SOUND
	                             : MAILGUARD_SOUNDNESS_DAMAGED;
	if (!same)
		return mgi_fail(err, j->store->mg, MAILGUARD_EIO,
		                MGI_SAY_SALVAGE_DIFFERS, "path", j->sink.dest);
	return MAILGUARD_OK;
}

mailguard_status mailguard_store_salvage(mailguard_salvage_report *out,
                                         mailguard_store *store,
                                         const char *dest,
                                         const mailguard_salvage_options *opts,
                                         mailguard_error *err)
{
	mailguard *mg = store->mg;
	mailguard_status st;
	job j;

	memset(out, 0, sizeof(*out));
	memset(&j, 0, sizeof(j));
	if (!dest || !dest[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "dest");
	st = mgi_options_copy(&j.opts, sizeof(j.opts), opts, mg, err);
	if (st < 0)
		return st;
	if (!j.opts.format)
		j.opts.format = store->reader == &mgi_store_maildir ? "maildir"
		                                                    : "mbox";
	j.store = store;
	j.report = out;
	j.sink.writer = writer_find(j.opts.format);
	if (!j.sink.writer)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_SALVAGE_FORMAT, "format",
		                j.opts.format);
	out->format = j.sink.writer->name;
	j.sink.mg = mg;
	j.sink.dest = dest;
	j.sink.folders = store->folders > 1 || store->reader->more;
	j.sink.arena = mgi_arena_new(mg);
	if (!j.sink.arena)
		return mgi_fail_nomem(err);
	if (mgi_path_exists(dest))
		st = mgi_fail(err, mg, MAILGUARD_EEXIST, MGI_SAY_FILE_EXISTS,
		              "path", dest);
	else
		st = job_run(&j, err);
	mgi_free(mg, j.w.digest);
	mgi_arena_free(j.sink.arena);
	return st;
}
