/*
 * observations.c - hand a checkup what others saw, from files.
 */
#include "examples.h"

#include <stdlib.h>

/* What is of no use in it is told, and no failure. */
static int file_take(const ex_call *call,
                     mailguard_checkup *c,
                     const char *path)
{
	const mailguard_finding *f;
	mailguard_error err;
	mailguard_span text;
	mailguard_status st;
	size_t before = 0;
	char *file;

	while (mailguard_checkup_note(c, before))
		before++;
	if (!ex_slurp(&file, &text.len, call, path))
		return ex_cannot_tell(call);
	text.data = (const unsigned char *)file;
	st = mailguard_checkup_observations(c, text, &err);
	free(file);
	for (; (f = mailguard_checkup_note(c, before)) != NULL; before++)
		ex_note_at(call, path, f);
	return st < 0 ? ex_fail_at(call, path, &err) : EX_FINE;
}

int ex_observations_read(const ex_call *call,
                         mailguard_checkup *c,
                         const ex_values *files)
{
	int rc = EX_FINE;
	size_t i;

	for (i = 0; rc == EX_FINE && i < files->count; i++)
		rc = file_take(call, c, files->at[i]);
	return rc;
}
