/*
 * place.c - judge a path by its names, and a disk by what the system says.
 *
 * It knows how paths are written, not what the names in them mean: that is
 * data/places.tsv.
 */
#include "base/fail.h"
#include "base/place_table.h"
#include "base/text.h"

#include <string.h>

/* A path as names, after what stands before the first of them. */
typedef struct trail {
	mailguard_span rest; /* of the names */
	bool share;          /* \\server\share */
	bool rooted;         /* from / */
	char drive;          /* 'c', or 0 */
} trail;

static bool is_sep(unsigned char c)
{
	return c == '/' || c == '\\';
}

/* The next name; false when none is left. */
static bool name_next(mailguard_span *name, mailguard_span *rest)
{
	size_t n;

	while (rest->len && is_sep(rest->data[0]))
		*rest = mgi_span_from(*rest, 1);
	for (n = 0; n < rest->len && !is_sep(rest->data[n]); n++)
		;
	*name = mgi_span_head(*rest, n);
	*rest = mgi_span_from(*rest, n);
	return n > 0;
}

bool mgi_name_fits(const char *p, size_t n, mailguard_span s)
{
	size_t i = 0, at = 0, star = SIZE_MAX, again = 0;

	while (at < s.len) {
		if (i < n && p[i] == '*') {
			star = ++i;
			again = at;
		} else if (i < n && p[i] == '?') {
			i++;
			(void)mgi_utf8_next(s, &at);
		} else if (i < n && mgi_lower((unsigned char)p[i]) ==
		                            mgi_lower(s.data[at])) {
			i++;
			at++;
		} else if (star != SIZE_MAX) {
			i = star;
			at = ++again;
		} else {
			return false;
		}
	}
	while (i < n && p[i] == '*')
		i++;
	return i == n;
}

/* Do the names from here on begin with those of the pattern? */
static bool names_fit(const char *pattern, mailguard_span rest)
{
	mailguard_span name;

	for (;;) {
		size_t n = strcspn(pattern, "/");

		if (!name_next(&name, &rest) ||
		    !mgi_name_fits(pattern, n, name))
			return false;
		if (!pattern[n])
			return true;
		pattern += n + 1;
	}
}

static trail trail_of(mailguard_span path)
{
	trail t = { .rest = path };
	mailguard_span name;
	bool raw;

	/* \\?\C:\... and \\?\UNC\server\... are other ways to write these. */
	raw = mgi_span_starts(path, "\\\\?\\") ||
	      mgi_span_starts(path, "\\\\.\\");
	if (raw)
		t.rest = mgi_span_from(path, 4);
	if (raw && mgi_span_starts_nocase(t.rest, "UNC\\")) {
		t.share = true;
		t.rest = mgi_span_from(t.rest, 4);
	} else if (!raw && path.len > 2 && is_sep(path.data[0]) &&
	           is_sep(path.data[1]) && !is_sep(path.data[2])) {
		t.share = true;
	} else if (mgi_span_starts_nocase(path, "smb://")) {
		t.share = true;
		t.rest = mgi_span_from(path, 6);
	} else if (t.rest.len > 1 && mgi_is_alpha(t.rest.data[0]) &&
	           t.rest.data[1] == ':') {
		t.drive = (char)mgi_lower(t.rest.data[0]);
		t.rest = mgi_span_from(t.rest, 2);
	} else if (path.len && path.data[0] == '/') {
		t.rooted = true;
	}
	if (t.share) { /* the server's name and the share's */
		name_next(&name, &t.rest);
		name_next(&name, &t.rest);
	}
	return t;
}

/* Skip the names that lead to a home: Users\ann, /home/ann. */
static mailguard_span below_home(mailguard_span rest)
{
	mailguard_span name, at = rest;

	if (!name_next(&name, &at) || (!mgi_span_is_nocase(name, "users") &&
	                               !mgi_span_is_nocase(name, "home")))
		return rest;
	name_next(&name, &at);
	return at;
}

static bool row_fits(const mgi_place_row *row, const trail *t)
{
	mailguard_span name, rest = t->rest;

	switch (row->where) {
	case MGI_PLACE_ROOT:
		return t->rooted && names_fit(row->pattern, rest);
	case MGI_PLACE_TOP:
		return names_fit(row->pattern, below_home(rest));
	case MGI_PLACE_ANY:
		do
			if (names_fit(row->pattern, rest))
				return true;
		while (name_next(&name, &rest));
		return false;
	default:
		return false;
	}
}

