#ifndef MGI_CHECKUP_H
#define MGI_CHECKUP_H
/*
 * checkup.h - a checkup under way: what is planned, what was seen.
 */
#include "base/buf.h"
#include "base/finding.h"
#include "base/say.h"

#include <mailguard/checkup.h>

/* What answers told of the time; the one nearest to our clock. */
typedef struct mgi_clock_seen {
	bool told;
	int64_t ahead;
	const char *by; /* in the checkup's arena */
} mgi_clock_seen;

struct mailguard_checkup {
	mailguard *mg;
	mgi_arena *arena;
	mailguard_profile *profile;
	mailguard_checkup_options opts;
	mailguard_probe_options probe_opts; /* what opts.probe leads to */
	mailguard_case *seen;
	mailguard_classifier *classifier;
	mailguard_probe *probe;
	mailguard_buffer text; /* of the step */
	mailguard_checkup_step step;
	mailguard_checkup_step *kept; /* all that were made */
	size_t kept_count, kept_cap;
	mailguard_checkup_stage stage;
	size_t at;                /* of the stage's own list */
	size_t asked;             /* servers handed to the probe */
	bool *answered, *waited;  /* a server; told that it is waited for */
	mailguard_outcome *quick; /* what the quick look at a store found */
	mailguard_secret_fn secret;
	void *secret_payload;
	int64_t began, paused;   /* ticks of the first step; not counted */
	int64_t stage_began;     /* elapsed by then */
	struct mgi_waits *waits; /* when mail arrived; NULL: nobody asked */
	mgi_clock_seen clock;
	mailguard_answer *control; /* of the control host; NULL */
	mgi_findings *notes;       /* of observations passed over; NULL */
	bool first_told, stopped;  /* by the host's progress */
	bool passing; /* the step is no result: not kept, not counted */
};

/* Each makes one step of its stage; ITEROVER when the stage is through. */
mailguard_status mgi_checkup_place(mailguard_checkup *c, mailguard_error *err);
mailguard_status mgi_checkup_server(mailguard_checkup *c, mailguard_error *err);
mailguard_status mgi_checkup_page(mailguard_checkup *c, mailguard_error *err);
mailguard_status mgi_checkup_store(mailguard_checkup *c, mailguard_error *err);

/* Servers that had not answered when the quick part ended. */
mailguard_status mgi_checkup_late(mailguard_checkup *c, mailguard_error *err);

/* Say where the stores of no account lie; which programs are in use. */
mailguard_status mgi_checkup_stores_add(mailguard_checkup *c,
                                        mailguard_error *err);
mailguard_status mgi_checkup_clients_add(mailguard_checkup *c,
                                         mailguard_error *err);
/* Was every server's answer heard? */
bool mgi_checkup_all_answered(const mailguard_checkup *c);

/* Since the first step, without the time that secrets took. */
int64_t mgi_checkup_elapsed(const mailguard_checkup *c);
/* Is the budget spent? */
bool mgi_checkup_over(const mailguard_checkup *c);
/* Ask the host to go on; false: it wants to stop. */
bool mgi_checkup_goes_on(mailguard_checkup *c, const mailguard_progress *at);
/* At most so much time, and no more than the first verdict or the budget
 * leaves. */
int64_t mgi_checkup_left(const mailguard_checkup *c, int64_t most);
/* Is it time for the first verdict, and the step that tells so. */
bool mgi_checkup_first_due(const mailguard_checkup *c);
mailguard_status mgi_checkup_first(mailguard_checkup *c, mailguard_error *err);
/* The caller's callback, its time taken. */
int mgi_checkup_secret(char *out,
                       size_t room,
                       const mailguard_endpoint *whose,
                       void *payload);
/* Name it among what was not looked at, with the reason. */
mailguard_status mgi_checkup_unlooked(mailguard_checkup *c,
                                      const mailguard_evidence *what,
                                      const char *why,
                                      mailguard_error *err);
const char *mgi_checkup_time_up(const mailguard_checkup *c);

/* Remember the step just made. */
mailguard_status mgi_checkup_keep(mailguard_checkup *c, mailguard_error *err);
/* Tell the case what people call the things of the profile. */
mailguard_status mgi_checkup_call(mailguard_checkup *c, mailguard_error *err);
/* How many servers there are to ask, accounts' directions counted. */
size_t mgi_checkup_servers(const mailguard_checkup *c);
/* In which kind of place, in words. */
mgi_say_id mgi_checkup_place_row(mailguard_place_kind kind);
/* The file that is read here for a store. */
const char *mgi_checkup_file(const mailguard_storage *s);

#endif
