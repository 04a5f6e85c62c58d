/*
 * parser.c - the wheel of the pull parser: open parts, one event a turn.
 *
 * Every state gives one event or turns on. What is wrong with a part is told
 * before its end, so that it does not matter how the bytes were cut.
 */
#include "mime/parser.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"

#define FIELD_MAX 65536
#define HEADER_MAX 1048576
#define DEPTH_MAX 32
#define PARTS_MAX 10000

mgi_frame *mgi_parser_top(mailguard_parser *p)
{
	return &p->frames[p->depth - 1];
}

void mgi_parser_harm(mailguard_parser *p,
                     mailguard_damage_kind kind,
                     uint64_t offset)
{
	mgi_harm_add(&mgi_parser_top(p)->harm, kind, offset, 1);
}

static mailguard_status options_take(mailguard_parser_options *out,
                                     const mailguard_parser_options *in,
                                     mailguard *mg,
                                     mailguard_error *err)
{
	mailguard_status st;

	st = mgi_options_copy(out, sizeof(*out), in, mg, err);
	if (!out->field_max)
		out->field_max = FIELD_MAX;
	if (!out->header_max)
		out->header_max = HEADER_MAX;
	if (!out->depth_max)
		out->depth_max = DEPTH_MAX;
	if (!out->parts_max)
		out->parts_max = PARTS_MAX;
	return st;
}

static void buffers_each(mailguard_parser *p,
                         void (*with)(mailguard_buffer *b, mailguard *mg))
{
	mailguard_buffer *all[] = { &p->field,       &p->type,  &p->encoding,
		                    &p->disposition, &p->id,    &p->decoded,
		                    &p->in.carry,    &p->in.own };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		with(all[i], p->mg);
}

static void buffer_done(mailguard_buffer *b, mailguard *mg)
{
	(void)mg;
	mgi_buf_done(b);
}

static void buffer_empty(mailguard_buffer *b, mailguard *mg)
{
	(void)mg;
	mgi_buf_cut(b, 0);
	b->failed = MAILGUARD_OK;
}

void mgi_parser_again(mailguard_parser *p)
{
	buffers_each(p, buffer_empty);
	mgi_input_again(&p->in);
	mgi_arena_empty(p->kept);
	memset(&p->state, 0,
	       offsetof(mailguard_parser, uu) -
	               offsetof(mailguard_parser, state));
}

static mailguard_parser *parser_make(mailguard *mg,
                                     const mailguard_parser_options *opts,
                                     mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mailguard_parser *p;

	p = arena ? mgi_arena_alloc(arena, sizeof(*p)) : NULL;
	if (!p) {
		mgi_arena_free(arena);
		(void)mgi_fail_nomem(err);
		return NULL;
	}
	p->mg = mg;
	p->arena = arena;
	p->opts = *opts;
	buffers_each(p, mgi_buf_init);
	p->kept = mgi_arena_new(mg);
	/* Each is filled when its part begins. */
	p->frames = mgi_resize(
		mg, NULL, ((size_t)opts->depth_max + 2) * sizeof(*p->frames));
	if (!p->kept || !p->frames) {
		mailguard_parser_free(p);
		(void)mgi_fail_nomem(err);
		return NULL;
	}
	return p;
}

mailguard_status mailguard_parser_new(mailguard_parser **out,
                                      mailguard *mg,
                                      mailguard_source *source,
                                      const mailguard_parser_options *opts,
                                      mailguard_error *err)
{
	mailguard_parser_options own;
	mailguard_parser *p;
	mailguard_status st;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	st = options_take(&own, opts, mg, err);
	if (st < 0)
		return st;
	p = parser_make(mg, &own, err);
	if (!p)
		return MAILGUARD_ENOMEM;
	if (source) {
		st = mailguard_source_open(&p->stream, source, err);
		if (st < 0) {
			mailguard_parser_free(p);
			return st;
		}
		p->source = mailguard_source_ref(source);
	}
	*out = p;
	return MAILGUARD_OK;
}

void mailguard_parser_free(mailguard_parser *p)
{
	if (!p)
		return;
	buffers_each(p, buffer_done);
	mgi_free(p->mg, p->parts);
	mgi_free(p->mg, p->frames);
	mailguard_stream_free(p->stream);
	mailguard_source_free(p->source);
	mgi_arena_free(p->kept);
	mgi_arena_free(p->arena);
}

static mailguard_status feed(mailguard_parser *p, mailguard_span bytes)
{
	p->asked = false;
	p->hold_near = false;
	return mgi_input_feed(&p->in, bytes);
}

