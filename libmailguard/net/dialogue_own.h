#ifndef MGI_DIALOGUE_OWN_H
#define MGI_DIALOGUE_OWN_H
/*
 * dialogue_own.h - a conversation from inside: what a protocol is to the
 * machine, and what the machine does for a protocol.
 *
 * A protocol is a table of rows in the order they are gone through. A row says
 * something and hears the answer; its functions end by one of mgi_dialogue_
 * done, skip, quit, end, or by none of them: then it goes on hearing.
 */
#include "net/letter.h"
#include "net/dialogue.h"
#include "net/mask.h"
#include "net/sasl.h"

enum {
	MGI_ROW_REPEAT = 1,    /* go on with this row while it is needed */
	MGI_ROW_MORE = 2,      /* hears "go on" (334, 354, +) as well */
	MGI_ROW_MULTILINE = 4, /* POP3: lines and a dot follow "+OK" */
	MGI_ROW_AGAIN = 8      /* the first row of a further ask */
};

typedef struct mgi_row {
	mailguard_phase phase;
	mailguard_phase from; /* only if `until` goes as far as this */
	uint32_t flags;
	bool (*need)(const mgi_dialogue *d); /* NULL: it is */
	void (*say)(mgi_dialogue *d);        /* NULL: it only hears */
	void (*hear)(mgi_dialogue *d, const mailguard_reply *r);
} mgi_row;

enum {
	MGI_OFFER_STARTTLS = 1,
	MGI_OFFER_INITIAL = 2, /* IMAP: SASL-IR (RFC 4959) */
	MGI_OFFER_NO_LOGIN = 4,
	MGI_OFFER_LITERAL = 8, /* IMAP: LITERAL+ or LITERAL- (RFC 7888) */
	MGI_OFFER_8BIT = 16,
	MGI_OFFER_SIZE = 32,
	MGI_OFFER_UTF8 = 64,
	MGI_OFFER_USER = 128 /* POP3: USER and PASS */
};

typedef struct mgi_offer {
	const char *name;
	uint32_t bit;
} mgi_offer;

/* A way to log in without SASL. */
typedef struct mgi_way {
	const char *name;
	bool unasked; /* may be chosen if no mechanism is named */
	int lines;    /* each but the first upon "+OK"; 0: upon "+" */
	bool (*offered)(const mgi_dialogue *d);
	/* Say what comes next, told by `d->round`; false: nothing does. */
	bool (*say)(mgi_dialogue *d);
} mgi_way;

typedef struct mgi_speaker {
	const mgi_row *rows;     /* the last one says goodbye */
	const mgi_offer *offers; /* a row without a name ends them */
	const mgi_way *ways;     /* so here */
	const char *sasl;        /* the capability that names mechanisms */
	const char *auth;        /* the command that begins an exchange */
	size_t line_max;         /* of it, with an initial response; 0: none */
} mgi_speaker;

extern const mgi_speaker mgi_speaker_smtp;
extern const mgi_speaker mgi_speaker_imap;
extern const mgi_speaker mgi_speaker_pop3;
/* NULL if it is no mail protocol. */
const mgi_speaker *mgi_speaker_of(mailguard_protocol protocol);

/* An ask, copied and found fit to be said. */
typedef struct mgi_asked {
	mgi_arena *arena;
	const char **commands; /* NULL ends them */
	const char *mail_from, *rcpt_to;
	mgi_letter body;
	bool has_body;
	mailguard_phase until; /* INT32_MAX: as far as it goes */
	uint32_t flags;
} mgi_asked;

enum mgi_pumping { MGI_PUMP_NO, MGI_PUMP_BODY, MGI_PUMP_GATE, MGI_PUMP_GO };

struct mgi_dialogue {
	mailguard *mg;
	mgi_arena *arena;
	mgi_script *script;
	const mgi_speaker *as;
	mailguard_endpoint to;
	const char *helo;
	mailguard_span secret; /* ours, wiped in the end */
	mgi_mask mask;
	mgi_asked asked;

	/* where we are */
	const mgi_row *row;
	const mgi_row *next; /* go on from here in the next round; or NULL */
	mgi_want want;
	enum mgi_pumping pumping;
	mailguard_reply reply; /* in pieces: how far it was looked through */
	mailguard_span rest;   /* heard behind the answer that is looked at */
	bool encrypted, broken;

	/* what is being said */
	mailguard_buffer *out;
	size_t out_from;
	mailguard_buffer shown;
	bool hides; /* the line holds what is not for the record */

