/**
 * @file mailguard/backup.h
 * @brief Sealed full copies of mail files and settings: made as a whole or not
 *        at all, verified, restored, and tried out before they are needed.
 *
 * A backup is a folder, a bag of BagIt 1.0 (RFC 8493): other programs verify it
 * as well. docs/rooms/backup.md tells what lies in it.
 */
#ifndef MAILGUARD_BACKUP_H
#define MAILGUARD_BACKUP_H

#include <mailguard/profile.h>
#include <mailguard/store.h>

MAILGUARD_BEGIN_DECLS

/** A backup to be made, or one that is there. */
typedef struct mailguard_backup mailguard_backup;

/** What is refused unless it is allowed. */
enum {
	MAILGUARD_BACKUP_LOCKED = 1,    /**< A program holds a lock on it. */
	MAILGUARD_BACKUP_CHANGING = 2,  /**< It changes at each try. */
	MAILGUARD_BACKUP_SAME_DISK = 4, /**< A copy beside the original. */
	MAILGUARD_BACKUP_SYNCED = 8,    /**< A copy in a synced folder. */
	MAILGUARD_BACKUP_FULL = 16      /**< Space seems to be short. */
};

typedef struct mailguard_backup_options {
	size_t size;
	uint32_t allow; /**< MAILGUARD_BACKUP_... */
	uint32_t tries; /**< How often what changes is read anew; default 10. */
	const char *label; /**< What it is for; NULL: nothing said. */
	mailguard_progress_fn progress; /**< Bytes, then messages. */
	void *payload;
} mailguard_backup_options;

/* clang-format off */
#define MAILGUARD_BACKUP_OPTIONS_INIT \
	{ sizeof(mailguard_backup_options), 0, 0, NULL, NULL, NULL }
/* clang-format on */

/** What befell a store while it was copied. */
enum {
	MAILGUARD_BACKUP_WAS_LOCKED = 1,
	MAILGUARD_BACKUP_WAS_CHANGING = 2,
	MAILGUARD_BACKUP_TORN = 4,   /**< Part of it cannot be read from its
	                                  disk; zero bytes stand for it. */
	MAILGUARD_BACKUP_COUNTED = 8 /**< Its messages are known. */
};

/** One store in a backup. May grow at the end. */
typedef struct mailguard_backed_store {
	const char *id;     /**< In the profile; "" if it is of none. */
	const char *path;   /**< As its owner knows it. */
	const char *file;   /**< Where it was read. */
	const char *format; /**< "pst", "mbox" ...; "unknown": no mail store
	                         that can be read, kept as it is. */
	uint64_t files, bytes;
	uint64_t skipped; /**< Bytes that could not be read. */
	uint64_t messages, attachments, damaged, lost;
	mailguard_time newest;       /**< Date of its newest message. */
	mailguard_soundness verdict; /**< Of a check of the copy. */
	mailguard_place_kind place;  /**< Of `path`. */
	uint32_t flags;              /**< MAILGUARD_BACKUP_TORN ... */
	int32_t reserved;
} mailguard_backed_store;

/** What verifying, restoring or a drill came to. May grow at the end. */
typedef struct mailguard_backup_report {
	uint64_t files, bytes;                     /**< Read and compared. */
	uint64_t wrong, missing, added;            /**< Files. */
	uint64_t messages;                         /**< Of a drill: expected. */
	uint64_t same, mails_missing, mails_added; /**< Of a drill. */
	mailguard_soundness verdict; /**< SOUND: all is as it was sealed;
	                                  DAMAGED: see the findings. */
	int32_t reserved;
} mailguard_backup_report;

/**
 * A backup to be made.
 *
 * @param[out] out  Free with mailguard_backup_free(). NULL on failure.
 * @param opts      NULL for the defaults. Copied.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_new(
	mailguard_backup **out,
	mailguard *mg,
	const mailguard_backup_options *opts,
	mailguard_error *err);
/**
 * Take a mail file or folder into it, with all that lies in a folder.
 *
 * @param owner_path  As its owner knows it; NULL: as `path`.
 * @param id          Its id in a profile, or NULL.
 * @retval MAILGUARD_EIO     There is nothing at `path`.
 * @retval MAILGUARD_EINVAL  It is neither a file nor a folder, or the backup
 *                           is one that is there already.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_add(mailguard_backup *b,
                                                        const char *path,
                                                        const char *owner_path,
                                                        const char *id,
                                                        mailguard_error *err);
/**
 * Take settings into it, as a profile has them: without any password.
 *
 * @param p       Copied.
 * @param stores  1: the mail files of the profile as well.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_settings(
	mailguard_backup *b,
	const mailguard_profile *p,
	int stores,
	mailguard_error *err);
/**
 * Take a secret into it; it lies in a part that the passphrase opens. Needs
 * mailguard_backup_passphrase().
 *
 * @param name    Of what: a login, an account.
 * @param secret  Copied, and wiped with the backup.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_secret(
	mailguard_backup *b,
	const char *name,
	mailguard_span secret,
	mailguard_error *err);
/**
 * The same of a whole file of at most 16 MiB: a registry export, a client's
 * own settings.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_secret_file(
	mailguard_backup *b,
	const char *path,
	mailguard_error *err);
/** What opens the secrets. Copied, and wiped with the backup. */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_passphrase(
	mailguard_backup *b,
	mailguard_span passphrase,
	mailguard_error *err);

