/**
 * @file mailguard/report.h
 * @brief One result, laid out: a screen for people, JSON, a page to print, a
 *        table, a line for a monitor. Decides nothing and opens nothing.
 */
#ifndef MAILGUARD_REPORT_H
#define MAILGUARD_REPORT_H

#include <mailguard/checkup.h>
#include <mailguard/diagnose.h>

MAILGUARD_BEGIN_DECLS

/** How it is laid out. */
typedef int32_t mailguard_report_format;
enum {
	/** One screen (40 lines of 100 columns) in the handle's language: what
	 *  is at fault, what is not and why, how to work meanwhile, what to do
	 *  next, what not to do now, whom to call, what was not looked at. */
	MAILGUARD_REPORT_TEXT = 0,
	/** One object on one line (docs/schema/weigh.json). */
	MAILGUARD_REPORT_JSON = 1,
	/** One line with performance data, as monitoring plugins print it. */
	MAILGUARD_REPORT_NAGIOS = 2,
	/** A row (RFC 4180) for each thing looked at and each thing seen. */
	MAILGUARD_REPORT_CSV = 3,
	/** One page by itself, to read or print: no script, nothing fetched. */
	MAILGUARD_REPORT_HTML = 4
};

/** "text", "json", "nagios", "csv", "html"; "unknown" for other numbers. */
MAILGUARD_EXTERN(const char *) mailguard_report_format_name(
	mailguard_report_format format);
/** The format of such a name; -1 if there is none. */
MAILGUARD_EXTERN(mailguard_report_format) mailguard_report_format_find(
	const char *name);

/** Flags of mailguard_report_write(). */
enum {
	MAILGUARD_REPORT_NO_HEAD = 1 /**< Of CSV: leave the head row out. */
};

typedef struct mailguard_report mailguard_report;

/**
 * A report of a verdict. With the checkup it came of, things are named as
 * its profile names them, and what each step saw is told.
 *
 * @param[out] out  Free with mailguard_report_free(). NULL on failure.
 * @param v         Held.
 * @param c         NULL if there is none. What is needed of it is copied, so
 *                  it may go on, or be freed; its profile is held.
 * @retval MAILGUARD_EINVAL  No verdict.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_report_new(
	mailguard_report **out,
	mailguard_verdict *v,
	const mailguard_checkup *c,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_report_free(mailguard_report *r);
/**
 * Append the report. On failure nothing is appended.
 *
 * @param flags  MAILGUARD_REPORT_NO_HEAD, or 0.
 * @retval MAILGUARD_EINVAL  No such format or flag.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_report_write(
	mailguard_buffer *out,
	const mailguard_report *r,
	mailguard_report_format format,
	uint32_t flags,
	mailguard_error *err);
/**
 * For a monitor: 0 OK, nothing is wrong; 1 WARNING, something failed and what
 * is at fault is suspected at most; 2 CRITICAL, at fault is something likely
 * or certain; 3 UNKNOWN, it cannot be told.
 */
MAILGUARD_EXTERN(int) mailguard_report_code(const mailguard_report *r);

MAILGUARD_END_DECLS
#endif
