#ifndef MGI_NET_OWN_H
#define MGI_NET_OWN_H
/*
 * net_own.h - the inside of a mailguard_net: net.c keeps its talks, net_new.c
 * what they share, net_ask.c lets new ones in.
 */
#include <stdatomic.h>

#include "net/wire/runner.h"

#define MGI_FDS_SPARED 64 /* for the rest of the process */

struct mailguard_net {
	mailguard *mg;
	mgi_arena *arena;
	mailguard_net_options opts; /* copied, defaults filled in */
	atomic_flag busy;
	mgi_loop *loop;
	mgi_limits *limits;
	mgi_dns *dns; /* these at the first need */
	mgi_curl *curl;
	mgi_tls *tls;
	unsigned char *scratch;

	mailguard_talk *talks, *last;          /* all, the oldest first */
	mailguard_talk *told_next, *told_last; /* with an event to tell */
	mailguard_talk *telling;               /* whose event the caller has */
	mailguard_talk *dead;                  /* to be freed between steps */
	size_t count;   /* of all talks; each may hold a descriptor */
	size_t running; /* of those that are not done */
	mailguard_event event;
};

/* False, and EBUSY in `err`: another thread is inside. */
bool mgi_net_enter(mailguard_net *net, mailguard_error *err);
void mgi_net_leave(mailguard_net *net);
/* What was told is no longer valid; what is over is freed. */
void mgi_net_tidy(mailguard_net *net);
void mgi_talk_free(mailguard_talk *talk);
/* Put it among the others, or take it out. */
void mgi_talk_add(mailguard_talk *talk);
void mgi_talk_remove(mailguard_talk *talk);
/* Is a talk of the same endpoint and user still saying goodbye? */
bool mgi_net_lingers(const mailguard_net *net, const mailguard_endpoint *to);

/* With a poller of one's choice, for tests. */
mailguard_status mgi_net_new(mailguard_net **out,
                             mailguard *mg,
                             const mailguard_net_options *opts,
                             mgi_poller_kind poller,
                             mailguard_error *err);

#endif
