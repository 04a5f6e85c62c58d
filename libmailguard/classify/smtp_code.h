#ifndef MGI_SMTP_CODE_H
#define MGI_SMTP_CODE_H
/*
 * smtp_code.h - where reply codes and enhanced status codes (RFC 5321, 3463)
 * stand in a folded text.
 */
#include "classify/fold.h"

/* A status code with the reply code before it, as the text has them. */
typedef struct mgi_smtp_code {
	int32_t reply, class, subject, detail;
	size_t start, end; /* folded */
	char text[24];     /* "5.7.26" */
} mgi_smtp_code;

/* "5.1.1" at `at`, and no part of an address or a version number. */
bool mgi_smtp_status(mgi_smtp_code *out, const mgi_folded *f, size_t at);
/* A code that servers use for want of a better one. */
bool mgi_smtp_is_vague(const mgi_smtp_code *s);
/* May a reply code begin here? At a line's head, or where one is quoted. */
bool mgi_smtp_introduced(const mgi_folded *f, size_t at);
/* The reply code at `at`, or 0; `*end` is behind it. */
int32_t mgi_smtp_reply(const mgi_folded *f, size_t at, size_t *end);

#endif
