#ifndef MGI_CASE_READ_H
#define MGI_CASE_READ_H
/*
 * read.h - a case file under the eyes of its reader, value by value.
 */
#include "diagnose/case.h"

#include "base/finding.h"
#include "base/json.h"
#include "base/say.h"

typedef struct mgi_case_reader {
	mailguard *mg;
	mailguard_case *c; /* what is read goes there */
	mailguard_error *err;
	mgi_findings *notes; /* of what was passed over; NULL: not told */
	char where[96];      /* "[2].observations[3]" */
	const char *in[2];   /* "accounts", "a1"; what stands behind that */
	bool failed;         /* no memory for a note */
	/* Is an observation to be passed over? NULL: none is. */
	bool (*skip)(const mailguard_evidence *e, struct mgi_case_reader *r);
	void *payload; /* of `skip` */
} mgi_case_reader;

/* EFORMAT: the value of `key`, or where the reader is, must be `what`. */
mailguard_status mgi_case_shape(mgi_case_reader *r,
                                const char *key,
                                const char *what);
/* EFORMAT: a word that is missing ("") or not among those of `list`. */
mailguard_status mgi_case_bad_word(mgi_case_reader *r,
                                   const char *key,
                                   const char *value,
                                   const char *(*list)(int32_t i));
/* A member that is a string if it is there at all. */
mailguard_status mgi_case_text(const char **out,
                               mgi_case_reader *r,
                               const mgi_json *v,
                               const char *key);
/* A member that is one of some words; `*out` stays if it is not there. */
mailguard_status mgi_case_word(int32_t *out,
                               mgi_case_reader *r,
                               const mgi_json *v,
                               const char *key,
                               const char *(*list)(int32_t i));
/* Note what was passed over there; `id` has the slots {where} and {name}. */
void mgi_case_note(mgi_case_reader *r, mgi_say_id id, const char *name);
/* Note the keys of `v` that are not among `known` (closed by NULL). */
void mgi_case_keys(mgi_case_reader *r,
                   const mgi_json *v,
                   const char *const *known);

/* The list of observations into the case (read_seen.c). */
mailguard_status mgi_case_observations(mgi_case_reader *r, const mgi_json *v);

#endif
