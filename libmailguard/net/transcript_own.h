#ifndef MGI_TRANSCRIPT_OWN_H
#define MGI_TRANSCRIPT_OWN_H
/*
 * transcript_own.h - what a transcript is made of; for the recorder and those
 * who read it, write it and make it again.
 */
#include <stdatomic.h>

#include "base/mem.h"
#include "net/transcript.h"

/* A list that grows; its memory is the handle's. */
typedef struct mgi_list {
	void *at;
	size_t count, room;
} mgi_list;

struct mailguard_transcript {
	mgi_arena *arena; /* of all strings */
	atomic_uint holders;
	mailguard_endpoint endpoint;
	const char *address;
	mailguard_time begin;
	mailguard_phase reached;
	bool has_tls;
	mailguard_tls_facts tls;
	mgi_list steps, certificates, faults, records;
	mailguard_buffer body;
};

/* "ECONNRESET"; NULL for one that has no name here. */
const char *mgi_errno_name(int sys);
/* Its number; 0 if there is none. */
int mgi_errno_find(mailguard_span name);
/* "not-offered"; "unknown". */
const char *mgi_note_name(mailguard_note note);
/* -1 if there is none. */
mailguard_note mgi_note_find(mailguard_span name);
/* "match"; "unknown". */
const char *mgi_dane_name(mailguard_dane dane);
/* -1 if there is none. */
mailguard_dane mgi_dane_find(mailguard_span name);
/* The kind of mailguard_reply_kind_name(); -1 if there is none. */
mailguard_reply_kind mgi_answer_find(mailguard_span name);

#endif
