/*
 * find_kinds.c - which kind of mail file a name and the first bytes tell.
 */
#include "checkup/find.h"

#include <string.h>

const mgi_find_kind mgi_find_kinds[MGI_FIND_KINDS] = {
	{ "mbox", NULL, "mbox eml", MGI_SAY_FIND_KIND_MBOX, MGI_NEWEST_BY_TAIL,
	  false },
	{ "mboxes", "thunderbird", "mbox", MGI_SAY_FIND_KIND_MBOXES,
	  MGI_NEWEST_BY_FILE, false },
	{ "maildir", NULL, "maildir", MGI_SAY_FIND_KIND_MAILDIR,
	  MGI_NEWEST_BY_HEAD, false },
	{ "eml", NULL, "eml", MGI_SAY_FIND_KIND_EML, MGI_NEWEST_BY_HEAD, true },
	{ "wlm", "windows-live-mail", "eml wlm", MGI_SAY_FIND_KIND_WLM,
	  MGI_NEWEST_BY_HEAD, true },
	{ "emlx", "apple-mail", "emlx", MGI_SAY_FIND_KIND_EMLX,
	  MGI_NEWEST_BY_HEAD, true },
	{ "mh", NULL, "mh", MGI_SAY_FIND_KIND_MH, MGI_NEWEST_BY_HEAD, true },
	{ "msg", "outlook", "msg", MGI_SAY_FIND_KIND_MSG, MGI_NEWEST_BY_FILE,
	  true },
	{ "pst", "outlook", "pst", MGI_SAY_FIND_KIND_PST, MGI_NEWEST_BY_FILE,
	  false },
	{ "ost", "outlook", "pst ost", MGI_SAY_FIND_KIND_OST,
	  MGI_NEWEST_BY_FILE, false },
	{ "nst", "outlook", "pst ost nst", MGI_SAY_FIND_KIND_NST,
	  MGI_NEWEST_BY_FILE, false },
	{ "dbx", "outlook-express", "dbx mbx", MGI_SAY_FIND_KIND_DBX,
	  MGI_NEWEST_BY_FILE, false },
	{ "bmf", "becky", "bmf", MGI_SAY_FIND_KIND_BMF, MGI_NEWEST_BY_FILE,
	  true },
	{ "msf", "thunderbird", "", MGI_SAY_FIND_KIND_MSF, MGI_NEWEST_BY_FILE,
	  false },
	{ "olm", "outlook-mac", "olm", MGI_SAY_FIND_KIND_OLM,
	  MGI_NEWEST_BY_FILE, false },
	{ "sdbox", "dovecot", "sdbox", MGI_SAY_FIND_KIND_SDBOX,
	  MGI_NEWEST_BY_FILE, false },
	{ "mdbox", "dovecot", "mdbox", MGI_SAY_FIND_KIND_MDBOX,
	  MGI_NEWEST_BY_FILE, false },
	{ "cyrus", "cyrus", "cyrus", MGI_SAY_FIND_KIND_CYRUS,
	  MGI_NEWEST_BY_FILE, false },
};

bool mgi_find_ends(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && mgi_strcmp_nocase(name + n - m, end) == 0;
}

static bool is_number(const char *name)
{
	size_t i;

	for (i = 0; mgi_is_digit((unsigned char)name[i]); i++)
		;
	return i > 0 && !name[i];
}

bool mgi_find_named_mail(const char *name)
{
	static const char *const ends[] = { ".pst",  ".ost", ".nst", ".dbx",
		                            ".mbox", ".mbx", ".bmf", ".olm" };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (mgi_find_ends(name, ends[i]))
			return true;
	return false;
}

/* Names that are never mail, so that a disk full of pictures is not opened. */
bool mgi_find_may_be_mail(const char *name)
{
	static const char *const no[] = {
		"jpg",  "jpeg", "png", "gif",  "bmp",  "tif",  "tiff",   "heic",
		"webp", "svg",  "ico", "mp3",  "mp4",  "m4a",  "m4v",    "mov",
		"avi",  "mkv",  "wav", "flac", "wma",  "wmv",  "pdf",    "doc",
		"docx", "docm", "xls", "xlsx", "xlsm", "ppt",  "pptx",   "odt",
		"ods",  "odp",  "zip", "7z",   "rar",  "gz",   "bz2",    "xz",
		"zst",  "tar",  "iso", "exe",  "dll",  "sys",  "msi",    "cab",
		"so",   "o",    "a",   "pyc",  "js",   "json", "css",    "html",
		"htm",  "xml",  "c",   "h",    "py",   "sh",   "sqlite", "db",
		"lnk",  "ini",  "ttf", "otf",  "woff", "log",  "dat",
	};
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(no) / sizeof(no[0]); i++)
		if (mgi_strcmp_nocase(dot + 1, no[i]) == 0)
			return false;
	return true;
}

