/*
 * eml.c - one message in a file of its own, or a folder of such files with
 * folders in it.
 */
#include "store/driver.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"
#include "store/from_line.h"

#define MARK "\xef\xbb\xbf"
#define NAMES_DEEP 16

static bool is_eml_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && mgi_strcmp_nocase(name + n - 4, ".eml") == 0;
}

/* Fields that nothing but mail has. */
static bool is_telling(mailguard_span line)
{
	static const char *const names[] = { "Received:",     "Return-Path:",
		                             "Message-ID:",   "MIME-Version:",
		                             "Content-Type:", "Delivered-To:" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_starts_nocase(line, names[i]))
			return true;
	return false;
}

/* How much of a mail's header stands at the head of `s`, in points. */
static int header_score(mailguard_span s)
{
	int score = 0;
	bool first = true;

	while (s.len) {
		const unsigned char *lf = memchr(s.data, '\n', s.len);
		size_t n = lf ? (size_t)(lf - s.data) : s.len;
		mailguard_span line = mgi_span_head(s, n);

		if (!mgi_span_trim(line).len)
			break;
		if (mgi_line_is_mail_field(line))
			score += is_telling(line) ? 2 : 1;
		else if (first && !mgi_line_is_field(line))
			return 0;
		first = false;
		s = mgi_span_from(s, n + 1);
	}
	return score;
}

static bool folder_has(mgi_arena *arena, const char *path, unsigned depth)
{
	mgi_dir dir;
	size_t i;

	if (mgi_dir_read(&dir, arena, path, NULL) < 0)
		return false;
	for (i = 0; i < dir.count; i++) {
		const char *below;

		if (dir.at[i].kind == MGI_ENTRY_FILE &&
		    is_eml_name(dir.at[i].name))
			return true;
		if (dir.at[i].kind != MGI_ENTRY_FOLDER || depth ||
		    dir.at[i].name[0] == '.')
			continue;
		below = mgi_arena_printf(arena, "%s/%s", path, dir.at[i].name);
		if (below && folder_has(arena, below, depth + 1))
			return true;
	}
	return false;
}

static int eml_sniff(const mgi_store_sight *sight)
{
	mailguard_span s = sight->head;
	bool named = is_eml_name(sight->name);

	if (sight->is_folder)
		return folder_has(sight->arena, sight->path, 0) ? 40 : 0;
	if (mgi_span_starts(s, MARK))
		s = mgi_span_from(s, sizeof(MARK) - 1);
	if (named && mgi_span_starts(s, "From "))
		return 95;
	if (header_score(s) >= 2)
		return 60;
	return named ? 20 : 0;
}

static mailguard_status folder_add(mailguard_store *s,
                                   const char *path,
                                   const char *folder,
                                   unsigned depth,
                                   mailguard_error *err)
{
	size_t before = s->count, i;
	mailguard_status st;
	mgi_dir dir;

	st = mgi_dir_read(&dir, s->arena, path, err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *name = dir.at[i].name, *as;
		mgi_store_file f = { NULL, folder, 0 };

		f.path = mgi_arena_printf(s->arena, "%s/%s", path, name);
		if (!f.path)
			return mgi_fail_nomem(err);
		if (dir.at[i].kind == MGI_ENTRY_FILE && is_eml_name(name))
			(void)mgi_store_file_add(s, &f);
		if (dir.at[i].kind != MGI_ENTRY_FOLDER || name[0] == '.' ||
		    depth == NAMES_DEEP)
			continue;
		as = mgi_arena_printf(s->arena, "%s%s%s", folder,
		                      folder[0] ? "/" : "", name);
		if (!as)
			return mgi_fail_nomem(err);
		st = folder_add(s, f.path, as, depth + 1, err);
	}
	s->folders += s->count > before;
	return st;
}

static mailguard_status eml_open(mailguard_store *s, mailguard_error *err)
{
	mgi_store_file f = { s->path, "", 0 };

	if (mgi_path_kind(s->path) == MGI_ENTRY_FOLDER)
		return folder_add(s, s->path, "", 0, err);
	(void)mgi_store_file_add(s, &f);
	s->folders = 1;
	return MAILGUARD_OK;
}

const mgi_store_reader mgi_store_eml = {
	.name = "eml",
	.sniff = eml_sniff,
	.open = eml_open,
	.begin = mgi_files_begin,
	.next = mgi_files_next,
};
