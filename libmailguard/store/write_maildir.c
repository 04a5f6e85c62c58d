/*
 * write_maildir.c - a Maildir(++) of salvaged messages, each written in tmp/
 * and moved to cur/.
 */
#include "store/sink.h"

#include <string.h>

#include "base/fail.h"

/* One folder made; and one file written, for undoing. */
typedef struct made {
	struct made *next;
	const char *path;
	const char *folder; /* NULL: no folder of messages */
} made;

static const char *const rooms[] = { "tmp", "new", "cur" };

static mailguard_status remember(made **out,
                                 mgi_sink *w,
                                 const char *path,
                                 mailguard_error *err)
{
	made *m = mgi_arena_alloc(w->arena, sizeof(*m));

	*out = m;
	if (!m)
		return mgi_fail_nomem(err);
	m->path = path;
	m->next = w->state;
	w->state = m;
	return MAILGUARD_OK;
}

static mailguard_status folder_make(made **out,
                                    mgi_sink *w,
                                    const char *path,
                                    mailguard_error *err)
{
	mailguard_status st = mgi_folder_make(w->mg, path, err);

	return st < 0 ? st : remember(out, w, path, err);
}

static mailguard_status rooms_make(mgi_sink *w,
                                   const char *path,
                                   const char *folder,
                                   mailguard_error *err)
{
	mailguard_status st;
	size_t i;
	made *m;

	st = folder_make(&m, w, path, err);
	if (st < 0)
		return st;
	m->folder = folder;
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const char *room =
			mgi_arena_printf(w->arena, "%s/%s", path, rooms[i]);

		if (!room)
			return mgi_fail_nomem(err);
		st = folder_make(&m, w, room, err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

static mailguard_status maildir_open(mgi_sink *w, mailguard_error *err)
{
	return rooms_make(w, w->dest, "INBOX", err);
}

/* Everything goes into INBOX unless the source has several folders. */
static mailguard_status folder_of(const char **out,
                                  mgi_sink *w,
                                  const char *folder,
                                  mailguard_error *err)
{
	const char *name;
	mailguard_status st;
	const made *m;

	*out = w->dest;
	if (!w->folders || strcmp(folder, "INBOX") == 0)
		return MAILGUARD_OK;
	for (m = w->state; m; m = m->next)
		if (m->folder && strcmp(m->folder, folder) == 0)
			break;
	if (m) {
		*out = m->path;
		return MAILGUARD_OK;
	}
	name = mgi_sink_name(w, folder);
	if (!name)
		return mgi_fail_nomem(err);
	*out = mgi_arena_printf(w->arena, "%s/.%s", w->dest, name);
	folder = mgi_arena_strdup(w->arena, folder);
	if (mgi_arena_failed(w->arena))
		return mgi_fail_nomem(err);
	st = rooms_make(w, *out, folder, err);
	return st;
}

static void flags_add(mailguard_buffer *name, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		char letter;
	} letters[] = {
		/* by letter, as Maildir wants them */
		{ MAILGUARD_FLAG_DRAFT, 'D' },
		{ MAILGUARD_FLAG_FLAGGED, 'F' },
		{ MAILGUARD_FLAG_PASSED, 'P' },
		{ MAILGUARD_FLAG_ANSWERED, 'R' },
		{ MAILGUARD_FLAG_SEEN, 'S' },
		{ MAILGUARD_FLAG_DELETED, 'T' },
	};
	size_t i;

	mgi_buf_puts(name, ":2,");
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (flags & letters[i].flag)
			mgi_buf_putc(name, letters[i].letter);
}

/* Unique by its number here; the time is the message's own. */
static const char *name_make(mgi_sink *w,
                             const char *folder,
                             const mailguard_item *item,
                             mailguard_message *msg)
{
	int64_t seconds = mailguard_message_date(msg) / 1000000;
	mailguard_buffer name;
	const char *out = NULL;

	mgi_buf_init(&name, w->mg);
	mgi_buf_printf(&name, "%s/cur/%s.M%s.mailguard", folder,
	               mgi_i64(seconds > 0 ? seconds : 0).text,
	               mgi_u64(w->count).text);
	flags_add(&name, item->flags);
	if (mgi_buf_status(&name, NULL) >= 0)
		out = mgi_arena_strdup(w->arena, mgi_buf_text(&name));
	mgi_buf_done(&name);
	return out;
}

static mailguard_status bytes_write(mgi_out *o,
                                    mailguard_message *msg,
                                    mailguard_error *err)
{
	mailguard_stream *stream;
	mailguard_source *src;
	mailguard_status st;
	mailguard_span s;

	st = mailguard_message_source(&src, msg, err);
	if (st < 0)
		return st;
	st = mailguard_source_open(&stream, src, err);
	mailguard_source_free(src);
	if (st < 0)
		return st;
	while ((st = mailguard_stream_next(&s, stream, err)) == MAILGUARD_OK)
		mgi_out_write(o, s);
	mailguard_stream_free(stream);
	return st == MAILGUARD_ITEROVER ? MAILGUARD_OK : st;
}

static mailguard_status maildir_put(mgi_sink *w,
                                    const mailguard_item *item,
                                    mailguard_message *msg,
                                    mailguard_error *err)
{
	const char *folder, *path;
	mailguard_status st;
	mgi_out *o;
	made *m;

	st = folder_of(&folder, w, item->folder, err);
	if (st < 0)
		return st;
	path = name_make(w, folder, item, msg);
	if (!path)
		return mgi_fail_nomem(err);
	st = mgi_out_open(&o, w->mg, path, err);
	if (st < 0)
		return st;
	st = bytes_write(o, msg, err);
	if (st < 0) {
		mgi_out_abandon(o);
		return st;
	}
	st = mgi_out_commit(o, err);
	return st < 0 ? st : remember(&m, w, path, err);
}

static mailguard_status maildir_finish(mgi_sink *w, mailguard_error *err)
{
	(void)w;
	(void)err;
	return MAILGUARD_OK;
}

/* In the order it was made, backwards, so folders are empty by then. */
static void maildir_abandon(mgi_sink *w)
{
	const made *m;

	for (m = w->state; m; m = m->next)
		mgi_path_remove(m->path);
}

const mgi_store_writer mgi_write_maildir = { "maildir", maildir_open,
	                                     maildir_put, maildir_finish,
	                                     maildir_abandon };
