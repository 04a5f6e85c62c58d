#ifndef MGI_DRAFT_H
#define MGI_DRAFT_H
/*
 * draft.h - the insides of a message being written: draft.c collects and
 * refuses, draft_field.c writes fields, draft_write.c the whole.
 */
#include <mailguard/mime.h>

#include "base/buf.h"
#include "base/charset.h"

#define MGI_FOLD 76      /* RFC 2047, 2; RFC 5322 allows 78 */
#define MGI_WORD_MAX 75  /* RFC 2047, 2 */
#define MGI_ATOM_MAX 900 /* what cannot be folded */

typedef enum mgi_field_kind {
	MGI_FIELD_TEXT,  /* `value` is for people */
	MGI_FIELD_PLAIN, /* ... is written as it is */
	MGI_FIELD_MAILBOX
} mgi_field_kind;

typedef struct mgi_field {
	mgi_field_kind kind;
	const char *name;
	const char *value;   /* of a mailbox: its display name, or "" */
	const char *address; /* of a mailbox; "": only its name is known */
	struct mgi_field *next;
	struct mgi_field *more; /* further mailboxes of the field */
} mgi_field;

typedef struct mgi_attached {
	const char *name, *type;
	mailguard_source *source;
	struct mgi_attached *next;
} mgi_attached;

struct mailguard_draft {
	mailguard *mg;
	mgi_arena *arena;
	const mgi_charset *charset;
	mgi_field *fields, **last_field;
	mgi_attached *attached, **last_attached;
	mailguard_span text;
	mailguard_misfit *misfits;
	size_t misfit_count, misfit_cap;
	uint64_t misfit_all;
	mgi_misfits found; /* of one encoding */
};

/* A line being folded. */
typedef struct mgi_fold {
	mailguard_buffer *out;
	size_t col;
} mgi_fold;

/* Append "Name: value" and CRLF, folded. Misfits are noted in the draft. */
mailguard_status mgi_draft_put_field(mailguard_buffer *out,
                                     mailguard_draft *d,
                                     const mgi_field *f,
                                     mailguard_error *err);
/* Append `;\r\n filename="x"`, or its pieces (RFC 2231). */
mailguard_status mgi_draft_put_filename(mailguard_buffer *out,
                                        mailguard_draft *d,
                                        const char *name,
                                        mailguard_error *err);
/* Append `utf8` in the draft's charset, noting misfits; `where` names it. */
mailguard_status mgi_draft_encode(mailguard_buffer *out,
                                  mailguard_draft *d,
                                  mailguard_span utf8,
                                  uint64_t at,
                                  const char *where,
                                  mailguard_error *err);

#endif
