#ifndef MGI_REPLY_H
#define MGI_REPLY_H
/*
 * reply.h - what the readers of SMTP, IMAP and POP3 answers share: the bytes
 * as a row of lines with limits, and the words in brackets.
 */
#include "base/text.h"

#include <mailguard/proto.h>

/* The bytes and how far they are read. No limits: who finds the end of an
 * answer keeps them. */
typedef struct mgi_reply_in {
	mailguard_span bytes;
	size_t at;
	uint32_t flags; /* of mailguard_reply_parse() */
	uint32_t odd, lines;
} mgi_reply_in;

/* The next line without its end. OK or AGAIN. With MAILGUARD_REPLY_LAST an
 * unfinished line is one too, once. */
mailguard_status mgi_reply_line(mailguard_span *line, mgi_reply_in *in);
/* The next `n` bytes, whatever they are: a literal. OK or AGAIN. */
mailguard_status mgi_reply_skip(mgi_reply_in *in, uint64_t n);

/* Find where the answer ends, going on from `*p`. OK, AGAIN or ELIMIT. */
mailguard_status mgi_reply_find_end(size_t *end,
                                    mailguard_reply_progress *p,
                                    const mailguard_reply *r,
                                    const mgi_reply_in *in,
                                    mailguard_error *err);

/* Does the answer go on behind this line? `*literal` is how many bytes come
 * before the next one. `state` is 0 for the first line and then theirs. */
bool mgi_smtp_goes_on(mailguard_span line);
bool mgi_imap_goes_on(uint64_t *literal, uint32_t *state, mailguard_span line);
bool mgi_pop3_goes_on(uint32_t *state, uint32_t flags, mailguard_span line);

/* Each reads one answer and sets all but `size`, `protocol`, `odd`, `lines`
 * and `whole`. OK or AGAIN. */
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
