/*
 * salvage.c - every message that can be reached into a new store, whose bytes
 * are then read again.
 */
#include "store/losses.h"
#include "store/sink.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/json.h"
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
	mgi_out *lines;     /* of the report; NULL: none */
	mgi_digest *digest; /* for it */
	doubts doubts;      /* of the message under way */
	mgi_losses *losses; /* NULL: nobody asks */
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
                                   const char *digest,
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
	mgi_jsonw_str(&w, "digest", digest);
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
	if (j->losses)
		mgi_losses_add(j->losses, item->folder, NULL, true);
	j->sink.to = NULL;
	doubt_add(&j->doubts, "", "file.unreadable");
	return line_write(j, item, "lost", NULL, err);
}

/* What was looked for and found may be an older version of it. */
static int32_t state_count(job *j, const mailguard_item *item, bool loss)
{
	if (loss) {
		j->report->damaged++;
		return MAILGUARD_ITEM_DAMAGED;
	}
	if (item->state != MAILGUARD_ITEM_REPAIRED) {
		j->report->intact++;
		return MAILGUARD_ITEM_INTACT;
	}
	j->report->repaired++;
	doubt_add(&j->doubts, "", "item.scavenged");
	return MAILGUARD_ITEM_REPAIRED;
}

static mailguard_status written_tell(job *j,
                                     const mailguard_item *item,
                                     bool loss,
                                     mailguard_error *err)
{
	int32_t state = state_count(j, item, loss);
	char digest[MAILGUARD_DIGEST_SIZE] = "mg1:";
	mailguard_status st = MAILGUARD_OK;
	mgi_digests d;

	if (!j->lines)
		return MAILGUARD_OK;
	st = mgi_digest_done(&d, j->digest, err);
	mgi_hex(digest + 4, mgi_span(d.mg1, sizeof(d.mg1)));
	if (st >= 0)
		st = line_write(j, item, mailguard_walk_state_name(state),
		                digest, err);
	j->sink.to = NULL;
	return st;
}

static mailguard_status mail_open(mgi_mail *mail,
                                  job *j,
                                  mailguard_source *source,
                                  mailguard_error *err)
{
	mail->digest = j->lines ? j->digest : NULL;
	return mgi_mail_open(mail, j->store->mg, source, err);
}

static mailguard_status mail_put(job *j, mgi_mail *mail, mailguard_error *err)
{
	mailguard_status st;

	j->sink.count++;
	st = j->sink.writer->put(&j->sink, mail, err);
	mgi_mail_done(mail);
	return st;
}

/* Its bytes are somebody else's: they are looked at before they are copied. */
static mailguard_status message_put(job *j,
                                    const mailguard_item *item,
                                    mailguard_message *msg,
                                    mailguard_error *err)
{
	bool loss =
		message_judge(j, msg) || item->state == MAILGUARD_ITEM_DAMAGED;
	char digest[MAILGUARD_DIGEST_SIZE];
	mailguard_status st = MAILGUARD_OK;
	mailguard_source *source = NULL;
	mgi_mail mail;

	memset(&mail, 0, sizeof(mail));
	mail.item = item;
	mail.dated = true;
	mail.date = mailguard_message_date(msg);
	j->sink.digest = digest;
	if (j->sink.resume)
		st = mailguard_message_digest(digest, msg, err);
	if (st >= 0)
		st = mailguard_message_source(&source, msg, err);
	if (st >= 0)
		st = mail_open(&mail, j, source, err);
	if (st >= 0)
		st = mail_put(j, &mail, err);
	mailguard_source_free(source);
	j->sink.digest = NULL;
	if (loss && j->losses)
		mgi_losses_add(j->losses, item->folder,
		               mailguard_message_from(msg), false);
	return st < 0 ? st : written_tell(j, item, loss, err);
}

/* As it was meant, if that is wanted and can be. */
static mailguard_status tnef_open(mailguard_message **msg,
                                  job *j,
                                  mailguard_error *err)
{
	mailguard_message *meant = NULL;
	mailguard_source *src;
	mailguard_status st;

	if (!j->opts.open_tnef)
		return MAILGUARD_OK;
	st = mailguard_tnef_source(&src, j->store->mg, *msg, err);
	if (st == MAILGUARD_OK)
		st = mailguard_message_parse(&meant, j->store->mg, src, err);
	mailguard_source_free(src);
	if (meant) {
		mailguard_message_free(*msg);
		*msg = meant;
	}
	if (st == MAILGUARD_ELIMIT)
		mgi_error_clear(err);
	return st < 0 && st != MAILGUARD_ELIMIT ? st : MAILGUARD_OK;
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
	st = tnef_open(&msg, j, err);
	if (st >= 0)
		st = message_put(j, item, msg, err);
	mailguard_message_free(msg);
	return st;
}

