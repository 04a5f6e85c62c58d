#ifndef MGI_SESSION_READ_H
#define MGI_SESSION_READ_H
/*
 * session_read.h - a recorded session while it is read: one line at a time,
 * into a recorder.
 */
#include "base/fail.h"
#include "net/session.h"

/* What the lines that follow belong to. */
typedef enum mgi_session_part {
	MGI_PART_HEAD,
	MGI_PART_STEP,
	MGI_PART_TLS,
	MGI_PART_CERTIFICATE,
	MGI_PART_BODY,
	MGI_PARTS
} mgi_session_part;

typedef struct mgi_session_in {
	mailguard *mg;
	mailguard_error *err;
	mgi_arena *scratch; /* of every string below */
	mgi_script *script; /* NULL while the head is read */
	uint64_t line;
	mgi_session_part part;
	uint32_t seen; /* keys of this part, a bit each */
	/* head */
	mailguard_endpoint to;
	const char *address;
	mailguard_time begin;
	mailguard_phase reached;
	/* the part that is open */
	mailguard_step step;
	mailguard_buffer said, heard;
	bool counted_said, counted_heard; /* the step told its bytes */
	mailguard_tls_facts tls;
	mailguard_certificate certificate;
	uint32_t steps, handshakes, certificates, faults, records, bodies;
} mgi_session_in;

/* Each reads the value behind one key; false if it is not valid. What may
 * fail otherwise is remembered by the arena or the buffers. */
bool mgi_session_step(mgi_session_in *in, mailguard_span value);
bool mgi_session_tls(mgi_session_in *in, mailguard_span value);
bool mgi_session_fault(mgi_session_in *in, mailguard_span value);
bool mgi_session_record(mgi_session_in *in, mailguard_span value);
/* One "key: value" inside of a part. OK or EFORMAT. */
mailguard_status mgi_session_key(mgi_session_in *in,
                                 mailguard_span key,
                                 mailguard_span value);

/* The error of this line. */
mailguard_status mgi_session_bad(mgi_session_in *in,
                                 mgi_say_id why,
                                 mailguard_span key);
/* Unescaped, in the scratch arena; NULL if it is not valid as a string. */
const char *mgi_session_string(mgi_session_in *in, mailguard_span value);
/* All of `s` as a number in these bounds. */
bool mgi_session_number(int64_t *out,
                        mailguard_span s,
                        int64_t least,
                        int64_t most);
/* The next word, and `rest` behind the spaces that follow. */
mailguard_span mgi_session_word(mailguard_span *rest);

#endif
