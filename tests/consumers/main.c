/*
 * main.c - a stranger's program. C and C++ both compile it, against what was
 * installed and nothing else.
 */
#include <mailguard.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard *mg = NULL;
	int fine = 0;

	opts.lang = "ja";
	if (mailguard_new(&mg, &opts, &err) < 0 ||
	    mailguard_buffer_new(&buf, mg, &err) < 0)
		fprintf(stderr, "%s\n", err.message);
	else
		fine = strcmp(mailguard_version(), MAILGUARD_WANTED) == 0 &&
		       mailguard_buffer_length(buf) == 0;
	mailguard_free(mg); /* the buffer holds it: any order will do */
	mailguard_buffer_free(buf);
	printf("libmailguard %s\n", mailguard_version());
	return fine ? 0 : 1;
}
