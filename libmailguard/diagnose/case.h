#ifndef MGI_CASE_H
#define MGI_CASE_H
/*
 * case.h - a case as it is gathered, and copied into what a verdict keeps.
 */
#include <mailguard/diagnose.h>

#include "base/mem.h"

/* The most unusual a silence can be. */
#define MGI_DEGREE_MAX 3

typedef struct mgi_context {
	const char *prefix;
	int32_t times;
} mgi_context;

typedef struct mgi_client {
	const char *product, *version, *protocol;
} mgi_client;

/* What people call "server:S1". */
typedef struct mgi_called {
	const char *thing, *name;
} mgi_called;

struct mailguard_case {
	mailguard *mg;
	mgi_arena *arena; /* strings */
	const char *id;
	mailguard_link *links;
	mailguard_evidence *seen;
	mgi_called *names;
	size_t link_count, link_cap, seen_count, seen_cap;
	size_t name_count, name_cap;
	mgi_context contexts[MAILGUARD_CASE_CONTEXTS_MAX];
	mgi_client clients[MAILGUARD_CASE_CLIENTS_MAX];
	size_t context_count, client_count;
};

/* Deep copies into `a`; a failure is remembered by the arena. */
mailguard_link mgi_link_copy(mgi_arena *a, const mailguard_link *l);
mailguard_evidence mgi_evidence_copy(mgi_arena *a, const mailguard_evidence *e);
/* The link of an account among `n`; NULL if there is none. */
const mailguard_link *mgi_link_find(const mailguard_link *links,
                                    size_t n,
                                    const char *account);
/* As strcmp(), NULL before all. */
int mgi_strcmp_null(const char *a, const char *b);
/* Takes the id of a case file. */
void mgi_case_name(mailguard_case *c, const char *id);

#endif
