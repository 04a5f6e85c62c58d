/*
 * cfb_write.c - a compound file from nothing: tables first, then directory,
 * small streams, large streams. The same content gives the same bytes.
 */
#include "store/msg/cfb_write.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define SECTOR 512u
#define MINI 64u
#define CUTOFF 4096u
#define PER_SECTOR (SECTOR / 4)
#define IN_HEADER 109u

enum { STORAGE = 1, STREAM = 2, ROOT = 5 };

static const uint32_t DIFAT_SECTOR = 0xfffffffc, FAT_SECTOR = 0xfffffffd,
		      END = 0xfffffffe, FREE = 0xffffffff;

typedef struct entry {
	const char *name;
	mailguard_span bytes;
	uint32_t parent, start;
	uint32_t left, right, child;
	int type;
} entry;

struct mgi_cfb_out {
	mailguard *mg;
	mgi_arena *arena;
	entry *at;
	uint32_t count, room;
	bool failed;
	/* How many sectors each thing takes, in their order in the file. */
	uint32_t difat, fat, directory, mini_fat, mini, data;
	uint32_t mini_sectors;
};

mailguard_status mgi_cfb_out_new(mgi_cfb_out **out,
                                 mailguard *mg,
                                 mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_cfb_out *c = arena ? mgi_arena_alloc(arena, sizeof(*c)) : NULL;

	*out = NULL;
	if (!c) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	c->mg = mg;
	c->arena = arena;
	(void)mgi_cfb_out_add(c, 0, "Root Entry", NULL);
	*out = c;
	return MAILGUARD_OK;
}

void mgi_cfb_out_free(mgi_cfb_out *c)
{
	if (c)
		mgi_arena_free(c->arena);
}

uint32_t mgi_cfb_out_add(mgi_cfb_out *c,
                         uint32_t storage,
                         const char *name,
                         const mailguard_span *bytes)
{
	entry *e;

	if (c->count == c->room) {
		uint32_t room = c->room ? c->room * 2 : 16;
		entry *more = mgi_arena_array(c->arena, room, sizeof(*more));

		if (!more) {
			c->failed = true;
			return 0;
		}
		if (c->count)
			memcpy(more, c->at, c->count * sizeof(*more));
		c->at = more;
		c->room = room;
	}
	e = &c->at[c->count];
	e->name = name;
	e->type = !c->count ? ROOT : bytes ? STREAM : STORAGE;
	if (bytes)
		e->bytes = *bytes;
	e->parent = storage;
	e->left = e->right = e->child = FREE;
	return c->count++;
}

/* -- the tree of names (2.6.4) --------------------------------------------- */

/* Shorter names first, then by upper case. */
static int order(const entry *a, const entry *b)
{
	size_t n = strlen(a->name), m = strlen(b->name), i;

	if (n != m)
		return n < m ? -1 : 1;
	for (i = 0; i < n; i++) {
		int x = mgi_upper((unsigned char)a->name[i]);
		int y = mgi_upper((unsigned char)b->name[i]);

		if (x != y)
			return x - y;
	}
	return 0;
}

static void sort(mgi_cfb_out *c, uint32_t *list, uint32_t n)
{
	uint32_t gap, i, k;

	for (gap = n / 2; gap; gap /= 2) {
		for (i = gap; i < n; i++) {
			uint32_t held = list[i];

			for (k = i; k >= gap && order(&c->at[list[k - gap]],
			                              &c->at[held]) > 0;
			     k -= gap)
				list[k] = list[k - gap];
			list[k] = held;
		}
	}
}

/* The middle one on top, so that the tree is as flat as can be. */
static uint32_t tree(mgi_cfb_out *c, const uint32_t *list, uint32_t n)
{
	uint32_t middle = n / 2;
	entry *e;

	if (!n)
		return FREE;
	e = &c->at[list[middle]];
	e->left = tree(c, list, middle);
	e->right = tree(c, list + middle + 1, n - middle - 1);
	return list[middle];
}

