#ifndef MGI_WORLD_H
#define MGI_WORLD_H
/*
 * world.h - everything a case says, put in one order, and the components that
 * may be at fault in it.
 */
#include "diagnose/case.h"
#include "diagnose/isolation.h"

typedef struct mgi_component {
	const char *name;    /* "service:S1/in" */
	const char *subject; /* "S1"; "" for this machine */
	int32_t kind, dir;   /* dir: 0 none, 1 receiving, 2 sending */
	int32_t prior;       /* centi-nats */
	int32_t fault;
} mgi_component;

typedef struct mgi_world {
	mgi_arena *arena;
	mailguard_link *links;    /* sorted by account, then store */
	mailguard_evidence *seen; /* sorted by all they say */
	size_t link_count, seen_count;
	mgi_component *parts; /* sorted by kind, subject, dir */
	size_t part_count, part_cap;
	const mgi_defect **defects; /* those that fit, in the table's order */
	size_t defect_count;
	const char *id;
	mgi_called *names;
	size_t name_count;
} mgi_world;

/* All in `w->arena`. */
mailguard_status mgi_world_make(mgi_world *w,
                                const mailguard_case *c,
                                mailguard_error *err);
/* The number of a component, or -1. */
int32_t mgi_world_find(const mgi_world *w,
                       int32_t kind,
                       const char *subject,
                       int32_t dir);
/* What people call a thing: (w, "server:", "S1"); its id if nothing else. */
const char *mgi_world_call(const mgi_world *w,
                           const char *kind,
                           const char *id);
/* Where a file lies; UNKNOWN if nothing says. */
mailguard_place_kind mgi_world_place(const mgi_world *w, const char *store);
/* By the account, or else by who has an account on that server. */
const char *mgi_world_provider(const mgi_world *w, const mailguard_evidence *e);
const char *mgi_world_server(const mgi_world *w, const mailguard_evidence *e);
const char *mgi_world_store(const mgi_world *w, const mailguard_evidence *e);

/* Does the defect fit these places and this program? */
bool mgi_defect_fits(const mgi_defect *d,
                     const mgi_client *client,
                     const mailguard_link *links,
                     size_t count);
/* Do the words, parted by spaces or commas, hold `word`? */
bool mgi_words_hold(const char *words, const char *word);

#endif
