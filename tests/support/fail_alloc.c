#include "support/fail_alloc.h"

#include <stdlib.h>

static int left, live;

static void *resize(void *p, size_t n, void *payload)
{
	(void)payload;
	if (n == 0) {
		live -= p != NULL;
		free(p);
		return NULL;
	}
	if (left-- == 0)
		return NULL;
	live += p == NULL;
	return realloc(p, n);
}

const mailguard_options *fail_alloc_at(int n)
{
	static mailguard_options opts = MAILGUARD_OPTIONS_INIT;

	opts.resize = resize;
	left = n;
	return &opts;
}

int fail_alloc_live(void)
{
	return live;
}