	/* what the server told */
	uint32_t offers, mechanisms; /* a bit each, as in mgi_mechanisms */
	bool offers_known, no_ehlo, preauth;
	const char *stamp; /* POP3: of APOP; NULL: none */

	/* IMAP */
	uint32_t tags;
	char tag[16];

	/* login */
	const mgi_way *way;
	mgi_sasl sasl;
	mailguard_buffer pending; /* the first response, till it is asked for */
	bool has_pending, cancelled;
	int round;

	/* commands and mail */
	size_t command;
	bool all_fine, transaction, multiline;
	bool only_date;    /* POP3: of the answer no more is recorded */
	uint64_t messages; /* POP3: as STAT told last */
};

/* -- what comes next (dialogue.c) ------------------------------------------ */

/* The row was gone through: its phase counts, on to the next. */
void mgi_dialogue_done(mgi_dialogue *d);
/* On to the next row, though this one does not count. */
void mgi_dialogue_skip(mgi_dialogue *d);
/* No further row makes sense: say goodbye. */
void mgi_dialogue_quit(mgi_dialogue *d);
/* No word more. */
void mgi_dialogue_end(mgi_dialogue *d);
/* This ask is over, the line may stay. */
void mgi_dialogue_over(mgi_dialogue *d);
/* Nothing is said: what the row needs is not there. Then quit. */
void mgi_dialogue_give_up(mgi_dialogue *d, mailguard_note note);
/* It broke the rules: tell so, then end. */
void mgi_dialogue_broke(mgi_dialogue *d, mailguard_note note);
/* A further exchange in the same row is a step of its own. */
void mgi_dialogue_further(mgi_dialogue *d);
/* 354: the body goes out, then the row that hears the answer to its dot. */
void mgi_dialogue_pump(mgi_dialogue *d);

/* -- saying (dialogue_say.c) ----------------------------------------------- */

void mgi_say_text(mgi_dialogue *d, const char *text);
void mgi_say_span(mgi_dialogue *d, mailguard_span text);
/* The mask is recorded for it, and its length nowhere. */
void mgi_say_hidden(mgi_dialogue *d, mailguard_span secret);
/* End the line. */
void mgi_say_line(mgi_dialogue *d);
/* IMAP: a new tag and a space. */
void mgi_say_tag(mgi_dialogue *d);

/* -- hearing (dialogue_hear.c) --------------------------------------------- */

/* One answer from the head of `in`: how much of it; 0: it is not complete. */
size_t mgi_dialogue_hear(mgi_dialogue *d, mailguard_span in);
/* What is left when nothing more will come. */
void mgi_dialogue_hear_last(mgi_dialogue *d, mailguard_span in);
/* Remember what the server offers, if `r` tells. */
void mgi_dialogue_offers(mgi_dialogue *d, const mailguard_reply *r);

/* -- rows that protocols share (talk_common.c) ------------------------------
 */

bool mgi_need_starttls(const mgi_dialogue *d);
bool mgi_need_after_tls(const mgi_dialogue *d);
bool mgi_need_login(const mgi_dialogue *d);
bool mgi_need_command(const mgi_dialogue *d);
/* Of STARTTLS, once it was agreed to or not. */
void mgi_hear_starttls(mgi_dialogue *d, const mailguard_reply *r);
void mgi_hear_command(mgi_dialogue *d, const mailguard_reply *r);
void mgi_hear_goodbye(mgi_dialogue *d, const mailguard_reply *r);
/* Good or bad, but no good: say goodbye unless it is fine. */
bool mgi_fine_or_quit(mgi_dialogue *d, const mailguard_reply *r);
/* The command that is next; the row says it. */
const char *mgi_next_command(mgi_dialogue *d);

/* -- login (login.c) --------------------------------------------------------
 */

void mgi_login_say(mgi_dialogue *d);
void mgi_login_hear(mgi_dialogue *d, const mailguard_reply *r);
/* Is that a mechanism or a way of this protocol? */
bool mgi_login_known(const mgi_speaker *as, const char *mechanism);
/* All their names, by commas. */
void mgi_login_names(mailguard_buffer *out, const mgi_speaker *as);

/* -- asks (dialogue_ask.c) --------------------------------------------------
 */

/* Judge and copy; nothing is left behind on failure. */
mailguard_status mgi_asked_set(mgi_asked *out,
                               mailguard *mg,
                               const mailguard_ask *ask,
                               mailguard_error *err);
void mgi_asked_done(mgi_asked *a);
/* The name to greet with. */
mailguard_status mgi_helo_check(mailguard *mg,
                                const char *helo,
                                mailguard_error *err);

#endif