static void trees_make(mgi_cfb_out *c)
{
	uint32_t *list = mgi_arena_array(c->arena, c->count, sizeof(*list));
	uint32_t i, k, n;

	if (!list)
		return;
	for (i = 0; i < c->count; i++) {
		if (c->at[i].type == STREAM)
			continue;
		for (n = 0, k = 1; k < c->count; k++)
			if (c->at[k].parent == i)
				list[n++] = k;
		sort(c, list, n);
		c->at[i].child = tree(c, list, n);
	}
}

/* -- where all of it goes -------------------------------------------------- */

static uint32_t parts(uint64_t n, uint32_t each)
{
	return (uint32_t)((n + each - 1) / each);
}

static bool is_small(const entry *e)
{
	return e->bytes.len < CUTOFF;
}

static void lay_out(mgi_cfb_out *c)
{
	uint32_t i, others, at;

	c->data = c->mini_sectors = 0;
	for (i = 0; i < c->count; i++) {
		entry *e = &c->at[i];
		bool small = is_small(e);

		e->start = small ? c->mini_sectors : c->data;
		if (small)
			c->mini_sectors += parts(e->bytes.len, MINI);
		else
			c->data += parts(e->bytes.len, SECTOR);
	}
	c->directory = parts(c->count, 4);
	c->mini_fat = parts(c->mini_sectors, PER_SECTOR);
	c->mini = parts((uint64_t)c->mini_sectors * MINI, SECTOR);
	others = c->directory + c->mini_fat + c->mini + c->data;
	/* The tables tell of themselves, too. */
	for (c->fat = 0, at = 1; at > c->fat;) {
		c->fat = at;
		c->difat = c->fat > IN_HEADER
		                   ? parts(c->fat - IN_HEADER, PER_SECTOR - 1)
		                   : 0;
		at = parts((uint64_t)others + c->fat + c->difat, PER_SECTOR);
	}
	at = c->difat + c->fat + c->directory + c->mini_fat + c->mini;
	for (i = 0; i < c->count; i++)
		if (!is_small(&c->at[i]))
			c->at[i].start += at;
}

/* -- bytes ----------------------------------------------------------------- */

static void u16(mailguard_buffer *out, uint32_t n)
{
	mgi_buf_putc(out, (char)(n & 0xff));
	mgi_buf_putc(out, (char)(n >> 8 & 0xff));
}

static void u32(mailguard_buffer *out, uint32_t n)
{
	u16(out, n & 0xffff);
	u16(out, n >> 16);
}

static void zeros(mailguard_buffer *out, size_t n)
{
	while (n--)
		mgi_buf_putc(out, '\0');
}

