/*
 * maildir_check.c - what a Maildir's names and lists say of its messages.
 */
#include "store/maildir.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/os_dir.h"
#include "base/os_stat.h"
#include "store/check.h"

/* What lies in tmp/ for so long is no delivery under way (maildir(5)). */
#define STRAY INT64_C(129600000000)
#define LIST_MAX ((size_t)64 << 20)

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The number behind ",S=" or ",W=". */
static bool number_of(uint64_t *out, mailguard_span base, const char *mark)
{
	ptrdiff_t at = mgi_span_find_nocase(base, mark);
	mailguard_span rest;
	size_t n = 0;

	if (at < 0)
		return false;
	rest = mgi_span_from(base, (size_t)at + strlen(mark));
	while (n < rest.len && mgi_is_digit(rest.data[n]))
		n++;
	return mgi_span_u64(out, mgi_span_head(rest, n), UINT64_MAX);
}

mgi_maildir_name mgi_maildir_name_of(const char *path)
{
	mgi_maildir_name out = { .odd = false };
	const char *name = last_of(path), *info = strpbrk(name, ":;");
	size_t i;

	out.base = mgi_span_of(name);
	if (info && (info[1] == '2' || info[1] == '1') && info[2] == ',') {
		out.base.len = (size_t)(info - name);
		out.flags = mgi_span_of(info + 3);
		out.odd = info[1] != '2';
	} else if (info && info[0] == ':') {
		out.base.len = (size_t)(info - name);
		out.odd = true;
	}
	for (i = 0; i < out.flags.len; i++)
		out.odd |= !mgi_is_alpha(out.flags.data[i]) &&
		           out.flags.data[i] != ',';
	out.has_size = number_of(&out.size, out.base, ",S=");
	out.has_wide = number_of(&out.wide, out.base, ",W=");
	return out;
}

bool mgi_maildir_counts(const char *path)
{
	return mgi_maildir_name_of(path).has_wide;
}

void mgi_maildir_check_name(mailguard_check *c,
                            const mailguard_item *item,
                            uint64_t lone)
{
	mgi_maildir_name n = mgi_maildir_name_of(item->file);
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                0,
		                0,
		                item->index,
		                NULL,
		                item->file,
		                NULL };

	if (n.has_size && item->size < n.size) {
		f.severity = MAILGUARD_SEVERITY_LOSS;
		f.offset = item->size;
		f.length = n.size - item->size;
		mgi_check_note(c, &f, MGI_SAY_MAILDIR_SHORT);
	} else if ((n.has_size && item->size != n.size) ||
	           (n.has_wide && item->size + lone != n.wide)) {
		mgi_check_note(c, &f, MGI_SAY_MAILDIR_SIZE);
	}
	f.severity = MAILGUARD_SEVERITY_NOTE;
	if (n.odd)
		mgi_check_note(c, &f, MGI_SAY_MAILDIR_NAME);
}

/* -- tmp/ -------------------------------------------------------------------
 */

static void stray_look(mailguard_check *c, mgi_arena *arena, const char *path)
{
	const char *tmp = mgi_arena_printf(arena, "%s/%s", path, "tmp");
	mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                tmp,
		                NULL };
	mgi_dir dir;
	size_t i;

	if (!tmp || mgi_path_kind(tmp) != MGI_ENTRY_FOLDER ||
	    mgi_dir_read(&dir, arena, tmp, NULL) < 0)
		return;
	for (i = 0; i < dir.count; i++) {
		const char *one =
			mgi_arena_printf(arena, "%s/%s", tmp, dir.at[i].name);
		mgi_stat st;

		if (!one || mgi_os_stat(&st, one) ||
		    st.kind != MGI_ENTRY_FILE ||
		    st.changed > mgi_now(c->store->mg) - STRAY)
			continue;
		mgi_check_note(c, &f, MGI_SAY_MAILDIR_TMP);
		return;
	}
}

