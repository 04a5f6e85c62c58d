#ifndef MGI_WEB_H
#define MGI_WEB_H
/*
 * web.h - a talk of HTTP from inside: run_http.c goes from hop to hop,
 * http_easy.c makes a hop a transfer of libcurl, http.c has libcurl's sockets
 * and timers wait in our loop. Nobody else sees libcurl.
 *
 * Of libcurl only one request by one connection to one address is used: the
 * resolver is ours (a dead one stops all of libcurl for seconds), and so are
 * redirects, time limits, and what a certificate is worth.
 */
#include <curl/curl.h>

#include "net/wire/runner.h"
#include "net/wire/tls_own.h"

#define MGI_WEB_REDIRECTS_MAX 5
#define MGI_WEB_HEAD_MAX ((uint64_t)64 << 10) /* of an answer */
#define MGI_WEB_SOCKETS 4
#define MGI_WEB_ADDRESSES_MAX 32

typedef struct mgi_web mgi_web;

typedef struct mgi_web_socket {
	mgi_watch watch;
	mgi_web *web;
	int fd; /* -1: free */
} mgi_web_socket;

struct mgi_web {
	mailguard_talk *talk;
	mgi_http *http;
	mgi_tls *tls; /* of the net; NULL until a hop needs it */

	/* run_http.c: the hop */
	const mailguard_endpoint *to;
	mailguard_endpoint *redirected; /* owned; NULL at the first hop */
	mailguard_buffer url;
	uint32_t redirects;
	mgi_lookup *lookup;
	mgi_address list[MGI_WEB_ADDRESSES_MAX];
	size_t count, next;
	mgi_place place;
	mgi_timer timer;    /* of the phase */
	int64_t deadline;   /* of the talk */
	int64_t queued;     /* since when it waits for a place, or 0 */
	int64_t connecting; /* when this connection must stand */

	/* http.c */
	mgi_web *next_web, *back_web; /* of those with a transfer */

	/* http_easy.c: the transfer */
	CURL *easy;
	struct curl_slist *connect_to;
	mgi_web_socket sockets[MGI_WEB_SOCKETS];
	mgi_tls_faults faults;
	mailguard_phase phase; /* whose step is open */
	uint64_t head, body;   /* bytes of the answer */
	int sys;               /* of a socket that could not be made */
	bool deaf;             /* a socket could not be watched */
	bool too_long;         /* we ended it: more than anyone may send */
	bool shaken;           /* the handshake is over */
	bool ended;            /* ... by the other side's going away */
	bool tls_told;         /* of this hop or one before */
	char error[CURL_ERROR_SIZE];
};

/* -- http.c --------------------------------------------------------------- */

/* ENOMEM if libcurl has no memory. */
mailguard_status mgi_http_add(mgi_http *http, mgi_web *w, mailguard_error *err);
/* Not from inside libcurl. Its sockets are closed. */
void mgi_http_remove(mgi_http *http, mgi_web *w);

/* -- http_easy.c ---------------------------------------------------------- */

/* Make `w->easy` for the URL and the address; its steps are recorded. */
mailguard_status mgi_web_easy_new(mgi_web *w,
                                  const mgi_address *at,
                                  mailguard_error *err);
void mgi_web_easy_free(mgi_web *w);

/* -- run_http.c ----------------------------------------------------------- */

/* The step of the open phase ends well, that of `next` begins. */
void mgi_web_phase(mgi_web *w, mailguard_phase next);
/* Bytes came: the phase's time begins anew. */
void mgi_web_alive(mgi_web *w);
/* A socket could not be watched: it would never hear of its end. */
void mgi_web_deaf(mgi_web *w);
/* libcurl is done with it, but for mgi_http_remove(). */
void mgi_web_done(mgi_web *w, CURLcode code);

#endif
