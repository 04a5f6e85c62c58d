/*
 * fuzz_spf.c - any bytes as a record of SPF: it is read or not, spans lie in
 * it, and what macros stand for is bounded.
 *
 * Input: the record, without its version.
 */
#include "base/text.h"
#include "probe/spf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(mailguard_span in, mailguard_span all)
{
	if (in.len &&
	    (in.data < all.data || in.data + in.len > all.data + all.len))
		abort();
}

static void expand(mailguard *mg, mgi_arena *a, mailguard_span spec)
{
	static const mgi_spf_query q = {
		.domain = "a.b.test",
		.ip = { 6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
		.count = true,
	};
	mgi_spf_macros m = { .q = &q,
		             .sender = "u-v@a.b.test",
		             .local = "u-v",
		             .sender_domain = "a.b.test",
		             .domain = "a.b.test",
		             .helo = "h.test",
		             .a = a };
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	mgi_spf_expand(&b, &m, spec);
	if (b.len > 8192)
		abort();
	mgi_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static mailguard *mg;
	static char text[4096] = "v=spf1 ";
	mgi_spf_record r;
	mailguard_span all;
	mgi_arena *a;
	size_t i;

	if (!mg && mailguard_new(&mg, NULL, NULL) < 0)
		abort();
	if (size > sizeof(text) - 7)
		size = sizeof(text) - 7;
	memcpy(text + 7, data, size);
	all = mgi_span(text, size + 7);
	a = mgi_arena_new(mg);
	mgi_spf_parse(&r, all, a);
	for (i = 0; i < r.count; i++) {
		inside(r.terms[i].text, all);
		inside(r.terms[i].domain, all);
		if (r.good && r.terms[i].domain.len)
			expand(mg, a, r.terms[i].domain);
	}
	inside(r.redirect, all);
	inside(r.bad, all);
	if (r.good == (r.bad.len > 0))
		abort();
	mgi_arena_free(a);
	return 0;
}
