/*
 * profiles_ini.c - which of Thunderbird's profiles is in use.
 *
 * An [Install...] section's Default= beats a profile's own Default=1. The
 * profile's prefs.js is then read like any other.
 */
#include "profile/import.h"

#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"

typedef struct found {
	const char *install; /* of an [Install...] section; relative */
	const char *chosen, *first;
	bool chosen_relative, first_relative;
} found;

/* One [Profile...] section. */
typedef struct section {
	bool is_install, is_profile, is_default, relative;
	const char *path;
} section;

static bool ini_sniff(mailguard_span head, const char *name)
{
	return strcmp(name, "profiles.ini") == 0 ||
	       (mgi_span_find_nocase(head, "[Profile0]") >= 0 &&
	        mgi_span_find_nocase(head, "IsRelative=") >= 0);
}

static void section_end(found *f, const section *s)
{
	if (!s->is_profile || !s->path)
		return;
	if (!f->first) {
		f->first = s->path;
		f->first_relative = s->relative;
	}
	if (s->is_default && !f->chosen) {
		f->chosen = s->path;
		f->chosen_relative = s->relative;
	}
}

static void section_begin(section *s, mailguard_span line)
{
	memset(s, 0, sizeof(*s));
	s->relative = true;
	s->is_install = mgi_span_starts(line, "[Install");
	s->is_profile = mgi_span_starts(line, "[Profile");
}

static void line_read(mailguard_profile *p,
                      found *f,
                      section *s,
                      mailguard_span line)
{
	mgi_cursor c = mgi_cursor_of(line);
	mailguard_span key, value;
	const char *text;

	(void)mgi_cursor_until(&key, &c, '=');
	value = mgi_span(c.at, mgi_cursor_left(&c));
	text = mgi_arena_strndup(p->arena, value.data, value.len);
	if (s->is_install && mgi_span_is(key, "Default") && !f->install)
		f->install = text;
	else if (mgi_span_is(key, "Path"))
		s->path = text;
	else if (mgi_span_is(key, "IsRelative"))
		s->relative = !mgi_span_is(value, "0");
	else if (mgi_span_is(key, "Default"))
		s->is_default = mgi_span_is(value, "1");
}

static void ini_parse(mailguard_profile *p, found *f, mailguard_span text)
{
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_span line;
	section s;

	memset(f, 0, sizeof(*f));
	section_begin(&s, mgi_span("", 0));
	while (mgi_cursor_line(&line, &c)) {
		line = mgi_span_trim(line);
		if (line.len && line.data[0] == '[') {
			section_end(f, &s);
			section_begin(&s, line);
		} else {
			line_read(p, f, &s, line);
		}
	}
	section_end(f, &s);
}

/* Below the folder of profiles.ini, or where a map puts an absolute path. */
static const char *profile_folder(mailguard_profile *p,
                                  const char *ini,
                                  const char *path,
                                  bool relative)
{
	mailguard_storage s;

	if (relative && path[0] != '/')
		return mgi_import_join(p, mgi_import_folder(p, ini), path);
	memset(&s, 0, sizeof(s));
	s.path = path;
	mgi_profile_place(p, &s);
	return s.file ? s.file : path;
}

static mailguard_status ini_read(mailguard_profile *p,
                                 mailguard_span text,
                                 const char *path,
                                 const char *address,
                                 mailguard_error *err)
{
	const char *folder, *prefs;
	bool relative = true;
	found f;

	ini_parse(p, &f, text);
	folder = f.install;
	if (!folder) {
		folder = f.chosen ? f.chosen : f.first;
		relative = f.chosen ? f.chosen_relative : f.first_relative;
	}
	if (!folder)
		return mgi_fail(err, mgi_arena_handle(p->arena),
		                MAILGUARD_EFORMAT,
		                MGI_SAY_PROFILE_SETTINGS_EMPTY, "path", path);
	folder = profile_folder(p, path, folder, relative);
	prefs = folder ? mgi_import_join(p, folder, "prefs.js") : NULL;
	if (!prefs)
		return mgi_fail_nomem(err);
	return mgi_import_file(p, prefs, address, err);
}

const mgi_importer mgi_import_profiles_ini = { "thunderbird-profiles",
	                                       ini_sniff, ini_read, false };
