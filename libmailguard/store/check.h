#ifndef MGI_CHECK_H
#define MGI_CHECK_H
/*
 * check.h - a check under way, for those who run it and those who tell it.
 */
#include "base/os_stat.h"
#include "store/driver.h"
#include "store/exam.h"
#include "store/ledger.h"
#include "store/times.h"

typedef enum mgi_check_stage {
	MGI_CHECK_PLACES,
	MGI_CHECK_FILES,
	MGI_CHECK_MESSAGES,
	MGI_CHECK_WHOLE,
	MGI_CHECK_OVER
} mgi_check_stage;

/* A file of messages as it was when the check began. */
typedef struct mgi_box {
	const char *path;
	mgi_stat then;
	uint64_t mails; /* without those marked as deleted */
} mgi_box;

/* A file of a Maildir whose message was met. */
typedef struct mgi_met {
	uint64_t mark; /* of its folder and name */
	size_t file;
} mgi_met;

struct mailguard_check {
	mailguard_store *store;
	mgi_arena *arena;
	mailguard_check_options opts;
	mailguard_check_summary sum;
	mgi_findings *found;
	mailguard_walk *walk;
	const char *owner_path;
	mgi_box *boxes; /* of mboxes, one a file; else NULL */
	mgi_met *names; /* of a Maildir */
	size_t name_count, name_room;
	mgi_times times; /* in order once the check is over */
	mgi_exam exam;
	mgi_ledger ledger;
	uint64_t item;     /* the message under way, from 1 */
	uint32_t told_max; /* findings of one code */
	mgi_tap tap;
	mailguard_time latest; /* a date past this is none */
	size_t told;
	void *own; /* the reader's, if it checks for itself */
	mgi_check_stage stage;
};

/* A finding whose words are those of a code. */
void mgi_check_note(mailguard_check *c,
                    const mailguard_finding *f,
                    mgi_say_id text);
/* The same with words of its own. */
void mgi_check_tell(mailguard_check *c, const mailguard_finding *f);
/* What is known of mail fetched by POP3. */
void mgi_check_downloads(mailguard_check *c, const mailguard_downloads *d);
/* One message, or one that cannot be read. ITEROVER behind the last. */
mailguard_status mgi_check_message(mailguard_check *c, mailguard_error *err);
/* Are there zero bytes at either end? */
void mgi_check_ends(mailguard_check *c, mgi_file *file);
/* What the files tell without their messages, and their neighbours. */
mailguard_status mgi_check_files(mailguard_check *c, mailguard_error *err);
/* The same once the messages are known. */
mailguard_status mgi_check_files_after(mailguard_check *c,
                                       mailguard_error *err);

#endif
