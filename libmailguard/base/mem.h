#ifndef MGI_MEM_H
#define MGI_MEM_H
/*
 * mem.h - memory from the handle's allocator, and arenas of it.
 *
 * One object, one arena: allocate, allocate, then ask mgi_arena_failed() once.
 * An arena holds its handle, so an object that lives in one needs no
 * reference of its own.
 */
#include <mailguard/base.h>

#include <stdbool.h>

/* Zeroed. NULL if there is none, or if `n` is 0. */
void *mgi_alloc(mailguard *mg, size_t n);
/* As realloc(); what is new is not zeroed. The old block stays on NULL. */
void *mgi_resize(mailguard *mg, void *p, size_t n);
void mgi_free(mailguard *mg, void *p);
/* Overwrite, and not be optimised away. For secrets. */
void mgi_wipe(void *p, size_t n);

typedef struct mgi_arena mgi_arena;

/* NULL if there is no memory. */
mgi_arena *mgi_arena_new(mailguard *mg);
/* Zeroed and aligned for anything. NULL, and remembered, if there is none. */
void *mgi_arena_alloc(mgi_arena *a, size_t n);
/* `count` of `size`, or NULL if the product is too large. */
void *mgi_arena_array(mgi_arena *a, size_t count, size_t size);
/* NULL gives NULL and is no failure. */
char *mgi_arena_strdup(mgi_arena *a, const char *s);
/* Of bytes that may hold anything; the copy is closed by a NUL. */
char *mgi_arena_strndup(mgi_arena *a, const void *s, size_t n);
/* No %f: it would follow the process's locale. */
char *mgi_arena_printf(mgi_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Did any of the above fail since the arena was made or emptied? */
bool mgi_arena_failed(const mgi_arena *a);
mailguard *mgi_arena_handle(const mgi_arena *a);
/* Forget all that was allocated, keeping one block for what comes next. */
void mgi_arena_empty(mgi_arena *a);
/* NULL is fine. */
void mgi_arena_free(mgi_arena *a);

#endif