static void header_put(mailguard_buffer *out, const mgi_cfb_out *c)
{
	uint32_t directory = c->difat + c->fat, i;

	mgi_buf_add(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	zeros(out, 16);
	u16(out, 0x3e);
	u16(out, 3);
	u16(out, 0xfffe);
	u16(out, 9);
	u16(out, 6);
	zeros(out, 10);
	u32(out, c->fat);
	u32(out, directory);
	u32(out, 0);
	u32(out, CUTOFF);
	u32(out, c->mini_fat ? directory + c->directory : END);
	u32(out, c->mini_fat);
	u32(out, c->difat ? 0 : END);
	u32(out, c->difat);
	for (i = 0; i < IN_HEADER; i++)
		u32(out, i < c->fat ? c->difat + i : FREE);
}

/* The sectors of the FAT that the header has no place for. */
static void difat_put(mailguard_buffer *out, const mgi_cfb_out *c)
{
	uint32_t i, k, at = IN_HEADER;

	for (i = 0; i < c->difat; i++) {
		for (k = 0; k + 1 < PER_SECTOR; k++, at++)
			u32(out, at < c->fat ? c->difat + at : FREE);
		u32(out, i + 1 < c->difat ? i + 1 : END);
	}
}

/* `n` sectors in a row are one chain, beginning at `*at`. */
static void chain_put(mailguard_buffer *out, uint32_t *at, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		u32(out, i + 1 < n ? ++*at : END);
	*at += n ? 1 : 0;
}

static void fat_put(mailguard_buffer *out, const mgi_cfb_out *c)
{
	size_t begin = out->len, full = (size_t)c->fat * SECTOR;
	uint32_t i, at = c->difat + c->fat;

	for (i = 0; i < c->difat; i++)
		u32(out, DIFAT_SECTOR);
	for (i = 0; i < c->fat; i++)
		u32(out, FAT_SECTOR);
	chain_put(out, &at, c->directory);
	chain_put(out, &at, c->mini_fat);
	chain_put(out, &at, c->mini);
	for (i = 0; i < c->count; i++)
		if (!is_small(&c->at[i]))
			chain_put(out, &at, parts(c->at[i].bytes.len, SECTOR));
	while (!out->failed && out->len < begin + full)
		u32(out, FREE);
}

static void mini_fat_put(mailguard_buffer *out, const mgi_cfb_out *c)
{
	size_t begin = out->len, full = (size_t)c->mini_fat * SECTOR;
	uint32_t i, at = 0;

	for (i = 0; i < c->count; i++)
		if (is_small(&c->at[i]))
			chain_put(out, &at, parts(c->at[i].bytes.len, MINI));
	while (!out->failed && out->len < begin + full)
		u32(out, FREE);
}

static void entry_put(mailguard_buffer *out,
                      const mgi_cfb_out *c,
                      const entry *e)
{
	size_t n = strlen(e->name), i;
	bool root = e->type == ROOT;
	uint32_t start = e->bytes.len ? e->start : END;
	uint32_t size = (uint32_t)e->bytes.len;

	n = n < 31 ? n : 31;
	for (i = 0; i < 32; i++)
		u16(out, i < n ? (unsigned char)e->name[i] : 0);
	u16(out, (uint32_t)(2 * n + 2));
	mgi_buf_putc(out, (char)e->type);
	mgi_buf_putc(out, 1); /* black */
	u32(out, e->left);
	u32(out, e->right);
	u32(out, e->child);
	zeros(out, 36);
	if (root && c->mini)
		start = c->difat + c->fat + c->directory + c->mini_fat;
	if (root)
		size = c->mini_sectors * MINI;
	u32(out, start);
	u32(out, size);
	u32(out, 0);
}

static void directory_put(mailguard_buffer *out, const mgi_cfb_out *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		entry_put(out, c, &c->at[i]);
	for (; i % 4; i++) {
		zeros(out, 68);
		u32(out, FREE);
		u32(out, FREE);
		u32(out, FREE);
		zeros(out, 48);
	}
}

static void streams_put(mailguard_buffer *out, const mgi_cfb_out *c, bool small)
{
	uint32_t i, unit = small ? MINI : SECTOR;
	size_t begin = out->len;

	for (i = 0; i < c->count; i++) {
		const entry *e = &c->at[i];

		if (is_small(e) != small || !e->bytes.len)
			continue;
		mgi_buf_add(out, e->bytes.data, e->bytes.len);
		zeros(out, (unit - e->bytes.len % unit) % unit);
	}
	zeros(out, (SECTOR - (out->len - begin) % SECTOR) % SECTOR);
}

mailguard_status mgi_cfb_out_write(mailguard_buffer *out,
                                   mgi_cfb_out *c,
                                   mailguard_error *err)
{
	trees_make(c);
	if (c->failed || mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	lay_out(c);
	header_put(out, c);
	difat_put(out, c);
	fat_put(out, c);
	directory_put(out, c);
	mini_fat_put(out, c);
	streams_put(out, c, true);
	streams_put(out, c, false);
	return mgi_buf_status(out, err);
}
