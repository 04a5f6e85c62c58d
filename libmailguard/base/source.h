#ifndef MGI_SOURCE_H
#define MGI_SOURCE_H
/*
 * source.h - how a room makes bytes of its own a mailguard_source.
 */
#include "base/mem.h"

/* What a kind of source can do. One static table a kind. */
typedef struct mgi_source_kind {
	/* Begin to read; `*state` is the stream's own, in its arena. */
	mailguard_status (*open)(void **state,
	                         void *self,
	                         mgi_arena *arena,
	                         mailguard_error *err);
	/* The next piece, valid until the next call; ITEROVER at the end. */
	mailguard_status (*next)(mailguard_span *out,
	                         void *state,
	                         mailguard_error *err);
	void (*close)(void *state); /* may be NULL */
	void (*release)(void *self);
} mgi_source_kind;

/* `self` is released with the last reference; not on failure. */
mailguard_status mgi_source_new(mailguard_source **out,
                                mailguard *mg,
                                const mgi_source_kind *kind,
                                void *self,
                                mailguard_error *err);

#endif
