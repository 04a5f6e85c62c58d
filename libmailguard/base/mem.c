/*
 * mem.c - memory by the handle's allocator, and arenas.
 *
 * Nothing else in the library allocates. An arena takes blocks that double up
 * to a limit; a request larger than a block gets one of its own.
 */
#include "base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/handle.h"

#define FIRST_BLOCK ((size_t)1024)
#define LARGEST_BLOCK ((size_t)64 << 10)

void *mgi_alloc(mailguard *mg, size_t n)
{
	void *p;

	if (!n)
		return NULL;
	p = mgi_handle_resize(mg, NULL, n);
	if (p)
		memset(p, 0, n);
	return p;
}

void *mgi_resize(mailguard *mg, void *p, size_t n)
{
	return mgi_handle_resize(mg, p, n ? n : 1);
}

void mgi_free(mailguard *mg, void *p)
{
	if (p)
		(void)mgi_handle_resize(mg, p, 0);
}

/* Called by a pointer that the compiler must read anew, memset() can not be
   left out, however dead the bytes are; and it is quicker than a loop. */
static void *(*const volatile set)(void *, int, size_t) = memset;

void mgi_wipe(void *p, size_t n)
{
	if (n)
		set(p, 0, n);
}

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char data[];
};

struct mgi_arena {
	mailguard *mg;
	struct block *blocks; /* the newest first */
	size_t next_size;
	bool failed;
};

mgi_arena *mgi_arena_new(mailguard *mg)
{
	mgi_arena *a = mgi_alloc(mg, sizeof(*a));

	if (!a)
		return NULL;
	a->mg = mailguard_ref(mg);
	a->next_size = FIRST_BLOCK;
	return a;
}

static struct block *block_add(mgi_arena *a, size_t n)
{
	size_t size = n > a->next_size ? n : a->next_size;
	struct block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = mgi_handle_resize(a->mg, NULL, sizeof(*b) + size);
	if (!b)
		return NULL;
	if (a->next_size < LARGEST_BLOCK)
		a->next_size *= 2;
	b->next = a->blocks;
	b->size = size;
	b->used = 0;
	a->blocks = b;
	return b;
}

void *mgi_arena_alloc(mgi_arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct block *b = a->blocks;
	size_t need;
	void *p;

	if (n > SIZE_MAX - align)
		goto fail;
	need = (n + align - 1) / align * align;
	if (!b || b->size - b->used < need)
		b = block_add(a, need);
	if (!b)
		goto fail;
	p = b->data + b->used;
	b->used += need;
	memset(p, 0, need);
	return p;
fail:
	a->failed = true;
	return NULL;
}

void *mgi_arena_array(mgi_arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		a->failed = true;
		return NULL;
	}
	return mgi_arena_alloc(a, count * size);
}

char *mgi_arena_strndup(mgi_arena *a, const void *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX) {
		a->failed = true;
		return NULL;
	}
	p = mgi_arena_alloc(a, n + 1);
	if (p && n)
		memcpy(p, s, n);
	return p;
}

char *mgi_arena_strdup(mgi_arena *a, const char *s)
{
	return s ? mgi_arena_strndup(a, s, strlen(s)) : NULL;
}

char *mgi_arena_printf(mgi_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *out = NULL;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0)
		out = mgi_arena_alloc(a, (size_t)n + 1);
	if (out)
		(void)vsnprintf(out, (size_t)n + 1, fmt, again);
	va_end(again);
	return out;
}

bool mgi_arena_failed(const mgi_arena *a)
{
	return a->failed;
}

mailguard *mgi_arena_handle(const mgi_arena *a)
{
	return a->mg;
}

void mgi_arena_empty(mgi_arena *a)
{
	struct block *b = a->blocks, *next;

	a->failed = false;
	if (!b)
		return;
	for (next = b->next; next; next = b->next) {
		b->next = next->next;
		mgi_free(a->mg, next);
	}
	b->used = 0;
}

void mgi_arena_free(mgi_arena *a)
{
	mailguard *mg;

	if (!a)
		return;
	mgi_arena_empty(a);
	mg = a->mg;
	mgi_free(mg, a->blocks);
	mgi_free(mg, a);
	mailguard_free(mg);
}
