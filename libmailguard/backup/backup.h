#ifndef MGI_BACKUP_H
#define MGI_BACKUP_H
/*
 * backup.h - a backup as its parts see it, and what they share.
 */
#include "base/file.h"
#include "base/finding.h"
#include "base/hash.h"
#include "base/os_stat.h"
#include "base/say.h"

#include <mailguard/backup.h>

#include <stdatomic.h>

#define MGI_BAG_FACTS "mailguard-backup.json"
#define MGI_BAG_FILES "mailguard-files.tsv"
#define MGI_BAG_SETTINGS "settings.json"
#define MGI_BAG_SEALED "settings.sealed"
#define MGI_BAG_PAYLOAD "manifest-sha256.txt"
#define MGI_BAG_TAGS "tagmanifest-sha256.txt"

/* Longest path below a store or below data/. */
#define MGI_BAG_PATH 4096
/* Read and written at once. */
#define MGI_BAG_PIECE ((size_t)1 << 20)

typedef struct mgi_backed {
	mailguard_backed_store told;
	bool is_folder;
	const char *manifest; /* of its messages, in the bag; NULL: none */
	const char *name;     /* its last name, as files may be called */
} mgi_backed;

/* A secret, until it is sealed. */
typedef struct mgi_secret {
	struct mgi_secret *next;
	const char *name;
	mailguard_buffer value;
	bool is_file;
} mgi_secret;

struct mailguard_backup {
	mailguard *mg;
	mgi_arena *arena;
	mailguard_backup_options opts;
	const char *label;
	const char *path; /* of the bag; "" as long as there is none */
	mailguard_time made;
	mgi_backed *stores;
	size_t count, room;
	mgi_findings *found;
	mailguard_buffer settings;   /* a profile's JSON, or nothing */
	mailguard_buffer passphrase; /* or nothing */
	mgi_secret *secrets;
	bool sealed; /* there are secrets in the bag */
	bool there;
	atomic_bool busy;
	unsigned char *piece; /* MGI_BAG_PIECE bytes, while files are copied */
	uint64_t done, total; /* of what is under way */
	mgi_say_id doing;
};

/* A backup without anything in it. */
mailguard_status mgi_backup_new(mailguard_backup **out,
                                mailguard *mg,
                                const mailguard_backup_options *opts,
                                mailguard_error *err);
/* Room for one store more; NULL, remembered by the arena, if no memory. */
mgi_backed *mgi_backup_store_add(mailguard_backup *b);
/* A finding with the words of a code. */
void mgi_backup_note(mailguard_backup *b,
                     const mailguard_finding *f,
                     mgi_say_id text);
/* What is done from here on: `total` of what progress counts. */
void mgi_backup_begin(mailguard_backup *b, mgi_say_id doing, uint64_t total);
/* So much more is done; ECANCELLED if the host wants to stop. */
mailguard_status mgi_backup_tick(mailguard_backup *b,
                                 uint64_t more,
                                 mailguard_error *err);
/* Nobody else is in `b` from now on; EBUSY. */
mailguard_status mgi_backup_enter(mailguard_backup *b, mailguard_error *err);
void mgi_backup_leave(mailguard_backup *b);
/* The piece that files are read into; ENOMEM. */
mailguard_status mgi_backup_piece(mailguard_backup *b, mailguard_error *err);

#endif
