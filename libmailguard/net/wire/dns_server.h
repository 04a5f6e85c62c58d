#ifndef MGI_DNS_SERVER_H
#define MGI_DNS_SERVER_H
/*
 * dns_server.h - one resolver, asked through c-ares, which nobody else sees.
 *
 * c-ares sends again, goes over to TCP and checks who answers; it is given
 * one server a channel, for among several it would hide which one said what.
 * Its sockets are ours, so that an errno is not lost either.
 */
#include "net/wire/dns_config.h"
#include "net/wire/loop.h"

typedef struct mgi_dns_server mgi_dns_server;

/* How it went. */
typedef enum mgi_dns_outcome {
	MGI_DNS_ANSWERED = 0,
	MGI_DNS_SILENT, /* however often it was sent */
	MGI_DNS_FAILED  /* `sys` says why */
} mgi_dns_outcome;

/*
 * One question to one server, in the asker's memory, which must stay until
 * `told` was called: there is no way to take a question back.
 */
typedef struct mgi_dns_try {
	/* The answer is borrowed, and empty unless ANSWERED. */
	void (*told)(struct mgi_dns_try *t,
	             mgi_dns_outcome outcome,
	             mailguard_span answer);
	int sys;
	mgi_dns_server *server; /* from here on the server's own */
} mgi_dns_try;

/* `usec`: how long to wait in all, sending three times. */
mailguard_status mgi_dns_server_new(mgi_dns_server **out,
                                    mgi_loop *loop,
                                    mailguard *mg,
                                    const mgi_dns_server_at *at,
                                    int64_t usec,
                                    mailguard_error *err);
/* Tries under way are told FAILED first. NULL is fine. */
void mgi_dns_server_free(mgi_dns_server *s);
/* "127.0.0.1:53" */
const char *mgi_dns_server_name(const mgi_dns_server *s);
/* `told` may be called before it returns. */
void mgi_dns_server_ask(mgi_dns_server *s,
                        mgi_dns_try *t,
                        mailguard_span query);

#endif
