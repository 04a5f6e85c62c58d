#ifndef MGI_STORE_ARCHIVE_H
#define MGI_STORE_ARCHIVE_H
/*
 * archive.h - mail files in a ZIP, tar or other archive: laid out in a private
 * folder while the store is open, each kind read by its own reader.
 */
#include "base/arc.h"
#include "store/driver.h"

/* What was not laid out, or not wholly. */
typedef struct mgi_archive_refusal {
	const char *name; /* of the member; NULL: the archive itself */
	mgi_say_id text;
	mailguard_severity severity;
} mgi_archive_refusal;

/* A store in it. */
typedef struct mgi_archive_part {
	mailguard_store *store;
	const char *folder; /* what its folders lie below; "" */
} mgi_archive_part;

typedef struct mgi_archive {
	mgi_arena *arena;
	const char *root; /* the private folder; NULL: not made yet */
	mgi_archive_refusal *refused;
	size_t refusals, refusal_room;
	mgi_archive_part *parts;
	size_t count, room;
	bool gaps; /* something in it is not given */
} mgi_archive;

/* Past these an archive is a bomb, and nothing more of it is taken. */
#define MGI_ARCHIVE_FILES 1000000
#define MGI_ARCHIVE_DEPTH 32
#define MGI_ARCHIVE_RATIO 250                   /* unpacked to packed */
#define MGI_ARCHIVE_SMALL ((uint64_t)64 << 20)  /* allowed to any */
#define MGI_ARCHIVE_LARGE ((uint64_t)256 << 30) /* to none */

/* One more thing refused, told when the store is walked. */
void mgi_archive_refuse(mgi_archive *a,
                        const char *name,
                        mailguard_severity severity,
                        mgi_say_id text);
/* The archive at `path` below a->root (unpack.c). */
mailguard_status mgi_archive_unpack(mgi_archive *a,
                                    mailguard *mg,
                                    const char *path,
                                    mailguard_error *err);
/* The stores in what lies there (parts.c). */
mailguard_status mgi_archive_find(mgi_archive *a,
                                  mailguard *mg,
                                  mailguard_error *err);
/* The private folder and all in it. */
void mgi_archive_clear(mgi_arena *arena, const char *root);

#endif