/* The first line without its end; *s goes on behind it. */
static mailguard_span line_take(mailguard_span *s)
{
	const unsigned char *lf = s->len ? memchr(s->data, '\n', s->len) : NULL;
	size_t n = lf ? (size_t)(lf - s->data) : s->len;
	mailguard_span line = mgi_span_head(*s, n);

	*s = mgi_span_from(*s, n + (lf != NULL));
	return line;
}

/* "Name: " of a header field. */
static bool is_field(mailguard_span line)
{
	size_t i;

	for (i = 0; i < line.len && line.data[i] > ' ' && line.data[i] < 0x7f &&
	            line.data[i] != ':';
	     i++)
		;
	return i > 0 && i < line.len && line.data[i] == ':';
}

/* A From_ line, and then a header: prose that begins so has none. */
static bool is_mbox(mailguard_span head)
{
	mailguard_span line;

	if (mgi_span_starts(head, "\xef\xbb\xbf"))
		head = mgi_span_from(head, 3);
	while (head.len && (head.data[0] == '\r' || head.data[0] == '\n'))
		head = mgi_span_from(head, 1);
	if (!mgi_span_starts(head, "From "))
		return false;
	(void)line_take(&head);
	line = line_take(&head);
	return is_field(line) || mgi_span_starts(line, ">From ");
}

static bool has(mailguard_span head, size_t at, const char *bytes, size_t n)
{
	return head.len >= at + n && memcmp(head.data + at, bytes, n) == 0;
}

/* [MS-PST] 2.2.2.6: dwMagic, and wMagicClient at 8. */
static mgi_find_kind_id outlook_kind(const char *name, mailguard_span head)
{
	if (mgi_find_ends(name, ".nst"))
		return MGI_FIND_NST;
	if (has(head, 8, "SO", 2) || mgi_find_ends(name, ".ost"))
		return MGI_FIND_OST;
	return MGI_FIND_PST;
}

/* Kinds that their first bytes tell. */
static mgi_find_kind_id by_magic(const char *name, mailguard_span head)
{
	if (has(head, 0, "!BDN", 4))
		return outlook_kind(name, head);
	/* Only what holds messages; Folders.dbx and the like hold none. */
	if (has(head, 0, "\xcf\xad\x12\xfe\xc5\xfd\x74\x6f", 8))
		return MGI_FIND_DBX;
	if (has(head, 0, "JMF6", 4) || has(head, 0, "JMF9", 4))
		return MGI_FIND_DBX; /* version 4 */
	if (has(head, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
		return mgi_find_ends(name, ".msg") ? MGI_FIND_MSG
		                                   : MGI_FIND_NONE;
	if (has(head, 0, "PK\3\4", 4))
		return mgi_find_ends(name, ".olm") ? MGI_FIND_OLM
		                                   : MGI_FIND_NONE;
	return is_mbox(head) ? MGI_FIND_MBOX : MGI_FIND_NONE;
}

mgi_find_kind_id mgi_find_kind_of(const char *name, mailguard_span head)
{
	mgi_find_kind_id kind = by_magic(name, head);
	mailguard_span line;

	if (kind != MGI_FIND_NONE || !head.len)
		return kind;
	if (mgi_find_ends(name, ".msf"))
		return MGI_FIND_MSF;
	if (mgi_find_ends(name, ".bmf"))
		return MGI_FIND_BMF;
	line = line_take(&head);
	if (mgi_find_ends(name, ".emlx")) {
		uint64_t size;

		return mgi_span_u64(&size, mgi_span_trim(line), UINT64_MAX / 16)
		               ? MGI_FIND_EMLX
		               : MGI_FIND_NONE;
	}
	if (!is_field(line))
		return MGI_FIND_NONE;
	if (mgi_find_ends(name, ".eml"))
		return MGI_FIND_EML;
	return is_number(name) ? MGI_FIND_MH : MGI_FIND_NONE;
}
