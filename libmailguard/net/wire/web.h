#ifndef MGI_WEB_H
#define MGI_WEB_H
/*
 * web.h - a talk of HTTP from inside: run_http.c goes from hop to hop,
 * http_easy.c makes a hop a transfer of libcurl.
 *
 * Of libcurl only one request by one connection to one address is used:
 * redirects are ours, and so is what a certificate is worth.
 */
#include "net/wire/tls_own.h"
#include "net/wire/transfer.h"

#define MGI_WEB_REDIRECTS_MAX 5
#define MGI_WEB_HEAD_MAX ((uint64_t)64 << 10) /* of an answer */
#define MGI_WEB_ADDRESSES_MAX 32

typedef struct mgi_web mgi_web;

struct mgi_web {
	mailguard_talk *talk;
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

	/* http_easy.c */
	mgi_transfer transfer;
	mgi_tls_faults faults;
	mailguard_phase phase; /* whose step is open */
	uint64_t head, body;   /* bytes of the answer */
	bool deaf;             /* a socket could not be watched */
	bool too_long;         /* we ended it: more than anyone may send */
	bool shaken;           /* the handshake is over */
	bool ended;            /* ... by the other side's going away */
	bool tls_told;         /* of this hop or one before */
};

/* -- http_easy.c ---------------------------------------------------------- */

/* Make `w->transfer` for the URL and the address; its steps are recorded. */
mailguard_status mgi_web_easy_new(mgi_web *w,
                                  const mgi_address *at,
                                  mailguard_error *err);

/* -- run_http.c ----------------------------------------------------------- */

/* The step of the open phase ends well, that of `next` begins. */
void mgi_web_phase(mgi_web *w, mailguard_phase next);
/* Bytes came: the phase's time begins anew. */
void mgi_web_alive(mgi_web *w);

#endif
