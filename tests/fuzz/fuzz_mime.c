/*
 * fuzz_mime.c - any bytes as a message: events do not depend on how they are
 * cut, parts lie inside, names and texts are UTF-8, decoding twice is decoding
 * once, and the digest knows no line ends.
 */
#include "base/buf.h"
#include "base/text.h"

#include <mailguard/mime.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static mailguard *mg;

static void must(bool fine)
{
	if (!fine)
		abort();
}

static bool is_text(const char *s)
{
	return mgi_utf8_valid(mgi_span_of(s));
}

static void add(mailguard_buffer *out,
                const mailguard_parser_event *e,
                bool *in_body)
{
	if (e->kind == MAILGUARD_PARSER_BODY) {
		if (!*in_body)
			mgi_buf_printf(out, "\nbody %zu ", (size_t)e->offset);
		*in_body = true;
		mgi_buf_add(out, e->data.data, e->data.len);
		return;
	}
	*in_body = false;
	mgi_buf_printf(out, "\n%d %zu %d %zu ", e->kind, (size_t)e->offset,
	               e->damage.kind, (size_t)e->damage.count);
	mgi_buf_add(out, e->header.raw.data, e->header.raw.len);
	if (e->kind == MAILGUARD_PARSER_PART_END)
		mgi_buf_puts(out, e->part->read_as);
}

/* All events of the bytes, cut into pieces of `piece`. */
static void events(mailguard_buffer *out, mailguard_span s, size_t piece)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;
	const mailguard_parser_event *e;
	mailguard_parser *p;
	mailguard_status st;
	unsigned char *copy = NULL;
	bool in_body = false;

	opts.flags = MAILGUARD_PARSER_DECODE;
	opts.field_max = 300; /* so that small inputs reach them */
	opts.header_max = 1000;
	opts.parts_max = 20;
	opts.depth_max = 5;
	must(mailguard_parser_new(&p, mg, NULL, &opts, NULL) == MAILGUARD_OK);
	while ((st = mailguard_parser_next(&e, p, NULL)) !=
	       MAILGUARD_ITEROVER) {
		mailguard_span head = mgi_span_head(s, piece);

		must(st >= 0);
		if (st == MAILGUARD_OK) {
			add(out, e, &in_body);
			continue;
		}
		free(copy);
		copy = malloc(head.len + 1);
		if (!copy)
			abort();
		if (head.len)
			memcpy(copy, head.data, head.len);
		head.data = copy;
		must(mailguard_parser_feed(p, head, NULL) == MAILGUARD_OK);
		s = mgi_span_from(s, piece);
	}
	free(copy);
	mailguard_parser_free(p);
}

static void check_cuts(mailguard_span s)
{
	mailguard_buffer whole, cut;
	size_t piece;

	mgi_buf_init(&whole, mg);
	mgi_buf_init(&cut, mg);
	events(&whole, s, s.len ? s.len : 1);
	/* Byte by byte takes its time. */
	for (piece = s.len < 300 ? 1 : 7; piece <= 9; piece += 4) {
		mgi_buf_cut(&cut, 0);
		events(&cut, s, piece);
		must(cut.len == whole.len &&
		     memcmp(mgi_buf_text(&cut), mgi_buf_text(&whole),
		            cut.len) == 0);
	}
	mgi_buf_done(&whole);
	mgi_buf_done(&cut);
}

static void check_part(mailguard_message *m, const mailguard_part *part)
{
	uint32_t inner = MAILGUARD_PART_MULTIPART | MAILGUARD_PART_MESSAGE;
	mailguard_source *source;
	mailguard_stream *stream;
	mailguard_buffer *text;
	mailguard_span s;
	uint64_t size = 0;

	must(part->offset <= part->body && part->body <= part->end &&
	     part->end <= mailguard_message_size(m));
	must(part->parent < part->number && part->depth >= 0);
	must(is_text(part->type) && is_text(part->name) &&
	     is_text(part->charset) && is_text(part->disposition));
	must(mailguard_message_part_source(&source, m, part->number, NULL) ==
	     MAILGUARD_OK);
	must(mailguard_source_open(&stream, source, NULL) == MAILGUARD_OK);
	while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK)
		size += s.len;
	must(part->flags & inner ? size == part->end - part->body
	                         : size == part->size);
	mailguard_stream_free(stream);
	mailguard_source_free(source);
	must(mailguard_buffer_new(&text, mg, NULL) == MAILGUARD_OK);
	must(mailguard_message_part_text(text, m, part->number, NULL) ==
	     MAILGUARD_OK);
	must(mgi_utf8_valid(mgi_buf_span(text)));
	mailguard_buffer_free(text);
}

static mailguard_message *message_of(mailguard_span s)
{
	mailguard_source *source;
	mailguard_message *m;

	must(mailguard_source_memory(&source, mg, s, NULL, NULL, NULL) ==
	     MAILGUARD_OK);
	must(mailguard_message_parse(&m, mg, source, NULL) == MAILGUARD_OK);
	mailguard_source_free(source);
	return m;
}

/* Every LF as CRLF, and blank lines at the end: the same mail. */
static void check_digest(mailguard_message *m, mailguard_span s)
{
	char one[MAILGUARD_DIGEST_SIZE], two[MAILGUARD_DIGEST_SIZE];
	mailguard_message *other;
	mailguard_buffer crlf;
	size_t i;

	mgi_buf_init(&crlf, mg);
	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '\n' && (!i || s.data[i - 1] != '\r'))
			mgi_buf_putc(&crlf, '\r');
		mgi_buf_add(&crlf, s.data + i, 1);
	}
	other = message_of(mgi_buf_span(&crlf));
	must(mailguard_message_digest(one, m, NULL) == MAILGUARD_OK);
	must(mailguard_message_digest(two, other, NULL) == MAILGUARD_OK);
	must(strcmp(one, two) == 0);
	mailguard_message_free(other);
	mgi_buf_done(&crlf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_span s = mgi_span(data, size);
	const mailguard_part *part;
	mailguard_message *m;
	size_t i;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	check_cuts(s);
	m = message_of(s);
	must(mailguard_message_size(m) == size);
	must(is_text(mailguard_message_subject(m)) &&
	     is_text(mailguard_message_from(m)) &&
	     is_text(mailguard_message_id(m)));
	for (i = 0; i < 50; i++) {
		part = mailguard_message_part(m, i);
		if (part)
			check_part(m, part);
	}
	check_digest(m, s);
	mailguard_message_free(m);
	mailguard_free(mg);
	return 0;
}
