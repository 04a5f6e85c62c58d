/*
 * eml.c - one message in a file of its own, or a folder of such files with
 * folders in it.
 */
#include "store/driver.h"

#include <string.h>

#include "base/os_dir.h"
#include "store/from_line.h"

#define MARK "\xef\xbb\xbf"

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

/* Windows Live Mail's folders are of such files, below this list of them. */
static bool is_live_mail(const mgi_store_sight *sight)
{
	const char *list = mgi_arena_printf(
		sight->arena, "%s/Mail.MSMessageStore", sight->path);

	return list && mgi_path_kind(list) == MGI_ENTRY_FILE;
}

static int eml_sniff(const mgi_store_sight *sight)
{
	mailguard_span s = sight->head;
	bool named = is_eml_name(sight->name);

	if (sight->is_folder && is_live_mail(sight))
		return 70;
	if (sight->is_folder)
		return mgi_files_has(sight->arena, sight->path, is_eml_name)
		               ? 40
		               : 0;
	if (mgi_span_starts(s, MARK))
		s = mgi_span_from(s, sizeof(MARK) - 1);
	if (named && mgi_span_starts(s, "From "))
		return 95;
	if (header_score(s) >= 2)
		return 60;
	return named ? 20 : 0;
}

static mailguard_status eml_open(mailguard_store *s, mailguard_error *err)
{
	return mgi_files_open(s, is_eml_name, err);
}

const mgi_store_reader mgi_store_eml = {
	.name = "eml",
	.sniff = eml_sniff,
	.open = eml_open,
	.begin = mgi_files_begin,
	.next = mgi_files_next,
};
