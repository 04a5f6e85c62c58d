/**
 * @file mailguard/checkup.h
 * @brief The main job: ask the servers, look at the mail files, read the
 *        providers' pages, weigh all of it together.
 *
 * Steps are made one at a time: places and quick looks first, then servers,
 * then status pages, then each message of each file. After every step the
 * verdict so far can be had.
 */
#ifndef MAILGUARD_CHECKUP_H
#define MAILGUARD_CHECKUP_H

#include <mailguard/diagnose.h>
#include <mailguard/probe.h>
#include <mailguard/profile.h>

MAILGUARD_BEGIN_DECLS

typedef struct mailguard_checkup mailguard_checkup;

/** Flags of the options. */
enum {
	MAILGUARD_CHECKUP_NO_NET = 1,   /**< Ask no server and no page; so it
	                                     is if built without a network. */
	MAILGUARD_CHECKUP_NO_DEEP = 2,  /**< Quick looks at files only. */
	MAILGUARD_CHECKUP_NO_STATUS = 4 /**< Fetch no status page. */
};

/** Copied, also what `probe` leads to but its payload. */
typedef struct mailguard_checkup_options {
	size_t size;
	const mailguard_probe_options *probe; /**< NULL: the defaults. */
	uint32_t flags;
	uint32_t reserved;
	int64_t budget_usec; /**< All steps together, by the handle's clock;
	                          0: no limit. Time in which secrets are
	                          asked for does not count. What is left out
	                          is told, and named by the verdict. */
	/** URL of a host far from all mail servers, to tell a dead line from
	 *  dead servers; if it is of the web it tells the time, too. Nobody
	 *  logs in there. NULL: no stranger is asked. */
	const char *control;
	/** Another name for the resolver; NULL: that of `control`. */
	const char *control_name;
	mailguard_progress_fn progress; /**< While a step takes long. */
	void *payload;
} mailguard_checkup_options;

/* clang-format off */
#define MAILGUARD_CHECKUP_OPTIONS_INIT \
	{ sizeof(mailguard_checkup_options), NULL, 0, 0, 0, NULL, NULL, NULL, \
	  NULL }
/* clang-format on */

/** What a step looked at. */
typedef int32_t mailguard_checkup_stage;
enum {
	MAILGUARD_CHECKUP_PLACE = 1, /**< Where a store lies; a quick look. */
	MAILGUARD_CHECKUP_SERVER = 2,
	MAILGUARD_CHECKUP_PAGE = 3,
	MAILGUARD_CHECKUP_STORE = 4,   /**< All of a store. */
	MAILGUARD_CHECKUP_FIRST = 5,   /**< Looked at nothing: what is quick is
	                                    through, or 15 s are over. Once, if
	                                    more is to come: time to show the
	                                    verdict so far. A server that has
	                                    not answered by then is asked on. */
	MAILGUARD_CHECKUP_SILENCE = 6, /**< Does an account wait for mail for
	                                    longer than it ever had to? */
	MAILGUARD_CHECKUP_HERE = 7     /**< This machine: line, resolver,
	                                    clock. */
};

/** One step made. May grow at the end. */
typedef struct mailguard_checkup_step {
	mailguard_checkup_stage stage;
	mailguard_outcome outcome;
	const char *target;  /**< Id of the server, provider or store. */
	const char *text;    /**< One line, in the handle's language. */
	size_t done, total;  /**< Steps. */
	const char *account; /**< Id: who uses the server; else NULL. */
	int32_t outgoing;    /**< ... and 1 for sending by it. */
	int32_t unlooked;    /**< 1: it could not be looked at, or the time
	                          was up; nothing is known of it. */
} mailguard_checkup_step;

/**
 * @param[out] out  Free with mailguard_checkup_free(). NULL on failure.
 * @param profile   Held.
 * @param opts      NULL for the defaults.
 * @retval MAILGUARD_EINVAL  The profile has neither account nor mail file.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_new(
	mailguard_checkup **out,
	mailguard *mg,
	mailguard_profile *profile,
	const mailguard_checkup_options *opts,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_checkup_free(mailguard_checkup *c);
/**
 * What the person at the mail program sees: "a1 receive fail 0x800CCC0F",
 * "a4 send ok": the account's id or address, receive or send (受信, 送信), ok
 * or fail (正常 or 成功, 失敗), and the message or code in any words.
 *
 * @retval MAILGUARD_EINVAL  It cannot be understood, or there is no such
 *                           account; the message says which.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_saw(mailguard_checkup *c,
                                                         const char *words,
                                                         mailguard_error *err);
/**
 * What others saw: lines of another machine's `mailguard probe --json`
 * (docs/schema/probe.json), which are told apart by host and port and count as
 * seen from outside; or the "observations" of a case (docs/schema/weigh.json),
 * which use the ids of the profile. What is of no use here is passed over and
 * told by mailguard_checkup_note().
 *
 * @param text  All of it; up to 64 MiB. What stood before a bad line counts.
 * @retval MAILGUARD_EFORMAT  The message names the line or the place.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_observations(
	mailguard_checkup *c,
	mailguard_span text,
	mailguard_error *err);
/**
 * Questions to the person at the mail program, about the accounts of the
 * profile; what is answered counts as seen.
 *
 * @param[out] out  Free with mailguard_interview_free() before `c`.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_interview(
	mailguard_interview **out,
	mailguard_checkup *c,
	mailguard_error *err);
/** What observations were passed over, and why; NULL past the end. */
MAILGUARD_EXTERN(const mailguard_finding *) mailguard_checkup_note(
	const mailguard_checkup *c,
	size_t i);
