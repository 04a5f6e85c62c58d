#ifndef MGI_LINES_H
#define MGI_LINES_H
/*
 * lines.h - what a verdict has to say to people, line by line, in the order
 * they ask: whoever shows it only has to lay it out.
 */
#include "diagnose/verdict.h"

typedef enum mgi_section {
	MGI_SECTION_FAULT = 0,
	MGI_SECTION_BECAUSE,
	MGI_SECTION_POSSIBLE,
	MGI_SECTION_KNOWN,
	MGI_SECTION_CLEARED,
	MGI_SECTION_MEANWHILE,
	MGI_SECTION_NEXT,
	MGI_SECTION_AVOID,
	MGI_SECTION_CALL,
	MGI_SECTION_UNLOOKED,
	MGI_SECTION_COUNT
} mgi_section;

typedef struct mgi_line {
	const char *text;
	const char *provider; /* id: whom to call; else NULL */
	mgi_section section;
	mgi_say_id id; /* of the row it is made of; MGI_SAY_COUNT if of none */
} mgi_line;

typedef struct mgi_lines {
	const mailguard_verdict *v;
	mgi_arena *arena;
	mgi_line *at;
	size_t count, cap;
} mgi_lines;

/* All of them, in `a`. ENOMEM only. */
mailguard_status mgi_lines_make(mgi_lines *out,
                                mgi_arena *a,
                                const mailguard_verdict *v,
                                mailguard_error *err);
/* The head of a section; NULL if its lines stand without one. */
const char *mgi_section_head(const mailguard *mg, mgi_section s);

/* For lines_*.c: a failure is remembered by the arena. */
void mgi_line_add(mgi_lines *ls,
                  mgi_section section,
                  mgi_say_id id,
                  const char *text);
/* The row with up to two slots filled; a NULL slot ends them. */
void mgi_line_say(mgi_lines *ls,
                  mgi_section section,
                  mgi_say_id id,
                  const char *slot,
                  const char *value,
                  const char *slot2,
                  const char *value2);
/* "a, b, c and 4 more" of `n` names. */
const char *mgi_names_join(mgi_arena *a, const char *const *names, size_t n);
/* What is not at fault: a line for each kind of thing people ask after. */
void mgi_lines_cleared(mgi_lines *ls);
/* The fault itself, why, and what else it may be. */
void mgi_lines_fault(mgi_lines *ls);

#endif
