#ifndef MGI_CONF_H
#define MGI_CONF_H
/*
 * conf.h - "key value" lines, as msmtp and mbsync have them, as a walk.
 */
#include "profile/import.h"

typedef struct mgi_conf {
	mailguard_span rest;
	uint64_t line;
} mgi_conf;

typedef struct mgi_conf_line {
	mailguard_span key, value; /* trimmed; quotes around the value gone */
	uint64_t line;             /* from 1 */
} mgi_conf_line;

mgi_conf mgi_conf_of(mailguard_span text);
/* The next line that is no comment; false at the end. */
bool mgi_conf_next(mgi_conf_line *out, mgi_conf *conf);
/* Does a line of the head of a file begin with this word? */
bool mgi_conf_has(mailguard_span text, const char *key);
/* Cut the first word off `*s`; empty if there is none. */
mailguard_span mgi_conf_word(mailguard_span *s);

#endif
