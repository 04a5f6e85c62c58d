#ifndef MGI_CHECKUP_H
#define MGI_CHECKUP_H
/*
 * checkup.h - a checkup under way: what is planned, what was seen.
 */
#include "base/buf.h"
#include "base/say.h"

#include <mailguard/checkup.h>

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
	size_t at;    /* of the stage's own list */
	size_t asked; /* servers handed to the probe */
};

/* Each makes one step of its stage; ITEROVER when the stage is through. */
mailguard_status mgi_checkup_place(mailguard_checkup *c, mailguard_error *err);
mailguard_status mgi_checkup_server(mailguard_checkup *c, mailguard_error *err);
mailguard_status mgi_checkup_page(mailguard_checkup *c, mailguard_error *err);
mailguard_status mgi_checkup_store(mailguard_checkup *c, mailguard_error *err);

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
