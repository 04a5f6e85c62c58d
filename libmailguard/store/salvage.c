/*
 * salvage.c - every message that can be reached into a new store, which is
 * then read again and compared digest by digest.
 */
#include "store/sink.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/spool.h"
#include "store/weigh.h"

static const mgi_store_writer *const writers[] = {
	&mgi_write_mbox,
	&mgi_write_maildir,
	&mgi_write_eml,
};

/* What a message's doubts are, as codes. */
typedef struct doubts {
	char code[16][48];
	size_t count;
} doubts;

typedef struct job {
	mailguard_store *store;
	mailguard_salvage_options opts;
	mailguard_salvage_report *report;
	mgi_sink sink;
	mgi_spool *written; /* digests */
	mgi_out *lines;     /* of the report; NULL: none */
	doubts doubts;      /* of the message under way */
	bool gaps;          /* more may be lost than anybody can count */
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

/* A digest that was written, or read again, to compare. */
static mailguard_status digest_add(mgi_spool *to,
                                   char digest[MAILGUARD_DIGEST_SIZE],
                                   mailguard_message *msg,
                                   mailguard_error *err)
{
	unsigned char bytes[MGI_SHA256_BYTES];
	mailguard_status st = mailguard_message_digest(digest, msg, err);

	if (st < 0)
		return st;
	(void)mgi_unhex(bytes, sizeof(bytes), mgi_span_of(digest + 4));
	mgi_spool_add(to, bytes);
	return MAILGUARD_OK;
}

static void doubt_add(doubts *d, const char *prefix, const char *code)
{
	char *to = d->code[d->count];
	size_t i;

	if (d->count == sizeof(d->code) / sizeof(d->code[0]))
		return;
	to[0] = '\0';
	strncat(to, prefix, sizeof(d->code[0]) - 1);
	strncat(to, code, sizeof(d->code[0]) - 1 - strlen(to));
	for (i = 0; i < d->count; i++)
		if (strcmp(d->code[i], to) == 0)
			return;
	d->count++;
}

/* What is doubtful of a message; true if something of it is lost. */
static bool message_judge(job *j, mailguard_message *msg)
{
	const mailguard_damage *d;
	bool loss = false, nul = false;
	size_t i;

	for (i = 0; (d = mailguard_message_damage(msg, i)) != NULL; i++)
		nul |= d->kind == MAILGUARD_DAMAGE_NUL;
	for (i = 0; (d = mailguard_message_damage(msg, i)) != NULL; i++) {
		mailguard_severity s = mgi_damage_weigh(d, nul);

		loss |= s == MAILGUARD_SEVERITY_LOSS;
		if (s > MAILGUARD_SEVERITY_NOTE)
			doubt_add(&j->doubts, "message.",
			          mailguard_damage_name(d->kind));
	}
	return loss;
}

/* One line of the report: what became of a message. */
static mailguard_status line_write(job *j,
                                   const mailguard_item *item,
                                   const char *state,
                                   mailguard_error *err)
{
	mailguard_buffer line;
	mailguard_status st;
	mgi_jsonw w;
	size_t i;

	if (!j->lines)
		return MAILGUARD_OK;
	mgi_buf_init(&line, j->store->mg);
	mgi_jsonw_init(&w, &line);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_int(&w, "message", (int64_t)item->index);
	mgi_jsonw_str(&w, "folder", item->folder);
	mgi_jsonw_str(&w, "file", item->file);
	mgi_jsonw_int(&w, "offset", (int64_t)item->offset);
	mgi_jsonw_int(&w, "size", (int64_t)item->size);
	mgi_jsonw_str(&w, "state", state);
	mgi_jsonw_array(&w, "doubts");
	for (i = 0; i < j->doubts.count; i++)
		mgi_jsonw_str(&w, NULL, j->doubts.code[i]);
	mgi_jsonw_end(&w);
	mgi_jsonw_str(&w, "digest", j->sink.digest);
	mgi_jsonw_str(&w, "to", j->sink.to);
	mgi_jsonw_end(&w);
	st = mgi_jsonw_finish(&w, err);
	mgi_buf_putc(&line, '\n');
	if (st >= 0)
		st = mgi_buf_status(&line, err);
	if (st >= 0)
		mgi_out_write(j->lines, mgi_buf_span(&line));
	mgi_buf_done(&line);
	return st;
}

static mailguard_status lost_tell(job *j,
                                  const mailguard_item *item,
                                  mailguard_error *err)
{
	j->report->lost++;
	j->sink.digest = j->sink.to = NULL;
	doubt_add(&j->doubts, "", "file.unreadable");
	return line_write(j, item, "lost", err);
}

static mailguard_status message_put(job *j,
                                    const mailguard_item *item,
                                    mailguard_message *msg,
                                    mailguard_error *err)
{
	char digest[MAILGUARD_DIGEST_SIZE];
	bool loss = message_judge(j, msg);
	mailguard_status st;

	loss |= item->state == MAILGUARD_ITEM_DAMAGED;
	if (loss)
		j->report->damaged++;
	else
		j->report->intact++;
	j->sink.count++;
	st = digest_add(j->written, digest, msg, err);
	j->sink.digest = digest;
	if (st >= 0)
		st = j->sink.writer->put(&j->sink, item, msg, err);
	if (st >= 0)
		st = line_write(j, item, loss ? "damaged" : "intact", err);
	j->sink.digest = j->sink.to = NULL;
	return st;
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
	if (st == MAILGUARD_EIO)
		return lost_tell(j, item, err);
	if (st < 0)
		return st;
	st = message_put(j, item, msg, err);
	mailguard_message_free(msg);
	return st;
}

/* -- what the reader says of a message as it passes it ----------------------
 */

static void tap_begin(void *self)
{
	((job *)self)->doubts.count = 0;
}

static void tap_bytes(void *self, mailguard_span bytes)
{
	(void)self;
	(void)bytes;
}

static void tap_note(void *self, const mailguard_finding *f)
{
	if (f->severity > MAILGUARD_SEVERITY_NOTE)
		doubt_add(&((job *)self)->doubts, "", f->code);
}

static mailguard_status tap_file(void *self,
                                 mgi_resume *out,
                                 size_t i,
                                 mailguard_error *err)
{
	(void)self;
	(void)i;
	(void)err;
	out->skip = false;
	out->gap = 0;
	out->blanks = true;
	return MAILGUARD_OK;
}

static mailguard_status save_all(job *j, mailguard_error *err)
{
	const mgi_tap tap = { tap_begin, tap_bytes, tap_bytes,
		              tap_note,  tap_file,  j };
	mailguard_walk_options opts = MAILGUARD_WALK_OPTIONS_INIT;
	const mailguard_item *item;
	mailguard_walk *walk;
	mailguard_status st;

	opts.progress = j->opts.progress;
	opts.payload = j->opts.payload;
	st = mailguard_store_walk(&walk, j->store, &opts, err);
	if (st < 0)
		return st;
	/* Bytes pass but once more: only an mbox is looked at on the way. */
	if (j->store->reader == &mgi_store_mbox)
		walk->tap = &tap;
	while ((st = mailguard_walk_next(&item, walk, err)) !=
	       MAILGUARD_ITEROVER) {
		if (!walk->tap)
			j->doubts.count = 0;
		if (st == MAILGUARD_OK)
			st = message_save(j, walk, item, err);
		else if (st == MAILGUARD_EIO)
			st = lost_tell(j, &walk->item, err);
		if (st < 0)
			break;
		j->report->found++;
	}
	j->gaps = walk->gaps;
	mailguard_walk_free(walk);
	return st < 0 ? st : MAILGUARD_OK;
}

/* Every digest of the new store. */
static mailguard_status read_again(mgi_spool *to,
                                   const job *j,
                                   mailguard_error *err)
{
	char digest[MAILGUARD_DIGEST_SIZE];
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_store *copy;
	mailguard_walk *walk;
	mailguard_status st;

	st = mailguard_store_open(&copy, j->store->mg, j->sink.dest, err);
	if (st < 0)
		return st;
	st = mailguard_store_walk(&walk, copy, NULL, err);
	while (st >= 0 &&
	       (st = mailguard_walk_next(&item, walk, err)) == MAILGUARD_OK) {
		st = mailguard_walk_message(&msg, walk, err);
		if (st < 0)
			break;
		st = digest_add(to, digest, msg, err);
		mailguard_message_free(msg);
	}
	mailguard_walk_free(walk);
	mailguard_store_free(copy);
	return st < 0 ? st : MAILGUARD_OK;
}

/* Are all that were written there again? Their order may differ. */
static mailguard_status compare(bool *same, job *j, mailguard_error *err)
{
	const void *a, *b;
	mailguard_status st, other = MAILGUARD_OK;
	mgi_spool *again;

	*same = false;
	st = mgi_spool_new(&again, j->store->mg, MGI_SHA256_BYTES, 0, err);
	/* An empty folder is no store, and nothing is in it. */
	if (st >= 0 && mgi_spool_count(j->written))
		st = read_again(again, j, err);
	if (st >= 0)
		st = mgi_spool_sort(again, err);
	if (st >= 0)
		st = mgi_spool_sort(j->written, err);
	while (st >= 0) {
		st = mgi_spool_next(&a, j->written, err);
		if (st >= 0)
			other = mgi_spool_next(&b, again, err);
		if (st < 0 || other < 0 || st != other)
			break;
		*same = st == MAILGUARD_ITEROVER;
		if (*same || memcmp(a, b, MGI_SHA256_BYTES) != 0)
			break;
	}
	mgi_spool_free(again);
	return st < 0 ? st : other < 0 ? other : MAILGUARD_OK;
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
	j->report->verdict =
		same && !j->gaps && !j->report->lost && !j->report->damaged
			? MAILGUARD_SOUNDNESS_SOUND
			: MAILGUARD_SOUNDNESS_DAMAGED;
	if (!same)
		return mgi_fail(err, j->store->mg, MAILGUARD_EIO,
		                MGI_SAY_SALVAGE_DIFFERS, "path", j->sink.dest);
	return MAILGUARD_OK;
}

/* With its report, and what it takes. */
static mailguard_status job_do(job *j, mailguard_error *err)
{
	mailguard *mg = j->store->mg;
	mailguard_status st;

	j->sink.arena = mgi_arena_new(mg);
	if (!j->sink.arena)
		return mgi_fail_nomem(err);
	st = mgi_spool_new(&j->written, mg, MGI_SHA256_BYTES, 0, err);
	if (st >= 0 && j->opts.report)
		st = mgi_out_open(&j->lines, mg, j->opts.report, err);
	if (st >= 0 && mgi_path_exists(j->sink.dest) &&
	    !(j->sink.resume &&
	      mgi_path_kind(j->sink.dest) == MGI_ENTRY_FOLDER))
		st = mgi_fail(err, mg, MAILGUARD_EEXIST, MGI_SAY_FILE_EXISTS,
		              "path", j->sink.dest);
	else if (st >= 0)
		st = job_run(j, err);
	if (st >= 0 && j->lines)
		st = mgi_out_commit(j->lines, err);
	else
		mgi_out_abandon(j->lines);
	mgi_spool_free(j->written);
	mgi_arena_free(j->sink.arena);
	return st;
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
	j.sink.resume = j.opts.resume;
	return job_do(&j, err);
}
