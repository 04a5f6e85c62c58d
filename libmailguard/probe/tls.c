/*
 * tls.c - what a handshake came to. A certificate that is not good decides
 * whatever came later; a handshake that failed is named by its alert.
 */
#include "base/text.h"
#include "probe/answer.h"

#include <string.h>

/* Of several faults the one a person can do most about: codes of X509_V_ERR,
   the most telling first. */
static const int32_t telling[] = {
	23, /* revoked */
	10, /* expired */
	9,  /* not yet valid */
	62, /* other name */
	64, /* other address */
	65, /* not the one in DNS */
	18, /* self-signed */
	19, /* self-signed root that is not known */
	20, /* issuer not known */
	2,  27, 28, 66, 67, 68, 26, 79, 21,
};

/* What OpenSSL calls the end of a handshake, where its words mislead or are
   those of both sides. */
static const struct {
	const char *words;
	mailguard_reason reason;
} alerts[] = {
	/* Signed as TLS 1.1 and older sign, and only they. */
	{ "legacy sigalg", MAILGUARD_REASON_TLS_VERSION },
	/* A chain of more bytes than any needs. */
	{ "excessive message size", MAILGUARD_REASON_CERT_MALFORMED },
	{ "wrong version number", MAILGUARD_REASON_TLS_NOT_SPOKEN },
	{ "packet length too long", MAILGUARD_REASON_TLS_NOT_SPOKEN },
	{ "http request", MAILGUARD_REASON_TLS_NOT_SPOKEN },
	{ "unknown protocol", MAILGUARD_REASON_TLS_NOT_SPOKEN },
	{ "record layer failure", MAILGUARD_REASON_TLS_NOT_SPOKEN },
	{ "unexpected eof", MAILGUARD_REASON_TLS_CLOSED },
	{ "unrecognized name", MAILGUARD_REASON_TLS_NAME_UNKNOWN },
	{ "certificate required", MAILGUARD_REASON_CLIENT_CERT_NEEDED },
	{ "alert bad certificate", MAILGUARD_REASON_CLIENT_CERT_REFUSED },
	{ "alert unknown ca", MAILGUARD_REASON_CLIENT_CERT_REFUSED },
	{ "insufficient security", MAILGUARD_REASON_TLS_CIPHER },
	{ "inappropriate fallback", MAILGUARD_REASON_TLS_DOWNGRADE },
};

/* Signed by nobody who is known here: these may have another reason. */
static bool is_untrusted(int32_t code)
{
	return code == 2 || (code >= 18 && code <= 21);
}

/* The server's own certificate alone, which says where to get its issuer's: a
   public authority writes that, and a server is to send it (RFC 8446,
   4.4.2). */
static bool is_incomplete(const mailguard_transcript *t)
{
	const mailguard_certificate *own =
		mailguard_transcript_certificate(t, 0);

	return own && !mailguard_transcript_certificate(t, 1) &&
	       own->issuer_at[0] && strcmp(own->subject, own->issuer) != 0;
}

static size_t rank(int32_t code)
{
	size_t i, n = sizeof(telling) / sizeof(telling[0]);

	for (i = 0; i < n && telling[i] != code; i++)
		;
	return i;
}

/* Between servers DNS may vouch in place of the authorities. */
static bool is_good_by_dane(const mailguard_transcript *t)
{
	return mailguard_transcript_tls(t)->dane == MAILGUARD_DANE_MATCH &&
	       mailguard_transcript_endpoint(t)->protocol ==
	               MAILGUARD_PROTOCOL_SMTP;
}

bool mgi_certificate_bad(const mailguard_transcript *t)
{
	const mailguard_tls_facts *facts = mailguard_transcript_tls(t);

	return facts && facts->version[0] && !facts->verified &&
	       !is_good_by_dane(t);
}

mailguard_status mgi_read_certificate(const mgi_reader *r)
{
	const mailguard_tls_fault *f, *worst = NULL;
	size_t i;

	if (!mgi_certificate_bad(r->t))
		return MAILGUARD_OK;
	for (i = 0; (f = mailguard_transcript_fault(r->t, i)) != NULL; i++)
		if (!worst || rank(f->code) < rank(worst->code))
			worst = f;
	if (worst && is_untrusted(worst->code) && mgi_interceptor(r->t))
		mgi_blame(r->a, MAILGUARD_PHASE_TLS,
		          MAILGUARD_REASON_ANTIVIRUS_INTERCEPTION);
	else if (worst && worst->code != 18 && is_untrusted(worst->code) &&
	         is_incomplete(r->t))
		mgi_blame(r->a, MAILGUARD_PHASE_TLS,
		          MAILGUARD_REASON_CERT_CHAIN_INCOMPLETE);
	else if (worst)
		return mgi_blame_code(r, MAILGUARD_PHASE_TLS, "x509",
		                      worst->code,
		                      MAILGUARD_REASON_CERT_UNVERIFIED);
	mgi_blame(r->a, MAILGUARD_PHASE_TLS, MAILGUARD_REASON_CERT_UNVERIFIED);
	return MAILGUARD_OK;
}

mailguard_status mgi_read_handshake(const mgi_reader *r,
                                    const mailguard_step *step)
{
	const mailguard_tls_facts *facts = mailguard_transcript_tls(r->t);
	mailguard_span words = mgi_span_of(facts ? facts->alert : "");
	mailguard_status st;
	size_t i;

	if (step->timed_out || !words.len) {
		st = mgi_read_link(r, step);
		mgi_blame(r->a, MAILGUARD_PHASE_TLS,
		          MAILGUARD_REASON_TLS_HANDSHAKE_FAILED);
		return st;
	}
	for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (mgi_span_find_nocase(words, alerts[i].words) >= 0) {
			mgi_blame(r->a, MAILGUARD_PHASE_TLS, alerts[i].reason);
			return MAILGUARD_OK;
		}
	st = mgi_blame_words(r, MAILGUARD_PHASE_TLS, words,
	                     MAILGUARD_REASON_TLS_HANDSHAKE_FAILED);
	r->a->message = NULL; /* they are OpenSSL's, not the server's */
	return st;
}
