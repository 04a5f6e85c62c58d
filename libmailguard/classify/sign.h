#ifndef MGI_SIGN_H
#define MGI_SIGN_H
/*
 * sign.h - what points to a cause in one text, and how strongly.
 *
 * A reader looks for one kind of sign (words, SMTP codes, client codes) and
 * adds what it finds. None decides; mgi_signs_judge() does, when all is in.
 */
#include <mailguard/classify.h>

#include "classify/fold.h"
#include "classify/table.h"

#define MGI_SIGNS_MAX 64    /* of one text; the weakest are dropped */
#define MGI_WEIGHT_NAMED 96 /* someone named name space and code */

/* A row and the bytes that named it. */
typedef struct mgi_sign {
	const mgi_code_row *code;     /* one of these two ... */
	const mgi_phrase_row *phrase; /* ... is set */
	int32_t weight;               /* 1..99 */
	uint32_t at, len;             /* in the original text */
	bool own;                     /* a row of the user's */
} mgi_sign;

/* One text on its way through the readers. */
typedef struct mgi_reading {
	const mgi_set *sets;
	mailguard_span text;
	const mgi_folded *folded;
	mailguard_phase phase;
	int32_t reply_class; /* 2, 4 or 5 once SMTP said one, else 0 */
	uint32_t count;
	mgi_sign signs[MGI_SIGNS_MAX];
} mgi_reading;

int32_t mgi_sign_reason(const mgi_sign *s);
/* Bytes [start, end) of the folded text; a row seen twice counts once. */
void mgi_sign_code(mgi_reading *r,
                   const mgi_code_row *row,
                   int32_t weight,
                   size_t start,
                   size_t end);
void mgi_sign_phrase(mgi_reading *r,
                     const mgi_phrase_row *row,
                     size_t start,
                     size_t end);
/* The same for the row of that name space and code, if there is one. */
void mgi_sign_known(mgi_reading *r,
                    const char *space,
                    mailguard_span code,
                    size_t start,
                    size_t end);
/* How much a code of this row says when it stands in a text. */
int32_t mgi_code_weight(const mgi_code_row *row);

/* Rows of `set` with that code; they begin at `*first`. */
size_t mgi_code_find(size_t *first, const mgi_set *set, mailguard_span code);
/* The one row of that name space and code, over all sets; or NULL. */
const mgi_code_row *mgi_code_of(const mgi_set *sets,
                                const char *space,
                                mailguard_span code);
/* Places in set->symbols with that symbol; they begin at `*first`. */
size_t mgi_symbol_find(size_t *first, const mgi_set *set, mailguard_span name);

/* The readers. */
void mgi_read_named(mgi_reading *r);
void mgi_read_smtp(mgi_reading *r);
void mgi_read_answers(mgi_reading *r);
void mgi_read_numbers(mgi_reading *r);
void mgi_read_tokens(mgi_reading *r);
/* `gaps` is room for one mgi_gap a phrase of the largest set. */
typedef struct mgi_gap {
	uint32_t start, end; /* of the parts seen so far */
	int32_t next;        /* the part that is waited for */
	uint32_t round;      /* of which text; else nothing was seen */
} mgi_gap;
void mgi_read_words(mgi_reading *r, mgi_gap *gaps, uint32_t *round);

/* Strongest sign first; what they say together. */
void mgi_signs_judge(mailguard_cause *out, mgi_reading *r);

#endif
