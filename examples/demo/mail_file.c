/*
 * mail_file - an Outlook data file for the demo, by the generator of the tests.
 *
 *	$ mailguard-demo-mail info.pst info@office.example Order 40 1764000000
 *
 * So many mails, one a day, the newest at that second since 1970.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pst_make.h"

#define UNIX_EPOCH 11644473600ull /* seconds since 1601 */

int main(int argc, char **argv)
{
	pst_plan plan = {
		.variant = PST_UNICODE,
		.crypt = 1,
		.body = 3000,
		.attach = 20000,
		.apart = 86400 * 10000000ull,
	};

	if (argc != 6) {
		fprintf(stderr, "usage: %s FILE ADDRESS SUBJECT COUNT NEWEST\n",
		        argv[0]);
		return 2;
	}
	plan.to = argv[2];
	plan.subject = argv[3];
	plan.messages = (unsigned)strtoul(argv[4], NULL, 10);
	plan.newest = (strtoull(argv[5], NULL, 10) + UNIX_EPOCH) * 10000000ull;
	if (pst_make(argv[1], &plan)) {
		fprintf(stderr, "%s: %s cannot be written\n", argv[0], argv[1]);
		return 2;
	}
	return 0;
}
