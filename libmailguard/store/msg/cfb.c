/*
 * cfb.c - the tables of a compound file ([MS-CFB] 2), and the streams that are
 * chained by them.
 *
 * Every number is a stranger's: a chain is followed no longer than the file
 * has sectors, an entry is a child once.
 */
#include "store/msg/cfb.h"

#include <stdatomic.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"

#define HEADER 512
#define ENTRY 128
#define IN_HEADER 109    /* sectors of the FAT named in the header */
#define LAST 0xfffffffau /* above it are no sectors */
#define MINI_SHIFT 6

enum { STORAGE = 1, STREAM = 2, ROOT = 5 };

struct mgi_cfb {
	mailguard *mg;
	mgi_arena *arena;
	uint64_t size; /* of the file */
	uint32_t shift, cutoff;
	uint32_t directory, mini_fat_start; /* sectors */
	uint32_t *fat, *mini_fat, *mini; /* mini: sectors of the mini stream */
	uint32_t fat_count, mini_fat_count, mini_count;
	mgi_cfb_entry *entries;
	uint32_t count;
	atomic_uint holders;
};

/* -- sectors --------------------------------------------------------------- */

static uint32_t sectors(const mgi_cfb *c)
{
	uint64_t n = (c->size >> c->shift) + 1;

	return n < LAST ? (uint32_t)n : LAST;
}

static mailguard_status sector_read(void *to,
                                    const mgi_cfb *c,
                                    mgi_file *file,
                                    uint32_t sector,
                                    mailguard_error *err)
{
	size_t n = (size_t)1 << c->shift, got;
	mailguard_status st;

	memset(to, 0, n);
	if (sector >= LAST || ((uint64_t)sector + 1) << c->shift >= c->size)
		return MAILGUARD_EFORMAT;
	st = mgi_file_read(file, ((uint64_t)sector + 1) << c->shift, to, n,
	                   &got, err);
	return st < 0 ? st : got ? MAILGUARD_OK : MAILGUARD_EFORMAT;
}

static uint32_t next_of(const uint32_t *fat, uint32_t count, uint32_t sector)
{
	return sector < count ? fat[sector] : MGI_CFB_NONE;
}

/* Append a sector's numbers to the FAT. */
static mailguard_status fat_add(mgi_cfb *c,
                                mgi_file *file,
                                uint32_t sector,
                                unsigned char *held,
                                mailguard_error *err)
{
	uint32_t each = 1u << (c->shift - 2), i;
	mailguard_status st = sector_read(held, c, file, sector, err);
	mgi_cursor at;

	if (st == MAILGUARD_EFORMAT) /* what it named is not found */
		memset(held, 0xff, (size_t)1 << c->shift);
	else if (st < 0)
		return st;
	at = mgi_cursor_of(mgi_span(held, (size_t)1 << c->shift));
	for (i = 0; i < each && c->fat_count < sectors(c); i++)
		c->fat[c->fat_count++] = mgi_cursor_u32le(&at);
	return MAILGUARD_OK;
}

/* The FAT's own sectors: 109 named in the header, the rest in a chain. */
static mailguard_status fat_load(mgi_cfb *c,
                                 mgi_file *file,
                                 mgi_cursor *header,
                                 mailguard_error *err)
{
	size_t n = (size_t)1 << c->shift;
	unsigned char *held = mgi_arena_alloc(c->arena, n);
	unsigned char *more = mgi_arena_alloc(c->arena, n);
	uint32_t chain = mgi_cursor_u32le(header), i, guard = sectors(c);
	mailguard_status st = MAILGUARD_OK;
	mgi_cursor at;

	mgi_cursor_skip(header, 4);
	c->fat = mgi_arena_array(c->arena, sectors(c), sizeof(*c->fat));
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	for (i = 0; i < IN_HEADER && st >= 0; i++) {
		uint32_t sector = mgi_cursor_u32le(header);

		if (sector < LAST)
			st = fat_add(c, file, sector, held, err);
	}
	while (st >= 0 && chain < LAST && guard--) {
		st = sector_read(more, c, file, chain, err);
		if (st == MAILGUARD_EFORMAT)
			return MAILGUARD_OK;
		at = mgi_cursor_of(mgi_span(more, n));
		for (i = 0; st >= 0 && i + 1 < n / 4; i++) {
			uint32_t sector = mgi_cursor_u32le(&at);

			if (sector < LAST)
				st = fat_add(c, file, sector, held, err);
		}
		chain = mgi_cursor_u32le(&at);
	}
	return st;
}

