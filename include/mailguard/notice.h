/**
 * @file mailguard/notice.h
 * @brief What to tell the people who are waiting: notices with all seven
 *        parts, as text and as bytes ready to send. It sends nothing.
 */
#ifndef MAILGUARD_NOTICE_H
#define MAILGUARD_NOTICE_H

#include <mailguard/mime.h>

MAILGUARD_BEGIN_DECLS

/** When it is told. */
typedef int32_t mailguard_notice_phase;
enum {
	MAILGUARD_NOTICE_FIRST = 1,   /**< There is an outage. */
	MAILGUARD_NOTICE_UPDATE = 2,  /**< It goes on, what is known now. */
	MAILGUARD_NOTICE_RESOLVED = 3 /**< It is over. */
};

/** "first", "update", "resolved"; "unknown" for any other number. */
MAILGUARD_EXTERN(const char *) mailguard_notice_phase_name(
	mailguard_notice_phase phase);
/** The phase of such a name; -1 if there is none. */
MAILGUARD_EXTERN(mailguard_notice_phase) mailguard_notice_phase_find(
	const char *name);

/**
 * What the notice tells. Those marked with * must be there: a blank where a
 * name or a time should be is worse than no notice.
 */
typedef struct mailguard_notice_facts {
	size_t size;
	const char *lang;     /**< "ja" or "en"; NULL: the handle's. */
	const char *company;  /**< * Who tells it. */
	const char *address;  /**< * The address that does not work. */
	const char *resend;   /**< * Where to send instead; it must lie in
	                           another domain. Not if resolved. */
	const char *phone;    /**< * For what is urgent. Not if resolved. */
	const char *status;   /**< URL of the provider's page. */
	mailguard_time since; /**< * When it began. */
	mailguard_time until; /**< When the provider expects the end, in its
	                           own words; 0: not known, and said so. If
	                           resolved, * when it ended. */
	mailguard_time window_from; /**< Mail sent from then ... 0: since. */
	mailguard_time window_to;   /**< ... to then; 0: until now. */
	mailguard_time next_update; /**< 0: none promised. */
	mailguard_notice_phase phase;
	int32_t slips; /**< How often the expected end was put off. */
} mailguard_notice_facts;

/* clang-format off */
#define MAILGUARD_NOTICE_FACTS_INIT \
	{ sizeof(mailguard_notice_facts), NULL, NULL, NULL, NULL, NULL, NULL, \
	  0, 0, 0, 0, 0, MAILGUARD_NOTICE_FIRST, 0 }
/* clang-format on */

/** One notice. It never changes. */
typedef struct mailguard_notice mailguard_notice;

/**
 * Draft a notice. Its seven parts: that there is an outage, since when,
 * the expected end, which mail may not have arrived, where to send again or
 * call, that the rest follows after recovery, and an apology.
 *
 * @param[out] out  Free with mailguard_notice_free(). NULL on failure.
 * @retval MAILGUARD_EINVAL  A fact marked with * is missing, or holds a
 *                           control character, or `resend` lies in the
 *                           domain of `address`; the message names it.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_notice_draft(
	mailguard_notice **out,
	mailguard *mg,
	const mailguard_notice_facts *facts,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_notice_free(mailguard_notice *n);
/** One line, UTF-8. */
MAILGUARD_EXTERN(const char *) mailguard_notice_subject(
	const mailguard_notice *n);
/** Lines ended by LF, UTF-8. */
MAILGUARD_EXTERN(const char *) mailguard_notice_text(const mailguard_notice *n);
/** Part `i` of the seven, from 0; NULL past the end. */
MAILGUARD_EXTERN(const char *) mailguard_notice_part(const mailguard_notice *n,
                                                     size_t i);

/** To whom and from whom it goes. */
typedef struct mailguard_notice_envelope {
	size_t size;
	const char *sender_name;
	const char *sender; /**< Must be there. */
	const char *to_name;
	const char *to;         /**< Must be there. One person a message. */
	const char *reply_to;   /**< NULL: as `sender`. */
	const char *message_id; /**< Without <>. Must be there. */
	const char *charset;    /**< "utf-8" (default) or "iso-2022-jp". */
	mailguard_time date;    /**< 0: the handle's clock. */
} mailguard_notice_envelope;

/* clang-format off */
#define MAILGUARD_NOTICE_ENVELOPE_INIT \
	{ sizeof(mailguard_notice_envelope), NULL, NULL, NULL, NULL, NULL, \
	  NULL, NULL, 0 }
/* clang-format on */

/**
 * Append the notice as a message ready to send: CRLF, 7-bit, marked as
 * automatic (RFC 3834).
 *
 * @param misfits  If the charset lacks characters, these are appended to it,
 *                 each followed by a space; NULL: not wanted.
 * @retval MAILGUARD_EINVAL  "draft.misfits": nothing was appended to `out`;
 *                           nothing is ever replaced. Or an address that is
 *                           none.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_notice_message(
	mailguard_buffer *out,
	mailguard_buffer *misfits,
	const mailguard_notice *n,
	const mailguard_notice_envelope *envelope,
	mailguard_error *err);
/** Append it as a JSON object (docs/schema/notice.json). */
MAILGUARD_EXTERN(mailguard_status) mailguard_notice_json(
	mailguard_buffer *out,
	const mailguard_notice *n,
	mailguard_error *err);

MAILGUARD_END_DECLS
#endif