/* The Maildir itself and each folder in it. */
static mailguard_status folders_each(mailguard_check *c,
                                     void (*look)(mailguard_check *c,
                                                  mgi_arena *arena,
                                                  const char *path),
                                     mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(c->store->mg);
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	if (!arena)
		return mgi_fail_nomem(err);
	st = mgi_dir_read(&dir, arena, c->store->path, err);
	if (st >= 0)
		look(c, arena, c->store->path);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *path;

		if (dir.at[i].kind != MGI_ENTRY_FOLDER ||
		    dir.at[i].name[0] != '.')
			continue;
		path = mgi_arena_printf(arena, "%s/%s", c->store->path,
		                        dir.at[i].name);
		if (path)
			look(c, arena, path);
	}
	if (mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	mgi_arena_free(arena);
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_maildir_check(mailguard_check *c, mailguard_error *err)
{
	return folders_each(c, stray_look, err);
}

/* -- names ------------------------------------------------------------------
 */

/* Of the Maildir or folder at `path`, with or without "cur/" behind it. */
static uint64_t mark_of(mailguard_span folder, mailguard_span base)
{
	return mgi_mark_add(mgi_mark_add(MGI_MARK, folder), base);
}

void mgi_maildir_met(mailguard_check *c, size_t i)
{
	const char *path = c->store->files[i].path, *name = last_of(path);
	size_t room = c->name_room ? c->name_room * 2 : 256;
	mgi_met *more;

	if (c->name_count == c->name_room) {
		more = mgi_resize(c->store->mg, c->names, room * sizeof(*more));
		if (!more) {
			c->ledger.nomem = true;
			return;
		}
		c->names = more;
		c->name_room = room;
	}
	/* "path/cur/name": what stands before "/cur/". */
	c->names[c->name_count].mark =
		mark_of(mgi_span(path, (size_t)(name - path) - 5),
	                mgi_maildir_name_of(name).base);
	c->names[c->name_count++].file = i;
}

static int by_mark(const void *a, const void *b)
{
	const mgi_met *x = a, *y = b;

	if (x->mark != y->mark)
		return x->mark < y->mark ? -1 : 1;
	return (x->file > y->file) - (x->file < y->file);
}

static bool is_met(const mailguard_check *c, uint64_t mark)
{
	size_t low = 0, high = c->name_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->names[mid].mark < mark)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->name_count && c->names[low].mark == mark;
}

/* Dovecot's list: "12 W123 :1700000000.M1P2.host"; is each of them there? */
static void list_look(mailguard_check *c, mgi_arena *arena, const char *path)
{
	const char *list =
		mgi_arena_printf(arena, "%s/%s", path, "dovecot-uidlist");
	mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                list,
		                NULL };
	mailguard_buffer text;
	mailguard_span line;
	mgi_cursor lines;

	if (!list || mgi_path_kind(list) != MGI_ENTRY_FILE)
		return;
	mgi_buf_init(&text, c->store->mg);
	(void)mgi_file_slurp(&text, list, LIST_MAX, NULL);
	lines = mgi_cursor_of(mgi_buf_span(&text));
	(void)mgi_cursor_line(&line, &lines); /* its version */
	while (mgi_cursor_line(&line, &lines)) {
		ptrdiff_t at = mgi_span_find_nocase(line, " :");
		const char *name;

		if (at < 0)
			continue;
		line = mgi_span_from(line, (size_t)at + 2);
		name = mgi_arena_strndup(arena, line.data, line.len);
		if (!name)
			break;
		line = mgi_maildir_name_of(name).base;
		if (is_met(c, mark_of(mgi_span_of(path), line)))
			continue;
		mgi_check_note(c, &f, MGI_SAY_MAILDIR_LIST);
		break;
	}
	mgi_buf_done(&text);
}

mailguard_status mgi_maildir_check_after(mailguard_check *c,
                                         mailguard_error *err)
{
	size_t i;

	if (c->name_count)
		qsort(c->names, c->name_count, sizeof(*c->names), by_mark);
	for (i = 1; i < c->name_count; i++) {
		mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
			                0,
			                MAILGUARD_NOWHERE,
			                0,
			                0,
			                NULL,
			                NULL,
			                NULL };

		if (c->names[i].mark != c->names[i - 1].mark)
			continue;
		f.where = c->store->files[c->names[i].file].path;
		mgi_check_note(c, &f, MGI_SAY_MAILDIR_DOUBLE_NAME);
	}
	return folders_each(c, list_look, err);
}
