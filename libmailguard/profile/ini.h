#ifndef MGI_INI_H
#define MGI_INI_H
/*
 * ini.h - files of [sections] and key=value lines, as a walk.
 */
#include "profile/import.h"

typedef struct mgi_ini {
	mailguard_span rest, section;
	uint64_t line;
} mgi_ini;

typedef enum mgi_ini_kind {
	MGI_INI_SECTION, /* one begins: its name is `section` */
	MGI_INI_VALUE,
	MGI_INI_BAD /* neither, nor a comment */
} mgi_ini_kind;

typedef struct mgi_ini_line {
	mailguard_span section, key, value; /* trimmed */
	uint64_t line;                      /* from 1 */
	mgi_ini_kind kind;
} mgi_ini_line;

mgi_ini mgi_ini_of(mailguard_span text);
/* The next line that says something; false at the end. */
bool mgi_ini_next(mgi_ini_line *out, mgi_ini *ini);
/* Is there a [section] of that name in the head of a file? */
bool mgi_ini_has(mailguard_span text, const char *section);

#endif
