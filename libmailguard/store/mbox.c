/*
 * mbox.c - messages parted by From_ lines, in one file or a folder of such.
 *
 * Content-Length and .msf files are not believed; both lie once anything has
 * touched the file.
 */
#include "store/driver.h"
#include "store/from_line.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"

#define NEXT_LINE 256           /* of the line behind a From_ line */
#define LOOK ((size_t)64 << 10) /* what a window mostly still holds */
#define NAMES_DEEP 16
#define MARK "\xef\xbb\xbf"

/* Where a walk is in the file under way. */
typedef struct mbox {
	uint64_t at; /* of the next From_ line, or of text before one */
	uint64_t size;
	bool open;
} mbox;

/* A place in the file by lines, over windows. */
typedef struct lines {
	mgi_file *file;
	mailguard_error *err;
	uint64_t at;
	mailguard_status st;
} lines;

static int mbox_sniff(const mgi_store_sight *sight);

/* Skip names that are no mail in a client's folder. */
static bool is_mail_name(const char *name)
{
	static const char *const no[] = { ".pst",  ".ost",  ".dbx",    ".msf",
		                          ".dat",  ".json", ".sqlite", ".lck",
		                          ".lock", ".html", ".txt",    ".ini" };
	size_t n = strlen(name), i;

	if (name[0] == '.')
		return false;
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		size_t m = strlen(no[i]);

		if (n > m && mgi_strcmp_nocase(name + n - m, no[i]) == 0)
			return false;
	}
	return true;
}

/* Does this file begin like an mbox? An empty one does. */
static bool file_sniff(mgi_arena *arena, const char *path, const char *name)
{
	mgi_store_sight sight = { path, name, false, { NULL, 0 }, arena };
	mailguard_span head;
	bool is = false;
	mgi_file *f;

	if (mgi_file_open(&f, mgi_arena_handle(arena), path, NULL) < 0)
		return false;
	if (mgi_file_window(&head, f, 0, 4096, NULL) >= 0) {
		sight.head = head;
		is = mbox_sniff(&sight) > 0;
	}
	mgi_file_close(f);
	return is;
}

/* "Work.sbd" holds the folders below "Work". */
static const char *folder_name(mgi_arena *arena,
                               const char *above,
                               const char *name)
{
	char *out = mgi_arena_printf(arena, "%s%s%s", above,
	                             above[0] ? "/" : "", name);
	size_t n = out ? strlen(out) : 0;

	if (n > 4 && strcmp(out + n - 4, ".sbd") == 0)
		out[n - 4] = '\0';
	return out;
}

static mailguard_status folder_add(mailguard_store *s,
                                   const char *path,
                                   const char *folder,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	st = mgi_dir_read(&dir, s->arena, path, err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *name = dir.at[i].name;
		const char *below =
			mgi_arena_printf(s->arena, "%s/%s", path, name);
		const char *as = folder_name(s->arena, folder, name);

		if (!below || !as)
			return mgi_fail_nomem(err);
		if (dir.at[i].kind == MGI_ENTRY_FOLDER && depth < NAMES_DEEP &&
		    name[0] != '.')
			st = folder_add(s, below, as, depth + 1, err);
		else if (dir.at[i].kind == MGI_ENTRY_FILE &&
		         is_mail_name(name) &&
		         file_sniff(s->arena, below, name)) {
			mgi_store_file f = { below, as, 0 };

			(void)mgi_store_file_add(s, &f);
		}
	}
	return st;
}

/* A folder counts if a file in it does: an empty guess is no store. */
static int folder_sniff(const mgi_store_sight *sight)
{
	mgi_dir dir;
	size_t i;

	if (mgi_dir_read(&dir, sight->arena, sight->path, NULL) < 0)
		return 0;
	for (i = 0; i < dir.count; i++) {
		const char *path;

		if (dir.at[i].kind == MGI_ENTRY_FOLDER) {
			size_t n = strlen(dir.at[i].name);

			if (n > 4 &&
			    strcmp(dir.at[i].name + n - 4, ".sbd") == 0)
				return 50;
			continue;
		}
		path = mgi_arena_printf(sight->arena, "%s/%s", sight->path,
		                        dir.at[i].name);
		if (path && dir.at[i].kind == MGI_ENTRY_FILE &&
		    is_mail_name(dir.at[i].name) &&
		    file_sniff(sight->arena, path, dir.at[i].name))
			return 50;
	}
	return 0;
}

