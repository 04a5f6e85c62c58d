#ifndef MIME_EVENTS_H
#define MIME_EVENTS_H
/* events.h - all that a parser tells of a message, as text to compare. */
#include "support/ok.h"

#include "base/buf.h"
#include "base/text.h"

#include <mailguard/mime.h>

#include <inttypes.h>
#include <string.h>

/* One event a line; neighbouring BODY events as one. */
static inline void tell(mailguard_buffer *out,
                        const mailguard_parser_event *e,
                        int *in_body)
{
	static const char *const kinds[] = { "?",    "begin",  "header",
		                             "head", "body",   "damage",
		                             "end",  "message" };

	if (e->kind == MAILGUARD_PARSER_BODY) {
		if (!*in_body)
			mgi_buf_printf(out, "\nbody%s %" PRIu64 " ",
			               e->aside ? " aside" : "", e->offset);
		*in_body = 1;
		mgi_buf_add(out, e->data.data, e->data.len);
		return;
	}
	*in_body = 0;
	mgi_buf_printf(out, "\n%s %" PRIu64, kinds[e->kind], e->offset);
	if (e->kind == MAILGUARD_PARSER_HEADER) {
		mgi_buf_puts(out, " [");
		mgi_buf_add(out, e->header.name.data, e->header.name.len);
		mgi_buf_puts(out, "][");
		mgi_buf_add(out, e->header.value.data, e->header.value.len);
		mgi_buf_puts(out, "]");
	} else if (e->kind == MAILGUARD_PARSER_HEADERS_END) {
		mgi_buf_printf(out, " %s %s %s f%u", e->part->type,
		               e->part->charset, e->part->name, e->part->flags);
	} else if (e->kind == MAILGUARD_PARSER_DAMAGE) {
		mgi_buf_printf(out, " %s x%" PRIu64,
		               mailguard_damage_name(e->damage.kind),
		               e->damage.count);
	} else if (e->kind == MAILGUARD_PARSER_PART_END) {
		mgi_buf_printf(out,
		               " %d %" PRIu64 "..%" PRIu64 " size %" PRIu64,
		               e->part->number, e->part->body, e->part->end,
		               e->part->size);
		if (e->part->read_as[0] && strcmp(e->part->read_as, "utf-8"))
			mgi_buf_printf(out, " as %s", e->part->read_as);
	}
}

static inline mailguard_status drain(mailguard_buffer *out,
                                     mailguard_parser *p,
                                     int *in_body)
{
	const mailguard_parser_event *e;
	mailguard_status st;

	while ((st = mailguard_parser_next(&e, p, NULL)) == MAILGUARD_OK)
		tell(out, e, in_body);
	return st;
}

/* All that is told of `s`, fed in pieces of `piece` bytes; 0: by a source. */
static inline void events(mailguard_buffer *out,
                          mailguard *mg,
                          mailguard_span s,
                          size_t piece)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;
	mailguard_source *source = NULL;
	mailguard_parser *p;
	int in_body = 0;

	opts.flags = MAILGUARD_PARSER_DECODE;
	if (!piece)
		ok(mailguard_source_memory(&source, mg, s, NULL, NULL, NULL));
	ok(mailguard_parser_new(&p, mg, source, &opts, NULL));
	while (drain(out, p, &in_body) == MAILGUARD_AGAIN) {
		char copy[4096];
		mailguard_span head = mgi_span_head(s, piece);

		/* From elsewhere each time, as a caller's buffer may be. */
		memcpy(copy + (s.len % 7), head.data, head.len);
		head.data = (unsigned char *)copy + (s.len % 7);
		s = mgi_span_from(s, piece);
		ok(mailguard_parser_feed(p, head, NULL));
		drain(out, p, &in_body);
	}
	mailguard_parser_free(p);
	mailguard_source_free(source);
}

#endif
