#ifndef MGI_REPORT_H
#define MGI_REPORT_H
/*
 * report.h - what every layout of a report is made of: rows for people, and
 * the things that were looked at.
 */
#include "diagnose/lines.h"

#include <mailguard/report.h>

/* One row for people. */
typedef struct mgi_row {
	const char *text;
	mgi_section section;
	int32_t level; /* 0 a sentence, 1 an item, 2 what belongs to an item */
} mgi_row;

typedef struct mgi_rows {
	mgi_row *at;
	size_t count, cap;
} mgi_rows;

struct mailguard_report {
	mailguard *mg;
	mgi_arena *arena;
	mailguard_verdict *v;
	mailguard_profile *profile; /* NULL: of a plain verdict */
	mailguard_checkup_step *steps;
	size_t step_count;
	mgi_lines lines;
	mgi_rows rows;
};

/* Fill `r->rows`; a failure is remembered by the arena. */
void mgi_rows_compose(mailguard_report *r);
/* What stood in `b`, into the report's arena; "" if there is no memory. */
const char *mgi_report_keep(const mailguard_report *r, mailguard_buffer *b);

/*
 * The last step that says more than nothing of a target (of a server: as
 * `account` uses it, unless NULL), else the last of all; NULL if none was made.
 */
const mailguard_checkup_step *mgi_report_step(const mailguard_report *r,
                                              mailguard_checkup_stage stage,
                                              const char *target,
                                              const char *account);
/* "damaged" in words. */
const char *mgi_outcome_text(const mailguard *mg, mailguard_outcome outcome);

/* One thing that was looked at, or seen by a person. */
typedef struct mgi_thing {
	const char *kind; /* "place", "server" ..., or the name of a test */
	const char *id, *name, *account, *direction, *outcome, *text;
	mailguard_outcome result;
	int32_t reserved;
} mgi_thing;

/* All of them, in the order they were looked at; false past the end. */
typedef struct mgi_things {
	const mailguard_report *r;
	mgi_arena *arena; /* of what a thing points to */
	size_t step, reading;
} mgi_things;
bool mgi_things_next(mgi_thing *out, mgi_things *at);

/* Columns of a terminal that UTF-8 text takes. */
size_t mgi_text_width(const char *text);
/*
 * Append `prefix` and then `text`, in lines of at most `columns`; what follows
 * stands under the first. Control characters become spaces. Returns how many
 * lines.
 */
size_t mgi_text_wrap(mailguard_buffer *out,
                     const char *prefix,
                     const char *text,
                     size_t columns);

/* The layouts. A failure is the buffer's, or told by `err`. */
mailguard_status mgi_report_text(mailguard_buffer *out,
                                 const mailguard_report *r,
                                 mailguard_error *err);
mailguard_status mgi_report_json(mailguard_buffer *out,
                                 const mailguard_report *r,
                                 mailguard_error *err);
mailguard_status mgi_report_nagios(mailguard_buffer *out,
                                   const mailguard_report *r,
                                   mailguard_error *err);
mailguard_status mgi_report_csv(mailguard_buffer *out,
                                const mailguard_report *r,
                                uint32_t flags,
                                mailguard_error *err);
mailguard_status mgi_report_html(mailguard_buffer *out,
                                 const mailguard_report *r,
                                 mailguard_error *err);

#endif
