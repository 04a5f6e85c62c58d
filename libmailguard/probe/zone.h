#ifndef MGI_ZONE_H
#define MGI_ZONE_H
/*
 * zone.h - what DNS said so far, and what is still to be asked.
 *
 * Whoever judges a domain looks answers up here. What is not known yet is
 * noted as wanted; the run asks it, the zone learns the transcript, and the
 * judging begins anew. So judging is pure and a recorded session replays it.
 */
#include "base/mem.h"

#include <mailguard/net.h>

#define MGI_ZONE_MAX 2048 /* questions; past them nothing is known */
#define MGI_NAME_MAX 256  /* a name with its closing NUL */

/* One question and its answer. */
typedef struct mgi_fact {
	struct mgi_fact *chain, *next;
	const char *server; /* "192.0.2.1:53"; "": the resolvers */
	const char *type;   /* "MX"; "HTTP": a page of that host */
	const char *name;   /* lower case, no last dot */
	bool known;         /* else wanted */
	bool failed;        /* no usable answer: SERVFAIL, silence ... */
	bool silent;        /* nobody answered at all */
	bool authoritative; /* AA */
	bool verified;      /* AD */
	int32_t rcode;
	mailguard_transcript *heard; /* the zone's; NULL if never asked */
	const mailguard_step *step;
	const mailguard_record **records; /* of `type`, behind CNAMEs */
	size_t count;
	const char *alias; /* where a CNAME led to; NULL: there was none */
} mgi_fact;

typedef struct mgi_zone mgi_zone;

/* In memory of its own; NULL if there is none. */
mgi_zone *mgi_zone_new(mailguard *mg);
/* NULL is fine. */
void mgi_zone_free(mgi_zone *z);
/*
 * The answer, or NULL: it is wanted. A name nobody can have ("a..b", too long)
 * is known not to be there. `server` NULL: the resolvers.
 */
const mgi_fact *mgi_zone_get(mgi_zone *z, const char *type, const char *name);
const mgi_fact *mgi_zone_get_at(mgi_zone *z,
                                const char *server,
                                const char *type,
                                const char *name);
/* Take in all that was asked in `t`, which is held. */
mailguard_status mgi_zone_learn(mgi_zone *z,
                                mailguard_transcript *t,
                                mailguard_error *err);
/* All facts in the order they were first wanted; NULL past the end. */
const mgi_fact *mgi_zone_first(const mgi_zone *z);
/* Questions not answered yet. */
size_t mgi_zone_wanted(const mgi_zone *z);
/* The transcripts learnt, in their order; NULL past the end. */
mailguard_transcript *mgi_zone_transcript(const mgi_zone *z, size_t i);
/* Nobody could be asked: what is wanted counts as failed. */
void mgi_zone_give_up(mgi_zone *z);
bool mgi_zone_failed(const mgi_zone *z);

/* There is such a name, and it has records of the type. */
bool mgi_fact_any(const mgi_fact *f);
/* The last word of a record's data without its last dot, lower case: the host
   of MX, SRV, PTR, NS, CNAME. The root is "". */
void mgi_record_host(char out[MGI_NAME_MAX], const mailguard_record *r);
/* The strings of a TXT record joined, as bytes; in `a`. */
mailguard_span mgi_record_txt(const mailguard_record *r, mgi_arena *a);
/* Lower case, no last dot; false if it cannot be asked for. */
bool mgi_name_tidy(char out[MGI_NAME_MAX], const char *name);
/* `a`, or a name below `above`. Both tidy. */
bool mgi_name_below(const char *a, const char *above);
/* "a" "b" -> "a.b"; "" if that is too long. */
void mgi_name_join(char out[MGI_NAME_MAX], const char *a, const char *b);

#endif
