/*
 * fuzz_header.c - any bytes as a header value, read every way; what people get
 * is UTF-8 on one line. Then the bytes as a value to write: refused, or read
 * back as it was, in lines that no server cuts.
 */
#include "base/buf.h"
#include "base/text.h"

#include <mailguard/mime.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void is_line(const mailguard_buffer *b)
{
	size_t i;

	must(mgi_utf8_valid(mgi_buf_span(b)));
	for (i = 0; i < b->len; i++)
		must((unsigned char)b->at[i] >= ' ' && b->at[i] != 0x7f);
}

static void read_value(mailguard *mg, mailguard_span s)
{
	static const char *const names[] = { "charset", "filename", "a", "" };
	mailguard_buffer b;
	mailguard_span id;
	size_t at = 0, i, steps = 0;
	int32_t offset;

	mgi_buf_init(&b, mg);
	must(mailguard_header_text(&b, s, NULL) == MAILGUARD_OK);
	is_line(&b);
	for (i = 0; i < 4; i++) {
		mgi_buf_cut(&b, 0);
		must(mailguard_header_param(&b, s, names[i], NULL) >= 0);
		is_line(&b);
	}
	mgi_buf_cut(&b, 0);
	must(mailguard_header_token(&b, s, NULL) == MAILGUARD_OK);
	(void)mailguard_header_date(&offset, s);
	must(offset > -86400 && offset < 86400);
	while (mailguard_header_id(&id, s, &at) == MAILGUARD_OK)
		must(id.len && id.data >= s.data &&
		     id.data + id.len <= s.data + s.len && steps++ < s.len);
	mgi_buf_done(&b);
}

static void check_lines(const mailguard_buffer *out)
{
	size_t i, line = 0;

	for (i = 0; i < out->len; i++) {
		unsigned char c = (unsigned char)out->at[i];

		must(c < 0x7f && c);
		line = c == '\n' ? 0 : line + 1;
		must(line <= 999);
	}
}

/* The same words; runs of white space are one space to both. */
static bool same_words(const char *a, const char *b)
{
	for (;;) {
		while (*a == ' ' || *a == '\t')
			a++;
		while (*b == ' ' || *b == '\t')
			b++;
		if (!*a || *a != *b)
			return *a == *b;
		a++;
		b++;
	}
}

static void write_value(mailguard *mg, const char *value)
{
	mailguard_source *source;
	mailguard_message *m;
	mailguard_buffer *out;
	mailguard_draft *d;
	mailguard_status st;

	must(mailguard_draft_new(&d, mg, NULL, NULL) == MAILGUARD_OK);
	must(mailguard_buffer_new(&out, mg, NULL) == MAILGUARD_OK);
	st = mailguard_draft_header(d, "Subject", value, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_address(d, "To", value, "a@b.c", NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_text(d, mgi_span_of(value), NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_write(out, d, NULL);
	must(st == MAILGUARD_OK || st == MAILGUARD_EINVAL);
	if (st == MAILGUARD_OK) {
		check_lines(out);
		must(mailguard_source_memory(&source, mg, mgi_buf_span(out),
		                             NULL, NULL, NULL) == MAILGUARD_OK);
		must(mailguard_message_parse(&m, mg, source, NULL) ==
		     MAILGUARD_OK);
		must(same_words(mailguard_message_subject(m), value));
		must(!mailguard_message_damage(m, 0));
		mailguard_message_free(m);
		mailguard_source_free(source);
	}
	mailguard_buffer_free(out);
	mailguard_draft_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard *mg;
	char *value;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	read_value(mg, mgi_span(data, size));
	value = malloc(size + 1);
	if (value) {
		if (size)
			memcpy(value, data, size);
		value[size] = '\0';
		write_value(mg, value);
	}
	free(value);
	mailguard_free(mg);
	return 0;
}
