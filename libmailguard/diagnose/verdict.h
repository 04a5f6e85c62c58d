#ifndef MGI_VERDICT_H
#define MGI_VERDICT_H
/*
 * verdict.h - what weighing leaves: numbers first, then the words for them.
 */
#include "base/json.h"
#include "diagnose/score.h"

#include <stdatomic.h>

#define MGI_NEXT_TESTS 5
#define MGI_NEXT_MAX (MGI_NEXT_TESTS + 2 * 6) /* two blamed, six acts each */
#define MGI_POSSIBLE 5

/* Texts, and the rows and names they were made of. */
typedef struct mgi_texts {
	const char **at, **names;
	mgi_say_id *ids;
	size_t count;
} mgi_texts;

struct mailguard_verdict {
	atomic_int refs;
	mgi_world world;
	mgi_score score;
	mailguard_fault fault;
	mailguard_grade grade;
	int32_t permille; /* of that domain; 0 if undetermined */
	bool maintenance;
	mgi_set set, rival; /* the verdict and the runner-up */
	mailguard_suspect *suspects;
	size_t suspect_count, blamed;
	mailguard_suspect possible[MGI_POSSIBLE]; /* not blamed, not cleared */
	size_t possible_count;
	mailguard_reading *readings; /* by weight */
	size_t reading_count;
	mailguard_next *next;
	size_t next_count;
	mgi_texts meanwhile, avoid, unlooked;
};

/* The steps of weighing; each fills its part, memory is asked for once. */
void mgi_verdict_judge(mailguard_verdict *v);
void mgi_verdict_list(mailguard_verdict *v);
void mgi_verdict_next(mailguard_verdict *v);
void mgi_verdict_advise(mailguard_verdict *v);

/* Does the account (at all, or the server, store ...) count as seen? */
typedef struct mgi_sight {
	bool ok, failed;
} mgi_sight;
mgi_sight mgi_account_sight(const mgi_world *w, const char *account);
/* Both server and provider of the link are free of blame. */
bool mgi_link_clear(const mailguard_verdict *v, const mailguard_link *l);

/* Keep what stands in `b`, which is done; NULL, remembered, if it cannot. */
const char *mgi_buf_keep(mgi_arena *a, mailguard_buffer *b);
/* A text in the arena of the verdict, closed by its slots. */
const char *mgi_verdict_say(const mailguard_verdict *v,
                            mgi_say_id id,
                            const char *slot,
                            const char *value);
/* "the mail file m1" */
void mgi_part_say(mailguard_buffer *out,
                  const mgi_world *w,
                  mgi_say_id id,
                  const mgi_component *p);
const char *mgi_part_text(const mailguard_verdict *v,
                          mgi_say_id id,
                          int32_t part);
/* "probe of server S1 (receiving): fail at tls [tls]" */
void mgi_evidence_say(mailguard_buffer *out,
                      const mgi_world *w,
                      const mailguard_evidence *e);
/* The component of a name; -1 if there is none. */
int32_t mgi_part_named(const mgi_world *w, const char *name);

/*
 * Members of one more value for the report: called with the object of each
 * account ("account"), file ("store") and provider ("provider") still open.
 */
typedef void (*mgi_verdict_more)(mgi_jsonw *w,
                                 const char *kind,
                                 const char *id,
                                 void *payload);
/* As mailguard_verdict_json(); `more` may be NULL. */
mailguard_status mgi_verdict_json_more(mailguard_buffer *out,
                                       const mailguard_verdict *v,
                                       mgi_verdict_more more,
                                       void *payload,
                                       mailguard_error *err);

#endif