/* The sectors of a chain, in order. */
static mailguard_status chain_load(uint32_t **out,
                                   uint32_t *count,
                                   mgi_cfb *c,
                                   uint32_t start,
                                   mailguard_error *err)
{
	uint32_t sector, n = 0;

	for (sector = start; sector < LAST && n < sectors(c); n++)
		sector = next_of(c->fat, c->fat_count, sector);
	*out = mgi_arena_array(c->arena, (size_t)n + 1, sizeof(**out));
	if (!*out)
		return mgi_fail_nomem(err);
	*count = n;
	for (sector = start, n = 0; n < *count; n++) {
		(*out)[n] = sector;
		sector = next_of(c->fat, c->fat_count, sector);
	}
	return MAILGUARD_OK;
}

/* -- the directory --------------------------------------------------------- */

typedef struct link { /* of an entry, as it stands */
	uint32_t left, right, child;
} link;

static void name_read(char *out, mgi_cursor *c)
{
	size_t i;

	for (i = 0; i < 32; i++) {
		uint16_t u = mgi_cursor_u16le(c);

		if (i < 31)
			out[i] = u < 0x7f ? (char)u : '?';
	}
	out[31] = '\0';
}

static void entry_read(mgi_cfb_entry *e, link *l, mgi_cursor at, bool small)
{
	uint8_t type;

	name_read(e->name, &at);
	mgi_cursor_skip(&at, 2);
	type = mgi_cursor_u8(&at);
	mgi_cursor_skip(&at, 1);
	l->left = mgi_cursor_u32le(&at);
	l->right = mgi_cursor_u32le(&at);
	l->child = mgi_cursor_u32le(&at);
	mgi_cursor_skip(&at, 36);
	e->start = mgi_cursor_u32le(&at);
	e->size = mgi_cursor_u64le(&at);
	if (small) /* the upper half means nothing there */
		e->size &= UINT32_MAX;
	e->is_storage = type == STORAGE || type == ROOT;
	e->child = e->next = MGI_CFB_NONE;
	if (type != STORAGE && type != STREAM && type != ROOT)
		e->name[0] = '\0';
}

/* Children of `storage` from a tree that may be anything; each once. */
static void children_add(mgi_cfb *c,
                         uint32_t storage,
                         const link *links,
                         unsigned char *seen,
                         uint32_t *stack)
{
	uint32_t depth = 0, *last = &c->entries[storage].child;

	stack[depth++] = links[storage].child;
	while (depth) {
		uint32_t i = stack[--depth];

		if (i >= c->count || seen[i] || !c->entries[i].name[0])
			continue;
		seen[i] = 1;
		*last = i;
		last = &c->entries[i].next;
		/* Each entry is pushed by one other at most twice. */
		stack[depth++] = links[i].right;
		stack[depth++] = links[i].left;
	}
}

static mailguard_status tree_make(mgi_cfb *c,
                                  const link *links,
                                  mailguard_error *err)
{
	unsigned char *seen = mgi_alloc(c->mg, c->count);
	uint32_t *stack =
		mgi_alloc(c->mg, (2 * (size_t)c->count + 2) * sizeof(*stack));
	bool ok = seen && stack;
	uint32_t i;

	if (ok)
		seen[0] = 1;
	for (i = 0; ok && i < c->count; i++)
		if (c->entries[i].is_storage)
			children_add(c, i, links, seen, stack);
	mgi_free(c->mg, seen);
	mgi_free(c->mg, stack);
	return ok ? MAILGUARD_OK : mgi_fail_nomem(err);
}

static mailguard_status directory_load(mgi_cfb *c,
                                       mgi_file *file,
                                       mailguard_error *err)
{
	uint32_t each = (1u << c->shift) / ENTRY, count, *chain, i, k;
	unsigned char *held = mgi_arena_alloc(c->arena, (size_t)1 << c->shift);
	mailguard_status st;
	link *links;

	st = chain_load(&chain, &count, c, c->directory, err);
	if (st < 0)
		return st;
	if (count > MGI_CFB_ENTRIES_MAX / each)
		count = MGI_CFB_ENTRIES_MAX / each;
	c->entries = mgi_arena_array(c->arena, (size_t)count * each + 1,
	                             sizeof(*c->entries));
	links = mgi_alloc(c->mg, ((size_t)count * each + 1) * sizeof(*links));
	if (!links || mgi_arena_failed(c->arena)) {
		mgi_free(c->mg, links);
		return mgi_fail_nomem(err);
	}
	for (i = 0; i < count; i++) {
		st = sector_read(held, c, file, chain[i], err);
		if (st < 0 && st != MAILGUARD_EFORMAT)
			break;
		for (k = 0; k < each; k++, c->count++)
			entry_read(&c->entries[c->count], &links[c->count],
			           mgi_cursor_of(mgi_span(
					   held + (size_t)k * ENTRY, ENTRY)),
			           c->shift == 9);
		st = MAILGUARD_OK;
	}
	if (st >= 0 && !c->count)
		st = MAILGUARD_EFORMAT;
	if (st >= 0)
		st = tree_make(c, links, err);
	mgi_free(c->mg, links);
	return st;
}

