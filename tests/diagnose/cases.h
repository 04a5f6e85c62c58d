#ifndef CASES_H
#define CASES_H
/*
 * cases.h - read a file of cases in a test, and what is expected of each.
 */
#include <mailguard/diagnose.h>

#include <stddef.h>

/* What a case file expects of one case, kept apart from what is weighed. */
typedef struct expected {
	char id[32], domain[32], grade[16];
	char parts[8][64];
	size_t count;
	int any_of;
} expected;

/* The whole file, malloc'd and closed by a NUL; NULL if it cannot be read. */
char *slurp(const char *path, size_t *len);
/* The `expect` of every case, malloc'd. */
expected *expectations(const char *text, size_t len, size_t *count);
/* NULL if the verdict is as expected, else what differs. */
const char *differs(const mailguard_verdict *v, const expected *e);
/* A verdict of JSON text; the test stops if it cannot be made. */
mailguard_verdict *verdict_of(mailguard *mg, const char *json);

#endif
