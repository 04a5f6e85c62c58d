/*
 * hive.c - Outlook's profiles straight from a registry file (NTUSER.DAT).
 *
 * The file ("regf") is a heap of cells: nk a key, lf lh li ri its children, vk
 * a value. Only what lies below Outlook's own keys is read, cell by cell, and
 * written down as an export would have it; the reader of exports does the rest.
 * Nothing is believed: each offset and count is held against the file, and
 * keys and depth are counted.
 */
#include "profile/import.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/file.h"

#define BINS 0x1000u /* where cells begin; offsets count from there */
#define NONE UINT32_MAX

enum {
	KEYS_MAX = 20000,
	DEPTH_MAX = 32,
	CHILDREN_MAX = 4096,
	NAME_MAX_BYTES = 512,
	PATH_BYTES_MAX = 2048,
	DATA_MAX = 16344 /* larger values are kept in another way */
};

typedef struct hive {
	mailguard_profile *p;
	mgi_file *file;
	mailguard_buffer *out; /* the export */
	mgi_arena *step;       /* names and lists on the way down */
	size_t keys;
} hive;

/* A key cell. */
typedef struct key {
	uint32_t child_count, children, value_count, values;
	const char *name;
} key;

/* Below which the whole tree is of use; "*" is any one name. */
static const char *const roots[] = {
	"Software\\Microsoft\\Office\\*\\Outlook\\Profiles",
	"Software\\Microsoft\\Windows NT\\CurrentVersion\\"
	"Windows Messaging Subsystem\\Profiles",
};

static uint32_t u16(const unsigned char *b)
{
	return (uint32_t)b[0] | (uint32_t)b[1] << 8;
}

static uint32_t u32(const unsigned char *b)
{
	return u16(b) | u16(b + 2) << 16;
}

/* No memory is no oddity of the file. */
static bool is_fine(hive *h, mailguard_status st)
{
	if (st == MAILGUARD_ENOMEM)
		h->out->failed = st;
	return st >= 0;
}

/* Exactly `n` bytes of a cell's data from `at` on. */
static bool cell_read(hive *h, uint32_t cell, uint32_t at, void *to, size_t n)
{
	size_t got = 0;

	return cell != NONE &&
	       is_fine(h, mgi_file_read(h->file, (uint64_t)BINS + cell + 4 + at,
	                                to, n, &got, NULL)) &&
	       got == n;
}

/* A name of `n` bytes: Latin-1, or UTF-16. */
static const char *name_read(hive *h,
                             uint32_t cell,
                             uint32_t at,
                             uint32_t n,
                             bool narrow)
{
	unsigned char raw[NAME_MAX_BYTES];
	const mgi_charset *cs = mgi_charset_find(
		mgi_span_of(narrow ? "iso-8859-1" : "utf-16le"));
	const char *text = NULL;
	mailguard_buffer out;

	if (n > sizeof(raw) || !cs || !cell_read(h, cell, at, raw, n))
		return NULL;
	mgi_buf_init(&out, mgi_arena_handle(h->step));
	if (is_fine(h,
	            mgi_charset_decode(&out, NULL, cs, mgi_span(raw, n), NULL)))
		text = mgi_arena_strdup(h->step, mgi_buf_text(&out));
	mgi_buf_done(&out);
	return text;
}

static bool key_read(key *out, hive *h, uint32_t cell)
{
	unsigned char b[0x4c];

	if (h->keys++ >= KEYS_MAX || !cell_read(h, cell, 0, b, sizeof(b)) ||
	    memcmp(b, "nk", 2) != 0)
		return false;
	out->child_count = u32(b + 0x14);
	out->children = u32(b + 0x1c);
	out->value_count = u32(b + 0x24);
	out->values = u32(b + 0x28);
	out->name = name_read(h, cell, 0x4c, u16(b + 0x48),
	                      (u16(b + 2) & 0x20) != 0);
	return out->name != NULL;
}

/* Append the children a list names; a list of lists is followed once. */
static void children_add(hive *h,
                         uint32_t list,
                         uint32_t *to,
                         size_t *count,
                         bool nested)
{
	unsigned char b[8];
	size_t i, n, step;
	bool lists;

	if (!cell_read(h, list, 0, b, 4))
		return;
	n = u16(b + 2);
	lists = memcmp(b, "ri", 2) == 0;
	step = memcmp(b, "lf", 2) == 0 || memcmp(b, "lh", 2) == 0 ? 8 : 4;
	if (step == 4 && !lists && memcmp(b, "li", 2) != 0)
		return;
	for (i = 0; i < n && *count < CHILDREN_MAX; i++) {
		if (!cell_read(h, list, (uint32_t)(4 + i * step), b, 4))
			return;
		if (!lists)
			to[(*count)++] = u32(b);
		else if (!nested)
			children_add(h, u32(b), to, count, true);
	}
}

/* "text" with what an export escapes. */
static void quoted_put(mailguard_buffer *out, const char *s)
{
	mgi_buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			mgi_buf_putc(out, '\\');
		mgi_buf_putc(out, *s);
	}
	mgi_buf_putc(out, '"');
}

