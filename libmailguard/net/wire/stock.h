#ifndef MGI_STOCK_H
#define MGI_STOCK_H
/*
 * stock.h - a login by libcurl, as an ordinary mail program makes it: a second
 * opinion beside our own dialogues. run_stock.c goes from address to address
 * and keeps the time, stock_easy.c is the login as libcurl is to make it.
 *
 * libcurl judges the certificate by itself, and sends the secret to no bad
 * one. It stops after the login (CONNECT_ONLY), so no mail is touched, and its
 * own goodbye, which would block the whole loop, is never said.
 */
#include "net/wire/tls_own.h"
#include "net/wire/transfer.h"

#define MGI_STOCK_ADDRESSES_MAX 16

typedef struct mgi_stock {
	mailguard_talk *talk;
	mgi_lookup *lookup;
	mgi_address list[MGI_STOCK_ADDRESSES_MAX];
	size_t count, next;
	mgi_place place;
	mgi_timer timer;
	int64_t deadline;   /* of the talk */
	int64_t queued;     /* since when it waits for a place, or 0 */
	int64_t connecting; /* when this connection must stand */
	char *secret;       /* ours, wiped in the end; NULL: nobody logs in */
	size_t secret_len;

	/* stock_easy.c */
	mgi_transfer transfer;
	mgi_tls_faults faults;
	bool connected;
	bool tried;  /* a login was begun */
	bool shaken; /* the handshake is over */
	bool deaf;   /* a socket could not be watched */
} mgi_stock;

/* -- stock_easy.c --------------------------------------------------------- */

/* Make `s->transfer` for the address. */
mailguard_status mgi_stock_easy_new(mgi_stock *s,
                                    const mgi_address *at,
                                    mailguard_error *err);
/* Say goodbye after a login, if that can be done at once; the answer is
   waited for by nobody. */
void mgi_stock_goodbye(mgi_stock *s);

/* -- run_stock.c ---------------------------------------------------------- */

/* The connection stands. More than once is fine. */
void mgi_stock_connected(mgi_stock *s);
/* Bytes came: the time of silence begins anew. */
void mgi_stock_alive(mgi_stock *s);

#endif
