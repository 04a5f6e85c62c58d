#ifndef MGI_DIALOGUE_H
#define MGI_DIALOGUE_H
/*
 * dialogue.h - a mail conversation as a pure machine: bytes in, bytes out.
 *
 * It knows SMTP, POP3 and IMAP and no socket. The driver (net/wire/) moves
 * bytes, makes TLS when told to, and keeps time; so every dialogue is tested
 * without a network, byte by byte.
 *
 * The driver's round:
 *
 *	want = mgi_dialogue_step(d, heard, &used, out);
 *	drop `used` bytes of `heard`; send all of `out`, wipe and clear it;
 *	then do what `want` says, and come again.
 *
 * With MAILGUARD_TLS_IMPLICIT the driver makes TLS before the first round,
 * which hears nothing: it begins the wait for the greeting.
 */
#include "net/transcript.h"

typedef enum mgi_want {
	MGI_WANT_READ, /* feed what is heard */
	MGI_WANT_TLS,  /* make TLS, tell by mgi_dialogue_tls(), come again. What
	                  is heard before the first byte of the handshake is
	                  sent is fed all the same: it is not TLS's. */
	MGI_WANT_GATE, /* ask go or stop, tell by mgi_dialogue_gate(), come
	                  again, with all that was heard meanwhile */
	MGI_WANT_BODY, /* come again once `out` is sent: more will follow */
	MGI_WANT_KEEP, /* this ask is done and the line stays: finish the
	                  script; go on by mgi_dialogue_again() or free */
	MGI_WANT_CLOSE /* end; finish the script */
} mgi_want;

typedef struct mgi_dialogue mgi_dialogue;

/*
 * A machine with memory of its own. `script` is borrowed until KEEP or CLOSE;
 * the ask is copied, its secret wiped at the end. `helo` is copied: the EHLO
 * name, "[192.0.2.1]" or the like; NULL or "" says "localhost" (tell the own
 * address by mgi_dialogue_helo() once it is known).
 *
 * EINVAL before anything is said: a line end or NUL in user, secret, command
 * or address, a mechanism nobody knows, a body that cannot be sent. What the
 * body's source answers (EIO) if it cannot be read.
 */
mailguard_status mgi_dialogue_new(mgi_dialogue **out,
                                  mgi_script *script,
                                  const mailguard_ask *ask,
                                  const char *helo,
                                  mailguard_error *err);
/* Only before the first round. */
void mgi_dialogue_helo(mgi_dialogue *d, const char *helo);
/* After KEEP: the next ask on the same line; login and TLS are over. As
 * mgi_dialogue_new(); if it fails, the line is still kept. */
mailguard_status mgi_dialogue_again(mgi_dialogue *d,
                                    mgi_script *script,
                                    const mailguard_ask *ask,
                                    mailguard_error *err);

/* `in`: all that was heard and not consumed yet; *used: how much of it was.
 * `out`: what to send now is appended; it may hold the secret. Steps are
 * recorded in the script. */
mgi_want mgi_dialogue_step(mgi_dialogue *d,
                           mailguard_span in,
                           size_t *used,
                           mailguard_buffer *out);
/* The phase whose time is running. */
mailguard_phase mgi_dialogue_phase(const mgi_dialogue *d);
/* TLS is up, or will not be: then the dialogue ends. The driver has recorded
 * the step and the facts: no secret is said unless they are good. */
void mgi_dialogue_tls(mgi_dialogue *d, bool up);
void mgi_dialogue_gate(mgi_dialogue *d, bool go);
/* The other side ended (`sys` 0), the socket failed, or time is up. `in`: what
 * was heard and not consumed. The next want is CLOSE. */
void mgi_dialogue_lost(mgi_dialogue *d,
                       mailguard_span in,
                       int sys,
                       bool timed_out);
/* NULL is fine. Wipes what is secret. */
void mgi_dialogue_free(mgi_dialogue *d);

#endif
