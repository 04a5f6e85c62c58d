#ifndef RECORD_H
#define RECORD_H
/*
 * record.h - accounts as flat text, "key: value" a line, and the settings of
 * every kind of program that the tests begin with.
 */
#include <mailguard/profile.h>

#include <stdbool.h>
#include <stddef.h>

#define RECORD_MAX 16384

/*
 * Every account of `p`, and the code of every finding, into `out`. What begins
 * with `folder` (NULL: nothing) is shown as "{folder}".
 */
void record_of(char out[RECORD_MAX],
               const mailguard_profile *p,
               const char *folder);

typedef enum fixture_end {
	END_LINE, /* lines: a cut behind one cannot be seen */
	END_MARK, /* a closing tag, or a blank line: every cut can be seen */
	END_VALUE /* values of a length: as with lines */
} fixture_end;

typedef struct fixture {
	const char *name; /* of its file */
	const char *bytes;
	size_t len;
	const char *record; /* what comes of it, after findings */
	fixture_end end;
	int sides; /* servers of each account: 1 or 2 */
} fixture;

#define FIXTURE_ADDRESS "info@shop.example"

/* Ends with a row without a name. */
extern const fixture fixtures[];

#endif
