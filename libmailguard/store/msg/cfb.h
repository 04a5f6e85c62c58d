#ifndef MGI_CFB_H
#define MGI_CFB_H
/*
 * cfb.h - a compound file ([MS-CFB]): storages and streams in one file. Its
 * tables are read once and never change; each view reads by a file of its own.
 */
#include "base/file.h"

#define MGI_CFB_NONE UINT32_MAX

/* More streams than this are not looked at. */
#define MGI_CFB_ENTRIES_MAX 262144

typedef struct mgi_cfb_entry {
	char name[32]; /* what is no ASCII is '?' */
	uint64_t size;
	uint32_t start; /* sector */
	uint32_t child; /* the first in it; MGI_CFB_NONE */
	uint32_t next;  /* beside it, in the order of the file */
	bool is_storage;
} mgi_cfb_entry;

typedef struct mgi_cfb mgi_cfb;

/*
 * EFORMAT, without a text, if it is no compound file or has no directory.
 * What else is broken shows where it is read.
 */
mailguard_status mgi_cfb_open(mgi_cfb **out,
                              mgi_file *file,
                              mailguard_error *err);
mgi_cfb *mgi_cfb_hold(mgi_cfb *c);
/* NULL is fine. */
void mgi_cfb_free(mgi_cfb *c);
/* Entry `i`, 0 is the root; NULL past the end. */
const mgi_cfb_entry *mgi_cfb_at(const mgi_cfb *c, uint32_t i);
/* In a storage, by name, ASCII case ignored; MGI_CFB_NONE. */
uint32_t mgi_cfb_find(const mgi_cfb *c, uint32_t storage, const char *name);

/* A place in a stream. */
typedef struct mgi_cfb_stream {
	const mgi_cfb *cfb;
	mgi_file *file; /* borrowed */
	uint64_t left;
	uint32_t sector, passed;
	bool mini;
} mgi_cfb_stream;

void mgi_cfb_begin(mgi_cfb_stream *s,
                   const mgi_cfb *c,
                   mgi_file *file,
                   uint32_t entry);
/*
 * The next bytes, at most `room`; ITEROVER at the end, EFORMAT if the stream
 * breaks off.
 */
mailguard_status mgi_cfb_next(size_t *got,
                              void *to,
                              size_t room,
                              mgi_cfb_stream *s,
                              mailguard_error *err);
/* All of it, if it is at most `max`, in the arena; EFORMAT: as far as it goes.
 */
mailguard_status mgi_cfb_load(mailguard_span *out,
                              mgi_arena *arena,
                              mgi_cfb_stream *s,
                              size_t max,
                              mailguard_error *err);

#endif