/* Small streams lie in one of their own, with a FAT of its own. */
static mailguard_status mini_load(mgi_cfb *c,
                                  mgi_file *file,
                                  mailguard_error *err)
{
	uint32_t each = 1u << (c->shift - 2), count, *chain, i, k;
	unsigned char *held = mgi_arena_alloc(c->arena, (size_t)1 << c->shift);
	mailguard_status st;

	st = chain_load(&chain, &count, c, c->mini_fat_start, err);
	if (st < 0)
		return st;
	c->mini_fat = mgi_arena_array(c->arena, (size_t)count * each + 1,
	                              sizeof(*c->mini_fat));
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	for (i = 0; i < count; i++) {
		mgi_cursor at;

		st = sector_read(held, c, file, chain[i], err);
		if (st < 0 && st != MAILGUARD_EFORMAT)
			return st;
		at = mgi_cursor_of(mgi_span(held, (size_t)1 << c->shift));
		for (k = 0; k < each; k++)
			c->mini_fat[c->mini_fat_count++] =
				mgi_cursor_u32le(&at);
	}
	return chain_load(&c->mini, &c->mini_count, c, c->entries[0].start,
	                  err);
}

/* -- open ------------------------------------------------------------------ */

static mailguard_status header_read(mgi_cursor *rest,
                                    mgi_cfb *c,
                                    const unsigned char *header)
{
	static const unsigned char magic[] = { 0xd0, 0xcf, 0x11, 0xe0,
		                               0xa1, 0xb1, 0x1a, 0xe1 };
	mgi_cursor at = mgi_cursor_of(mgi_span(header, HEADER));

	if (memcmp(header, magic, sizeof(magic)) != 0)
		return MAILGUARD_EFORMAT;
	mgi_cursor_skip(&at, 30);
	c->shift = mgi_cursor_u16le(&at);
	mgi_cursor_skip(&at, 16);
	c->directory = mgi_cursor_u32le(&at);
	mgi_cursor_skip(&at, 4);
	c->cutoff = mgi_cursor_u32le(&at);
	c->mini_fat_start = mgi_cursor_u32le(&at);
	mgi_cursor_skip(&at, 4);
	*rest = at;
	return c->shift == 9 || c->shift == 12 ? MAILGUARD_OK
	                                       : MAILGUARD_EFORMAT;
}

static mailguard_status tables_load(mgi_cfb *c,
                                    mgi_file *file,
                                    mailguard_error *err)
{
	unsigned char header[HEADER];
	mailguard_status st;
	mgi_cursor rest;
	size_t got;

	st = mgi_file_read(file, 0, header, HEADER, &got, err);
	if (st < 0)
		return st;
	if (got < HEADER)
		return MAILGUARD_EFORMAT;
	st = header_read(&rest, c, header);
	if (st >= 0)
		st = fat_load(c, file, &rest, err);
	if (st >= 0)
		st = directory_load(c, file, err);
	return st < 0 ? st : mini_load(c, file, err);
}

mailguard_status mgi_cfb_open(mgi_cfb **out,
                              mgi_file *file,
                              mailguard_error *err)
{
	mailguard *mg = mgi_file_handle(file);
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_cfb *c = arena ? mgi_arena_alloc(arena, sizeof(*c)) : NULL;
	mailguard_status st;

	*out = NULL;
	if (!c) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	c->mg = mg;
	c->arena = arena;
	c->size = mgi_file_size(file);
	atomic_init(&c->holders, 1);
	st = tables_load(c, file, err);
	if (st < 0)
		mgi_arena_free(arena);
	else
		*out = c;
	return st;
}

mgi_cfb *mgi_cfb_hold(mgi_cfb *c)
{
	atomic_fetch_add_explicit(&c->holders, 1, memory_order_relaxed);
	return c;
}

void mgi_cfb_free(mgi_cfb *c)
{
	if (c && atomic_fetch_sub_explicit(&c->holders, 1,
	                                   memory_order_acq_rel) == 1)
		mgi_arena_free(c->arena);
}

