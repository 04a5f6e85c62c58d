#ifndef MGI_POLICY_H
#define MGI_POLICY_H
/*
 * policy.h - records by which a domain says how its mail is to be treated:
 * DKIM keys, DMARC, MTA-STS, TLS-RPT. Text in, values out; nothing is asked.
 */
#include "base/mem.h"

/*
 * Tag lists, "v=X; k=rsa; p=..." (RFC 6376, 3.2): names are letters, digits
 * and "_", each once. `bad` is the first that cannot be read.
 */
bool mgi_tags_ok(mailguard_span *bad, mailguard_span text);
/* The value, trimmed; false if there is no such tag. */
bool mgi_tag_get(mailguard_span *out, mailguard_span text, const char *name);
/* Does the list begin with that tag and value? */
bool mgi_tag_first(mailguard_span text, const char *name, const char *value);
/* Is `word` one of those that `by` parts? */
bool mgi_tag_has(mailguard_span list, char by, const char *word);

/* What is wrong with a DKIM key record; the first that is. */
typedef enum mgi_dkim_fault {
	MGI_DKIM_FINE = 0,
	MGI_DKIM_SYNTAX,  /* no tag list, or no p= */
	MGI_DKIM_VERSION, /* v= is not DKIM1, or not first */
	MGI_DKIM_KIND,    /* k= is unknown */
	MGI_DKIM_KEY      /* p= is no key of that kind */
} mgi_dkim_fault;

/* RFC 6376, 3.6.1; RFC 8301; RFC 8463. */
typedef struct mgi_dkim_key {
	mgi_dkim_fault fault;
	bool revoked;   /* p= is empty */
	bool testing;   /* t=y */
	bool exact;     /* t=s: no subdomain of the signer's */
	bool sha1_only; /* h= leaves sha256 out */
	bool not_mail;  /* s= leaves email out */
	bool ed25519;
	uint32_t bits; /* of RSA's modulus; 256 of Ed25519 */
} mgi_dkim_key;

/* ENOMEM or OK. */
mailguard_status mgi_dkim_read(mgi_dkim_key *out,
                               mailguard *mg,
                               mailguard_span text,
                               mailguard_error *err);

typedef enum mgi_dmarc_policy {
	MGI_DMARC_NONE = 0,
	MGI_DMARC_QUARANTINE,
	MGI_DMARC_REJECT,
	MGI_DMARC_ABSENT
} mgi_dmarc_policy;

/* RFC 7489, 6.3. */
typedef struct mgi_dmarc {
	bool good;
	mailguard_span bad;           /* the tag that is wrong; empty: p= */
	mgi_dmarc_policy p, sp;       /* ABSENT: there is no such tag */
	bool strict_dkim, strict_spf; /* else relaxed */
	uint32_t pct;
	mailguard_span rua, ruf;
} mgi_dmarc;

/* "none" "quarantine" "reject"; NULL: absent. */
const char *mgi_dmarc_name(mgi_dmarc_policy p);
/* Does it begin as a record of DMARC does? */
bool mgi_dmarc_is(mailguard_span text);
void mgi_dmarc_read(mgi_dmarc *out, mailguard_span text);
/*
 * RFC 7489, 3.1: is what SPF or DKIM vouched for the domain of From, or, if
 * not `strict`, of the same organization? Both tidy.
 */
bool mgi_dmarc_aligned(const char *from, const char *vouched, bool strict);
/* The registered domain, or the name itself if there is none. */
const char *mgi_domain_org(const char *name);
/* Step over "mailto:a@b!10m, ..."; the host of a mailto, else empty. */
bool mgi_dmarc_uri(mailguard_span *host, mailguard_span *list);

typedef enum mgi_sts_mode {
	MGI_STS_NONE = 0,
	MGI_STS_TESTING,
	MGI_STS_ENFORCE,
	MGI_STS_UNKNOWN
} mgi_sts_mode;

#define MGI_STS_AGE_MAX 31557600 /* RFC 8461, 3.2 */

/* A policy as its host serves it (RFC 8461, 3.2). */
typedef struct mgi_sts {
	bool good;
	mgi_sts_mode mode;
	uint64_t max_age; /* seconds */
	mailguard_span text;
} mgi_sts;

/* "none" "testing" "enforce" "unknown" */
const char *mgi_sts_name(mgi_sts_mode m);
bool mgi_sts_is(mailguard_span txt);
void mgi_sts_read(mgi_sts *out, mailguard_span text);
/* Step over its mx lines; `*at` is 0 at first. */
bool mgi_sts_mx(mailguard_span *out, const mgi_sts *s, size_t *at);
/* Does some mx line allow the host? */
bool mgi_sts_allows(const mgi_sts *s, const char *host);

#endif
