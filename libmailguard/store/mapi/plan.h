#ifndef MGI_MAPI_PLAN_H
#define MGI_MAPI_PLAN_H
/*
 * plan.h - a mail as a list of pieces: bytes that are ready, and places in a
 * file that are read, and encoded, when their turn comes. Memory holds header
 * and text, never an attachment. Lines end in LF, as in the mail files of
 * every Unix; a line of base64 or quoted-printable has 76 characters.
 */
#include "base/charset.h"
#include "mime/draft.h"
#include "store/mapi/item.h"

typedef enum mgi_piece_kind {
	MGI_PIECE_READY,  /* bytes of plan->ready */
	MGI_PIECE_BASE64, /* a value, encoded */
	MGI_PIECE_TEXT,   /* a value in `charset` as UTF-8, encoded */
	MGI_PIECE_RAW,    /* a value that is MIME already; CRLF becomes LF */
	MGI_PIECE_MAIL    /* the message in an attachment */
} mgi_piece_kind;

typedef struct mgi_piece {
	mgi_piece_kind kind;
	size_t from, to;  /* READY: in plan->ready */
	mgi_mapi *object; /* held; RAW, BASE64, TEXT, MAIL */
	uint16_t id;      /* of the value */
	const mgi_charset *charset;
} mgi_piece;

/* Attachments and recipients past this are not looked at. */
#define MGI_MAPI_LIST_MAX 65536

typedef struct mgi_plan {
	mailguard *mg;
	mgi_arena *arena;
	mgi_mapi *message;
	mailguard_draft *draft; /* writes fields in UTF-8 */
	mailguard_buffer ready;
	mgi_piece *pieces;
	size_t count, room;
	size_t from;   /* ready bytes from here on are in no piece yet */
	char mark[20]; /* what all boundaries of this mail begin with */
	unsigned boundaries;
} mgi_plan;

/* ENOMEM, or ECANCELLED; what cannot be read is left out and counted. */
mailguard_status mgi_plan_make(mgi_plan *p,
                               mgi_mapi *message,
                               mgi_arena *arena,
                               mailguard_error *err);
void mgi_plan_done(mgi_plan *p);

/* A place to be read: goes behind all that is ready. Holds the object. */
mailguard_status mgi_plan_put(mgi_plan *p,
                              const mgi_piece *piece,
                              mailguard_error *err);

/* A failure of a buffer beside the plan's is the plan's. */
void mgi_plan_failed(mgi_plan *p, const mailguard_buffer *b);

/* -- multiparts ------------------------------------------------------------ */

typedef struct mgi_multi {
	char boundary[40];
	bool begun;
} mgi_multi;

/* Its Content-Type, with `params` ("; type=..." or ""), and the blank line. */
void mgi_multi_begin(mgi_multi *m,
                     mgi_plan *p,
                     const char *subtype,
                     const char *params);
/* The next part's header follows. */
void mgi_multi_next(mgi_multi *m, mgi_plan *p);
void mgi_multi_end(mgi_multi *m, mgi_plan *p);

/* -- parts (part.c) -------------------------------------------------------- */

/*
 * A part of text: its header, and it encoded as lightly as its bytes allow.
 * `more`: header lines of the caller's, each closed by LF; or "".
 */
void mgi_plan_text(mgi_plan *p,
                   const char *type,
                   const char *charset,
                   const char *more,
                   mailguard_span text);
/* Append `s` with LF ends; control characters but tab and LF stay. */
void mgi_plan_lf(mailguard_buffer *out, mailguard_span s);

/* -- the parts of a mail --------------------------------------------------- */

/* Header fields but MIME's own (head.c). */
mailguard_status mgi_head_put(mgi_plan *p, mailguard_error *err);

/* What people read (body.c). */
typedef struct mgi_body {
	mailguard_buffer plain, html, rtf, item;
	const char *html_charset; /* "" if it is not known */
	mgi_item_part item_part;
	bool has_plain, has_html, has_rtf;
	bool has_item;              /* it is no mail, or invites to something */
	bool huge_plain, huge_html; /* over the limit: read in their turn */
} mgi_body;

mailguard_status mgi_body_get(mgi_body *b, mgi_plan *p, mailguard_error *err);
void mgi_body_done(mgi_body *b);
/* As one part: text, or alternatives of it. An invitation is one of them. */
mailguard_status mgi_body_put(mgi_plan *p,
                              const mgi_body *b,
                              mailguard_error *err);

/* Is what the item holds beside its text a file to be saved? */
bool mgi_body_has_file(const mgi_body *b);
/* That file as a part. */
void mgi_body_put_file(mgi_plan *p, const mgi_body *b);

/* One attachment (attach.c). */
typedef struct mgi_attached_object {
	mgi_mapi *object; /* held */
	int32_t method;   /* PidTagAttachMethod */
	bool shown;       /* the HTML shows it */
} mgi_attached_object;

/* Those of the message; what cannot be opened is left out and counted. */
mailguard_status mgi_attached_get(mgi_attached_object **out,
                                  size_t *count,
                                  mgi_plan *p,
                                  const mgi_body *b,
                                  mailguard_error *err);
void mgi_attached_done(mgi_attached_object *list, size_t count);
/* Its header and bytes. */
mailguard_status mgi_attached_put(mgi_plan *p,
                                  const mgi_attached_object *a,
                                  mailguard_error *err);

/* A delivery or read report (report.c): false if it is none. */
bool mgi_report_is(mgi_plan *p);
mailguard_status mgi_report_put(mgi_plan *p, mailguard_error *err);

#endif
