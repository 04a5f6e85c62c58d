#ifndef MGI_CUES_H
#define MGI_CUES_H
/*
 * cues.h - what looks wrong about the bytes of a part, though every parser
 * takes them: a block from elsewhere in the middle of an attachment, control
 * characters in a text, the boundary of another message.
 */
#include <mailguard/mime.h>

#include <stdbool.h>

typedef enum mgi_cue {
	MGI_CUE_BASE64_LINES, /* not all of one length */
	MGI_CUE_CONTROL,      /* characters no text has */
	MGI_CUE_BOUNDARY      /* a line like one, but none of this message */
} mgi_cue;

#define MGI_CUES 3

typedef struct mgi_cues {
	uint32_t seen;            /* 1 << mgi_cue */
	uint64_t first[MGI_CUES]; /* where, in the message */
	/* of the part under way */
	int32_t part;   /* -2 - its number once nothing more is looked for */
	uint64_t line;  /* bytes into the line */
	uint64_t every; /* length of each line but the last; 0: not known */
	unsigned char head[128]; /* of a line that an earlier piece began */
	size_t head_len;
	uint64_t head_at;
	bool ended; /* a shorter line came: it must be the last */
} mgi_cues;

/* A message begins. */
void mgi_cues_begin(mgi_cues *c);
/* Bytes of a part as they stand, at `offset` in the message. */
void mgi_cues_feed(mgi_cues *c,
                   const mailguard_part *part,
                   mailguard_span raw,
                   uint64_t offset);

#endif
