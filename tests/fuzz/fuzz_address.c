/*
 * fuzz_address.c - any bytes as a list of mailboxes: it ends, and what it
 * gives is UTF-8 on one line.
 */
#include "base/text.h"

#include <mailguard/mime.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void is_line(const char *s)
{
	must(mgi_utf8_valid(mgi_span_of(s)));
	for (; *s; s++)
		must((unsigned char)*s >= ' ' && *s != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_address_walk *walk;
	const mailguard_address *a;
	size_t steps = 0;
	mailguard *mg;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	must(mailguard_address_walk_new(&walk, mg, mgi_span(data, size),
	                                NULL) == MAILGUARD_OK);
	mailguard_free(mg);
	while (mailguard_address_walk_next(&a, walk, NULL) == MAILGUARD_OK) {
		is_line(a->name);
		is_line(a->address);
		is_line(a->group);
		must(steps++ <= size);
	}
	mailguard_address_walk_free(walk);
	return 0;
}