/**
 * Make it: copy each file while its hash is taken, look whether it changed
 * meanwhile, read the copy again from its disk, count the messages in it, seal
 * all of it with SHA-256, and give it its name. On failure, whatever it is,
 * nothing is left of `dest`; if the program is killed, a folder
 * "DEST.partial" may be, which is no backup and which the next run removes.
 *
 * What cannot be read from its disk is left out, told as a finding
 * (`backup.unreadable`) with its place, and zero bytes stand for it.
 *
 * @param dest  A new folder.
 * @retval MAILGUARD_EEXIST  `dest` is there already.
 * @retval MAILGUARD_EBUSY   A store is locked, or changes all the time; or
 *                           another backup is being made there.
 * @retval MAILGUARD_EINVAL  Nothing was added; `dest` lies beside a store, in
 *                           it, or in a synced folder; secrets without a
 *                           passphrase.
 * @retval MAILGUARD_EIO     Something cannot be read or written, or the copy
 *                           is not what was written.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_make(mailguard_backup *b,
                                                         const char *dest,
                                                         mailguard_error *err);
/**
 * Open a backup that is there. All but the copies themselves is verified.
 *
 * @param[out] out  Free with mailguard_backup_free(). NULL on failure.
 * @retval MAILGUARD_EFORMAT       No backup, or not whole.
 * @retval MAILGUARD_EUNSUPPORTED  Of a newer version.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_open(
	mailguard_backup **out,
	mailguard *mg,
	const char *path,
	const mailguard_backup_options *opts,
	mailguard_error *err);

/** "" before it is made. */
MAILGUARD_EXTERN(const char *) mailguard_backup_path(const mailguard_backup *b);
/** When it was made; 0 before. */
MAILGUARD_EXTERN(mailguard_time) mailguard_backup_made(
	const mailguard_backup *b);
/** The i-th store; NULL past the end. Borrowed. */
MAILGUARD_EXTERN(const mailguard_backed_store *) mailguard_backup_store(
	const mailguard_backup *b,
	size_t i);
/** What was told when it was made, opened, verified and drilled, in that
 *  order; NULL past the end. Borrowed. */
MAILGUARD_EXTERN(const mailguard_finding *) mailguard_backup_finding(
	const mailguard_backup *b,
	size_t i);

/**
 * Read every copy again and compare it with its seal. What is wrong, missing
 * or too much is a finding.
 *
 * @param quick  1: only whether each file is there with its size.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_verify(
	mailguard_backup_report *out,
	mailguard_backup *b,
	int quick,
	mailguard_error *err);
/**
 * Copy stores back, each byte compared with the seal on the way and read
 * again behind it. Nothing is written over; on failure nothing is left.
 *
 * @param store  Which one, from 0; MAILGUARD_BACKUP_ALL: each into a folder
 *               `dest`, under its own name.
 * @param dest   A new file or folder.
 * @retval MAILGUARD_EEXIST  `dest` is there already.
 * @retval MAILGUARD_EINVAL  There is no such store.
 * @retval MAILGUARD_EIO     It cannot be written, or a copy in the backup is
 *                           not what was sealed.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_restore(
	mailguard_backup_report *out,
	mailguard_backup *b,
	size_t store,
	const char *dest,
	mailguard_error *err);
#define MAILGUARD_BACKUP_ALL ((size_t)-1)
/**
 * Move a store to another place: out of the backup, with every message compared
 * by its digest with what it was. The original must still be what was backed
 * up. It is left as it is, or, with `aside`, gets a name that ends in ".moved";
 * it is never removed.
 *
 * @param dest   A new file or folder, in a place without risks for mail: on a
 *               disk of this machine that is not synced, shared or removable
 *               (MAILGUARD_BACKUP_SYNCED allows it).
 * @param aside  1: a program must not find the original under its name again.
 * @retval MAILGUARD_EBUSY   The original has changed since: back it up anew.
 * @retval MAILGUARD_EEXIST  `dest` is there already; or what the original is
 *                           to be called is, and then `dest` stays.
 * @retval MAILGUARD_EINVAL  A risky place, or there is no such store.
 * @retval MAILGUARD_EIO     As for mailguard_backup_restore().
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_move(
	mailguard_backup_report *out,
	mailguard_backup *b,
	size_t store,
	const char *dest,
	int aside,
	mailguard_error *err);
/**
 * Try it out: restore all stores to a temporary place, read every message, and
 * compare with what was there when the backup was made. The place is cleared.
 *
 * @param folder  Where the temporary place is made; NULL: beside the backup.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_drill(
	mailguard_backup_report *out,
	mailguard_backup *b,
	const char *folder,
	mailguard_error *err);
/**
 * Append the settings in it, a profile's JSON.
 *
 * @retval MAILGUARD_EFORMAT  There are none.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_profile(
	mailguard_buffer *out,
	const mailguard_backup *b,
	mailguard_error *err);
/**
 * Append the secrets in it as JSON (docs/schema/backup-secrets.json).
 *
 * @retval MAILGUARD_EFORMAT  There are none, or the passphrase is wrong.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_unseal(
	mailguard_buffer *out,
	const mailguard_backup *b,
	mailguard_span passphrase,
	mailguard_error *err);

/**
 * Append it as one JSON object (docs/schema/backup.json).
 *
 * @param report  What became of it last, or NULL.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_json(
	mailguard_buffer *out,
	const mailguard_backup *b,
	const mailguard_backup_report *report,
	mailguard_error *err);
/** Append it as lines for people. */
MAILGUARD_EXTERN(mailguard_status) mailguard_backup_text(
	mailguard_buffer *out,
	const mailguard_backup *b,
	const mailguard_backup_report *report,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_backup_free(mailguard_backup *b);

MAILGUARD_END_DECLS
#endif
