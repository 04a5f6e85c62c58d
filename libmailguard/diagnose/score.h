#ifndef MGI_SCORE_H
#define MGI_SCORE_H
/*
 * score.h - every set of none, one or two components, scored exactly.
 */
#include "diagnose/terms.h"

typedef struct mgi_set {
	int32_t part[2]; /* -1: none */
	int64_t score;   /* centi-nats */
} mgi_set;

typedef struct mgi_score {
	const mgi_world *w;
	const mgi_terms *terms; /* of w->seen_count observations */
	bool any_failed;        /* what is soft does not count */
	int64_t *single;        /* score of each component alone */
	int32_t *permille;      /* posterior of each component */
	int32_t fault[MAILGUARD_FAULT_NONE + 1]; /* posterior of each domain */
	int32_t none; /* posterior of nothing being wrong */
	mgi_set best; /* of all */
	mgi_set best_pair_of[MAILGUARD_FAULT_NONE + 1]; /* with that domain */
} mgi_score;

/* ENOMEM only. `s->w` and `s->terms` are given. */
mailguard_status mgi_score_all(mgi_score *s, mailguard_error *err);
/* ln P(observation i | set), centi-nats. */
int32_t mgi_score_one(const mgi_score *s, size_t i, const mgi_set *set);

#endif
