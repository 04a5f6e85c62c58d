/*
 * fuzz_reply.c - any bytes as an answer: every prefix is AGAIN or the value of
 * the whole, also when one struct is kept; a torn answer is nothing good; what
 * is read lies inside, what people get is UTF-8.
 *
 * Input: a byte (protocol from its low two bits, multi-line by the third), the
 * answer.
 */
#include "base/text.h"

#include <mailguard/proto.h>

#include <stdlib.h>
#include <string.h>

enum { PREFIXES_MAX = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static bool inside(mailguard_span s, const mailguard_reply *r)
{
	return !s.len || (s.data >= r->whole.data &&
	                  s.data + s.len <= r->whole.data + r->whole.len);
}

static void walk(const mailguard_reply *r, mailguard *mg)
{
	size_t at = 0, steps = 0;
	mailguard_capability c;
	mailguard_buffer *buf;
	mailguard_span line;

	must(inside(r->tag, r) && inside(r->status, r) && inside(r->word, r));
	must(inside(r->argument, r) && inside(r->text, r) &&
	     inside(r->body, r));
	while (mailguard_reply_line(&line, r, &at) == MAILGUARD_OK)
		must(inside(line, r) && steps++ <= r->whole.len);
	for (at = steps = 0;
	     mailguard_reply_capability(&c, r, &at) == MAILGUARD_OK;)
		must(inside(c.name, r) && inside(c.params, r) && c.name.len &&
		     steps++ <= r->whole.len);
	(void)mailguard_reply_has_param(r, "AUTH", "PLAIN");
	if (mailguard_buffer_new(&buf, mg, NULL) < 0)
		abort();
	must(mailguard_reply_text(buf, r, NULL) == MAILGUARD_OK);
	must(mgi_utf8_valid(mgi_span_of(mailguard_buffer_text(buf))));
	must(strlen(mailguard_buffer_text(buf)) ==
	     mailguard_buffer_length(buf));
	mailguard_buffer_free(buf);
}

static void check_last(mailguard_span head,
                       const mailguard_reply *whole,
                       int32_t protocol,
                       uint32_t flags)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;
	mailguard_status st = mailguard_reply_parse(
		&r, protocol, flags | MAILGUARD_REPLY_LAST, head, NULL);

	if (st != MAILGUARD_OK) {
		must(st == MAILGUARD_ELIMIT || !head.len);
		return;
	}
	if (whole->kind && head.len >= whole->whole.len) {
		must(memcmp(&r, whole, sizeof(r)) == 0);
		return;
	}
	must(r.whole.len == head.len && r.odd & MAILGUARD_REPLY_ODD_TORN);
	must(r.kind != MAILGUARD_REPLY_OK && r.kind != MAILGUARD_REPLY_MORE &&
	     r.kind != MAILGUARD_REPLY_DATA);
}

/* `whole` was read with `st` from all of `bytes`. */
static void check_prefixes(const mailguard_reply *whole,
                           mailguard_status st,
                           mailguard_span bytes,
                           int32_t protocol,
                           uint32_t flags)
{
	size_t n, step = bytes.len / PREFIXES_MAX + 1;
	mailguard_reply kept = MAILGUARD_REPLY_INIT;

	for (n = 0; n <= bytes.len; n += step) {
		mailguard_span head = mgi_span_head(bytes, n);
		mailguard_reply r = MAILGUARD_REPLY_INIT;
		mailguard_status one =
			mailguard_reply_parse(&r, protocol, flags, head, NULL);

		must(one ==
		     mailguard_reply_parse(&kept, protocol, flags, head, NULL));
		must(memcmp(&r, &kept, sizeof(r)) == 0);
		must(one == MAILGUARD_AGAIN || one == st);
		if (st == MAILGUARD_OK)
			must((one == st) == (n >= whole->whole.len));
		if (one == MAILGUARD_OK)
			must(memcmp(&r, whole, sizeof(r)) == 0);
		check_last(head, whole, protocol, flags);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;
	int32_t protocol;
	mailguard_span bytes;
	mailguard_status st;
	uint32_t flags;
	mailguard *mg;

	if (!size || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	protocol = 1 + (data[0] & 3);
	flags = data[0] & 4 ? MAILGUARD_REPLY_MULTILINE : 0;
	bytes = mgi_span_from(mgi_span(data, size), 1);
	st = mailguard_reply_parse(&r, protocol, flags, bytes, NULL);
	must(st >= 0 || st == MAILGUARD_ELIMIT);
	if (st == MAILGUARD_OK) {
		must(r.kind && r.whole.len && r.whole.len <= bytes.len);
		walk(&r, mg);
	}
	check_prefixes(&r, st, bytes, protocol, flags);
	mailguard_free(mg);
	return 0;
}
