#ifndef MGI_TRANSFER_H
#define MGI_TRANSFER_H
/*
 * transfer.h - one connection of libcurl to one address, in our loop.
 *
 * The resolver is ours (a dead one stops all of libcurl for seconds), and so
 * are time limits; what is said, and what TLS is worth, is the owner's.
 */
#include <curl/curl.h>

#include "net/wire/runner.h"

#define MGI_TRANSFER_SOCKETS 4

typedef struct mgi_transfer mgi_transfer;

typedef struct mgi_transfer_socket {
	mgi_watch watch;
	mgi_transfer *of;
	int fd; /* -1: free */
} mgi_transfer_socket;

/* All 0 but the first three before it is first used. */
struct mgi_transfer {
	void *owner;
	/* libcurl is done with it, but for mgi_transfer_free(). */
	void (*done)(void *owner, CURLcode code);
	/* A socket could not be watched: it would never hear of its end. From
	   inside libcurl. */
	void (*deaf)(void *owner);

	CURL *easy; /* NULL: there is none now */
	int sys;    /* of a socket that could not be made */
	char error[CURL_ERROR_SIZE];
	mgi_curl *curl; /* from here on transfer.c's; NULL: not added */
	struct curl_slist *connect_to;
	mgi_transfer *next, *back;
	mgi_transfer_socket sockets[MGI_TRANSFER_SOCKETS];
};

/*
 * Make `t->easy`, to connect to `at` whatever its URL says: no proxy, no
 * signal, no .netrc, no connection of another's, no time limit.
 */
mailguard_status mgi_transfer_new(mgi_transfer *t,
                                  const mgi_address *at,
                                  mailguard_error *err);
/* Begin. ENOMEM if libcurl has no memory; nothing was begun then. */
mailguard_status mgi_transfer_add(mgi_transfer *t,
                                  mgi_curl *curl,
                                  mailguard_error *err);
/* Not from inside libcurl. Its sockets are closed. Fine without an easy. */
void mgi_transfer_free(mgi_transfer *t);
/* CURLE_COULDNT_CONNECT, for this process has no descriptor left. */
bool mgi_transfer_no_descriptor(const mgi_transfer *t, CURLcode code);

#endif
