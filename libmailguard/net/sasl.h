#ifndef MGI_SASL_H
#define MGI_SASL_H
/*
 * sasl.h - SASL mechanisms (RFC 4422) as pure exchanges: challenge in,
 * response out, both without Base64. A mechanism is a row in sasl.c.
 */
#include "base/buf.h"

/* PBKDF2 rounds that a server may ask of SCRAM: what it costs is ours. */
#define MGI_SCRAM_ROUNDS_MAX 200000

typedef enum mgi_sasl_result {
	MGI_SASL_SAY,      /* `out` is the response, maybe an empty one */
	MGI_SASL_BAD,      /* the challenge is not of this mechanism */
	MGI_SASL_UNPROVEN, /* the server does not know the secret */
	MGI_SASL_NO_CRYPTO,
	MGI_SASL_NO_RANDOM
} mgi_sasl_result;

typedef struct mgi_sasl mgi_sasl;

typedef struct mgi_mechanism {
	const char *name;
	mgi_sasl_result (*next)(mgi_sasl *s,
	                        mailguard_span challenge,
	                        mailguard_buffer *out);
	/* Among those offered the smallest is chosen, over TLS and in clear;
	 * 0: only if asked for by name. */
	int over_tls, in_clear;
	bool first;  /* the client speaks first */
	bool ascii;  /* for other user names and passwords only if asked for */
	bool hidden; /* the challenges are not for the record */
	bool proves; /* the server has to prove itself as well */
} mgi_mechanism;

/* All of them; the row with `name` NULL ends them. */
extern const mgi_mechanism mgi_mechanisms[];
/* ASCII case ignored; NULL if there is none. */
const mgi_mechanism *mgi_mechanism_find(const char *name);

/* One exchange. All but `how` and what it stands on is 0 at first. */
struct mgi_sasl {
	const mgi_mechanism *how;
	mailguard *mg;
	const char *user, *host;
	mailguard_span secret;
	int port;
	int round;
	bool proven; /* the server has proved itself */
	char nonce[40];
	unsigned char signature[32]; /* that the server must send */
	size_t signature_len;
};

/* The next response; the first one's challenge is empty if `how->first`. */
mgi_sasl_result mgi_sasl_next(mgi_sasl *s,
                              mailguard_span challenge,
                              mailguard_buffer *out);
/* Wipe what it computed. */
void mgi_sasl_done(mgi_sasl *s);

/* SCRAM (RFC 5802, 7677), in sasl_scram.c. */
mgi_sasl_result mgi_scram_sha1(mgi_sasl *s,
                               mailguard_span challenge,
                               mailguard_buffer *out);
mgi_sasl_result mgi_scram_sha256(mgi_sasl *s,
                                 mailguard_span challenge,
                                 mailguard_buffer *out);
/* "=2C" for "," and "=3D" for "=" (RFC 5801, 4). */
void mgi_scram_name(mailguard_buffer *out, const char *name);
/* APOP's digest (RFC 1939, 7) in hexadecimal: 32 digits; false: no MD5. */
bool mgi_apop_digest(char out[33], mailguard_span stamp, mailguard_span secret);

#endif
