#ifndef FIXTURE_H
#define FIXTURE_H
/*
 * fixture.h - a handle and a classifier for every test of the room, and the
 * rows of a tab-separated file.
 */
#include "support/ok.h"

#include <mailguard/classify.h>

#include <stdio.h>
#include <string.h>

static mailguard *mg;
static mailguard_classifier *c;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_classifier_new(&c, mg, NULL));
}

static void teardown(void)
{
	mailguard_classifier_free(c);
	mailguard_free(mg);
}

static inline mailguard_span span(const char *s)
{
	return (mailguard_span){ (const unsigned char *)s, strlen(s) };
}

static inline const mailguard_cause *cause_of(const char *text,
                                              mailguard_phase phase)
{
	const mailguard_cause *cause;

	ok(mailguard_classify_text(&cause, c, phase, span(text), NULL));
	return cause;
}

/* Split `line` in place; how many cells. */
static inline size_t cells(char *line, char **cell, size_t max)
{
	size_t n = 1;

	line[strcspn(line, "\r\n")] = '\0';
	cell[0] = line;
	for (; n < max && (cell[n] = strchr(cell[n - 1], '\t')); n++)
		*cell[n]++ = '\0';
	return n;
}

static inline FILE *open_in(const char *folder, const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "rb");
}

#endif