static int mbox_sniff(const mgi_store_sight *sight)
{
	mailguard_span s = sight->head;

	if (sight->is_folder)
		return folder_sniff(sight);
	if (mgi_span_starts(s, MARK))
		s = mgi_span_from(s, sizeof(MARK) - 1);
	while (s.len && (s.data[0] == '\r' || s.data[0] == '\n'))
		s = mgi_span_from(s, 1);
	if (mgi_span_starts(s, "From "))
		return 90;
	/* An empty mailbox is one; so is one whose head was overwritten. */
	if (!sight->head.len)
		return 10;
	return s.len && s.data[0] == '\0' && is_mail_name(sight->name) ? 10 : 0;
}

static mailguard_status mbox_open(mailguard_store *s, mailguard_error *err)
{
	const char *slash = strrchr(s->path, '/');
	mgi_store_file f = { s->path, slash ? slash + 1 : s->path, 0 };
	mailguard_status st = MAILGUARD_OK;

	if (mgi_path_kind(s->path) == MGI_ENTRY_FOLDER)
		st = folder_add(s, s->path, "", 0, err);
	else
		(void)mgi_store_file_add(s, &f);
	s->folders = s->count;
	return st;
}

static mailguard_status mbox_begin(mailguard_walk *w, mailguard_error *err)
{
	w->state = mgi_arena_alloc(w->arena, sizeof(mbox));
	return w->state ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/*
 * The offset of the next line that begins with "From ", from `at` on; the
 * size if there is none. `at` is the beginning of a line.
 */
static uint64_t from_find(lines *l, uint64_t size)
{
	size_t want = LOOK;

	while (l->at < size) {
		mailguard_span s;
		size_t i = 0;

		l->st = mgi_file_window(&s, l->file, l->at, want, l->err);
		if (!s.len)
			return size; /* unreadable, or shorter than it was */
		l->st = MAILGUARD_OK;
		for (;;) {
			const unsigned char *lf;

			if (mgi_span_starts(mgi_span_from(s, i), "From "))
				return l->at + i;
			lf = memchr(s.data + i, '\n', s.len - i);
			if (!lf)
				break;
			i = (size_t)(lf - s.data) + 1;
			if (s.len - i < 5)
				break;
		}
		if (i == 0 && s.len == LOOK) {
			want = MGI_FILE_WINDOW; /* a very long line */
			continue;
		}
		want = LOOK;
		/* Go on at the last line begun, or behind all of it. */
		if (i == 0)
			i = s.len;
		l->at += i;
		if (l->at >= size || s.len < 5)
			return size;
	}
	return size;
}

/* What stands around a line that begins with "From ". */
static mgi_from_line around(mgi_file *file, uint64_t at, uint64_t size)
{
	mgi_from_line f = { { NULL, 0 }, { NULL, 0 }, at == 0, false, false };
	uint64_t before = at < 4 ? 0 : at - 4;
	size_t skip = (size_t)(at - before), n;
	const unsigned char *lf;
	mailguard_span s;

	(void)mgi_file_window(&s, file, before, skip + 1024 + NEXT_LINE, NULL);
	if (s.len <= skip)
		return f;
	f.after_blank = (skip >= 2 && s.data[skip - 1] == '\n' &&
	                 (s.data[skip - 2] == '\n' ||
	                  (skip >= 3 && s.data[skip - 2] == '\r' &&
	                   s.data[skip - 3] == '\n')));
	s = mgi_span_from(s, skip);
	lf = memchr(s.data, '\n', s.len);
	n = lf ? (size_t)(lf - s.data) : s.len;
	f.line = mgi_span_head(s, n);
	f.next = mgi_span_from(s, n + (lf != NULL));
	f.at_end = at + n + 1 >= size;
	lf = memchr(f.next.data, '\n', f.next.len);
	if (lf)
		f.next.len = (size_t)(lf - f.next.data);
	return f;
}

/* Only CR and LF from `at` to `end`? */
static bool is_blank(mgi_file *file, uint64_t at, uint64_t end)
{
	mailguard_span s;
	size_t i;

	if (end - at > 64)
		return false;
	(void)mgi_file_window(&s, file, at, (size_t)(end - at), NULL);
	for (i = 0; i < s.len; i++)
		if (s.data[i] != '\r' && s.data[i] != '\n')
			return false;
	return true;
}

/* The next From_ line that parts, behind the one at `at`. */
static mailguard_status part_find(uint64_t *out,
                                  mailguard_walk *w,
                                  uint64_t at,
                                  mailguard_error *err)
{
	mbox *m = w->state;
	lines l = { w->file, err, at, MAILGUARD_OK };

	for (;;) {
		mailguard_finding odd = {
			MAILGUARD_SEVERITY_NOTE, 0, 0, 0, 0, NULL, NULL, NULL
		};
		mgi_from_line f;
		mailguard_span s;

		*out = from_find(&l, m->size);
		if (l.st < 0 || *out >= m->size)
			return l.st;
		f = around(w->file, *out, m->size);
		if (mgi_from_line_parts(&f)) {
			if (!f.first && !f.after_blank) {
				odd.severity = MAILGUARD_SEVERITY_WARN;
				odd.offset = *out;
				odd.length = f.line.len;
				mgi_walk_note(w, &odd, MGI_SAY_MBOX_TORN_FROM);
			}
			return MAILGUARD_OK;
		}
		odd.offset = *out;
		odd.length = f.line.len;
		odd.item = w->item.index + 1;
		mgi_walk_note(w, &odd, MGI_SAY_MBOX_FROM_IN_TEXT);
		/* On behind this line's first bytes. */
		l.at = *out + 5;
		(void)mgi_file_window(&s, w->file, l.at, 1, NULL);
		if (!s.len)
			return MAILGUARD_OK;
	}
}

/* Behind the From_ line at `at`. */
static uint64_t line_end(mgi_file *file, uint64_t at, uint64_t size)
{
	while (at < size) {
		const unsigned char *lf;
		mailguard_span s;

		(void)mgi_file_window(&s, file, at, 4096, NULL);
		if (!s.len)
			return size;
		lf = memchr(s.data, '\n', s.len);
		if (lf)
			return at + (uint64_t)(lf - s.data) + 1;
		at += s.len;
	}
	return size;
}

/* Without the blank line that parts it from the next. */
static uint64_t body_end(mgi_file *file, uint64_t begin, uint64_t end)
{
	uint64_t at = end - begin < 4 ? begin : end - 4;
	size_t n;
	mailguard_span s;

	(void)mgi_file_window(&s, file, at, (size_t)(end - at), NULL);
	n = s.len;
	if (n < end - at || n < 2 || s.data[n - 1] != '\n')
		return end;
	if (s.data[n - 2] == '\n')
		return end - 1;
	if (n >= 4 && s.data[n - 2] == '\r' && s.data[n - 3] == '\n')
		return end - 2;
	return end;
}

/* Text before the first From_ line is kept as a message of its own. */
static mailguard_status file_begin(mailguard_walk *w, mailguard_error *err)
{
	mbox *m = w->state;
	mailguard_status st;
	mailguard_span s;

	st = mgi_walk_file(w, err);
	if (st < 0)
		return st;
	m->open = true;
	m->size = mgi_file_size(w->file);
	/* A byte order mark is no part of the first From_ line. */
	(void)mgi_file_window(&s, w->file, 0, sizeof(MARK) - 1, NULL);
	m->at = mgi_span_is(s, MARK) ? s.len : 0;
	return MAILGUARD_OK;
}

static mailguard_status message_next(mailguard_item *out,
                                     mailguard_walk *w,
                                     mailguard_error *err)
{
	mailguard_finding torn = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, NULL, NULL
	};
	mbox *m = w->state;
	uint64_t end = m->size;
	mailguard_status st;
	mailguard_span s;
	bool from;

	(void)mgi_file_window(&s, w->file, m->at, 5, NULL);
	from = mgi_span_starts(s, "From ");
	out->offset = from ? line_end(w->file, m->at, m->size) : m->at;
	st = part_find(&end, w, out->offset, err);
	if (!from && !is_blank(w->file, m->at, end)) {
		torn.offset = m->at;
		torn.length = end - m->at;
		torn.item = w->item.index + 1;
		mgi_walk_note(w, &torn, MGI_SAY_MBOX_NO_FROM);
	}
	out->folder = w->store->files[w->at].folder;
	out->file = w->store->files[w->at].path;
	out->size = body_end(w->file, out->offset, end) - out->offset;
	if (!from && is_blank(w->file, m->at, end))
		out->size = UINT64_MAX; /* nothing: step over it */
	m->at = end;
	return st;
}

static mailguard_status mbox_next(mailguard_item *out,
                                  mailguard_walk *w,
                                  mailguard_error *err)
{
	mbox *m = w->state;
	mailguard_status st;

	while (w->at < w->store->count) {
		if (!m->open) {
			st = file_begin(w, err);
			if (st < 0) {
				w->at++;
				return st;
			}
		}
		if (m->at < m->size) {
			st = message_next(out, w, err);
			if (st < 0 || out->size != UINT64_MAX)
				return st;
			continue;
		}
		m->open = false;
		w->at++;
		w->done++;
	}
	return MAILGUARD_ITEROVER;
}

const mgi_store_reader mgi_store_mbox = {
	.name = "mbox",
	.sniff = mbox_sniff,
	.open = mbox_open,
	.begin = mbox_begin,
	.next = mbox_next,
};
