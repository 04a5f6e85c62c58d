#ifndef MGI_CLAIM_H
#define MGI_CLAIM_H
/*
 * claim.h - one account as a client's settings tell it, before it is one.
 *
 * A reader of settings puts down what it finds, and where; the draft becomes
 * an account with its servers, its store and the origin of every field. What
 * is missing or cannot be is told as a finding.
 */
#include "profile/import.h"

#include "base/say.h"

typedef enum mgi_slot {
	MGI_SLOT_LABEL,
	MGI_SLOT_ADDRESS,
	MGI_SLOT_NAME,
	MGI_SLOT_REPLY_TO,
	MGI_SLOT_WEBMAIL,
	MGI_SLOT_LEAVE,
	MGI_SLOT_LEAVE_DAYS,
	MGI_SLOT_SECRET, /* only that there is one */
	MGI_SLOT_IN_PROTOCOL,
	MGI_SLOT_IN_HOST,
	MGI_SLOT_IN_PORT,
	MGI_SLOT_IN_TLS,
	MGI_SLOT_IN_USER,
	MGI_SLOT_IN_AUTH,
	MGI_SLOT_OUT_HOST,
	MGI_SLOT_OUT_PORT,
	MGI_SLOT_OUT_TLS,
	MGI_SLOT_OUT_USER,
	MGI_SLOT_OUT_AUTH,
	MGI_SLOT_STORE, /* its path */
	MGI_SLOT_OWN,   /* for the reader alone: no field of an account */
	MGI_SLOTS = MGI_SLOT_OWN + 4
} mgi_slot;

/* Which servers such settings have by nature. */
typedef enum mgi_sides {
	MGI_SIDES_BOTH,
	MGI_SIDES_IN,
	MGI_SIDES_OUT
} mgi_sides;

typedef struct mgi_claim {
	const char *file;  /* that says all this */
	const char *place; /* in it, for people: "[Account1]"; NULL: all */
	const char *text[MGI_SLOTS];
	const char *key[MGI_SLOTS];  /* what it is called there */
	mailguard_protocol protocol; /* of the incoming server */
	mailguard_tls tls_in, tls_out;
	int32_t port_out; /* where none is named; 0: as usual */
	int32_t leave;    /* as in mailguard_account; -1 at first */
	mgi_sides sides;
	bool secret;
	const char *kind, *here, *client, *version; /* of the store */
} mgi_claim;

void mgi_claim_begin(mgi_claim *d, const char *file, const char *client);
/* An empty text is none. Neither is copied. */
void mgi_claim_put(mgi_claim *d,
                   mgi_slot slot,
                   const char *text,
                   const char *key);

/* What a key of settings is; a table of them ends with a row without word. */
typedef struct mgi_claim_word {
	const char *word;
	mgi_slot slot;
} mgi_claim_word;

/*
 * Take a value if `words` know its key, ASCII case ignored. Of a
 * MGI_SLOT_SECRET not a byte is copied. False for an unknown key.
 */
bool mgi_claim_take(mgi_claim *d,
                    mgi_arena *arena,
                    const mgi_claim_word *words,
                    mailguard_span key,
                    mailguard_span value);
/* "1", "yes", "true", "on" ...; -1 if it is not said, or is no such word. */
int32_t mgi_claim_flag(const mgi_claim *d, mgi_slot slot);
/* Decimal, or hexadecimal behind 0x; -1 as above, noted if it is no number. */
int64_t mgi_claim_number(mailguard_profile *p,
                         const mgi_claim *d,
                         mgi_slot slot,
                         int64_t max);
/* Is anything said of a server, a login or an address? */
bool mgi_claim_says(const mgi_claim *d);
/* The account of it; NULL, with a finding if it says anything, if none. */
mailguard_account *mgi_claim_account(mailguard_profile *p, mgi_claim *d);

/* Who said it, and findings of a place in settings. */
void mgi_claim_note(mailguard_profile *p,
                    const mgi_claim *d,
                    mgi_say_id id,
                    const char *what,
                    const char *value);
void mgi_origin_add(mailguard_profile *p, const mailguard_origin *like);

#endif