mailguard_status mailguard_parser_feed(mailguard_parser *p,
                                       mailguard_span bytes,
                                       mailguard_error *err)
{
	bool fresh = !p->part_count && !p->in.piece.len && !p->in.last;

	if (p->stream || !(p->asked || fresh))
		return mgi_fail(err, p->mg, MAILGUARD_EINVAL,
		                MGI_SAY_PARSER_NOT_ASKED);
	if (feed(p, bytes) < 0)
		return mgi_fail_nomem(err);
	return MAILGUARD_OK;
}

/* The rest of what was fed, or the next of the source. */
static mailguard_status feed_self(mailguard_parser *p, mailguard_error *err)
{
	mailguard_span piece;
	mailguard_status st = mgi_input_more(&p->in);

	p->hold_near = false;
	if (st < 0)
		return mgi_fail_nomem(err);
	if (st == MAILGUARD_OK)
		return MAILGUARD_ITEROVER;
	if (!p->stream)
		return MAILGUARD_AGAIN;
	st = mailguard_stream_next(&piece, p->stream, err);

	if (st == MAILGUARD_ITEROVER)
		piece.len = 0;
	else if (st < 0)
		return st;
	else if (!piece.len)
		return MAILGUARD_ITEROVER;
	if (feed(p, piece) < 0)
		return mgi_fail_nomem(err);
	return MAILGUARD_ITEROVER;
}

/* -- the end of parts ------------------------------------------------------ */

/* What the decoder still has to say. */
static mailguard_status end_transfer(mailguard_parser *p, mailguard_error *err)
{
	mgi_frame *top = mgi_parser_top(p);

	p->transfer_open = false;
	mgi_buf_cut(&p->decoded, 0);
	mgi_transfer_end(&p->decoded, &p->transfer);
	mgi_harm_move(&top->harm, &p->transfer.harm, top->part->body);
	if (mgi_buf_status(&p->decoded, err) < 0)
		return MAILGUARD_ENOMEM;
	if (!p->decoded.len)
		return MAILGUARD_ITEROVER;
	p->event.kind = MAILGUARD_PARSER_BODY;
	p->event.offset = p->end;
	p->event.data = mgi_buf_span(&p->decoded);
	if (p->sniffing)
		(p->escaped ? mgi_label_feed : mgi_sniff_feed)(&p->sniff,
		                                               p->event.data);
	top->part->size += p->decoded.len;
	return MAILGUARD_OK;
}

/* In which charset is the text, and is it what it says? */
static void judge_text(mailguard_parser *p, mgi_frame *f)
{
	mgi_choice c =
		mgi_label_choose(mgi_span_of(f->part->charset), &p->sniff);
	uint64_t bad = f->part->body;

	p->sniffing = false;
	f->part->read_as = mgi_charset_name(c.cs);
	if (c.kind)
		mgi_parser_harm(p, c.kind, f->part->body);
	if (f->part->encoding < MAILGUARD_ENCODING_BASE64)
		bad += c.bad_at;
	mgi_harm_add(&f->harm, MAILGUARD_DAMAGE_BAD_TEXT, bad, c.bad);
}

static void judge_end(mailguard_parser *p, mgi_frame *f)
{

	bool told = f->lost && !f->any; /* that there are no parts */

	if (f->part->flags & MAILGUARD_PART_MULTIPART && !f->closed && !told)
		mgi_parser_harm(p,
		                f->any ? MAILGUARD_DAMAGE_UNCLOSED
		                       : MAILGUARD_DAMAGE_NO_PARTS,
		                p->end);
	if (p->sniffing)
		judge_text(p, f);
	f->closed = true;
	mgi_look_end(&p->look, &f->harm, p->end);
	f->part->end = p->end > f->part->body ? p->end : f->part->body;
}

/* A file in a text is told when the text ends. ITEROVER: they all were. */
static mailguard_status tell_file(mailguard_parser *p)
{
	static const int32_t kinds[] = { MAILGUARD_PARSER_PART_BEGIN,
		                         MAILGUARD_PARSER_HEADERS_END,
		                         MAILGUARD_PARSER_PART_END };

	if (p->uu_next == p->part_count)
		return MAILGUARD_ITEROVER;
	p->event.part = p->parts[p->uu_next];
	p->event.kind = kinds[p->uu_step];
	p->event.offset =
		p->uu_step < 2 ? p->event.part->offset : p->event.part->end;
	p->uu_step = (p->uu_step + 1) % 3;
	p->uu_next += !p->uu_step;
	return MAILGUARD_OK;
}

static mailguard_status end_files(mailguard_parser *p, mailguard_error *err)
{
	mgi_harm *harm = &mgi_parser_top(p)->harm;

	if (p->uu_looking && mgi_uu_end(&p->uu, harm, p->end) &&
	    mgi_part_uufile(p, err) < 0)
		return MAILGUARD_ENOMEM;
	p->uu_looking = false;
	return tell_file(p);
}

