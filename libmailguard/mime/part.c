/*
 * part.c - what a part is, by its header (RFC 2045, 2046, 2183).
 */
#include "mime/parser.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "mime/lex.h"

/* Longer ones are cut, so that many parts cannot fill the memory. */
#define TYPE_MAX 127
#define NAME_MAX_BYTES 1024
#define BOUNDARY_MAX 998

static bool grow(mailguard_parser *p)
{
	size_t cap = p->part_cap ? p->part_cap * 2 : 8;
	mailguard_part **parts;

	if (p->part_count < p->part_cap)
		return true;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	parts = mgi_resize(p->mg, p->parts, cap * sizeof(*parts));
	if (!parts)
		return false;
	p->parts = parts;
	p->part_cap = cap;
	return true;
}

/* A new one within the top frame's; NULL: no memory. */
static mailguard_part *add(mailguard_parser *p)
{
	mailguard_part *part = mgi_arena_alloc(p->kept, sizeof(*part));

	if (!part || !grow(p))
		return NULL;
	part->number = (int32_t)p->part_count;
	part->parent = p->depth ? p->frames[p->depth - 1].part->number : -1;
	part->depth = (int32_t)p->depth;
	part->offset = part->body = part->end = p->in.offset;
	part->type = part->charset = part->name = "";
	part->id = part->disposition = part->read_as = "";
	p->parts[p->part_count++] = part;
	return part;
}

mailguard_status mgi_part_begin(mailguard_parser *p, mailguard_error *err)
{
	mailguard_part *part = add(p);
	mgi_frame *f = &p->frames[p->depth];

	if (!part)
		return mgi_fail_nomem(err);
	f->part = part;
	f->boundary.len = f->guess.len = 0;
	f->lost = f->closed = f->any = false;
	f->harm.seen = 0;
	p->depth++;
	p->keep = p->depth;

	mgi_buf_cut(&p->field, 0);
	mgi_buf_cut(&p->type, 0);
	mgi_buf_cut(&p->encoding, 0);
	mgi_buf_cut(&p->disposition, 0);
	mgi_buf_cut(&p->id, 0);
	p->field_told = p->line_open = false;
	p->header_bytes = 0;
	p->fields = 0;
	return MAILGUARD_OK;
}

/* Keep what is in `b`, at most `max` bytes of it; then empty it. */
static const char *keep(mailguard_parser *p, mailguard_buffer *b, size_t max)
{
	size_t n = mgi_utf8_cut(mgi_buf_span(b), max);
	const char *s = n ? mgi_arena_strndup(p->kept, b->at, n) : "";

	mgi_buf_cut(b, 0);
	return s;
}

mailguard_status mgi_part_uufile(mailguard_parser *p, mailguard_error *err)
{
	const mgi_uufile *file = &p->uu.file;
	mailguard_span name = mgi_span_of(file->name);
	mailguard_part *part;
	mailguard_status st;

	if (p->part_count >= p->opts.parts_max) {
		mgi_parser_harm(p, MAILGUARD_DAMAGE_TOO_MANY_PARTS,
		                file->begin);
		return MAILGUARD_OK;
	}
	part = add(p);
	if (!part)
		return mgi_fail_nomem(err);
	part->offset = part->body = file->begin;
	part->end = file->end;
	part->size = p->opts.flags & MAILGUARD_PARSER_DECODE ? file->size : 0;
	part->type = "application/octet-stream";
	part->encoding = MAILGUARD_ENCODING_UU;
	part->flags = MAILGUARD_PART_ATTACHMENT;
	mgi_buf_cut(&p->type, 0); /* it was read long ago */
	st = mgi_text_decode(&p->type, name, NULL, err);
	part->name = keep(p, &p->type, NAME_MAX_BYTES);
	return part->name ? st : mgi_fail_nomem(err);
}

