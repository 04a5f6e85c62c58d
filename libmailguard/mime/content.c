/*
 * content.c - what is in a part: its decoded bytes as a source, and text.
 */
#include "mime/message.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/source.h"
#include "base/text.h"
#include "mime/lex.h"
#include "mime/parser.h"
#include "mime/transfer.h"

/* -- decoded bytes --------------------------------------------------------- */

typedef struct bytes_of {
	mailguard_message *msg;
	const mailguard_part *part;
} bytes_of;

typedef struct reader {
	mailguard *mg;
	const mailguard_part *part;
	mailguard_stream *stream;
	mailguard_span piece; /* of the part, not decoded yet */
	uint64_t at;          /* in the message, behind `piece` */
	bool plain, ended;
	bool cr; /* lines end in CR, and are read as if in LF */
	mailguard_buffer turned;
	mgi_transfer transfer;
	mailguard_buffer out;
} reader;

static mailguard_status part_open(void **state,
                                  void *self,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	const bytes_of *b = self;
	reader *r = mgi_arena_alloc(arena, sizeof(*r));
	uint32_t inner = MAILGUARD_PART_MULTIPART | MAILGUARD_PART_MESSAGE;

	if (!r)
		return mgi_fail_nomem(err);
	r->mg = mgi_arena_handle(arena);
	r->part = b->part;
	r->plain = b->part->flags & inner ||
	           b->part->encoding < MAILGUARD_ENCODING_BASE64 ||
	           b->part->encoding > MAILGUARD_ENCODING_UU;
	mgi_transfer_begin(&r->transfer, b->part->encoding);
	mgi_buf_init(&r->out, r->mg);
	mgi_buf_init(&r->turned, r->mg);
	r->cr = b->msg->parser->in.cr && !(b->part->flags & inner);
	*state = r;
	return mailguard_source_open(&r->stream, b->msg->source, err);
}

/* The next bytes of the message that belong to the part. */
static mailguard_status fill(reader *r, mailguard_error *err)
{
	mailguard_span s;
	mailguard_status st;

	while (r->at < r->part->end) {
		uint64_t before = r->at, skip;

		st = mailguard_stream_next(&s, r->stream, err);
		if (st != MAILGUARD_OK)
			return st;
		r->at += s.len;
		if (r->at <= r->part->body)
			continue;
		if (r->at > r->part->end)
			s.len -= (size_t)(r->at - r->part->end);
		skip = before < r->part->body ? r->part->body - before : 0;
		r->piece = mgi_span_from(s, (size_t)skip);
		if (r->piece.len)
			return MAILGUARD_OK;
	}
	return MAILGUARD_ITEROVER;
}

/* The next 64 KiB of them. */
static mailguard_status next_raw(mailguard_span *out,
                                 reader *r,
                                 mailguard_error *err)
{
	mailguard_status st = r->piece.len ? MAILGUARD_OK : fill(r, err);

	if (st != MAILGUARD_OK)
		return st;
	*out = mgi_span_head(r->piece, 65536);
	r->piece = mgi_span_from(r->piece, out->len);
	if (!r->cr)
		return MAILGUARD_OK;
	mgi_buf_cut(&r->turned, 0);
	mgi_input_turn(&r->turned, *out);
	*out = mgi_buf_span(&r->turned);
	return mgi_buf_status(&r->turned, err);
}

static mailguard_status part_next(mailguard_span *out,
                                  void *state,
                                  mailguard_error *err)
{
	reader *r = state;
	mailguard_status st;

	for (;;) {
		st = next_raw(out, r, err);
		if (st < 0 || r->plain || r->ended)
			return st;
		mgi_buf_cut(&r->out, 0);
		if (st == MAILGUARD_OK)
			mgi_transfer_feed(&r->out, &r->transfer, *out);
		else
			mgi_transfer_end(&r->out, &r->transfer);
		r->ended = st == MAILGUARD_ITEROVER;
		st = mgi_buf_status(&r->out, err);
		*out = mgi_buf_span(&r->out);
		if (st < 0 || out->len)
			return st;
	}
}

static void part_close(void *state)
{
	reader *r = state;

	mailguard_stream_free(r->stream);
	mgi_buf_done(&r->out);
	mgi_buf_done(&r->turned);
}

static void part_release(void *self)
{
	bytes_of *b = self;
	mailguard_message *msg = b->msg;

	mgi_free(msg->mg, b);
	mailguard_message_free(msg);
}

static const mgi_source_kind part_kind = { part_open, part_next, part_close,
	                                   part_release };

mailguard_status mailguard_message_part_source(mailguard_source **out,
                                               mailguard_message *msg,
                                               int32_t number,
                                               mailguard_error *err)
{
	const mailguard_part *part;
	mailguard_status st;
	bytes_of *b;

	*out = NULL;
	st = mgi_message_part(&part, msg, number, err);
	if (st < 0)
		return st;
	b = mgi_alloc(msg->mg, sizeof(*b));
	if (!b)
		return mgi_fail_nomem(err);
	b->msg = msg;
	b->part = part;
	st = mgi_source_new(out, msg->mg, &part_kind, b, err);
	if (st < 0)
		mgi_free(msg->mg, b);
	else
		mailguard_message_ref(msg);
	return st;
}