/**
 * The mail program or system in use, by the names of data/known_defects.tsv:
 * ("windows", "26100.7623"). Known defects that fit are weighed and told.
 * Programs that stores of the profile name with a version need not be given.
 *
 * @param version  NULL: not known.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_client(
	mailguard_checkup *c,
	const char *product,
	const char *version,
	mailguard_error *err);
/**
 * @param[out] out  The step made; valid until the next.
 * @retval MAILGUARD_ITEROVER    All was looked at.
 * @retval MAILGUARD_ECANCELLED  Interrupted; the verdict so far stands.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_next(
	const mailguard_checkup_step **out,
	mailguard_checkup *c,
	mailguard_error *err);
/**
 * Weigh what was seen so far.
 *
 * @param[out] out  Yours; free with mailguard_verdict_free().
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_verdict(
	mailguard_verdict **out,
	const mailguard_checkup *c,
	mailguard_error *err);

/** The i-th step made so far; NULL past the end. Lives as long as `c`. */
MAILGUARD_EXTERN(const mailguard_checkup_step *) mailguard_checkup_seen(
	const mailguard_checkup *c,
	size_t i);
/** The profile it was made of; borrowed. */
MAILGUARD_EXTERN(mailguard_profile *) mailguard_checkup_profile(
	const mailguard_checkup *c);

/** A search for mail files, one found thing a step. */
typedef struct mailguard_find mailguard_find;

/** Copied; the profile is held. */
typedef struct mailguard_find_options {
	size_t size;
	mailguard_profile *profile; /**< Whose settings may name what is found;
	                                 NULL: nothing is called an orphan. */
	uint32_t max_depth;         /**< Folders deep; default 64. */
	uint32_t reserved;
	uint64_t max_entries; /**< Names read in all; default 5,000,000. */
	mailguard_progress_fn progress;
	void *payload;
} mailguard_find_options;

/* clang-format off */
#define MAILGUARD_FIND_OPTIONS_INIT \
	{ sizeof(mailguard_find_options), NULL, 0, 0, 0, NULL, NULL }
/* clang-format on */

/** What a find step tells. */
enum {
	MAILGUARD_FOUND_MAIL = 1,     /**< A store this library reads. */
	MAILGUARD_FOUND_NOT_READ = 2, /**< Known, but not read yet. */
	MAILGUARD_FOUND_PASSED = 3    /**< A file or folder that was passed
	                                   over; `text` says why. */
};

/** What `newest` was taken from. */
enum {
	MAILGUARD_NEWEST_UNKNOWN = 0,
	MAILGUARD_NEWEST_MAIL = 1, /**< The date in the newest mail seen. */
	MAILGUARD_NEWEST_FILE = 2  /**< When the file was last written. */
};

/** One thing found. May grow at the end. */
typedef struct mailguard_found {
	const char *kind; /**< "mbox", "mboxes" (a folder of them), "maildir",
	                       "pst" ...; NULL for what was passed over. */
	const char *path; /**< Here. */
	const char *owner_path; /**< As its owner knows it, by a map; NULL. */
	const char *client;     /**< Whose kind it is: "outlook"; NULL: many. */
	const char *store;      /**< Id in the profile; NULL: none names it. */
	const char *account;    /**< Id of the first that keeps mail there. */
	const char *cloud;      /**< "onedrive" ...; NULL. */
	const char *text;       /**< In words: why it is not read. Or NULL. */
	uint64_t files, bytes;
	mailguard_time newest;
	int32_t newest_from;
	int32_t state; /**< Read, not read yet, passed over. */
	mailguard_place_kind place;
	int32_t orphan; /**< 1: no settings of the profile name it. */
} mailguard_found;

