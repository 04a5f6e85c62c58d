/*
 * render.c - items, findings, summaries and reports as JSON and for people.
 */
#include "store/check.h"

#include "base/cursor.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/hash.h"
#include "base/json.h"
#include "store/drain.h"
#include "store/tnef.h"

static void count(void *to, mailguard_span bytes)
{
	*(uint64_t *)to += bytes.len;
}

/* How many decoded bytes a part has; this reads them. */
static mailguard_status part_size(uint64_t *out,
                                  mailguard_message *msg,
                                  int32_t number,
                                  mailguard_error *err)
{
	mailguard_source *src;
	mailguard_status st;

	*out = 0;
	st = mailguard_message_part_source(&src, msg, number, err);
	if (st < 0)
		return st;
	st = mgi_drain(src, count, out, err);
	mailguard_source_free(src);
	return st;
}

/* What lies in a winmail.dat, as if it were attached. */
static mailguard_status inside_write(mgi_jsonw *w,
                                     mailguard *mg,
                                     mailguard_message *msg,
                                     const char *inside,
                                     mailguard_error *err)
{
	mailguard_status st;
	mgi_tnef_file file;
	mgi_mapi *o;
	size_t i;

	st = mgi_tnef_object_of(&o, mg, msg, false, err);
	if (st == MAILGUARD_ELIMIT)
		mgi_error_clear(err);
	if (st == MAILGUARD_ITEROVER || st == MAILGUARD_ELIMIT)
		return MAILGUARD_OK;
	for (i = 0; st >= 0; i++) {
		st = mgi_tnef_file_at(&file, o, i, err);
		if (st != MAILGUARD_OK)
			break;
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "name", mgi_buf_text(&file.name));
		mgi_jsonw_str(w, "type", mgi_buf_text(&file.type));
		mgi_jsonw_int(w, "size", (int64_t)file.size);
		mgi_jsonw_str(w, "inside", inside);
		mgi_jsonw_end(w);
		mgi_tnef_file_done(&file);
	}
	mgi_mapi_free(o);
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status attachments_write(mgi_jsonw *w,
                                          mailguard *mg,
                                          mailguard_message *msg,
                                          mailguard_error *err)
{
	const mailguard_part *part;
	mailguard_status st;
	uint64_t size;
	size_t i;

	mgi_jsonw_array(w, "attachments");
	for (i = 0; (part = mailguard_message_attachment(msg, i)) != NULL;
	     i++) {
		st = part_size(&size, msg, part->number, err);
		if (st < 0)
			return st;
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "name", part->name);
		mgi_jsonw_str(w, "type", part->type);
		mgi_jsonw_int(w, "size", (int64_t)size);
		mgi_jsonw_end(w);
		if (mgi_tnef_named(part))
			st = inside_write(w, mg, msg, part->name, err);
		if (st < 0)
			return st;
	}
	mgi_jsonw_end(w);
	return MAILGUARD_OK;
}

static void marks_write(mgi_jsonw *w, const mailguard_item *item)
{
	mailguard_span left = mgi_span_of(item->keywords), word;
	mgi_cursor words = mgi_cursor_of(left);
	uint32_t flag;

	mgi_jsonw_array(w, "flags");
	for (flag = 1; flag && flag <= item->flags; flag <<= 1)
		if (item->flags & flag)
			mgi_jsonw_str(w, NULL, mailguard_walk_flag_name(flag));
	mgi_jsonw_end(w);
	mgi_jsonw_array(w, "keywords");
	while (mgi_cursor_until(&word, &words, ' '))
		mgi_jsonw_span(w, NULL, word);
	mgi_jsonw_end(w);
}

static mailguard_status item_write(mgi_jsonw *w,
                                   mailguard *mg,
                                   const mailguard_item *item,
                                   mailguard_message *msg,
                                   mailguard_error *err)
{
	char digest[MAILGUARD_DIGEST_SIZE], hex[MGI_SHA256_HEX];
	unsigned char sha[MGI_SHA256_BYTES];
	mailguard_status st;

	st = mailguard_message_sha256(sha, msg, err);
	if (st >= 0)
		st = mailguard_message_digest(digest, msg, err);
	if (st < 0)
		return st;
	mgi_hex(hex, mgi_span(sha, sizeof(sha)));
	mgi_jsonw_str(w, "folder", item->folder);
	mgi_jsonw_int(w, "index", (int64_t)item->index);
	mgi_jsonw_str(w, "kind", mailguard_walk_kind_name(item->kind));
	mgi_jsonw_str(w, "state", mailguard_walk_state_name(item->state));
	marks_write(w, item);
	mgi_jsonw_time(w, "date", mailguard_message_date(msg));
	mgi_jsonw_str(w, "from", mailguard_message_from(msg));
	mgi_jsonw_str(w, "to", mailguard_message_to(msg));
	mgi_jsonw_str(w, "subject", mailguard_message_subject(msg));
	mgi_jsonw_str(w, "message_id", mailguard_message_id(msg));
	mgi_jsonw_int(w, "size", (int64_t)item->size);
	st = attachments_write(w, mg, msg, err);
	mgi_jsonw_str(w, "sha256", hex);
	mgi_jsonw_str(w, "digest", digest);
	mgi_jsonw_int(w, "offset", (int64_t)item->offset);
	mgi_jsonw_str(w, "file", item->file);
	return st;
}

