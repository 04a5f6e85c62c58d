#ifndef MGI_SPF_H
#define MGI_SPF_H
/*
 * spf.h - SPF (RFC 7208): may this address send for that domain, and what
 * does asking so cost?
 *
 * Pure: answers come from a zone, and what it does not know yet is wanted
 * there; the result is then MGI_SPF_WAIT, and it is called again.
 */
#include "base/buf.h"
#include "probe/ip.h"
#include "probe/zone.h"

#define MGI_SPF_LOOKUPS_MAX 10 /* 4.6.4 */
#define MGI_SPF_VOIDS_MAX 2
#define MGI_SPF_MX_MAX 10
#define MGI_SPF_PTR_MAX 10

typedef enum mgi_spf_result {
	MGI_SPF_NONE = 0,
	MGI_SPF_NEUTRAL,
	MGI_SPF_PASS,
	MGI_SPF_FAIL,
	MGI_SPF_SOFTFAIL,
	MGI_SPF_TEMPERROR,
	MGI_SPF_PERMERROR,
	MGI_SPF_WAIT
} mgi_spf_result;

/* "none" "neutral" "pass" ...; "wait". */
const char *mgi_spf_name(mgi_spf_result r);

/* Why it is an error. */
typedef enum mgi_spf_why {
	MGI_SPF_FINE = 0,
	MGI_SPF_SYNTAX,       /* `term` cannot be read */
	MGI_SPF_MANY_RECORDS, /* of v=spf1 */
	MGI_SPF_NO_RECORD,    /* where include or redirect leads to */
	MGI_SPF_LOOKUPS,
	MGI_SPF_VOIDS,
	MGI_SPF_MANY_MX,
	MGI_SPF_DNS /* no answer */
} mgi_spf_why;

typedef enum mgi_spf_kind {
	MGI_SPF_ALL,
	MGI_SPF_INCLUDE,
	MGI_SPF_A,
	MGI_SPF_MX,
	MGI_SPF_PTR,
	MGI_SPF_IP,
	MGI_SPF_EXISTS
} mgi_spf_kind;

typedef struct mgi_spf_term {
	mgi_spf_kind kind;
	mgi_spf_result qualifier; /* what a match means */
	mailguard_span text;      /* as it stands */
	mailguard_span domain;    /* domain-spec; empty if there is none */
	mgi_ip net;               /* of IP */
	int32_t bits4, bits6;
} mgi_spf_term;

typedef struct mgi_spf_record {
	mgi_spf_term *terms;
	size_t count;
	mailguard_span redirect, exp; /* domain-specs; empty: none */
	bool good;
	mailguard_span bad; /* the term that cannot be read */
} mgi_spf_record;

/* Does it begin as a record of SPF does? */
bool mgi_spf_is(mailguard_span text);
/* Spans lie in `text`, terms in `a`. What is wrong is in `out`. */
void mgi_spf_parse(mgi_spf_record *out, mailguard_span text, mgi_arena *a);

typedef struct mgi_spf_query {
	mgi_zone *zone;
	const char *domain; /* whose record */
	const char *sender; /* NULL: postmaster@domain */
	const char *helo;   /* NULL: the domain */
	mgi_ip ip;
	/* Match nothing and count what all of it costs, past the limits, too.
	   `ip` does not matter. Where a macro needs it nothing is asked. */
	bool count;
} mgi_spf_query;

typedef struct mgi_spf_answer {
	mgi_spf_result result;
	mgi_spf_why why;
	uint32_t lookups, voids;
	const char *record;      /* of `domain` itself, as UTF-8; "" if none */
	const char *term;        /* that matched, or is wrong; "" */
	const char *where;       /* whose record that stands in; "" */
	const char *explanation; /* of a fail; "" */
	mgi_spf_result all;      /* what "all" at the end says; NONE: absent */
	bool uses_ptr;
} mgi_spf_answer;

/* The texts lie in `a`. */
void mgi_spf_check(mgi_spf_answer *out, const mgi_spf_query *q, mgi_arena *a);

/* What macros stand for. */
typedef struct mgi_spf_macros {
	const mgi_spf_query *q;
	const char *sender, *local, *sender_domain, *domain, *helo;
	mgi_arena *a;
	bool explain; /* %{c}, %{r}, %{t} may stand, too */
	bool wait;    /* %{p} wants answers first */
	bool blind;   /* set if a macro needs an address, and there is none */
} mgi_spf_macros;

/* Can it be a macro-string? */
bool mgi_spf_macro_ok(mailguard_span s, bool explain);
/* And a domain-spec? */
bool mgi_spf_domain_ok(mailguard_span s);
void mgi_spf_expand(mailguard_buffer *out, mgi_spf_macros *m, mailguard_span s);
/*
 * A name that PTR and address records confirm: `target` itself, else one below
 * it, else (if `any`) another. NULL: none; `*wait` if answers are wanted.
 */
const char *mgi_spf_validated(bool *wait,
                              const mgi_spf_query *q,
                              const char *target,
                              bool any,
                              mgi_arena *a);

#endif