/**
 * A search, yet of nothing. Symbolic links are not followed, what is no disk
 * (/proc) is not entered, and nothing is written.
 *
 * @param[out] out  Free with mailguard_find_free(). NULL on failure.
 * @param opts      NULL for the defaults.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_new(
	mailguard_find **out,
	mailguard *mg,
	const mailguard_find_options *opts,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_find_free(mailguard_find *f);
/**
 * Look also at `path`, a file or a folder and all below it.
 *
 * @retval MAILGUARD_EIO  It is not there or cannot be read.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_add(mailguard_find *f,
                                                      const char *path,
                                                      mailguard_error *err);
/**
 * What lies below `here` its owner knows below `owner`: ("C:\Users\u",
 * "/mnt/pc/Users/u"). The place is judged by the owner's path. The longest
 * `here` that fits wins; at most 64.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_map(mailguard_find *f,
                                                      const char *owner,
                                                      const char *here,
                                                      mailguard_error *err);
/**
 * @param[out] out  Valid until the next step.
 * @retval MAILGUARD_ITEROVER    All was looked at.
 * @retval MAILGUARD_ELIMIT      More than `max_entries` names.
 * @retval MAILGUARD_ECANCELLED  Progress or interrupt said stop.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_next(
	const mailguard_found **out,
	mailguard_find *f,
	mailguard_error *err);
/** Append what was found as one JSON object (docs/schema/find.json). */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_json(
	mailguard_buffer *out,
	const mailguard_find *f,
	const mailguard_found *found,
	mailguard_error *err);
/** Append it for people, in the handle's language: a few lines. */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_text(
	mailguard_buffer *out,
	const mailguard_find *f,
	const mailguard_found *found,
	mailguard_error *err);
/** Append it as a row of RFC 4180; NULL for `found` gives the head row. */
MAILGUARD_EXTERN(mailguard_status) mailguard_find_csv(
	mailguard_buffer *out,
	const mailguard_find *f,
	const mailguard_found *found,
	mailguard_error *err);

/** A look around on a computer: settings of mail programs, and mail files. */
typedef struct mailguard_look mailguard_look;

/** Copied. */
typedef struct mailguard_look_options {
	size_t size;
	const char *root; /**< Where another computer's disk is mounted; its
	                       users' homes are found below. NULL: this one;
	                       give homes with mailguard_look_home(). */
	mailguard_progress_fn progress;
	void *payload;
} mailguard_look_options;

/* clang-format off */
#define MAILGUARD_LOOK_OPTIONS_INIT \
	{ sizeof(mailguard_look_options), NULL, NULL, NULL }
/* clang-format on */

/** What a look step found. */
enum {
	MAILGUARD_LOOKED_SETTINGS = 1, /**< Read into the profile. */
	MAILGUARD_LOOKED_UNREAD = 2,   /**< Settings that cannot be read; `text`
	                                    says why and what to do. */
	MAILGUARD_LOOKED_ORPHAN = 3,   /**< A mail file no settings name; it is
	                                    in the profile as a store now. */
	MAILGUARD_LOOKED_PASSED = 4    /**< A folder that cannot be read, or a
	                                    mail file of a kind not read yet. */
};

/** One thing a look saw. May grow at the end. */
typedef struct mailguard_looked {
	int32_t what;
	int32_t reserved;
	const char *path;
	const char *client; /**< "thunderbird" ...; NULL. */
	const char *text;   /**< One line, in the handle's language. */
	size_t accounts;    /**< New ones that came of it. */
} mailguard_looked;

/**
 * Look around by data/client_places.tsv: where each mail program keeps its
 * settings and mail.
 *
 * @param[out] out  Free with mailguard_look_free(). NULL on failure.
 * @retval MAILGUARD_EIO  `root` is no folder that can be read.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_look_new(
	mailguard_look **out,
	mailguard *mg,
	const mailguard_look_options *opts,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_look_free(mailguard_look *l);
/** Look also in this home, "/home/u". Before the first step. */
MAILGUARD_EXTERN(mailguard_status) mailguard_look_home(mailguard_look *l,
                                                       const char *path,
                                                       mailguard_error *err);
/**
 * @param[out] out  Valid until the next step.
 * @retval MAILGUARD_ITEROVER    All was looked at.
 * @retval MAILGUARD_ECANCELLED  Progress or interrupt said stop.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_look_next(
	const mailguard_looked **out,
	mailguard_look *l,
	mailguard_error *err);
/** What was gathered so far. Borrowed; mailguard_profile_ref() keeps it. */
MAILGUARD_EXTERN(mailguard_profile *) mailguard_look_profile(
	const mailguard_look *l);

MAILGUARD_END_DECLS
#endif
