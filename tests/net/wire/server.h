#ifndef SERVER_H
#define SERVER_H
/*
 * A server on 127.0.0.1 that does what a script says, in threads of its own,
 * the same for every connection.
 */
#include <stddef.h>

typedef enum deed {
	END = 0, /* of the script: close */
	SAY,     /* `text` */
	DRIP,    /* `text`, a byte at a time */
	HEAR,    /* a line that begins with `text`, else close */
	MAIL,    /* lines up to one with a dot alone */
	PAUSE,   /* `ms` */
	TLS,     /* a handshake with certificate `ms` (pki) */
	RESET,   /* close by a reset */
	HALF,    /* say no more, but listen on till they close */
	STALL    /* nothing at all till the server is stopped */
} deed;

typedef struct deeds {
	deed what;
	const char *text;
	int ms;
} deeds;

/* Certificates, all but SELF by one authority. */
typedef enum pki {
	GOOD,     /* for "mail.test" and 127.0.0.1 */
	EXPIRED,  /* the same, yesterday */
	STRANGER, /* for "other.test" */
	SELF,     /* for "mail.test", by itself */
	CHAIN     /* as GOOD, and the authority's is sent with it */
} pki;

/* A PEM file with the authority; the same for the whole process. */
const char *pki_authority(void);

typedef struct server server;

/* `script` is borrowed. */
server *server_start(const deeds *script);
int server_port(const server *s);
/* So many connections were made. */
int server_count(server *s);
/* All lines heard so far, in the order they came; valid until asked
   again or stopped. */
const char *server_heard(server *s);
/* A port nobody listens at. */
int server_nobody(void);
void server_stop(server *s);

#endif
