/* What base/buf.c promises. The name of a test is the promise. */
#include "base/buf.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;
static mailguard_buffer b;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	mgi_buf_init(&b, mg);
}

static void teardown(void)
{
	mgi_buf_done(&b);
	mailguard_free(mg);
}

TestSuite(base_buf, .init = setup, .fini = teardown);

Test(base_buf, an_empty_buffer_is_an_empty_text)
{
	cr_expect(eq(str, (char *)mgi_buf_text(&b), ""));
	cr_expect(zero(sz, mgi_buf_span(&b).len));
	ok(mgi_buf_status(&b, NULL));
}

Test(base_buf, what_is_appended_stands_in_order)
{
	mgi_buf_puts(&b, "a");
	mgi_buf_putc(&b, 'b');
	mgi_buf_add(&b, "cd", 1);
	mgi_buf_printf(&b, "%d%s", 7, "x");
	memcpy(mgi_buf_room(&b, 2), "yz", 2);
	mgi_buf_filled(&b, 2);
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "abc7xyz"));
	mgi_buf_cut(&b, 3);
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "abc"));
	mgi_buf_cut(&b, 30);
	cr_expect(eq(sz, b.len, (size_t)3));
}

Test(base_buf, zero_bytes_are_kept)
{
	mgi_buf_add(&b, "a\0b", 3);
	cr_expect(eq(sz, mgi_buf_span(&b).len, (size_t)3));
	cr_expect(zero(int, memcmp(b.at, "a\0b", 4)));
}

Test(base_buf, the_limit_is_kept_and_remembered)
{
	mailguard_error err;

	b.max = 5;
	mgi_buf_puts(&b, "12345");
	ok(mgi_buf_status(&b, NULL));
	mgi_buf_putc(&b, '6');
	mgi_buf_cut(&b, 1);
	mgi_buf_putc(&b, '7');
	cr_expect(eq(int, mgi_buf_status(&b, &err), MAILGUARD_ELIMIT));
	cr_expect(eq(str, err.code, "buffer.limit"));
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "1"));
	cr_expect(eq(ptr, mgi_buf_room(&b, 1), NULL));
}

Test(base_buf, no_size_wraps_round)
{
	mgi_buf_putc(&b, 'a');
	cr_expect(eq(ptr, mgi_buf_room(&b, SIZE_MAX), NULL));
	cr_expect(eq(int, mgi_buf_status(&b, NULL), MAILGUARD_ELIMIT));
}

Test(base_buf, the_public_buffer_is_emptied_and_used_again)
{
	mailguard_buffer *p;

	ok(mailguard_buffer_new(&p, mg, NULL));
	mgi_buf_puts(p, "abc");
	cr_expect(eq(sz, mailguard_buffer_length(p), (size_t)3));
	mailguard_buffer_clear(p);
	cr_expect(eq(str, (char *)mailguard_buffer_text(p), ""));
	mgi_buf_puts(p, "d");
	cr_expect(eq(str, (char *)mailguard_buffer_text(p), "d"));
	mailguard_buffer_free(p);
	mailguard_buffer_free(NULL);
}

Test(base_buf, survives_every_allocation_failure)
{
	mailguard_buffer *p;
	mailguard_status st;
	mailguard *tight;
	int n = 0, i;

	do {
		st = mailguard_new(&tight, fail_alloc_at(n++), NULL);
		if (st < 0)
			continue;
		st = mailguard_buffer_new(&p, tight, NULL);
		for (i = 0; st == MAILGUARD_OK && i < 5; i++)
			mgi_buf_printf(p, "%500d", i);
		if (st == MAILGUARD_OK)
			st = mgi_buf_status(p, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_buffer_free(p);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(lt(int, 3, n));
	cr_expect(zero(int, fail_alloc_live()));
}
