#ifndef MGI_RUNNER_H
#define MGI_RUNNER_H
/*
 * runner.h - what a talk is to whoever drives it. Mail (mail.c), HTTP
 * (run_http.c), DNS (run_dns.c) and libcurl's logins (run_stock.c) are a
 * runner each; net.c knows runners and no protocol.
 */
#include "net/transcript.h"
#include "net/wire/address.h"
#include "net/wire/limits.h"
#include "net/wire/loop.h"
#include "net/wire/tls.h"

#include <mailguard/net.h>

typedef struct mgi_runner {
	/*
	 * Begin what `talk->ask` says. OK: mgi_talk_done() will be called once,
	 * or was already. AGAIN (no descriptor left) and failures: nothing was
	 * begun, `drop` is not called. `own` is set if the talk was kept and
	 * goes on; then failing keeps it as it was.
	 */
	mailguard_status (*begin)(mailguard_talk *talk, mailguard_error *err);
	/* Go on, at a gate. NULL if it has none. */
	void (*go)(mailguard_talk *talk);
	/* Be done soon with what there is, whatever it is at; a kept one is
	   over. May be NULL: then it is dropped. */
	void (*stop)(mailguard_talk *talk);
	/* Let go of everything at once, without a goodbye, also after done. */
	void (*drop)(mailguard_talk *talk);
} mgi_runner;

extern const mgi_runner mgi_run_mail;
extern const mgi_runner mgi_run_http;
extern const mgi_runner mgi_run_dns;
extern const mgi_runner mgi_run_stock;

typedef enum mgi_life {
	MGI_LIFE_RUNS,    /* its transcript is not complete */
	MGI_LIFE_LINGERS, /* done; says goodbye, which nobody waits for */
	MGI_LIFE_KEPT,    /* done; the connection stays for the next ask */
	MGI_LIFE_OVER     /* nothing is left to do */
} mgi_life;

struct mailguard_talk {
	mailguard_net *net;
	mailguard *mg;
	mgi_loop *loop;
	const mailguard_net_options *opts; /* of the net, defaults filled in */
	const mgi_runner *runner;
	const mailguard_ask *ask; /* a copy, with the talk's life; `secret` and
	                             `body` during begin() only */
	mgi_arena *arena;         /* with the talk's life */
	mgi_script *script;       /* steps go here */
	void *own;                /* the runner's */
	bool no_memory;           /* set it if something could not be told */

	/* net.c's */
	mgi_life life;
	int32_t event; /* to be told: MAILGUARD_EVENT_..., else 0 */
	bool gated;    /* it waits for an answer */
	void *tag;
	mailguard_transcript *transcript;
	mailguard_talk *next, *back; /* of all talks */
	mailguard_talk *then;        /* of those with an event, or dead */
};

/* The transcript is complete; `drop` follows, not from inside this call. */
void mgi_talk_done(mailguard_talk *talk);
/* The same, but it LINGERS until mgi_talk_over(), or is KEPT. */
void mgi_talk_done_but(mailguard_talk *talk, mgi_life life);
void mgi_talk_over(mailguard_talk *talk);
/* Tell of a GATE. */
void mgi_talk_gate(mailguard_talk *talk);

/* -- what dns.c gives the others ------------------------------------------ */

typedef struct mgi_dns mgi_dns;       /* one resolver a net */
typedef struct mgi_lookup mgi_lookup; /* one name being looked up */

mailguard_status mgi_dns_new(mgi_dns **out,
                             mgi_loop *loop,
                             const mailguard_net_options *opts,
                             mailguard_error *err);
/* No lookup is under way any more. NULL is fine. */
void mgi_dns_free(mgi_dns *dns);

/* All addresses in the order to try them, none if `count` is 0; borrowed. */
typedef void (*mgi_found)(void *owner, const mgi_address *list, size_t count);

/*
 * Look up A and AAAA of `host`, which is no address. The DNS step and its
 * records are in the talk's script when `found` is called: once, and at the
 * earliest in the next step of the loop. dns_usec is kept here.
 */
mailguard_status mgi_lookup_new(mgi_lookup **out,
                                mailguard_talk *talk,
                                const char *host,
                                mgi_found found,
                                void *owner,
                                mailguard_error *err);
/* Before or after `found`, not from inside it; then it is not called. NULL is
   fine. */
void mgi_lookup_free(mgi_lookup *lookup);

/* -- what transfer.c gives net.c ------------------------------------------ */

typedef struct mgi_curl mgi_curl; /* one curl multi a net */

mailguard_status mgi_curl_new(mgi_curl **out,
                              mgi_loop *loop,
                              const mailguard_net_options *opts,
                              mailguard_error *err);
/* No transfer is under way any more. NULL is fine. */
void mgi_curl_free(mgi_curl *curl);

/* -- what net.c gives the runners ----------------------------------------- */

/* Made at the first need. NULL: no memory, `err` is set. */
mgi_dns *mgi_net_dns(mailguard_net *net, mailguard_error *err);
mgi_curl *mgi_net_curl(mailguard_net *net, mailguard_error *err);
/* A connection wants a place here first: see limits.h. */
mgi_limits *mgi_net_limits(mailguard_net *net);
mgi_tls *mgi_net_tls(mailguard_net *net, mailguard_error *err);
/* Room to receive into, for the moment. */
#define MGI_NET_SCRATCH ((size_t)16 << 10)
unsigned char *mgi_net_scratch(mailguard_net *net);

#endif
