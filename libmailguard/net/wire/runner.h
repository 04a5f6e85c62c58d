#ifndef MGI_RUNNER_H
#define MGI_RUNNER_H
/*
 * runner.h - what a talk is to whoever drives it. Mail (mail.c), HTTP (http.c)
 * and DNS (dns.c) are a runner each; net.c knows runners and no protocol.
 */
#include "net/transcript.h"
#include "net/wire/loop.h"

#include <mailguard/net.h>

typedef struct mgi_runner {
	/*
	 * Begin what `talk->ask` says. OK: mgi_talk_done() will be called once,
	 * or was already. AGAIN (no descriptor left) and failures: nothing was
	 * begun, `drop` is not called.
	 */
	mailguard_status (*begin)(mailguard_talk *talk, mailguard_error *err);
	/* Go (true) or stop at a gate, stop whatever it is at. May be NULL. */
	void (*answer)(mailguard_talk *talk, bool go);
	/* Let go of everything at once, without a goodbye, also after done. */
	void (*drop)(mailguard_talk *talk);
} mgi_runner;

extern const mgi_runner mgi_run_mail;
extern const mgi_runner mgi_run_http;
extern const mgi_runner mgi_run_dns;

struct mailguard_talk {
	mailguard_net *net;
	mailguard *mg;
	mgi_loop *loop;
	const mailguard_net_options *opts; /* of the net, defaults filled in */
	const mgi_runner *runner;
	const mailguard_ask *ask; /* a copy, with the talk's life */
	mgi_arena *arena;         /* with the talk's life */
	mgi_script *script;       /* steps go here */
	void *own;                /* the runner's */

	/* net.c's */
	mailguard_ask copy;
	mailguard_transcript *transcript;
	struct mailguard_talk *next, *back;
	int state;
	int event;
};

/* The transcript is complete; `drop` follows, not from inside this call. */
void mgi_talk_done(mailguard_talk *talk);
/* Tell of a GATE. */
void mgi_talk_gate(mailguard_talk *talk);

/* -- what dns.c gives the others ------------------------------------------ */

typedef struct mgi_dns mgi_dns;       /* one resolver a net */
typedef struct mgi_lookup mgi_lookup; /* one name being looked up */

/* Of a host, without a port. */
typedef struct mgi_address {
	int32_t family; /* 4 or 6 */
	uint32_t zone;  /* IPv6 scope, else 0 */
	unsigned char bytes[16];
} mgi_address;

/* "192.0.2.1", "2001:db8::1", also "fe80::1%2". False if it is none. */
bool mgi_address_read(mgi_address *out, const char *text);
#define MGI_ADDRESS_TEXT 80
void mgi_address_write(char out[MGI_ADDRESS_TEXT], const mgi_address *a);

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

/* -- what http.c gives net.c ---------------------------------------------- */

typedef struct mgi_http mgi_http; /* one curl multi a net */

mailguard_status mgi_http_new(mgi_http **out,
                              mgi_loop *loop,
                              const mailguard_net_options *opts,
                              mailguard_error *err);
/* No talk of HTTP is in flight any more. NULL is fine. */
void mgi_http_free(mgi_http *http);

/* -- what net.c gives the runners ----------------------------------------- */

/* Made at the first need. NULL: no memory, `err` is set. */
mgi_dns *mgi_net_dns(mailguard_net *net, mailguard_error *err);
mgi_http *mgi_net_http(mailguard_net *net, mailguard_error *err);

#endif
