/*
 * write_maildir.c - a Maildir(++) of salvaged messages, each whole as soon as
 * it has its name.
 */
#include "store/sink.h"

#include <string.h>

#include "base/fail.h"

static const char *const rooms[] = { "tmp", "new", "cur" };

static mailguard_status rooms_make(mgi_sink *w,
                                   const char *path,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	if (strcmp(path, w->dest) != 0)
		st = mgi_made_folder(w, path, err);
	for (i = 0; st >= 0 && i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const char *room =
			mgi_arena_printf(w->arena, "%s/%s", path, rooms[i]);

		st = room ? mgi_made_folder(w, room, err) : mgi_fail_nomem(err);
	}
	return st;
}

static mailguard_status maildir_open(mgi_sink *w, mailguard_error *err)
{
	mailguard_status st = mgi_made_dest(w, err);

	return st < 0 ? st : rooms_make(w, w->dest, err);
}

/* Everything goes into INBOX unless the source has several folders. */
static mailguard_status folder_of(const char **out,
                                  mgi_sink *w,
                                  const char *folder,
                                  mailguard_error *err)
{
	*out = w->dest;
	if (!w->folders || strcmp(folder, "INBOX") == 0)
		return MAILGUARD_OK;
	*out = mgi_arena_printf(w->arena, "%s/.%s", w->dest,
	                        mgi_sink_name(w, folder));
	if (mgi_arena_failed(w->arena))
		return mgi_fail_nomem(err);
	if (mgi_path_kind(*out) == MGI_ENTRY_FOLDER)
		return MAILGUARD_OK;
	return rooms_make(w, *out, err);
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
                             const mgi_mail *mail)
{
	int64_t seconds = mail->date / 1000000;
	mailguard_buffer name;
	const char *out = NULL;

	mgi_buf_init(&name, w->mg);
	mgi_buf_printf(&name, "%s/cur/%s.M%s.mailguard", folder,
	               mgi_i64(seconds > 0 ? seconds : 0).text,
	               mgi_u64(w->count).text);
	flags_add(&name, mail->item->flags);
	if (mgi_buf_status(&name, NULL) >= 0)
		out = mgi_arena_strdup(w->arena, mgi_buf_text(&name));
	mgi_buf_done(&name);
	return out;
}

static mailguard_status maildir_put(mgi_sink *w,
                                    mgi_mail *mail,
                                    mailguard_error *err)
{
	const char *folder, *path;
	mailguard_status st;

	st = folder_of(&folder, w, mail->item->folder, err);
	if (st < 0)
		return st;
	path = name_make(w, folder, mail);
	if (!path)
		return mgi_fail_nomem(err);
	return mgi_made_file(w, path, mail, err);
}

const mgi_store_writer mgi_write_maildir = { "maildir", maildir_open,
	                                     maildir_put, mgi_made_finish,
	                                     mgi_made_abandon };