/* Of one whose bytes were not looked into: by whom it was. */
static mailguard_status damage_note(job *j,
                                    mailguard_walk *walk,
                                    const mailguard_item *item,
                                    mailguard_error *err)
{
	mailguard_message *msg;
	mailguard_status st;

	if (item->state != MAILGUARD_ITEM_DAMAGED || !j->losses)
		return MAILGUARD_OK;
	st = mailguard_walk_message(&msg, walk, err);
	if (st == MAILGUARD_ENOMEM)
		return st;
	mgi_losses_add(j->losses, item->folder,
	               st < 0 ? NULL : mailguard_message_from(msg), false);
	mailguard_message_free(msg);
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

/* We make its bytes: they are made once, and what they lack is the item's. */
static mailguard_status made_save(job *j,
                                  mailguard_walk *walk,
                                  const mailguard_item *item,
                                  mailguard_error *err)
{
	mailguard_source *source;
	mailguard_status st;
	mgi_mail mail;

	memset(&mail, 0, sizeof(mail));
	mail.item = item;
	st = mailguard_walk_source(&source, walk, err);
	if (st >= 0)
		st = mail_open(&mail, j, source, err);
	mailguard_source_free(source);
	if (st == MAILGUARD_EIO || st == MAILGUARD_EFORMAT)
		return lost_tell(j, item, err);
	if (st >= 0)
		st = mail_put(j, &mail, err);
	if (st < 0)
		return st;
	walk->item.size = mail.size;
	j->store->reader->more->settle(&walk->item, walk);
	st = damage_note(j, walk, item, err);
	if (st < 0)
		return st;
	return written_tell(j, item, item->state == MAILGUARD_ITEM_DAMAGED,
	                    err);
}

static mailguard_status item_save(job *j,
                                  mailguard_walk *walk,
                                  const mailguard_item *item,
                                  mailguard_error *err)
{
	const mgi_store_more *more = j->store->reader->more;

	return more && more->makes && !j->sink.resume && !j->opts.open_tnef
	               ? made_save(j, walk, item, err)
	               : message_save(j, walk, item, err);
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
			st = item_save(j, walk, item, err);
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

static mailguard_status job_run(job *j, mailguard_error *err)
{
	const mgi_store_writer *writer = j->sink.writer;
	mailguard_status st;

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
	j->report->verdict = MAILGUARD_SOUNDNESS_SOUND;
	if (j->gaps || j->report->intact != j->report->found)
		j->report->verdict = MAILGUARD_SOUNDNESS_DAMAGED;
	return MAILGUARD_OK;
}

/* With its report, and what it takes. */
static mailguard_status job_do(job *j, mailguard_error *err)
{
	mailguard *mg = j->store->mg;
	mailguard_status st = MAILGUARD_OK;

	j->sink.arena = mgi_arena_new(mg);
	if (!j->sink.arena)
		return mgi_fail_nomem(err);
	if (j->opts.report)
		st = mgi_digest_new(&j->digest, mg, err);
	j->losses = j->opts.lost ? mgi_losses_new(j->sink.arena) : NULL;
	if (st >= 0 && j->opts.report)
		st = mgi_out_open(&j->lines, mg, j->opts.report, err);
	if (st >= 0 && mgi_path_exists(j->sink.dest) &&
	    !(j->sink.resume &&
	      mgi_path_kind(j->sink.dest) == MGI_ENTRY_FOLDER))
		st = mgi_fail(err, mg, MAILGUARD_EEXIST, MGI_SAY_FILE_EXISTS,
		              "path", j->sink.dest);
	else if (st >= 0)
		st = job_run(j, err);
	if (st >= 0 && j->losses)
		st = mgi_losses_text(j->opts.lost, mg, j->losses, err);
	if (st >= 0 && j->lines)
		st = mgi_out_commit(j->lines, err);
	else
		mgi_out_abandon(j->lines);
	mgi_digest_free(j->digest);
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