static mailguard_span last_name(mailguard_span rest)
{
	mailguard_span name, last = mgi_span(NULL, 0);

	while (name_next(&name, &rest))
		last = name;
	return last;
}

static uint32_t name_risks(mailguard_span name, bool synced)
{
	uint32_t risks = 0;
	size_t i;

	for (i = 0; i < mgi_place_row_count; i++) {
		const mgi_place_row *row = &mgi_place_rows[i];

		if ((row->where == MGI_PLACE_NAME ||
		     (row->where == MGI_PLACE_COPY && synced)) &&
		    mgi_name_fits(row->pattern, strlen(row->pattern), name))
			risks |= row->risk;
	}
	return risks;
}

static mgi_place nowhere(void)
{
	return (mgi_place){ .provider = "", .name = "", .disk.fs = "" };
}

mgi_place mgi_place_of_path(mailguard_span path)
{
	trail t = trail_of(path);
	mgi_place p = nowhere();
	size_t i;

	if (t.share) {
		p.kind = MAILGUARD_PLACE_SHARE;
		p.risks = MGI_RISK_REMOTE;
	} else if (t.drive == 'c') {
		p.kind = MAILGUARD_PLACE_LOCAL;
	}
	for (i = 0; i < mgi_place_row_count; i++) {
		const mgi_place_row *row = &mgi_place_rows[i];

		if (!row_fits(row, &t))
			continue;
		p.kind = row->kind;
		p.risks |= row->risk;
		p.provider = row->provider;
		p.name = row->name;
		break;
	}
	p.risks |=
		name_risks(last_name(t.rest), (p.risks & MGI_RISK_SYNCED) != 0);
	return p;
}

mgi_place mgi_place_of_disk(const mgi_disk *disk)
{
	mgi_place p = nowhere();

	p.disk = *disk;
	if (disk->remote)
		p.kind = MAILGUARD_PLACE_SHARE;
	else if (disk->fs[0] && !disk->through)
		p.kind = MAILGUARD_PLACE_LOCAL;
	p.risks = (disk->remote ? MGI_RISK_REMOTE : 0u) |
	          (disk->file_max ? MGI_RISK_SMALL : 0u) |
	          (disk->read_only ? MGI_RISK_READ_ONLY : 0u) |
	          (disk->memory ? MGI_RISK_TEMPORARY : 0u);
	return p;
}

mailguard_status mgi_place_find(mgi_place *out,
                                mailguard *mg,
                                const char *path,
                                const char *owner_path,
                                mailguard_error *err)
{
	mgi_place by_path, by_disk;
	mgi_disk disk;
	int sys;

	*out = nowhere();
	sys = mgi_os_disk(&disk, path);
	if (sys)
		return mgi_fail_sys(err, mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", path);
	by_path =
		mgi_place_of_path(mgi_span_of(owner_path ? owner_path : path));
	by_disk = mgi_place_of_disk(&disk);
	*out = by_path;
	out->disk = disk;
	if (owner_path)
		return MAILGUARD_OK;
	if (out->kind == MAILGUARD_PLACE_UNKNOWN)
		out->kind = by_disk.kind;
	out->risks |= by_disk.risks;
	return MAILGUARD_OK;
}

const char *mgi_place_risk_text(const mailguard *mg, uint32_t risk)
{
	static const struct {
		uint32_t risk;
		mgi_say_id id;
	} rows[] = {
		{ MGI_RISK_SYNCED, MGI_SAY_PLACE_SYNCED },
		{ MGI_RISK_REMOTE, MGI_SAY_PLACE_REMOTE },
		{ MGI_RISK_REMOVABLE, MGI_SAY_PLACE_REMOVABLE },
		{ MGI_RISK_SMALL, MGI_SAY_PLACE_SMALL },
		{ MGI_RISK_READ_ONLY, MGI_SAY_PLACE_READ_ONLY },
		{ MGI_RISK_CONFLICT, MGI_SAY_PLACE_CONFLICT },
		{ MGI_RISK_TEMPORARY, MGI_SAY_PLACE_TEMPORARY },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].risk == risk)
			return mgi_say_raw(mgi_lang_of(mg), rows[i].id);
	return "";
}
