#ifndef MGI_ANSWER_H
#define MGI_ANSWER_H
/*
 * answer.h - one answer as it is read from a transcript.
 *
 * Readers fill it by the calls below; memory is asked for once, at the end.
 */
#include "base/finding.h"
#include "base/say.h"

#include <mailguard/probe.h>

#include <stdatomic.h>

#define MGI_ANSWER_WORDS 400 /* bytes of the server's told as message */
#define MGI_ANSWER_CAPABILITIES 200

/* What was asked for, as far as reading depends on it. */
typedef struct mgi_wanted {
	const char *name;      /* NULL: the URL */
	mailguard_phase until; /* 0: as far as tells most */
	bool login;            /* there was a secret */
	const char *user;      /* who had none, or NULL */
	uint32_t flags;
	int64_t slow_usec;
	uint32_t warn_days;
	const mailguard_transcript *stock; /* an ordinary client's, or NULL */
} mgi_wanted;

/* A list of capabilities. */
typedef struct mgi_offered {
	const char **at;
	size_t count;
} mgi_offered;

struct mailguard_answer {
	mgi_arena *arena;
	atomic_uint holders;
	mailguard_transcript *heard;
	mgi_wanted wanted;
	mailguard_cause cause; /* reason 0 while nothing was found */
	mailguard_phase phase;
	mailguard_login login;
	const char *name, *where, *message, *action;
	const char *software;  /* NULL: not known */
	int32_t quota;         /* percent; -1: not known */
	mailguard_time newest; /* 0: not known */
	int64_t messages;      /* -1: not known */
	mailguard_answer_times times;
	mgi_offered offered;          /* last */
	mgi_offered offered_in_clear; /* before STARTTLS; else none */
	mgi_findings *findings;
	mailguard_evidence evidence;
	mailguard_answer_second second;
	bool has_second;
};

/* Defaults, where the options say nothing. */
mgi_wanted mgi_wanted_of(const mailguard_probe_options *opts);
mailguard_status mgi_answer_make(mailguard_answer **out,
                                 mailguard_classifier *c,
                                 mailguard_transcript *heard,
                                 const mgi_wanted *wanted,
                                 mailguard_error *err);
mailguard *mgi_answer_handle(const mailguard_answer *a);
mgi_lang mgi_answer_lang(const mailguard_answer *a);

/* One reading: the answer so far, what is read, who knows the words. */
typedef struct mgi_reader {
	mailguard_answer *a;
	const mailguard_transcript *t;
	mailguard_classifier *c;
	mailguard_error *err;
} mgi_reader;

/* The furthest step that is no goodbye; NULL if there is none. */
const mailguard_step *mgi_step_last(const mailguard_transcript *t);
/* The last step of that phase; NULL if there is none. */
const mailguard_step *mgi_step_of(const mailguard_transcript *t,
                                  mailguard_phase phase);
/* Its answer is no, for now or for good, or a BYE. */
bool mgi_step_refused(const mailguard_step *s);

/*
 * Blame (blame.c): the first stands.
 */

bool mgi_blamed(const mailguard_answer *a);
void mgi_blame(mailguard_answer *a,
               mailguard_phase phase,
               mailguard_reason reason);
/* By the row of a code: ("errno", 111). `none` if there is no such row. */
mailguard_status mgi_blame_code(const mgi_reader *r,
                                mailguard_phase phase,
                                const char *space,
                                int32_t code,
                                mailguard_reason none);
/* By the server's own words, which become the message; `none` if they tell
   nothing. */
mailguard_status mgi_blame_words(const mgi_reader *r,
                                 mailguard_phase phase,
                                 mailguard_span words,
                                 mailguard_reason none);
/* The place tells more than what was looked up. */
void mgi_blame_rather(mailguard_answer *a, mailguard_reason reason);
/* The words of a server as the message: one line of UTF-8. */
void mgi_answer_quote(mailguard_answer *a, mailguard_span words);
/* Append `s` as UTF-8, with U+FFFD for each byte that is none: a session may
   have been written by hand. */
void mgi_put_utf8(mailguard_buffer *out, mailguard_span s);
/* A finding with the row's id as its code; `slot` may be NULL. */
void mgi_answer_note(mailguard_answer *a,
                     mailguard_severity severity,
                     mgi_say_id id,
                     const char *slot,
                     const char *value);
/* A text was wanted and there was no memory for it. */
void mgi_answer_nomem(mailguard_answer *a);

/*
 * Reading in parts.
 */

/* Names, connections and silence, of any protocol (link.c). */
mailguard_status mgi_read_link(const mgi_reader *r, const mailguard_step *step);
/* TLS (tls.c): a bad certificate decides over all that came later. */
mailguard_status mgi_read_certificate(const mgi_reader *r);
mailguard_status mgi_read_handshake(const mgi_reader *r,
                                    const mailguard_step *step);
/* Who opens TLS on its way here, by name; NULL: nobody we know (marks.c). */
const char *mgi_interceptor(const mailguard_transcript *t);
bool mgi_certificate_bad(const mailguard_transcript *t);
/* A conversation of SMTP, POP3 or IMAP (mail.c). */
mailguard_status mgi_read_mail(const mgi_reader *r);
/* What was offered (offers.c): the list, and what is odd about it. */
void mgi_read_offers(const mgi_reader *r);
bool mgi_offers(const mailguard_transcript *t, const char *name);

/*
 * What is told of any answer.
 */

void mgi_answer_times_of(mailguard_answer *a); /* times.c */
void mgi_answer_software(mailguard_answer *a); /* marks.c */
void mgi_answer_look(mailguard_answer *a);     /* look.c */
void mgi_answer_close(mailguard_answer *a);    /* close.c */
void mgi_answer_stock(mailguard_answer *a);    /* stock.c; after close */

#endif
