/*
 * tree.c - walk through what a store is made of.
 */
#include "backup/tree.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"
#include "base/text.h"

#define DEEP_MAX 64

/* A folder under way, and those above it. */
typedef struct level {
	const struct level *above;
	const char *path, *own;
	uint64_t device, number;
	unsigned deep;
} level;

typedef struct walk {
	mailguard_backup *b;
	size_t store;
	mgi_tree_visit visit;
	void *self;
} walk;

static mailguard_status folder_walk(const walk *w,
                                    const level *at,
                                    mailguard_error *err);

static bool leads_back(const level *at, const mgi_stat *st)
{
	for (; at; at = at->above)
		if (at->device == st->device && at->number == st->number)
			return true;
	return false;
}

static mailguard_status entry_walk(const walk *w,
                                   const level *at,
                                   const char *name,
                                   mgi_arena *arena,
                                   mailguard_error *err)
{
	mgi_met_file met = { w->store, NULL, NULL, name, { 0 } };
	level below = { at, NULL, NULL, 0, 0, at->deep + 1 };
	mailguard_status st;
	mgi_stat link;

	met.path = mgi_arena_printf(arena, "%s/%s", at->path, name);
	met.own = mgi_arena_printf(arena, "%s%s%s", at->own,
	                           at->own[0] ? "/" : "", name);
	if (!met.path || !met.own)
		return mgi_fail_nomem(err);
	if (mgi_os_stat_target(&met.st, met.path) != 0 &&
	    mgi_os_stat(&link, met.path) != 0)
		return MAILGUARD_OK; /* gone */
	if (met.st.kind == MGI_ENTRY_FOLDER &&
	    (leads_back(at, &met.st) || below.deep > DEEP_MAX))
		met.st.kind = MGI_ENTRY_OTHER;
	st = w->visit(w->self, &met, err);
	if (st < 0 || met.st.kind != MGI_ENTRY_FOLDER)
		return st;
	below.path = met.path;
	below.own = met.own;
	below.device = met.st.device;
	below.number = met.st.number;
	return folder_walk(w, &below, err);
}

static mailguard_status folder_walk(const walk *w,
                                    const level *at,
                                    mailguard_error *err)
{
	mgi_arena *list = mgi_arena_new(w->b->mg);
	mgi_arena *each = mgi_arena_new(w->b->mg);
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	st = list && each ? mgi_dir_read(&dir, list, at->path, err)
	                  : mgi_fail_nomem(err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		mgi_arena_empty(each);
		st = entry_walk(w, at, dir.at[i].name, each, err);
	}
	mgi_arena_free(list);
	mgi_arena_free(each);
	return st;
}

mailguard_status mgi_tree_walk(mailguard_backup *b,
                               size_t i,
                               mgi_tree_visit visit,
                               void *self,
                               mailguard_error *err)
{
	const mgi_backed *s = &b->stores[i];
	mgi_met_file met = { i, "", s->told.file, s->name, { 0 } };
	level top = { NULL, s->told.file, "", 0, 0, 0 };
	walk w = { b, i, visit, self };
	mailguard_status st;
	int sys;

	sys = mgi_os_stat_target(&met.st, s->told.file);
	if (sys)
		return mgi_fail_sys(err, b->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", s->told.file);
	st = visit(self, &met, err);
	if (st < 0 || !s->is_folder)
		return st;
	top.device = met.st.device;
	top.number = met.st.number;
	return folder_walk(&w, &top, err);
}

/* -- names ----------------------------------------------------------------- */

/* Names that are devices on Windows, whatever stands behind a dot. */
static bool is_device(mailguard_span name)
{
	static const char *const three[] = { "con", "prn", "aux", "nul" };
	static const char *const four[] = { "com", "lpt" };
	size_t i, n;

	for (n = 0; n < name.len && name.data[n] != '.'; n++)
		;
	name.len = n;
	for (i = 0; i < 4; i++)
		if (mgi_span_is_nocase(name, three[i]))
			return true;
	for (i = 0; i < 2; i++)
		if (n == 4 && mgi_is_digit(name.data[3]) &&
		    mgi_span_starts_nocase(name, four[i]))
			return true;
	return false;
}

static void name_put(mailguard_buffer *out, mailguard_span name)
{
	size_t at = 0;

	if (is_device(name))
		mgi_buf_putc(out, '_');
	while (at < name.len) {
		size_t was = at;
		uint32_t c = mgi_utf8_next(name, &at);
		bool last = at == name.len;

		if (c == ':') /* of a Maildir, which knows this one, too */
			mgi_buf_putc(out, ';');
		else if (c < 0x20 || c == 0x7f || c == 0xfffd ||
		         (c < 0x80 && strchr("<>\"|?*\\%", (int)c)) ||
		         (last && (c == '.' || c == ' ')))
			mgi_buf_putc(out, '_');
		else
			mgi_buf_add(out, name.data + was, at - was);
	}
}

void mgi_tree_name(mailguard_buffer *out, const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "/");

		name_put(out, mgi_span(path, n));
		if (!path[n])
			return;
		mgi_buf_putc(out, '/');
		path += n + 1;
	}
}
