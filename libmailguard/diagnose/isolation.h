#ifndef MGI_ISOLATION_H
#define MGI_ISOLATION_H
/*
 * isolation.h - the tables of the isolation model: what can be at fault, what
 * each stage of a test needs, and logarithms as integers.
 *
 * Scores are centi-nats. What must be multiplied inside 1 - (1-leak) *
 * prod(1-x) is summed as milli-nats of -ln(1-x) and looked up in mgi_logfail.
 */
#include <mailguard/reasons.h>

#include "base/say.h"

#include "isolation_ids.h" /* generated: MGI_KIND_, MGI_STAGE_, MGI_WEIGHT_ */

#define MGI_FAULT_BIT(fault) (1u << (fault))
#define MGI_LOGFAIL_MAX 9999
#define MGI_EXP_MAX 2199
#define MGI_EXP_ONE (1u << 30)

/* What a component of this kind is made for, one of each. */
typedef enum mgi_scope {
	MGI_SCOPE_HOST,     /* this machine, its line, the mail itself */
	MGI_SCOPE_OUTGOING, /* the same, met by sending only */
	MGI_SCOPE_STORE,
	MGI_SCOPE_PLACE,   /* "sync:cloud" */
	MGI_SCOPE_SERVER,  /* "tls:S1" */
	MGI_SCOPE_SERVICE, /* "service:S1/in" */
	MGI_SCOPE_PROVIDER,
	MGI_SCOPE_ACCOUNT,
	MGI_SCOPE_MAILBOX /* an account, met by receiving only */
} mgi_scope;

typedef struct mgi_kind {
	const char *name;
	int32_t fault;
	int32_t scope;
	int32_t prior;  /* centi-nats */
	int32_t detect; /* per mille */
	uint32_t kin;   /* MGI_FAULT_BIT of the domains it may pass for */
	int32_t adapts; /* 1: it takes the domain of its codes */
	mgi_say_id part, act, call;
	int32_t avoid[4]; /* texts, closed by -1 */
} mgi_kind;

typedef struct mgi_need {
	int32_t stage, kind;
	int32_t here;     /* 1: only seen from this machine's line */
	int32_t dir;      /* 0 any, 1 receiving, 2 sending */
	int32_t ok, fail; /* per mille of `detect` */
} mgi_need;

/* A known defect of a mail program. "" where nothing is said. */
typedef struct mgi_defect {
	const char *id, *product, *since, *until, *places, *protocols;
	const char *text[2], *workaround[2]; /* by mgi_lang */
	const char *fixed_in;
} mgi_defect;

extern const mgi_kind mgi_kinds[MGI_KIND_COUNT];
extern const mgi_need mgi_needs[];
extern const size_t mgi_needs_count;
extern const int16_t mgi_weights[MGI_WEIGHT_COUNT];
extern const mgi_defect mgi_defects[];
extern const size_t mgi_defects_count;

extern const int16_t mgi_neglog[1000];                 /* milli-nats */
extern const int16_t mgi_logfail[MGI_LOGFAIL_MAX + 1]; /* centi-nats */
extern const uint32_t mgi_exp[MGI_EXP_MAX + 1];        /* of -centi-nats */
extern const int16_t mgi_ln[1001];                     /* centi-nats */

#endif