static mailguard_status param(const char **out,
                              mailguard_parser *p,
                              mailguard_buffer *value,
                              const char *name,
                              size_t max)
{
	mailguard_status st;

	*out = "";
	/* Most fields have few parameters, and reading one is no small work. */
	if (mgi_span_find_nocase(mgi_buf_span(value), name) < 0)
		return MAILGUARD_OK;
	mgi_buf_cut(&p->decoded, 0);
	st = mailguard_header_param(&p->decoded, mgi_buf_span(value), name,
	                            NULL);
	*out = keep(p, &p->decoded, max);
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status token(const char **out,
                              mailguard_parser *p,
                              mailguard_buffer *value)
{
	mailguard_status st;

	mgi_buf_cut(&p->decoded, 0);
	st = mailguard_header_token(&p->decoded, mgi_buf_span(value), NULL);
	*out = keep(p, &p->decoded, TYPE_MAX);
	return st;
}

static bool is_type(const mailguard_part *part, const char *type)
{
	return strcmp(part->type, type) == 0;
}

static const mailguard_part *parent_of(const mailguard_parser *p)
{
	return p->depth > 1 ? p->frames[p->depth - 2].part : NULL;
}

static void set_type(mailguard_parser *p, mailguard_part *part)
{
	const mailguard_part *parent = parent_of(p);

	if (!strchr(part->type, '/'))
		part->type = parent && is_type(parent, "multipart/digest")
		                     ? "message/rfc822"
		                     : "text/plain";
	if (mgi_span_starts(mgi_span_of(part->type), "text/"))
		part->flags |= MAILGUARD_PART_TEXT;
}

static mailguard_status set_encoding(mailguard_parser *p, mailguard_part *part)
{
	const char *name;
	mailguard_status st = token(&name, p, &p->encoding);

	part->encoding = name ? mgi_transfer_find(mgi_span_of(name)) : 0;
	if (part->encoding == MAILGUARD_ENCODING_UNKNOWN)
		mgi_parser_harm(p, MAILGUARD_DAMAGE_UNKNOWN_ENCODING,
		                part->body);
	return st;
}

static bool is_encoded(const mailguard_part *part)
{
	return part->encoding >= MAILGUARD_ENCODING_BASE64 &&
	       part->encoding <= MAILGUARD_ENCODING_UU;
}

/* Does it hold parts, and may they be looked for? */
static mailguard_status set_inside(mailguard_parser *p, mailguard_part *part)
{
	bool multi = mgi_span_starts(mgi_span_of(part->type), "multipart/");
	bool message = (is_type(part, "message/rfc822") ||
	                is_type(part, "message/global") ||
	                is_type(part, "message/news")) &&
	               !is_encoded(part);
	mailguard_status st = MAILGUARD_OK;
	const char *boundary = "";

	if (!multi && !message)
		return MAILGUARD_OK;
	if (multi)
		st = param(&boundary, p, &p->type, "boundary", BOUNDARY_MAX);
	if (st < 0 || !boundary)
		return MAILGUARD_ENOMEM;
	if (multi && !boundary[0])
		mgi_parser_harm(p, MAILGUARD_DAMAGE_NO_BOUNDARY, part->body);
	if (p->depth > p->opts.depth_max ||
	    (message && p->part_count >= p->opts.parts_max)) {
		mgi_parser_harm(p, MAILGUARD_DAMAGE_TOO_DEEP, part->body);
	} else if (multi) {
		part->flags |= MAILGUARD_PART_MULTIPART;
		mgi_parser_top(p)->boundary = mgi_span_of(boundary);
		mgi_parser_top(p)->lost = !boundary[0];
		if (is_encoded(part))
			mgi_parser_harm(p, MAILGUARD_DAMAGE_ENCODED_MULTIPART,
			                part->body);
	} else {
		part->flags |= MAILGUARD_PART_MESSAGE;
	}
	return MAILGUARD_OK;
}

/* Parts of these are shown in their place, not saved. */
static bool is_shown(const mailguard_part *parent, const mailguard_part *part)
{
	if (!parent)
		return false;
	if (is_type(parent, "multipart/related"))
		return part->id[0] || !part->name[0];
	return (is_type(parent, "multipart/alternative") ||
	        is_type(parent, "multipart/report") ||
	        is_type(parent, "multipart/signed")) &&
	       !part->name[0];
}

static void set_attachment(mailguard_parser *p, mailguard_part *part)
{
	bool text = part->flags & MAILGUARD_PART_TEXT;

	if (mgi_span_starts(mgi_span_of(part->type), "multipart/"))
		return;
	if (strcmp(part->disposition, "attachment") == 0 ||
	    (!is_shown(parent_of(p), part) && (part->name[0] || !text)))
		part->flags |= MAILGUARD_PART_ATTACHMENT;
}

static mailguard_status set_id(mailguard_parser *p, mailguard_part *part)
{
	mailguard_span all = mgi_buf_span(&p->id), id;
	mailguard_status st;
	size_t at = 0;

	if (mailguard_header_id(&id, all, &at) != MAILGUARD_OK)
		id = all; /* "Content-ID: picture1" */
	mgi_buf_cut(&p->decoded, 0);
	st = mailguard_header_text(&p->decoded, id, NULL);
	part->id = keep(p, &p->decoded, NAME_MAX_BYTES);
	return st;
}

static mailguard_status read_all(mailguard_parser *p, mailguard_part *part)
{
	mailguard_status st = token(&part->type, p, &p->type);

	if (st == MAILGUARD_OK)
		st = token(&part->disposition, p, &p->disposition);
	if (st == MAILGUARD_OK)
		st = param(&part->charset, p, &p->type, "charset", TYPE_MAX);
	if (st == MAILGUARD_OK)
		st = param(&part->name, p, &p->disposition, "filename",
		           NAME_MAX_BYTES);
	if (st == MAILGUARD_OK && part->name && !part->name[0])
		st = param(&part->name, p, &p->type, "name", NAME_MAX_BYTES);
	if (st == MAILGUARD_OK)
		st = set_id(p, part);
	if (st == MAILGUARD_OK && mgi_arena_failed(p->kept))
		st = MAILGUARD_ENOMEM;
	return st;
}

mailguard_status mgi_part_known(mailguard_parser *p, mailguard_error *err)
{
	mailguard_part *part = mgi_parser_top(p)->part;
	mailguard_status st = read_all(p, part);

	if (st == MAILGUARD_OK) {
		set_type(p, part);
		st = set_encoding(p, part);
	}
	if (st == MAILGUARD_OK)
		st = set_inside(p, part);
	if (st < 0 || mgi_arena_failed(p->kept))
		return mgi_fail_nomem(err);
	set_attachment(p, part);
	p->uu_looking = part->flags == MAILGUARD_PART_TEXT &&
	                part->encoding <= MAILGUARD_ENCODING_BINARY;
	mgi_uu_begin(&p->uu);
	p->uu_next = p->part_count;
	if (!(part->flags &
	      (MAILGUARD_PART_MULTIPART | MAILGUARD_PART_MESSAGE)) &&
	    p->opts.flags & MAILGUARD_PARSER_DECODE) {
		mgi_transfer_begin(&p->transfer, part->encoding);
		p->transfer_open = true;
		p->sniffing = part->flags & MAILGUARD_PART_TEXT;
		p->escaped = p->sniffing &&
		             mgi_label_escapes(mgi_span_of(part->charset));
		mgi_sniff_begin(&p->sniff);
	}
	return MAILGUARD_OK;
}