/* One event about the top part, which ends. */
static mailguard_status end_part(mailguard_parser *p, mailguard_error *err)
{
	mgi_frame *top = mgi_parser_top(p);
	mailguard_status st;

	if (p->transfer_open) {
		st = end_transfer(p, err);
		if (st != MAILGUARD_ITEROVER)
			return st;
	}
	st = end_files(p, err);
	if (st != MAILGUARD_ITEROVER)
		return st;
	if (!p->judged)
		judge_end(p, top);
	p->judged = true;
	p->event.offset = top->part->end;
	if (mgi_harm_take(&p->event.damage, &top->harm)) {
		p->event.kind = MAILGUARD_PARSER_DAMAGE;
		p->event.offset = p->event.damage.offset;
		p->event.damage.part = top->part->number;
		return MAILGUARD_OK;
	}
	p->event.kind = MAILGUARD_PARSER_PART_END;
	p->depth--;
	p->judged = false;
	return MAILGUARD_OK;
}

/* -- the wheel ------------------------------------------------------------- */

/* A boundary right behind another one: there is no part between them. */
static mailguard_status is_doubled(bool *out, mailguard_parser *p)
{
	mailguard_span line;
	mailguard_status st;
	bool closing;

	*out = false;
	if (!p->depth ||
	    !(mgi_parser_top(p)->part->flags & MAILGUARD_PART_MULTIPART))
		return MAILGUARD_OK;
	st = mgi_input_line(&line, &p->in, MGI_DELIMITER_MAX);
	if (st == MAILGUARD_OK)
		*out = mgi_parser_delimiter(&closing, p, line) >= 0;
	return st == MAILGUARD_ITEROVER ? MAILGUARD_OK : st;
}

static mailguard_status begin_part(mailguard_parser *p, mailguard_error *err)
{
	mailguard_status st;
	bool doubled;

	/* So that an empty mail is one part, however it is fed. */
	if (!mgi_input_rest(&p->in).len && !p->in.last)
		return MAILGUARD_AGAIN;
	st = is_doubled(&doubled, p);
	if (st != MAILGUARD_OK)
		return st < 0 ? mgi_fail_nomem(err) : st;
	if (doubled) {
		p->state = MGI_PARSER_BODY;
		return MAILGUARD_ITEROVER;
	}
	st = mgi_part_begin(p, err);
	if (st < 0)
		return st;
	p->event.part = mgi_parser_top(p)->part;
	p->event.kind = MAILGUARD_PARSER_PART_BEGIN;
	p->state = MGI_PARSER_HEAD;
	return MAILGUARD_OK;
}

static mailguard_status end_header(mailguard_parser *p, mailguard_error *err)
{
	mailguard_status st = mgi_part_known(p, err);

	if (st < 0)
		return st;
	p->event.kind = MAILGUARD_PARSER_HEADERS_END;
	p->at_line = true;
	p->hold_len = 0;
	memset(&p->look, 0, sizeof(p->look));
	p->state = p->event.part->flags & MAILGUARD_PART_MESSAGE
	                   ? MGI_PARSER_BEGIN
	                   : MGI_PARSER_BODY;
	return MAILGUARD_OK;
}

static mailguard_status turn(mailguard_parser *p, mailguard_error *err)
{
	if (p->depth > p->keep)
		return end_part(p, err);
	switch (p->state) {
	case MGI_PARSER_BEGIN:
		return begin_part(p, err);
	case MGI_PARSER_HEAD:
		return mgi_parser_head(p, err);
	case MGI_PARSER_HEAD_END:
		return end_header(p, err);
	case MGI_PARSER_BODY:
		return mgi_parser_body(p, err);
	case MGI_PARSER_END:
		p->event.kind = MAILGUARD_PARSER_END;
		p->state = MGI_PARSER_OVER;
		return MAILGUARD_OK;
	case MGI_PARSER_OVER:
		break;
	}
	return MAILGUARD_ITEROVER;
}

mailguard_status mailguard_parser_next(const mailguard_parser_event **out,
                                       mailguard_parser *p,
                                       mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	if (p->failed) {
		if (err)
			*err = p->error;
		return p->failed;
	}
	do {
		memset(&p->event, 0, sizeof(p->event));
		p->event.offset = p->in.offset;
		if (p->depth)
			p->event.part = mgi_parser_top(p)->part;
		st = turn(p, &p->error);
		if (st == MAILGUARD_AGAIN)
			st = feed_self(p, &p->error);
	} while (st == MAILGUARD_ITEROVER && p->state != MGI_PARSER_OVER);

	p->asked = st == MAILGUARD_AGAIN;
	if (st < 0) {
		p->failed = st;
		if (err)
			*err = p->error;
	}
	if (st == MAILGUARD_OK)
		*out = &p->event;
	return st;
}

const mailguard_part *mailguard_parser_part(const mailguard_parser *p, size_t i)
{
	return i < p->part_count ? p->parts[i] : NULL;
}
