#ifndef MGI_ZIP_H
#define MGI_ZIP_H
/*
 * zip.h - the members of a ZIP file in any order, also of one whose list of
 * them is damaged: every member has a head of its own.
 */
#include "base/buf.h"
#include "base/file.h"

#include <stdatomic.h>

typedef struct mgi_zip_entry {
	const char *name;  /* as it stands there, closed by a NUL */
	const char *other; /* as its own head has it, if that differs */
	uint64_t at;       /* of its own head */
	uint64_t packed, size;
	uint32_t crc;
	uint16_t method, flags;
	bool found; /* no list names it */
	bool open;  /* how long it is was not told in its head */
} mgi_zip_entry;

/* One of the list by names. */
typedef struct mgi_zip_name {
	const mgi_zip_entry *entry;
} mgi_zip_name;

/* Never changes once it is read. */
typedef struct mgi_zip {
	mgi_arena *arena;
	mgi_zip_entry *at; /* as the list has them, those found behind */
	size_t count, room;
	mgi_zip_name *by_name;
	bool broken; /* the list is not whole */
	atomic_uint holders;
} mgi_zip;

#define MGI_ZIP_MAX 4194304 /* members that are looked at */

/* EFORMAT, without a text, if there is no member at all. */
mailguard_status mgi_zip_open(mgi_zip **out, mgi_file *f, mailguard_error *err);
mgi_zip *mgi_zip_hold(mgi_zip *z);
/* NULL is fine. */
void mgi_zip_free(mgi_zip *z);
/* By its whole name; NULL if there is none. */
const mgi_zip_entry *mgi_zip_find(const mgi_zip *z, const char *name);
/*
 * A member's bytes behind `out`, `max` at most. `*torn`: they are not those
 * their sum was made of. EFORMAT, without a text, if nothing can be read of it
 * or it is encrypted (`flags` 1); ELIMIT past `max`; EUNSUPPORTED if it is
 * packed in a way we do not know.
 */
mailguard_status mgi_zip_read(mailguard_buffer *out,
                              bool *torn,
                              mgi_file *f,
                              const mgi_zip_entry *e,
                              size_t max);

/* -- what the list does not tell (zip_scan.c) ------------------------------ */

/* A member's own head at `at`; `*data` is where its bytes begin. */
bool mgi_zip_head_at(mgi_zip_entry *out,
                     uint64_t *data,
                     mgi_arena *arena,
                     mgi_file *f,
                     uint64_t at);
bool mgi_zip_add(mgi_zip *z, const mgi_zip_entry *e);
/* Is every entry's member where it says, and called so? Else `broken`. */
mailguard_status mgi_zip_compare(mgi_zip *z, mgi_file *f, mailguard_error *err);
/* Members that no entry names yet. */
mailguard_status mgi_zip_scan(mgi_zip *z, mgi_file *f, mailguard_error *err);
/* Sizes of ZIP64 in the `extra` bytes of a head. */
void mgi_zip_large(mgi_zip_entry *e, mailguard_span extra);

#endif