/* -- text ------------------------------------------------------------------ */

static mailguard_status read_text(mailguard_buffer *to,
                                  mailguard_source *source,
                                  mailguard_error *err)
{
	mailguard_stream *stream;
	mailguard_status st;
	mailguard_span s;

	st = mailguard_source_open(&stream, source, err);
	if (st < 0)
		return st;
	while (to->len < MAILGUARD_TEXT_MAX &&
	       (st = mailguard_stream_next(&s, stream, err)) == MAILGUARD_OK)
		mgi_buf_add(to, s.data,
		            mgi_span_head(s, MAILGUARD_TEXT_MAX - to->len).len);
	mailguard_stream_free(stream);
	return st < 0 ? st : mgi_buf_status(to, err);
}

/* CRLF and lone CR become LF. */
static void put_lines(mailguard_buffer *out, size_t from)
{
	size_t i, n = from;

	for (i = from; i < out->len; i++) {
		if (out->at[i] != '\r')
			out->at[n++] = out->at[i];
		else if (i + 1 == out->len || out->at[i + 1] != '\n')
			out->at[n++] = '\n';
	}
	mgi_buf_cut(out, n);
}

/* A file in a text of another part? */
static bool is_file_in(const mailguard_part *part, const mailguard_part *text)
{
	return part->parent == text->number &&
	       text->flags & MAILGUARD_PART_TEXT;
}

/* What was told as a part of its own; a text with files is not encoded. */
static void drop_files(mailguard_buffer *bytes,
                       const mailguard_message *msg,
                       const mailguard_part *text)
{
	const mailguard_part *part;
	size_t i = (size_t)text->number + 1, from, to, gone = 0;

	for (; (part = mailguard_message_part(msg, i)) != NULL; i++) {
		if (!is_file_in(part, text))
			break;
		from = (size_t)(part->offset - text->body) - gone;
		to = (size_t)(part->end - text->body) - gone;
		if (to > bytes->len)
			to = bytes->len;
		if (from >= to)
			break;
		memmove(bytes->at + from, bytes->at + to, bytes->len - to);
		mgi_buf_cut(bytes, bytes->len - (to - from));
		gone += to - from;
	}
}

/* What is no text has not been looked at yet. */
static mailguard_status decode(mailguard_buffer *out,
                               const mailguard_part *part,
                               mailguard_span bytes,
                               mailguard_error *err)
{
	const mgi_charset *cs = mgi_charset_find(mgi_span_of(part->read_as));

	if (cs)
		return mgi_text_as(out, cs, bytes, err);
	return mgi_text_labelled(out, mgi_span_of(part->charset), bytes, NULL,
	                         err);
}

mailguard_status mailguard_message_part_text(mailguard_buffer *out,
                                             mailguard_message *msg,
                                             int32_t number,
                                             mailguard_error *err)
{
	size_t before = out->len;
	const mailguard_part *part;
	mailguard_source *source;
	mailguard_buffer bytes;
	mailguard_status st;

	st = mgi_message_part(&part, msg, number, err);
	if (st == MAILGUARD_OK)
		st = mailguard_message_part_source(&source, msg, number, err);
	if (st != MAILGUARD_OK)
		return st;
	mgi_buf_init(&bytes, msg->mg);
	st = read_text(&bytes, source, err);
	drop_files(&bytes, msg, part);
	if (st == MAILGUARD_OK)
		st = decode(out, part, mgi_buf_span(&bytes), err);
	if (st == MAILGUARD_OK)
		put_lines(out, before);
	mgi_buf_done(&bytes);
	mailguard_source_free(source);
	return st;
}

/* The first part of that type that is to be read; -1 if there is none. */
static int32_t find_text(const mailguard_message *msg, const char *type)
{
	const mailguard_part *part = mailguard_message_part(msg, 0);
	size_t i;

	for (i = 1; part; i++) {
		if (strcmp(part->type, type) == 0 &&
		    !(part->flags & MAILGUARD_PART_ATTACHMENT))
			return part->number;
		part = mailguard_message_part(msg, i);
	}
	return -1;
}

mailguard_status mailguard_message_text(mailguard_buffer *out,
                                        mailguard_message *msg,
                                        mailguard_error *err)
{
	int32_t number = find_text(msg, "text/plain");

	if (number < 0)
		number = find_text(msg, "text/html");
	/* Parts that were not found are text to be read all the same. */
	if (number < 0 && !mailguard_message_part(msg, 1) &&
	    mgi_span_starts(mgi_span_of(mailguard_message_part(msg, 0)->type),
	                    "multipart/"))
		number = 0;
	if (number < 0)
		return MAILGUARD_ITEROVER;
	return mailguard_message_part_text(out, msg, number, err);
}
