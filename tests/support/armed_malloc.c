/*
 * armed_malloc.c - the C library's allocator, with one failure on demand.
 *
 * Exported from the test program, so third parties' calls come here as well.
 * The sanitizers bring an allocator of their own that must stay in place.
 */
#define _GNU_SOURCE
#include "support/armed_malloc.h"

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
# define SANITIZED 1
#elif defined(__has_feature)
# if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#  define SANITIZED 1
# endif
#endif

static int left = -1, hit;

#ifdef SANITIZED

int armed_malloc_works(void)
{
	return 0;
}

#else

# define VISIBLE __attribute__((visibility("default")))
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static int fails(void)
{
	if (left < 0 || left-- > 0)
		return 0;
	hit = 1;
	return 1;
}

VISIBLE void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

VISIBLE void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

VISIBLE void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

int armed_malloc_works(void)
{
	return 1;
}

#endif

void armed_malloc_at(int n)
{
	hit = 0;
	left = n;
}

int armed_malloc_off(void)
{
	left = -1;
	return hit;
}
