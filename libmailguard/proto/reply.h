#ifndef MGI_REPLY_H
#define MGI_REPLY_H
/*
 * reply.h - what the readers of SMTP, IMAP and POP3 answers share: the bytes
 * as a row of lines with limits, and the words in brackets.
 */
#include "base/text.h"

#include <mailguard/proto.h>

/* The bytes and how far they are read. */
typedef struct mgi_reply_in {
	mailguard_span bytes;
	size_t at;
	size_t line_max;
	uint32_t flags; /* of mailguard_reply_parse() */
	uint32_t odd, lines;
	mailguard_error *err;
} mgi_reply_in;

/* The next line without its end. OK, AGAIN or ELIMIT. With
 * MAILGUARD_REPLY_LAST an unfinished line is one too, once. */
mailguard_status mgi_reply_line(mailguard_span *line, mgi_reply_in *in);
/* The next `n` bytes, whatever they are: a literal. OK, AGAIN or ELIMIT. */
mailguard_status mgi_reply_skip(mgi_reply_in *in, uint64_t n);

/* Each reads one answer and sets all but `size`, `protocol`, `odd`, `lines`
 * and `whole`. OK, AGAIN or ELIMIT. */
mailguard_status mgi_reply_smtp(mailguard_reply *r, mgi_reply_in *in);
mailguard_status mgi_reply_imap(mailguard_reply *r, mgi_reply_in *in);
mailguard_status mgi_reply_pop3(mailguard_reply *r, mgi_reply_in *in);

/* A line that is no answer. */
void mgi_reply_garbage(mailguard_reply *r, mailguard_span line);
/* What stands between brackets, into `word` and `argument`. */
void mgi_reply_word(mailguard_reply *r, mailguard_span inside);
/* Of a refusal, by its `word`: TEMPORARY or PERMANENT. */
mailguard_reply_kind mgi_reply_refusal(mailguard_protocol protocol,
                                       mailguard_span word);
/* The first run of bytes that are no space, and `rest` behind the spaces. */
mailguard_span mgi_reply_token(mailguard_span *rest);

/* One line of SMTP taken apart; false if it does not begin with a code. */
typedef struct mgi_smtp_line {
	mailguard_span text;
	int32_t code;
	bool more, no_space;
} mgi_smtp_line;

bool mgi_smtp_line_read(mgi_smtp_line *out, mailguard_span line);

#endif
