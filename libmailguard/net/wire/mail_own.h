#ifndef MGI_MAIL_OWN_H
#define MGI_MAIL_OWN_H
/*
 * mail_own.h - one mail talk: mail.c owns it, mail_reach.c finds the way to
 * the server and makes TLS, mail_talk.c moves what the dialogue says.
 */
#include "net/dialogue.h"
#include "net/wire/conn.h"
#include "net/wire/dns.h"
#include "net/wire/runner.h"

typedef enum mgi_stage {
	MGI_STAGE_LOOKUP, /* for addresses */
	MGI_STAGE_QUEUE,  /* for a place among those who speak to the server */
	MGI_STAGE_RETRY,  /* for a place or a descriptor: connect soon */
	MGI_STAGE_CONNECT,
	MGI_STAGE_TLS,
	MGI_STAGE_TALK,
	MGI_STAGE_GATE,
	MGI_STAGE_KEPT,
	MGI_STAGE_LINGER, /* QUIT is said, nobody waits for the answer */
	MGI_STAGE_OVER
} mgi_stage;

typedef struct mgi_mail {
	mailguard_talk *talk;
	mgi_dialogue *dialogue;
	mgi_stage stage;
	mgi_want want;

	mgi_asking *asking; /* for TLSA */
	void (*asked_tlsa)(struct mgi_mail *m);
	mailguard_buffer tlsa; /* a record a line */
	mailguard_dane dane;   /* MATCH: `tlsa` is signed */
	mgi_lookup *lookup;
	mgi_address one;   /* what `list` is if it was given */
	mgi_address *list; /* to try, in order */
	size_t count, at;
	mgi_place place;

	mgi_conn conn;
	mgi_watch watch;
	mailguard_buffer heard, out;
	size_t sent;      /* of `out` */
	bool more;        /* there may be another answer in `heard` */
	bool dry;         /* heard all, until the descriptor tells of more */
	bool clear_heard; /* what came before TLS was fed */
	bool ended;       /* nothing more will be heard */
	int ended_sys;    /* why; 0: they closed it */

	mgi_timer timer;
	mailguard_phase phase;
	int64_t phase_end, total_end; /* of mgi_loop_now() */
	int64_t total_left;           /* while the time is not the server's */
} mgi_mail;

/* -- mail.c --------------------------------------------------------------- */

/* All is said: close, and tell. */
void mgi_mail_finish(mgi_mail *m);
/* The dialogue learns that the line is gone; then finish. */
void mgi_mail_lost(mgi_mail *m, int sys, bool timed_out);
/* A step could not be told for want of memory; finish without a transcript. */
void mgi_mail_no_memory(mgi_mail *m);
/* `phase` begins now, whichever it was before. */
void mgi_mail_phase(mgi_mail *m, mailguard_phase phase);
/* Stop the time, it is not the server's; and let it go on. */
void mgi_mail_pause(mgi_mail *m);
void mgi_mail_resume(mgi_mail *m);
/* False: it could not be watched, and the talk is over. */
bool mgi_mail_watch(mgi_mail *m, unsigned want);

/* -- mail_reach.c --------------------------------------------------------- */

/* OK, AGAIN without a descriptor, or why it cannot even begin. */
mailguard_status mgi_mail_reach(mgi_mail *m, mailguard_error *err);
void mgi_mail_reach_ready(mgi_mail *m, unsigned events);
/* Time is up in one of these stages. */
void mgi_mail_reach_late(mgi_mail *m);
/* STARTTLS was agreed on, or TLS is there from the first byte. */
void mgi_mail_tls(mgi_mail *m);

/* -- mail_dane.c ---------------------------------------------------------- */

/* Ask for the server's TLSA records; `then` once they are told, or not to be
   had. */
mailguard_status mgi_mail_dane(mgi_mail *m,
                               void (*then)(mgi_mail *m),
                               mailguard_error *err);

/* -- mail_talk.c ---------------------------------------------------------- */

/* Begin to talk. */
void mgi_mail_talk(mgi_mail *m);
void mgi_mail_talk_ready(mgi_mail *m, unsigned events);
/* Ask the dialogue for more, then move it. */
void mgi_mail_round(mgi_mail *m);
/* While nothing is to be said: keep what is heard, notice the end. */
void mgi_mail_overhear(mgi_mail *m);

#endif
