#ifndef MGI_TABLE_H
#define MGI_TABLE_H
/*
 * table.h - the shapes of the three tables: reasons, codes, phrases.
 *
 * What the host tools write from data/ and what a user's own rows become at
 * run time are the same structs, so nobody below can tell them apart. The
 * header needs nothing but base/scan.h, for the tools include it too.
 */
#include "base/scan.h"

#include <stdint.h>

typedef struct mgi_reason_row {
	int32_t number;    /* 100 x fault + n */
	int32_t temporary; /* 1 yes, 0 no, -1 it depends */
	int32_t hard;      /* the address is to be struck off the list */
	int32_t reserved;
	const char *name, *sisimai;
	const char *text[2], *action[2]; /* by mgi_lang */
} mgi_reason_row;

/* Sorted by number. */
extern const mgi_reason_row mgi_reasons[];
extern const size_t mgi_reason_count;

/* One code of one name space: "winsock" 10060. */
typedef struct mgi_code_row {
	const char *space, *code, *symbol; /* symbol "" if there is none */
	const char *meaning[2], *action[2], *source;
	int32_t reason;
	int32_t temporary;
	int32_t also[3]; /* further faults it may be; 0 ends them */
	int32_t reserved;
} mgi_code_row;

/* One wording. "*" between spaces is a gap, "*" behind a word any ending. */
typedef struct mgi_phrase_row {
	const char *phrase, *rule, *source;
	int32_t reason;
	int32_t phase; /* holds in this phase only; 0: in any */
	int32_t confidence;
	int32_t reserved;
} mgi_phrase_row;

/* What the scanner looks for: a phrase, or what stands between its gaps. */
typedef struct mgi_phrase_part {
	int32_t row;
	int16_t index, last; /* of this part; of the phrase's last part */
	int32_t open;        /* any word ending may follow */
} mgi_phrase_part;

/* The built-in rows, or those of one call of mailguard_classifier_add(). */
typedef struct mgi_set {
	const mgi_code_row *codes; /* sorted by code, then space */
	const uint32_t *symbols;   /* rows that have one, sorted by it */
	const mgi_phrase_row *phrases;
	const mgi_phrase_part *parts; /* in the order of the scanner's */
	const mgi_scan *scan;
	const struct mgi_set *next;
	uint32_t code_count, symbol_count, phrase_count, part_count;
} mgi_set;

extern const mgi_code_row mgi_codes[];
extern const uint32_t mgi_codes_by_symbol[];
extern const uint32_t mgi_code_count, mgi_code_symbol_count;
extern const mgi_phrase_row mgi_phrases[];
extern const mgi_phrase_part mgi_phrase_parts[];
extern const uint32_t mgi_phrase_count, mgi_phrase_part_count;
extern const mgi_scan mgi_phrase_scan;

#endif