const mgi_cfb_entry *mgi_cfb_at(const mgi_cfb *c, uint32_t i)
{
	return i < c->count ? &c->entries[i] : NULL;
}

uint32_t mgi_cfb_find(const mgi_cfb *c, uint32_t storage, const char *name)
{
	const mgi_cfb_entry *s = mgi_cfb_at(c, storage);
	uint32_t i = s ? s->child : MGI_CFB_NONE;

	while (i != MGI_CFB_NONE &&
	       mgi_strcmp_nocase(c->entries[i].name, name) != 0)
		i = c->entries[i].next;
	return i;
}

/* -- streams --------------------------------------------------------------- */

void mgi_cfb_begin(mgi_cfb_stream *s,
                   const mgi_cfb *c,
                   mgi_file *file,
                   uint32_t entry)
{
	const mgi_cfb_entry *e = mgi_cfb_at(c, entry);

	memset(s, 0, sizeof(*s));
	s->cfb = c;
	s->file = file;
	s->sector = e ? e->start : MGI_CFB_NONE;
	s->left = e ? e->size : 0;
	s->mini = e && e->size < c->cutoff;
}

/* Where the place lies in the file, and how much follows it there. */
static bool place(uint64_t *at, uint32_t *run, const mgi_cfb_stream *s)
{
	const mgi_cfb *c = s->cfb;
	uint64_t in;
	uint32_t host;

	if (s->sector >= LAST)
		return false;
	if (!s->mini) {
		*at = (((uint64_t)s->sector + 1) << c->shift) + s->passed;
		*run = (1u << c->shift) - s->passed;
		return *at < c->size;
	}
	in = ((uint64_t)s->sector << MINI_SHIFT) + s->passed;
	host = (uint32_t)(in >> c->shift);
	*run = (1u << MINI_SHIFT) - s->passed;
	if (in >> c->shift >= c->mini_count)
		return false;
	*at = (((uint64_t)c->mini[host] + 1) << c->shift) +
	      (in & ((1u << c->shift) - 1));
	return *at < c->size;
}

static void step(mgi_cfb_stream *s, size_t n)
{
	const mgi_cfb *c = s->cfb;

	s->left -= n;
	s->passed += (uint32_t)n;
	if (s->passed < 1u << (s->mini ? MINI_SHIFT : c->shift))
		return;
	s->passed = 0;
	s->sector = s->mini ? next_of(c->mini_fat, c->mini_fat_count, s->sector)
	                    : next_of(c->fat, c->fat_count, s->sector);
}

mailguard_status mgi_cfb_next(size_t *got,
                              void *to,
                              size_t room,
                              mgi_cfb_stream *s,
                              mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	char *at = to;

	*got = 0;
	while (st >= 0 && room && s->left) {
		uint64_t offset;
		uint32_t run;
		size_t n;

		if (!place(&offset, &run, s))
			return *got ? MAILGUARD_OK : MAILGUARD_EFORMAT;
		n = run < s->left ? run : (size_t)s->left;
		n = n < room ? n : room;
		st = mgi_file_read(s->file, offset, at, n, &n, err);
		if (st >= 0 && !n)
			return *got ? MAILGUARD_OK : MAILGUARD_EFORMAT;
		step(s, n);
		at += n;
		room -= n;
		*got += n;
	}
	return st < 0 ? st : *got ? MAILGUARD_OK : MAILGUARD_ITEROVER;
}

mailguard_status mgi_cfb_load(mailguard_span *out,
                              mgi_arena *arena,
                              mgi_cfb_stream *s,
                              size_t max,
                              mailguard_error *err)
{
	/* No more than the file can hold, whatever the entry says. */
	uint64_t most = s->left < s->cfb->size ? s->left : s->cfb->size;
	mailguard_status st = MAILGUARD_OK;
	size_t got, n = 0, size;
	char *at;

	*out = mgi_span(NULL, 0);
	if (most > max)
		return MAILGUARD_ELIMIT;
	size = (size_t)most;
	at = mgi_arena_alloc(arena, size + 2);
	if (!at)
		return mgi_fail_nomem(err);
	while (st == MAILGUARD_OK && n < size) {
		st = mgi_cfb_next(&got, at + n, size - n, s, err);
		n += got;
	}
	*out = mgi_span(at, n);
	if (st == MAILGUARD_ITEROVER)
		st = MAILGUARD_OK;
	return st < 0 ? st : s->left ? MAILGUARD_EFORMAT : MAILGUARD_OK;
}