static bool is_secret(const char *name)
{
	size_t n = strlen(name), m = strlen("Password");

	return n >= m && mgi_strcmp_nocase(name + n - m, "Password") == 0;
}

static void value_put(hive *h, uint32_t cell)
{
	unsigned char b[0x14], data[DATA_MAX];
	uint32_t size, type, i;
	const char *name;

	if (!cell_read(h, cell, 0, b, sizeof(b)) || memcmp(b, "vk", 2) != 0)
		return;
	name = name_read(h, cell, 0x14, u16(b + 2), (u16(b + 0x10) & 1) != 0);
	size = u32(b + 4) & 0x7fffffff;
	type = u32(b + 0xc);
	if (!name || size > sizeof(data))
		return;
	if (is_secret(name))
		size = 0;          /* that there is one is all that is told */
	else if (u32(b + 4) >> 31) /* so small that it stands in the cell */
		memcpy(data, b + 8, size = size < 4 ? size : 4);
	else if (!cell_read(h, u32(b + 8), 0, data, size))
		return;
	quoted_put(h->out, name);
	if (type == 4 && size == 4) {
		mgi_buf_printf(h->out, "=dword:%08x\n", (unsigned)u32(data));
		return;
	}
	mgi_buf_puts(h->out, "=hex:");
	for (i = 0; i < size; i++)
		mgi_buf_printf(h->out, "%s%02x", i ? "," : "", data[i]);
	mgi_buf_putc(h->out, '\n');
}

static void values_put(hive *h, const key *k, const char *path)
{
	unsigned char b[4];
	uint32_t i;

	mgi_buf_printf(h->out, "[%s]\n", path);
	for (i = 0; i < k->value_count && i < CHILDREN_MAX; i++)
		if (cell_read(h, k->values, i * 4, b, sizeof(b)))
			value_put(h, u32(b));
}

/* Where a root goes on below the name; NULL if it is another. */
static const char *root_below(const char *root, const char *name)
{
	size_t n = strcspn(root, "\\");

	if (!(n == 1 && root[0] == '*') &&
	    !mgi_span_is_nocase(mgi_span(root, n), name))
		return NULL;
	return root[n] ? root + n + 1 : root + n;
}

/* Down to the roots, and then everything. `root` is what is left of one. */
static void key_walk(hive *h,
                     uint32_t cell,
                     const char *path,
                     const char *root,
                     unsigned depth)
{
	uint32_t *children;
	size_t i, count = 0;
	key k, child;

	if (depth > DEPTH_MAX || !key_read(&k, h, cell))
		return;
	if (!root[0])
		values_put(h, &k, path);
	if (!k.child_count)
		return;
	children = mgi_alloc(h->out->mg, CHILDREN_MAX * sizeof(*children));
	if (!children) {
		h->out->failed = MAILGUARD_ENOMEM;
		return;
	}
	children_add(h, k.children, children, &count, false);
	for (i = 0; i < count; i++) {
		const char *rest = root, *below;

		if (!key_read(&child, h, children[i]))
			continue;
		if (root[0])
			rest = root_below(root, child.name);
		below = rest ? mgi_arena_printf(h->step, "%s\\%s", path,
		                                child.name)
		             : NULL;
		if (below && strlen(below) < PATH_BYTES_MAX)
			key_walk(h, children[i], below, rest, depth + 1);
	}
	mgi_free(h->out->mg, children);
}

mailguard_status mgi_hive_sniff(bool *is,
                                mailguard_profile *p,
                                const char *path,
                                mailguard_error *err)
{
	mailguard_status st;
	char head[4];
	size_t got = 0;
	mgi_file *f;

	*is = false;
	st = mgi_file_open(&f, mgi_arena_handle(p->arena), path, err);
	if (st < 0)
		return st;
	st = mgi_file_read(f, 0, head, sizeof(head), &got, err);
	*is = got == sizeof(head) && memcmp(head, "regf", 4) == 0;
	mgi_file_close(f);
	return st;
}

mailguard_status mgi_hive_text(mailguard_buffer *out,
                               mailguard_profile *p,
                               const char *path,
                               mailguard_error *err)
{
	hive h = { .p = p, .out = out };
	unsigned char b[0x28];
	mailguard_status st;
	size_t got = 0, i;

	st = mgi_file_open(&h.file, out->mg, path, err);
	if (st < 0)
		return st;
	h.step = mgi_arena_new(out->mg);
	mgi_buf_puts(out, "Windows Registry Editor Version 5.00\n");
	st = mgi_file_read(h.file, 0, b, sizeof(b), &got, err);
	for (i = 0; h.step && st >= 0 && got == sizeof(b) &&
	            i < sizeof(roots) / sizeof(roots[0]);
	     i++)
		key_walk(&h, u32(b + 0x24), "HKEY_CURRENT_USER", roots[i], 0);
	if (st >= 0 && (!h.step || mgi_arena_failed(h.step)))
		st = mgi_fail_nomem(err);
	mgi_arena_free(h.step);
	mgi_file_close(h.file);
	mgi_buf_putc(out, '\n'); /* as an export ends */
	return st >= 0 ? mgi_buf_status(out, err) : st;
}
