#ifndef NAMES_H
#define NAMES_H
/*
 * A DNS server on 127.0.0.1, by UDP and TCP at one port, that answers from a
 * table, in a thread of its own. A name that is not in it is NXDOMAIN, a type
 * that a name of it does not have an empty answer.
 */
#include <stddef.h>
#include <stdint.h>

enum {
	NAMES_SILENT = 1,   /* never answer */
	NAMES_SECOND = 2,   /* answer each second time only */
	NAMES_BY_TCP = 4,   /* by UDP an empty answer that says so (TC) */
	NAMES_GARBAGE = 8,  /* answer with what is no DNS message */
	NAMES_AD = 16,      /* vouch for it */
	NAMES_TORN = 32,    /* the last record lacks its last byte */
	NAMES_FAT = 64,     /* append 900 bytes of TXT */
	NAMES_NO_EDNS = 128 /* FORMERR to who says OPT */
};

typedef struct names_data {
	uint16_t type;
	uint16_t len;
	const char *bytes; /* names may point to \xc0\x0c, the question's */
} names_data;

#define NAMES_DATA(type, literal)    \
 {                                   \
  type, sizeof(literal) - 1, literal \
 }

typedef struct names_row {
	const char *name;
	uint16_t type; /* 0: any */
	uint8_t rcode, flags;
	names_data data[4];
} names_row;

typedef struct names names;

/* `rows` end with a NULL name and are borrowed. */
names *names_start(const names_row *rows);
int names_port(const names *n);
/* So many questions came, by UDP and by TCP. */
int names_asked(names *n);
int names_asked_tcp(names *n);
void names_stop(names *n);

#endif
