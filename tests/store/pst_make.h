#ifndef PST_MAKE_H
#define PST_MAKE_H
/*
 * pst_make.h - Outlook data files for tests: every variant, encoding and
 * packing, written from the format's own description and from no code of the
 * library but its tables of letters. The same arguments, the same bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PST_ANSI, PST_UNICODE, PST_WIDE };

typedef struct pst_plan {
	int variant;
	int crypt;      /* 0 none, 1 permute, 2 cyclic */
	int said_crypt; /* in the header, if not 0: a lie + 1 */
	bool packed;    /* WIDE only */
	bool ost;
	unsigned messages; /* in the inbox; each 7th in the folder below */
	unsigned body;     /* bytes of text of each, about */
	unsigned attach;   /* bytes attached to every second, about; 0 none */
	bool embedded;     /* every fifth has a message attached */
	uint32_t password;
	/* 0 and NULL: mail of a test. */
	uint64_t newest, apart; /* FILETIME of the last; between two */
	const char *to;         /* whose mail it is, from a client for each */
	const char *subject;    /* what its number follows */
	/* Messages in the hidden list of what was fetched by POP3; 0 none. */
	unsigned downloads;
} pst_plan;

/* 0 when done. */
int pst_make(const char *path, const pst_plan *plan);
/* What it holds. */
unsigned pst_made_attachments(const pst_plan *plan);
#define PST_MADE_FOLDERS 7

#endif
