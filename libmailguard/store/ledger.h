#ifndef MGI_LEDGER_H
#define MGI_LEDGER_H
/*
 * ledger.h - what a check keeps beyond the message under way: a manifest it
 * writes, one it compares with, one that spares it reading, and the Message-IDs
 * it has met.
 */
#include "store/again.h"
#include "store/compare.h"

#include "base/spool.h"

/* A finding of the message under way, for the manifest. */
typedef struct mgi_pending {
	char code[48];
	uint64_t offset, length, item;
	int32_t severity;
} mgi_pending;

typedef struct mgi_ledger {
	mgi_manifest_out *out;
	mgi_manifest *against, *since;
	mgi_compare *compare;
	mgi_again *again;
	mgi_spool *ids;
	mgi_pending *pending;
	size_t pending_count, pending_room;
	uint64_t gap; /* mark of the bytes before the message under way */
	bool nomem;
} mgi_ledger;

struct mailguard_check;

/* What the options ask for. */
mailguard_status mgi_ledger_open(struct mailguard_check *c,
                                 mailguard_error *err);
void mgi_ledger_close(struct mailguard_check *c);
/* A finding of the message under way, whose number from 1 is `item`. */
void mgi_ledger_note(struct mailguard_check *c, const mailguard_finding *f);
/* The message under way, with the findings noted. */
void mgi_ledger_mail(struct mailguard_check *c, const mgi_mail_record *r);
/* It could not be read. */
void mgi_ledger_lost(struct mailguard_check *c);
/* File `i` begins: what of it is known is told, and where to read on. */
mailguard_status mgi_ledger_file(struct mailguard_check *c,
                                 mgi_resume *out,
                                 size_t i,
                                 mailguard_error *err);
/* All messages were seen. */
mailguard_status mgi_ledger_settle(struct mailguard_check *c,
                                   mailguard_error *err);

#endif
