#ifndef MGI_PARSER_H
#define MGI_PARSER_H
/*
 * parser.h - the parser's insides: parser.c turns the wheel, head.c reads
 * header fields, body.c finds where parts end, part.c knows what a part is.
 */
#include <mailguard/mime.h>

#include "mime/harm.h"
#include "mime/input.h"
#include "mime/label.h"
#include "mime/transfer.h"
#include "mime/uufile.h"

#define MGI_DELIMITER_MAX 1024           /* a longer line is none */
#define MGI_DECODE_PIECE ((size_t)65536) /* raw bytes decoded at once */

/* A part that is open. */
typedef struct mgi_frame {
	mailguard_part *part;
	mailguard_span boundary; /* of a multipart */
	mailguard_span guess;    /* what its first line has instead */
	bool lost;               /* it names none */
	bool closed;             /* its last boundary came */
	bool any;                /* a boundary came */
	mgi_harm harm;
} mgi_frame;

/* Line ends and odd bytes of a body so far. */
typedef struct mgi_look {
	uint64_t lf;
	unsigned char last;
	bool first_crlf; /* how the first line ended */
	bool seven;      /* no byte may be above 127 */
} mgi_look;

typedef enum mgi_parser_state {
	MGI_PARSER_BEGIN, /* a part */
	MGI_PARSER_HEAD,
	MGI_PARSER_HEAD_END,
	MGI_PARSER_BODY,
	MGI_PARSER_END,
	MGI_PARSER_OVER
} mgi_parser_state;

struct mailguard_parser {
	mailguard *mg;
	mgi_arena *arena; /* of itself */
	mgi_arena *kept;  /* of the message under way */
	mailguard_parser_options opts;
	mailguard_source *source;
	mailguard_stream *stream;
	mgi_input in;
	mailguard_part **parts;
	size_t part_cap;
	mgi_frame *frames; /* depth_max + 2 of them */
	mailguard_buffer field;
	mailguard_buffer type, encoding, disposition, id; /* values */
	mailguard_buffer decoded;

	/* All from here on is cleared before another message. */
	mgi_parser_state state;
	mailguard_status failed; /* final */
	mailguard_error error;
	mailguard_parser_event event;
	size_t part_count;
	size_t depth; /* frames that are open */
	size_t keep;  /* parts above this many are closed first */
	uint64_t end; /* where they end */
	bool judged;  /* the part that ends was */
	bool asked;   /* AGAIN was said */

	/* header */
	bool field_bad, field_told, field_cut;
	bool line_open; /* its last line has no LF yet */
	uint64_t field_at;
	uint64_t header_bytes;
	size_t fields;
	size_t run;       /* lines of what is no field */
	uint64_t skipped; /* before the first field */

	/* body */
	char hold[2];   /* a line end that may be a boundary's */
	char told[2];   /* one that was none */
	bool at_line;   /* at the beginning of one */
	bool hold_near; /* it stands right before what comes next */
	bool transfer_open;
	bool sniffing; /* it is text that is decoded */
	bool escaped;  /* ... whose label an escape in it is enough to prove */
	size_t hold_len;
	uint64_t near_at; /* the last line that is nearly a boundary */
	mgi_look look;
	bool uu_looking; /* it is text as it stands */
	int uu_step;     /* what is told of the next file found in it, */
	size_t uu_next;  /* ... which is this part */

	/* ... up to here: these begin with each part. */
	mgi_uu uu;
	mgi_transfer transfer;
	mgi_sniff sniff;
};

/*
 * Before the next message, which is fed. It must have no source; parts and
 * events of the message before are gone.
 */
void mgi_parser_again(mailguard_parser *p);
mgi_frame *mgi_parser_top(mailguard_parser *p);
void mgi_parser_harm(mailguard_parser *p,
                     mailguard_damage_kind kind,
                     uint64_t offset);
/* OK: an event is in p->event. ITEROVER: none yet, turn on. */
mailguard_status mgi_parser_head(mailguard_parser *p, mailguard_error *err);
mailguard_status mgi_parser_body(mailguard_parser *p, mailguard_error *err);
/* Is the line a boundary? The frame it belongs to, or -1. */
int mgi_parser_delimiter(bool *closing,
                         const mailguard_parser *p,
                         mailguard_span line);
/* A new part in the top frame. */
mailguard_status mgi_part_begin(mailguard_parser *p, mailguard_error *err);
/* Its header is read: what is it? */
mailguard_status mgi_part_known(mailguard_parser *p, mailguard_error *err);
/* A part for a file of uuencode in the text of the top frame. */
mailguard_status mgi_part_uufile(mailguard_parser *p, mailguard_error *err);
/* Which of these bytes are anywhere in it? */
#define MGI_LOOK_ZERO 1
#define MGI_LOOK_CR 2
#define MGI_LOOK_HIGH 0x80
uint8_t mgi_look_odd(mailguard_span s);
/* Look through body bytes, the first of them at `offset`. */
void mgi_look_at(mgi_look *l,
                 mgi_harm *harm,
                 mailguard_span s,
                 uint64_t offset);
/* The body ended. */
void mgi_look_end(mgi_look *l, mgi_harm *harm, uint64_t offset);

#endif