mailguard_status mailguard_walk_json(mailguard_buffer *out,
                                     mailguard_walk *walk,
                                     mailguard_message *msg,
                                     mailguard_error *err)
{
	mailguard_status st, written;
	size_t before = out->len;
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	st = item_write(&w, walk->store->mg, &walk->item, msg, err);
	mgi_jsonw_end(&w);
	written = mgi_jsonw_finish(&w, st < 0 ? NULL : err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st < 0 ? st : written;
}

static const char *folder_of(const mailguard_store *s, const char *file)
{
	size_t i;

	/* Many folders in one file: `where` is the folder, or the file. */
	if (s->reader->more)
		return strcmp(file, s->path) ? file : NULL;
	for (i = 0; i < s->count; i++)
		if (s->files[i].path == file)
			return s->files[i].folder;
	return NULL;
}

mailguard_status mailguard_check_finding_json(mailguard_buffer *out,
                                              const mailguard_check *c,
                                              const mailguard_finding *f,
                                              mailguard_error *err)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "type", "finding");
	mgi_jsonw_str(&w, "path", c->store->path);
	mgi_jsonw_str(&w, "code", f->code);
	mgi_jsonw_str(&w, "severity", mailguard_severity_name(f->severity));
	if (f->offset == MAILGUARD_NOWHERE)
		mgi_jsonw_null(&w, "offset");
	else
		mgi_jsonw_int(&w, "offset", (int64_t)f->offset);
	mgi_jsonw_str(&w, "folder", folder_of(c->store, f->where));
	if (f->item)
		mgi_jsonw_int(&w, "message", (int64_t)f->item);
	else
		mgi_jsonw_null(&w, "message");
	mgi_jsonw_str(&w, "text", f->text);
	mgi_jsonw_str(&w, "file",
	              c->store->reader->more ? c->store->path : f->where);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

mailguard_status mailguard_check_json(mailguard_buffer *out,
                                      const mailguard_check *c,
                                      mailguard_error *err)
{
	const mailguard_check_summary *s = &c->sum;
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "type", "summary");
	mgi_jsonw_str(&w, "path", c->store->path);
	mgi_jsonw_str(&w, "format", mailguard_store_format(c->store));
	mgi_jsonw_int(&w, "messages", (int64_t)s->messages);
	mgi_jsonw_int(&w, "attachments", (int64_t)s->attachments);
	mgi_jsonw_int(&w, "folders", (int64_t)s->folders);
	mgi_jsonw_int(&w, "intact", (int64_t)s->intact);
	mgi_jsonw_int(&w, "damaged", (int64_t)s->damaged);
	mgi_jsonw_int(&w, "lost", (int64_t)s->lost);
	mgi_jsonw_str(&w, "verdict", mailguard_check_verdict_name(s->verdict));
	mgi_jsonw_str(&w, "place", mailguard_place_name(s->place));
	mgi_jsonw_time(&w, "newest", s->newest);
	mgi_jsonw_int(&w, "files_read", (int64_t)s->files_read);
	mgi_jsonw_int(&w, "downloads", (int64_t)s->downloads);
	if (c->opts.against) {
		mgi_jsonw_object(&w, "against");
		mgi_jsonw_int(&w, "same", (int64_t)s->same);
		mgi_jsonw_int(&w, "changed", (int64_t)s->changed);
		mgi_jsonw_int(&w, "missing", (int64_t)s->missing);
		mgi_jsonw_int(&w, "new", (int64_t)s->added);
		mgi_jsonw_end(&w);
	}
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

mailguard_status mailguard_check_text(mailguard_buffer *out,
                                      const mailguard_check *c,
                                      mailguard_error *err)
{
	static const mgi_say_id ids[] = {
		MGI_SAY_CHECK_UNKNOWN,    MGI_SAY_CHECK_SOUND,
		MGI_SAY_CHECK_ODD,        MGI_SAY_CHECK_DAMAGED,
		MGI_SAY_CHECK_UNREADABLE,
	};
	const mailguard_check_summary *s = &c->sum;
	const mgi_store_more *more = c->store->reader->more;
	mgi_say_id id = ids[s->verdict];

	if (id == MGI_SAY_CHECK_DAMAGED && more && more->rebuild)
		id = MGI_SAY_CHECK_DAMAGED_REBUILD;
	mgi_say(out, c->store->mg, id, "path", c->store->path, "messages",
	        mgi_u64(s->messages).text, "damaged", mgi_u64(s->damaged).text,
	        "lost", mgi_u64(s->lost).text);
	if (s->downloads) {
		mgi_buf_putc(out, '\n');
		mgi_say(out, c->store->mg, MGI_SAY_CHECK_DOWNLOADS, "path",
		        c->store->path, "count", mgi_u64(s->downloads).text);
	}
	if (c->opts.against) {
		mgi_buf_putc(out, '\n');
		mgi_say(out, c->store->mg, MGI_SAY_CHECK_AGAINST, "path",
		        c->opts.against, "same", mgi_u64(s->same).text,
		        "changed", mgi_u64(s->changed).text, "missing",
		        mgi_u64(s->missing).text, "added",
		        mgi_u64(s->added).text);
	}
	return mgi_buf_status(out, err);
}

mailguard_status mailguard_store_salvage_json(mailguard_buffer *out,
                                              const mailguard_store *store,
                                              const char *dest,
                                              const mailguard_salvage_report *r,
                                              mailguard_error *err)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "source", store->path);
	mgi_jsonw_str(&w, "dest", dest);
	mgi_jsonw_str(&w, "format", r->format);
	mgi_jsonw_int(&w, "found", (int64_t)r->found);
	mgi_jsonw_int(&w, "intact", (int64_t)r->intact);
	mgi_jsonw_int(&w, "repaired", (int64_t)r->repaired);
	mgi_jsonw_int(&w, "damaged", (int64_t)r->damaged);
	mgi_jsonw_int(&w, "lost", (int64_t)r->lost);
	mgi_jsonw_str(&w, "verdict", mailguard_check_verdict_name(r->verdict));
	if (r->plan == MAILGUARD_PLAN_MEND)
		mgi_jsonw_str(&w, "plan", "mend");
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}
