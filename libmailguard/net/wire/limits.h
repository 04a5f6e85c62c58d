#ifndef MGI_LIMITS_H
#define MGI_LIMITS_H
/*
 * limits.h - so many connections to one address and to one /24 or /48 at a
 * time; the rest wait in turn. A server that is slow keeps only those waiting
 * who want to speak to it or its neighbours.
 */
#include "base/mem.h"
#include "net/wire/address.h"

typedef struct mgi_limits mgi_limits;
struct mgi_limit_row;

/* All 0 but `admitted` and `owner` before it is first used. */
typedef struct mgi_place {
	void (*admitted)(void *owner); /* only if it had to wait */
	void *owner;
	struct mgi_limit_row *host, *net; /* from here on the limits' own */
	struct mgi_limit_row *queue;
	struct mgi_place *next, *back;
	bool inside;
} mgi_place;

/* 0: 4 of an address, 16 of a network, and on loopback as many as like. */
mailguard_status mgi_limits_new(mgi_limits **out,
                                mailguard *mg,
                                uint32_t max_per_host,
                                uint32_t max_per_net,
                                mailguard_error *err);
/* No place is taken any more. NULL is fine. */
void mgi_limits_free(mgi_limits *l);

/*
 * OK: there is room, connect. AGAIN: `admitted` will be called, from inside
 * somebody's mgi_limits_leave(). ENOMEM: neither.
 */
mailguard_status mgi_limits_enter(mgi_limits *l,
                                  mgi_place *p,
                                  const mgi_address *a,
                                  mailguard_error *err);
/* Inside, waiting, or neither. */
void mgi_limits_leave(mgi_limits *l, mgi_place *p);

#endif
