#ifndef MGI_DOMAIN_H
#define MGI_DOMAIN_H
/*
 * domain.h - one check of a domain from inside. The zone grows while it is
 * asked; facts and findings are made anew by each look, until nothing more is
 * wanted.
 */
#include "base/finding.h"
#include "base/say.h"
#include "probe/dnsbl.h"
#include "probe/policy.h"
#include "probe/spf.h"

#include <mailguard/probe.h>

#define MGI_DOMAIN_ADDRESSES_MAX 32 /* of which names and lists are asked */
#define MGI_DOMAIN_SERVERS_MAX 16   /* name servers' addresses */

/* An address, of a mail server or one that sends. */
typedef struct mgi_host_address {
	struct mgi_host_address *next;
	const char *text, *host; /* host NULL: given as one that sends */
	const char *name;        /* by PTR; NULL: none */
	mgi_ip ip;
	bool confirmed;     /* the name has the address */
	mgi_spf_answer spf; /* of one that sends */
} mgi_host_address;

typedef struct mgi_mx {
	struct mgi_mx *next;
	const char *host;
	int32_t priority;
	uint32_t v4, v6; /* addresses */
	bool tlsa, tlsa_signed;
} mgi_mx;

typedef struct mgi_selector {
	struct mgi_selector *next;
	const char *name;
	bool found;
	mgi_dkim_key key;
} mgi_selector;

typedef struct mgi_service {
	struct mgi_service *next;
	const char *name, *host;
	int32_t port; /* 0: stated not to be offered */
} mgi_service;

typedef struct mgi_listing {
	struct mgi_listing *next;
	const char *zone, *address, *codes, *meaning;
	mgi_dnsbl_kind kind;
} mgi_listing;

typedef struct mgi_name_server {
	struct mgi_name_server *next;
	const char *host, *address, *state;
} mgi_name_server;

/* A reason beside a finding. */
typedef struct mgi_domain_blame {
	struct mgi_domain_blame *next;
	mailguard_reason reason;
	const char *text, *where;
	bool outgoing;
} mgi_domain_blame;

struct mailguard_domain {
	mgi_arena *arena; /* as long as it lives */
	mgi_arena *work;  /* of the last look */
	mgi_zone *zone;
	mailguard *mg;
	mailguard_domain_options opts;
	const char *name, *org;
	bool waiting; /* the last look wants answers */
	bool mute;    /* nobody answers at all, which was told */
	mailguard_time at;
	mailguard_evidence *evidence;
	size_t evidence_count;

	/* What a look finds. */
	mgi_findings *findings;
	mgi_domain_blame *blamed, **last_blamed;
	mgi_mx *mx, **last_mx;
	mgi_host_address *addresses, **last_address;
	size_t address_count;
	bool null_mx;
	mgi_spf_answer spf;
	mgi_selector *selectors, **last_selector;
	mgi_dmarc dmarc;
	const char *dmarc_at, *dmarc_text; /* NULL: none */
	const char *sts_text, *rpt_text;
	mgi_sts sts;
	bool has_policy;
	mgi_service *services, **last_service;
	bool autoconfig, autodiscover;
	mgi_listing *listings, **last_listing;
	mgi_name_server *servers, **last_server;
};

/* The answer, or NULL and the look waits. */
const mgi_fact *mgi_domain_get(mailguard_domain *d,
                               const char *type,
                               const char *name);
/* The same; a failure is told as a finding. NULL then, too. */
const mgi_fact *mgi_domain_need(mailguard_domain *d,
                                const char *type,
                                const char *name);
/* "prefix.NAME" */
void mgi_domain_under(char out[MGI_NAME_MAX],
                      const mailguard_domain *d,
                      const char *prefix);
/* Text of bytes, in the look's memory, as UTF-8. */
const char *mgi_domain_keep(mailguard_domain *d, mailguard_span s);
/* A TXT record that `is` one of those looked for; how many there are. */
size_t mgi_domain_txt(mailguard_span *out,
                      mailguard_domain *d,
                      const mgi_fact *f,
                      bool (*is)(mailguard_span));

/* What a finding is about. */
typedef struct mgi_about {
	mailguard_severity severity;
	mailguard_reason reason; /* 0: no evidence is made of it */
	const char *where;
	bool outgoing;
} mgi_about;

/* A finding; slots follow as name, value, ... NULL. */
void mgi_domain_tell(mailguard_domain *d,
                     const mgi_about *about,
                     mgi_say_id id,
                     ...) __attribute__((sentinel));
#define mgi_domain_say(d, severity, reason, where, ...)                 \
 mgi_domain_tell((d),                                                   \
	         &(mgi_about){ MAILGUARD_SEVERITY_##severity, (reason), \
	                       (where), false },                        \
	         __VA_ARGS__, (const char *)NULL)
/* Of mail that is sent. */
#define mgi_domain_say_out(d, severity, reason, where, ...)             \
 mgi_domain_tell((d),                                                   \
	         &(mgi_about){ MAILGUARD_SEVERITY_##severity, (reason), \
	                       (where), true },                         \
	         __VA_ARGS__, (const char *)NULL)

/* The parts of a look, each in a file of that name. */
void mgi_domain_look(mailguard_domain *d);     /* all of them */
void mgi_domain_mail(mailguard_domain *d);     /* MX, addresses, names */
void mgi_domain_spf(mailguard_domain *d);      /* domain_policy.c */
void mgi_domain_dkim(mailguard_domain *d);     /* domain_policy.c */
void mgi_domain_dmarc(mailguard_domain *d);    /* domain_dmarc.c */
void mgi_domain_tls(mailguard_domain *d);      /* MTA-STS, TLS-RPT, DANE */
void mgi_domain_services(mailguard_domain *d); /* SRV, autoconfig, lists */
void mgi_domain_lists(mailguard_domain *d);
void mgi_domain_servers(mailguard_domain *d);
void mgi_domain_resolvers(mailguard_domain *d);

/* Options checked and copied; nothing known yet (domain.c). */
mailguard_status mgi_domain_new(mailguard_domain **out,
                                mailguard *mg,
                                const char *name,
                                const mailguard_domain_options *opts,
                                mailguard_error *err);
/* Look again. AGAIN: answers are wanted. */
mailguard_status mgi_domain_weigh(mailguard_domain *d, mailguard_error *err);

#endif
