#ifndef MGI_MARKS_H
#define MGI_MARKS_H
/*
 * marks.h - data/server_marks.tsv as tools/mkmarks.c writes it. Each list ends
 * with a row of NULL.
 */

typedef struct mgi_mark {
	const char *words, *name;
} mgi_mark;

extern const mgi_mark mgi_marks_greeting[];
extern const mgi_mark mgi_marks_issuer[];

#endif
