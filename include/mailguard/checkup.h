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
} mailguard_checkup_options;

/* clang-format off */
#define MAILGUARD_CHECKUP_OPTIONS_INIT \
	{ sizeof(mailguard_checkup_options), NULL, 0, 0 }
/* clang-format on */

/** What a step looked at. */
typedef int32_t mailguard_checkup_stage;
enum {
	MAILGUARD_CHECKUP_PLACE = 1, /**< Where a store lies; a quick look. */
	MAILGUARD_CHECKUP_SERVER = 2,
	MAILGUARD_CHECKUP_PAGE = 3,
	MAILGUARD_CHECKUP_STORE = 4 /**< All of a store. */
};

/** One step made. */
typedef struct mailguard_checkup_step {
	mailguard_checkup_stage stage;
	mailguard_outcome outcome;
	const char *target; /**< Id of the server, provider or store. */
	const char *text;   /**< One line, in the handle's language. */
	size_t done, total; /**< Steps. */
} mailguard_checkup_step;

/**
 * @param[out] out  Free with mailguard_checkup_free(). NULL on failure.
 * @param profile   Held.
 * @param opts      NULL for the defaults.
 * @retval MAILGUARD_EINVAL  The profile has no account.
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
 * or fail (正常, 失敗), and the message or code in any words.
 *
 * @retval MAILGUARD_EINVAL  It cannot be understood, or there is no such
 *                           account; the message says which.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_checkup_saw(mailguard_checkup *c,
                                                         const char *words,
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

MAILGUARD_END_DECLS
#endif
