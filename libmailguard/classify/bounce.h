#ifndef MGI_BOUNCE_H
#define MGI_BOUNCE_H
/*
 * bounce.h - a mail on its way to being read as a bounce.
 *
 * A page (bounce_page.c, bounce_part.c) is the mail as lines of UTF-8, each
 * knowing the delivered bytes it came from and what it is: header, text for
 * people, fields for programs, the returned mail. Signs (bounce_sign.c) say
 * what kind of mail it is, by the rows of data/bounce/. Recipients are taken
 * from fields (bounce_field.c), else from the text (bounce_who.c); what is
 * said about each is gathered (bounce_case.c) and judged (bounce_judge.c).
 */
#include <mailguard/classify.h>
#include <mailguard/mime.h>

#include "base/buf.h"
#include "classify/bounce_table.h"
#include "classify/classifier.h"
#include "classify/smtp_code.h"

#define MGI_BOUNCE_LINES 4096  /* of one mail; later ones are not read */
#define MGI_BOUNCE_WHO 256     /* recipients of one mail */
#define MGI_BOUNCE_PART 131072 /* bytes of one part */

/* What a line is. */
typedef enum mgi_region {
	MGI_REGION_HEADER,   /* of the mail, unfolded: "Subject: x" */
	MGI_REGION_NOTE,     /* for people */
	MGI_REGION_HTML,     /* the same once more */
	MGI_REGION_STATUS,   /* message/delivery-status */
	MGI_REGION_FEEDBACK, /* message/feedback-report */
	MGI_REGION_RECEIPT,  /* message/disposition-notification */
	MGI_REGION_RETURNED, /* the mail that came back */
	MGI_REGION_NESTED,   /* message/delivery-status of a returned report */
	MGI_REGION_QUIET     /* says nothing: boundaries, boilerplate */
} mgi_region;

typedef struct mgi_line {
	uint32_t at, len; /* in page->text, without line end */
	uint64_t offset;  /* of its bytes in the mail */
	uint32_t length;  /* how many they are */
	uint8_t region;   /* mgi_region */
	bool exact;       /* byte i of it is byte offset + i of the mail */
	bool quoted;      /* "> " before it */
	bool first;       /* of its part */
	bool aside;       /* before the first part: for old mail programs */
	int32_t who;      /* the recipient it is about; -1: all, or nobody */
	int32_t phase;    /* mailguard_phase it tells of; 0: none */
} mgi_line;

/* A row that was found in a line; lines are read once. */
typedef struct mgi_mark {
	const mgi_bounce_row *row;
	uint32_t line;
	uint16_t start, end; /* folded */
} mgi_mark;

typedef struct mgi_page {
	mailguard *mg;
	mgi_mark *marks; /* of lines for people, in their order */
	uint32_t mark_count, mark_cap;
	mailguard_buffer text;
	mgi_line *lines;
	uint32_t count, cap;
	bool report_status, report_feedback, report_receipt; /* parts */
	bool returned;     /* a mail is attached, or its header */
	bool status_text;  /* fields of a report in a text */
	bool mail_text;    /* a mail's header in a text */
	bool report;       /* multipart/report, or its parts */
	mgi_folded folded; /* of one line at a time */
} mgi_page;

/* One recipient and what was said about it. */
typedef struct mgi_who {
	char address[256];
	int32_t rank;   /* of the row that named it */
	int32_t action; /* mailguard_bounce_kind of its Action field; 0 none */
	bool in_fields;
	char status[24];                   /* of its Status field */
	char host[256];                    /* of its Remote-MTA field */
	uint32_t diagnosis, diagnosis_end; /* lines of Diagnostic-Code */
	uint32_t line;                     /* that named it */
} mgi_who;

typedef struct mgi_bounce_work {
	mailguard_classifier *c;
	mgi_page page;
	mgi_who *who;
	uint32_t who_count, who_cap;
	bool starved;   /* there was no memory for one more */
	mgi_who orphan; /* fields about someone who has no address */
	bool orphaned;
	int32_t kind;       /* mailguard_bounce_kind */
	uint32_t kind_line; /* that decided it */
	const char *kind_rule;
	char reporter[256];    /* Reporting-MTA */
	mailguard_buffer told; /* the lines that are classified together */
	struct mgi_piece {
		uint32_t at, line, skip; /* told.at + at is line's byte skip */
	} pieces[512];
	uint32_t piece_count;
} mgi_bounce_work;

static inline mailguard_span mgi_line_span(const mgi_page *p, const mgi_line *l)
{
	return mgi_span(p->text.at + l->at, l->len);
}

/* One row found in one line. */
typedef struct mgi_found {
	const mgi_bounce_row *row;
	size_t start, end; /* in page->folded */
} mgi_found;

/* Read all of `source` into lines. */
mailguard_status mgi_page_read(mgi_page *p,
                               mailguard_source *source,
                               mailguard_error *err);
void mgi_page_done(mgi_page *p);
/* One more line; false once there is no memory or no room. */
bool mgi_page_add(mgi_page *p, mailguard_span text, const mgi_line *like);
/* Remember a row found in line `line`; false if there is no memory. */
bool mgi_page_mark(mgi_page *p, uint32_t line, const mgi_found *hit);
/* A part's bytes, as they stand at `offset`, as lines of `region`. */
mailguard_status mgi_page_part(mgi_page *p,
                               const mailguard_part *part,
                               mgi_region region,
                               mailguard_span raw,
                               uint64_t offset,
                               mailguard_error *err);
/* Tell text, fields and returned mail apart where no MIME does. */
mailguard_status mgi_page_sort(mgi_page *p, mailguard_error *err);

/* Is it a line of signs and words behind which the returned mail begins? */
bool mgi_page_cuts(mailguard_span s);
/* Does a reply code or a status stand in a line for people? */
bool mgi_page_has_code(mgi_page *p);

/* Does such a field of RFC 3464 begin the line? */
bool mgi_status_field(mailguard_span s);

typedef struct mgi_finder {
	mgi_scan_run run;
	const mgi_page *page;
	int where;
	int tail; /* the line end was fed */
} mgi_finder;

/* Fold line `i` into page->folded, then step over the rows in it. */
bool mgi_find_begin(mgi_finder *f, mgi_page *p, const mgi_line *l);
/* The same for a text of several lines. */
bool mgi_find_text(mgi_finder *f, mgi_page *p, mailguard_span s);
bool mgi_find_next(mgi_found *out, mgi_finder *f);

/* What kind of mail it is; sets lines' `phase` on the way. */
mailguard_status mgi_bounce_signs(mgi_bounce_work *w, mailguard_error *err);
/* Recipients of the fields, STATUS or NESTED; Reporting-MTA. */
void mgi_bounce_fields(mgi_bounce_work *w, mgi_region region);
/* Recipients of the text, if the fields named none. */
mailguard_status mgi_bounce_who(mgi_bounce_work *w, mailguard_error *err);
/* The address around byte `at` of `s` (its "@"); false if it is none. */
bool mgi_bounce_address(char out[256], mailguard_span s, size_t at);
/* Which recipient each line is about. */
void mgi_bounce_assign(mgi_bounce_work *w);
/* The one that has that address, or -1; a new one if `add`. */
int32_t mgi_bounce_known(mgi_bounce_work *w, const char *address, bool add);
/* Gather what was said about recipient `i` and judge it. */
mailguard_status mgi_bounce_judge(mailguard_bounce_record *out,
                                  mgi_bounce_work *w,
                                  mgi_arena *a,
                                  uint32_t i,
                                  mailguard_error *err);

#endif
