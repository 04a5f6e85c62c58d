#ifndef MGI_TRANSCRIPT_H
#define MGI_TRANSCRIPT_H
/*
 * transcript.h - who said what when: the recorder a talk writes into while it
 * goes on, and what comes of it.
 *
 * A runner opens a step, says, hears, and ends it; what does not fit the
 * limits is counted and dropped. A failed allocation is remembered and told
 * by mgi_script_finish(), so recording calls return nothing.
 */
#include <mailguard/net.h>

#include <stdbool.h>

#include "base/buf.h"
#include "base/say.h"

/* Zero is the default. */
typedef struct mgi_script_limits {
	uint64_t max_heard; /* kept of what a step heard; 4 KiB */
	uint64_t max_kept;  /* of all that was heard and said; 16 KiB */
	uint64_t max_body;  /* of an HTTP answer; 4 MiB */
} mgi_script_limits;

#define MGI_SCRIPT_STEPS_MAX 1024 /* further ones are dropped */
#define MGI_SCRIPT_FACTS_MAX 1024 /* so are certificates, faults, records */

typedef struct mgi_script mgi_script;

/* `to` is copied, `limits` may be NULL. */
mailguard_status mgi_script_new(mgi_script **out,
                                mailguard *mg,
                                const mailguard_endpoint *to,
                                const mgi_script_limits *limits,
                                mailguard_error *err);
/* NULL is fine. */
void mgi_script_free(mgi_script *s);
mailguard *mgi_script_handle(const mgi_script *s);
/* Something we need failed; mgi_script_finish() will tell the first such. */
void mgi_script_fail(mgi_script *s, mailguard_status st, mgi_say_id why);
bool mgi_script_failed(const mgi_script *s);

/* Steps begun from now on are encrypted, or not. At first they are not. */
void mgi_script_encrypted(mgi_script *s, bool on);
/* Open a step, by the handle's ticks; one that is open is ended first. */
void mgi_script_begin(mgi_script *s, mailguard_phase phase);
/* The same, of phase CONNECT: an address is tried. */
void mgi_script_connect(mgi_script *s, const char *address, int32_t port);
/* End the open step; without one nothing happens. */
void mgi_script_end(mgi_script *s);
/* `phase` was gone through whole. Only a greater one than before counts, QUIT
 * never. */
void mgi_script_reached(mgi_script *s, mailguard_phase phase);

/*
 * All of these are of the open step; without one nothing happens.
 */

/* `shown`: secrets masked, without a line end. `bytes`: what went out. */
void mgi_script_said(mgi_script *s, mailguard_span shown, uint64_t bytes);
/* Bytes that went out and are shown nowhere: of a mail. */
void mgi_script_sent(mgi_script *s, uint64_t bytes);
/* More was heard. `bytes` counts, `shown` is kept as far as limits allow. */
void mgi_script_heard(mgi_script *s, mailguard_span shown, uint64_t bytes);
/* As heard(), of the answer that decides: what was heard before it gives way,
 * and a refusal may use room that is kept back for it. `code` 0: none. */
void mgi_script_answer(mgi_script *s,
                       mailguard_span shown,
                       uint64_t bytes,
                       mailguard_reply_kind kind,
                       int32_t code);
/* The code alone, of DNS and HTTP. */
void mgi_script_code(mgi_script *s, int32_t code);
void mgi_script_note(mgi_script *s, mailguard_note note);
/* The other side ended (`sys` 0), the socket failed, or time is up. */
void mgi_script_lost(mgi_script *s, int sys, bool timed_out);

/*
 * Facts of the whole talk. Everything is copied, NULL strings are "".
 */

/* Whom we speak to: the last one told stands. */
void mgi_script_address(mgi_script *s, const char *address);
/* `chain` and `faults` are not looked at: the calls below are counted. The
 * last call stands. */
void mgi_script_tls(mgi_script *s, const mailguard_tls_facts *facts);
/* Behind mgi_script_tls(). */
void mgi_script_dane(mgi_script *s, mailguard_dane dane);
/* A new handshake: forget certificates, faults and facts of the one before. */
void mgi_script_tls_begin(mgi_script *s);
void mgi_script_certificate(mgi_script *s, const mailguard_certificate *c);
void mgi_script_fault(mgi_script *s, const mailguard_tls_fault *f);
/* A handshake came about, and chain and name are good. */
bool mgi_script_verified(const mgi_script *s);
void mgi_script_record(mgi_script *s, const mailguard_record *r);
/* More of an HTTP body; false once `max_body` is reached. */
bool mgi_script_body(mgi_script *s, mailguard_span bytes);

/*
 * End the open step and make a transcript of it all. `s` is gone whether it
 * succeeds or not. ENOMEM if any call above found no memory.
 */
mailguard_status mgi_script_finish(mailguard_transcript **out,
                                   mgi_script *s,
                                   mailguard_error *err);

/*
 * For who reads a recorded session: a step as it stands, and what a recorder
 * finds out by itself. `heard` and `said` are copied whole.
 */
void mgi_script_add(mgi_script *s, const mailguard_step *step);
void mgi_script_begun_at(mgi_script *s, mailguard_time begin);

#endif
