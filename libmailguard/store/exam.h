#ifndef MGI_EXAM_H
#define MGI_EXAM_H
/*
 * exam.h - what one message shows while its bytes pass once: damage, dates,
 * its id, attachments and, if asked, its digests.
 */
#include "base/buf.h"

#include "mime/digest.h"
#include "store/cues.h"

#include <mailguard/mime.h>

#define MGI_EXAM_ID_MAX 250 /* of a Message-ID that is kept */

typedef struct mgi_exam {
	mailguard *mg;
	bool decode; /* parts, to see where their text breaks off */
	bool hashed; /* sha256 and mg1 are wanted */
	bool counts; /* line ends without a CR are counted */
	mailguard_parser *parser;
	mgi_digest *digest;
	mailguard_status st;
	mailguard_error error;

	/* What was seen; valid until the next mgi_exam_begin(). */
	mailguard_damage *damages;
	size_t damage_count, damage_room;
	uint64_t size, attachments;
	uint64_t lone; /* line ends without a CR */
	bool cr;
	bool tnef; /* a part may be a winmail.dat */
	mailguard_time date, arrived;
	char id[MGI_EXAM_ID_MAX + 1]; /* "" if it has none */
	mgi_digests digests;
	mgi_cues cues;
} mgi_exam;

void mgi_exam_init(mgi_exam *e, mailguard *mg, bool decode, bool hashed);
void mgi_exam_done(mgi_exam *e);
void mgi_exam_begin(mgi_exam *e);
/* A failure is remembered and told by mgi_exam_end(). */
void mgi_exam_feed(mgi_exam *e, mailguard_span bytes);
mailguard_status mgi_exam_end(mgi_exam *e, mailguard_error *err);
/* Was there damage of that kind? */
bool mgi_exam_has(const mgi_exam *e, mailguard_damage_kind kind);

#endif
