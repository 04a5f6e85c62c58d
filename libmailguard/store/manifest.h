#ifndef MGI_MANIFEST_H
#define MGI_MANIFEST_H
/*
 * manifest.h - what a store held, written down: a line a file, a line a
 * message with its digests, a line a finding. docs/rooms/store.md has the
 * format. It is read line by line, whatever its size.
 */
#include "store/driver.h"

#include "mime/digest.h"

#define MGI_MANIFEST_ID_MAX 250

/* A message was followed by a blank line. */
#define MGI_MAIL_BLANK 1U
/* The client had marked it as deleted. */
#define MGI_MAIL_DELETED 2U

/* A file as it was when it was read. */
typedef struct mgi_file_record {
	const char *path, *folder; /* the path below the store's; "" is it */
	uint64_t size, number;     /* which file it is on its disk */
	mailguard_time changed;
	uint64_t ends; /* of its first and last bytes */
} mgi_file_record;

typedef struct mgi_mail_record {
	uint64_t offset, size;
	uint64_t gap; /* of the bytes between it and the one before */
	uint64_t attachments;
	mailguard_time date, arrived;
	uint32_t marks;
	mgi_digests digests;
	const char *id; /* Message-ID, or "" */
} mgi_mail_record;

/* -- written ------------------------------------------------------------- */

typedef struct mgi_manifest_out mgi_manifest_out;

/* `level` of the check, as its option `quick`. EEXIST if `path` is there. A
 * failure later is told by _commit(). */
mailguard_status mgi_manifest_create(mgi_manifest_out **out,
                                     const mailguard_store *s,
                                     const char *path,
                                     uint32_t level,
                                     mailguard_error *err);
void mgi_manifest_put_file(mgi_manifest_out *m, const mgi_file_record *f);
void mgi_manifest_put_mail(mgi_manifest_out *m, const mgi_mail_record *r);
/* Of the message put last; `item` counts from it. */
void mgi_manifest_put_note(mgi_manifest_out *m, const mailguard_finding *f);
/* The file put last could not be read to its end. */
void mgi_manifest_put_lost(mgi_manifest_out *m);
/* Frees. */
mailguard_status mgi_manifest_commit(mgi_manifest_out *m, mailguard_error *err);
/* NULL is fine. */
void mgi_manifest_abandon(mgi_manifest_out *m);

/* -- read ---------------------------------------------------------------- */

typedef struct mgi_manifest mgi_manifest;

typedef enum mgi_manifest_kind {
	MGI_MANIFEST_FILE,
	MGI_MANIFEST_MAIL,
	MGI_MANIFEST_NOTE,
	MGI_MANIFEST_LOST
} mgi_manifest_kind;

typedef struct mgi_manifest_line {
	mgi_manifest_kind kind;
	uint64_t at; /* of the line in the manifest */
	mgi_file_record file;
	mgi_mail_record mail;
	mailguard_finding note; /* `item` as it was put */
} mgi_manifest_line;

/* EFORMAT if it is none, or not whole: every byte of it is looked at. */
mailguard_status mgi_manifest_open(mgi_manifest **out,
                                   mailguard *mg,
                                   const char *path,
                                   mailguard_error *err);
/* Strings are valid until the next step. ITEROVER behind the last line. */
mailguard_status mgi_manifest_next(mgi_manifest_line *out,
                                   mgi_manifest *m,
                                   mailguard_error *err);
/* Go on at a line. */
void mgi_manifest_seek(mgi_manifest *m, uint64_t at);
/* Where the next line begins. */
uint64_t mgi_manifest_tell(const mgi_manifest *m);
/* Of the check that wrote it. */
uint32_t mgi_manifest_level(const mgi_manifest *m);
uint64_t mgi_manifest_mails(const mgi_manifest *m);
mailguard_time mgi_manifest_written(const mgi_manifest *m);
/* NULL is fine. */
void mgi_manifest_free(mgi_manifest *m);

/* -- what both need -------------------------------------------------------- */

/* 64 bits of some bytes; begin with MGI_MARK. For noticing, not for trust. */
#define MGI_MARK UINT64_C(0xcbf29ce484222325)
uint64_t mgi_mark_add(uint64_t mark, mailguard_span bytes);
/* Of the first and last bytes of the first `size` bytes of a file. */
uint64_t mgi_mark_of_ends(mgi_file *f, uint64_t size);
/* The same of file `i` as it is now; 0 for a Maildir, whose files are sealed.
 */
uint64_t mgi_ends_now(const mailguard_store *s, size_t i);
/* `path` below the store's own; "" if it is that. */
const char *mgi_store_below(const mailguard_store *s, const char *path);

#endif
