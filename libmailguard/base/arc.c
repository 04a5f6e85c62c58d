/*
 * arc.c - archives. The only file that sees libarchive.
 */
#include "base/arc.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* Marks at an offset of a file that libarchive may read. */
static const struct {
	size_t at;
	const char *mark;
} marks[] = {
	{ 0, "PK\003\004" },
	{ 0, "PK\005\006" },
	{ 0, "\x1f\x8b\x08" },
	{ 0, "BZh" },
	{ 0, "\xfd"
	     "7zXZ" },
	{ 0, "\x28\xb5\x2f\xfd" },
	{ 0, "7z\xbc\xaf\x27" },
	{ 0, "Rar!\x1a\x07" },
	{ 257, "ustar" },
};

bool mgi_arc_likely(mailguard_span head)
{
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (head.len > marks[i].at &&
		    mgi_span_starts(mgi_span_from(head, marks[i].at),
		                    marks[i].mark))
			return mgi_arc_present();
	return false;
}

#if MAILGUARD_HAVE_ARCHIVE

# include <archive.h>
# include <archive_entry.h>

# include "base/charset.h"

# define BLOCK ((size_t)64 << 10)

struct mgi_arc {
	mailguard *mg;
	struct archive *in;
	mailguard_buffer name;
	uint64_t entries;
	unsigned char piece[BLOCK];
};

bool mgi_arc_present(void)
{
	return true;
}

static mailguard_status status_of(int rc, mailguard_error *err)
{
	switch (rc) {
	case ARCHIVE_OK:
	case ARCHIVE_WARN:
		return MAILGUARD_OK;
	case ARCHIVE_EOF:
		return MAILGUARD_ITEROVER;
	default:
		mgi_error_clear(err);
		return MAILGUARD_EFORMAT;
	}
}

mailguard_status mgi_arc_open(mgi_arc **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err)
{
	mgi_arc *a = mgi_alloc(mg, sizeof(*a));
	mailguard_status st;

	*out = NULL;
	if (!a)
		return mgi_fail_nomem(err);
	a->mg = mg;
	mgi_buf_init(&a->name, mg);
	a->in = archive_read_new();
	if (!a->in) {
		mgi_free(mg, a);
		return mgi_fail_nomem(err);
	}
	archive_read_support_filter_all(a->in);
	archive_read_support_format_zip(a->in);
	archive_read_support_format_tar(a->in);
	archive_read_support_format_7zip(a->in);
	archive_read_support_format_rar(a->in);
	archive_read_support_format_rar5(a->in);
	archive_read_support_format_raw(a->in);
	st = status_of(archive_read_open_filename(a->in, path, BLOCK), err);
	if (st == MAILGUARD_OK)
		*out = a;
	else
		mgi_arc_free(a);
	return st;
}

/* Names without a charset are in that of the PC they come from. */
static const char *name_of(mgi_arc *a, struct archive_entry *e)
{
	const char *text = archive_entry_pathname_utf8(e);
	const mgi_charset *cs;
	mailguard_span s;

	if (!text)
		text = archive_entry_pathname(e);
	s = mgi_span_of(text);
	mgi_buf_cut(&a->name, 0);
	cs = mgi_utf8_valid(s) ? mgi_charset_utf8() : mgi_charset_sniff(s);
	if (!cs)
		cs = mgi_charset_find(mgi_span_of("windows-1252"));
	if (!s.len)
		mgi_buf_printf(&a->name, "unnamed-%u", (unsigned)a->entries);
	else if (mgi_charset_decode(&a->name, NULL, cs, s, NULL) < 0)
		mgi_buf_add(&a->name, s.data, s.len);
	return mgi_buf_text(&a->name);
}

static mgi_arc_kind kind_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) || archive_entry_filetype(e) == AE_IFLNK)
		return MGI_ARC_LINK;
	if (archive_entry_filetype(e) == AE_IFREG)
		return MGI_ARC_FILE;
	return archive_entry_filetype(e) == AE_IFDIR ? MGI_ARC_FOLDER
	                                             : MGI_ARC_OTHER;
}

mailguard_status mgi_arc_next(mgi_arc_entry *out,
                              mgi_arc *a,
                              mailguard_error *err)
{
	struct archive_entry *e;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	st = status_of(archive_read_next_header(a->in, &e), err);
	if (st != MAILGUARD_OK)
		return st;
	a->entries++;
	out->name = name_of(a, e);
	out->kind = kind_of(e);
	out->locked = archive_entry_is_encrypted(e) != 0;
	out->raw = archive_format(a->in) == ARCHIVE_FORMAT_RAW;
	return mgi_buf_status(&a->name, err);
}

mailguard_status mgi_arc_read(mailguard_span *out, mgi_arc *a)
{
	la_ssize_t n = archive_read_data(a->in, a->piece, sizeof(a->piece));

	*out = mgi_span(a->piece, n > 0 ? (size_t)n : 0);
	if (n < 0)
		return MAILGUARD_EFORMAT;
	return n ? MAILGUARD_OK : MAILGUARD_ITEROVER;
}

void mgi_arc_free(mgi_arc *a)
{
	if (!a)
		return;
	archive_read_free(a->in);
	mgi_buf_done(&a->name);
	mgi_free(a->mg, a);
}

#else

bool mgi_arc_present(void)
{
	return false;
}

mailguard_status mgi_arc_open(mgi_arc **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err)
{
	*out = NULL;
	return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED, MGI_SAY_ARC_ABSENT,
	                "path", path);
}

mailguard_status mgi_arc_next(mgi_arc_entry *out,
                              mgi_arc *a,
                              mailguard_error *err)
{
	(void)a;
	(void)err;
	memset(out, 0, sizeof(*out));
	return MAILGUARD_ITEROVER;
}

mailguard_status mgi_arc_read(mailguard_span *out, mgi_arc *a)
{
	(void)a;
	*out = mgi_span(NULL, 0);
	return MAILGUARD_ITEROVER;
}

void mgi_arc_free(mgi_arc *a)
{
	(void)a;
}

#endif
