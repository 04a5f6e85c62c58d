#ifndef MIME_DUMP_H
#define MIME_DUMP_H
/*
 * dump.h - what a reader sees in a mail, as one line of JSON; the same keys
 * for every reader, so that tests/mime/check_reader.py can compare them.
 */
#include <stdio.h>
#include <string.h>

static inline void json_bytes(const char *s, size_t n)
{
	putchar('"');
	for (; n--; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ')
			printf("\\u%04x", *s);
		else
			putchar(*s);
	}
	putchar('"');
}

static inline void json_string(const char *s)
{
	json_bytes(s, strlen(s));
}

static inline void member(const char *name, const char *value)
{
	printf("\"%s\": ", name);
	json_string(value);
	printf(", ");
}

/* A list of [name, address]. */
static inline void mailbox(const char *name, const char *address, int first)
{
	printf("%s[", first ? "" : ", ");
	json_string(name);
	printf(", ");
	json_string(address);
	printf("]");
}

#endif
