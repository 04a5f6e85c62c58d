#ifndef MGI_RUN_H
#define MGI_RUN_H
/*
 * run.h - a probe and its targets from inside: run.c keeps them going,
 * target.c asks.
 */
#include "probe/answer.h"

/* A target on its way, in memory of its own; the tag of its talks. */
typedef struct mgi_target {
	mgi_arena *arena;
	struct mgi_target *next, **at;
	mailguard_endpoint to;
	mgi_wanted wanted;
	mailguard_transcript *heard; /* ours, while a second one is asked */
	unsigned char *secret;       /* for that one, wiped in the end */
	size_t secret_len;           /* 0: none */
} mgi_target;

struct mailguard_probe {
	mgi_arena *arena;
	mailguard *mg;
	atomic_flag busy;
	mailguard_probe_options opts;
	mailguard_net *net;
	mailguard_classifier *classifier;
	mgi_target *targets;
	size_t in_flight, max;
};

/* `to` and `name` are copied. */
mailguard_status mgi_target_new(mgi_target **out,
                                const mailguard_probe *p,
                                const mailguard_endpoint *to,
                                const char *name,
                                mailguard_error *err);
/* Out of the probe's list, if it is in, and forgotten. */
void mgi_target_free(mgi_target *s);
/* Among those in flight. */
void mgi_target_link(mailguard_probe *p, mgi_target *s);
/* Hand it to net, with its secret if there is one. */
mailguard_status mgi_target_send(mailguard_probe *p,
                                 mgi_target *s,
                                 mailguard_phase until,
                                 mailguard_span secret,
                                 mailguard_error *err);
/*
 * Ours is done, and was `heard` (NULL: for want of memory it was not): ask an
 * ordinary client. False: there is no asking it.
 */
bool mgi_target_second(mailguard_probe *p,
                       mgi_target *s,
                       mailguard_transcript *heard);

#endif
