/* What base/source.c promises. The name of a test is the promise. */
#define _XOPEN_SOURCE 700
#include "base/buf.h"
#include "base/source.h"
#include "base/text.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static mailguard *mg;
static int released;

static void setup(void)
{
	ok(mailguard_new(&mg, fail_alloc_at(-1), NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
	cr_expect(zero(int, fail_alloc_live()));
}

TestSuite(base_source, .init = setup, .fini = teardown);

static void release(void *payload)
{
	*(int *)payload += 1;
}

static void read_all(mailguard_buffer *out, mailguard_source *src)
{
	mailguard_stream *stream;
	mailguard_status st;
	mailguard_span s;

	ok(mailguard_source_open(&stream, src, NULL));
	while ((st = mailguard_stream_next(&s, stream, NULL)) == MAILGUARD_OK)
		mgi_buf_add(out, s.data, s.len);
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	mailguard_stream_free(stream);
}

Test(base_source, memory_is_read_as_often_as_one_likes)
{
	mailguard_source *src;
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	ok(mailguard_source_memory(&src, mg, mgi_span_of("mail"), release,
	                           &released, NULL));
	read_all(&b, src);
	read_all(&b, src);
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "mailmail"));
	cr_expect(zero(int, released));
	mailguard_source_free(src);
	cr_expect(eq(int, released, 1));
	mgi_buf_done(&b);
}

Test(base_source, a_stream_and_each_reference_keep_the_bytes)
{
	mailguard_source *src, *again;
	mailguard_stream *stream;
	mailguard_span s;

	ok(mailguard_source_memory(&src, mg, mgi_span_of("mail"), release,
	                           &released, NULL));
	again = mailguard_source_ref(src);
	ok(mailguard_source_open(&stream, src, NULL));
	mailguard_source_free(src);
	mailguard_source_free(again);
	cr_expect(zero(int, released));
	ok(mailguard_stream_next(&s, stream, NULL));
	cr_expect(eq(int, mgi_span_is(s, "mail"), 1));
	mailguard_stream_free(stream);
	cr_expect(eq(int, released, 1));
	mailguard_source_free(NULL);
	mailguard_stream_free(NULL);
}

Test(base_source, an_empty_source_is_over_at_once)
{
	mailguard_source *src;
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	ok(mailguard_source_memory(&src, mg, mgi_span(NULL, 0), NULL, NULL,
	                           NULL));
	read_all(&b, src);
	cr_expect(zero(sz, b.len));
	mailguard_source_free(src);
	mgi_buf_done(&b);
}

Test(base_source, a_file_larger_than_a_window_comes_whole)
{
	char path[] = "/tmp/mailguard-source-XXXXXX";
	int fd = mkstemp(path);
	mailguard_source *src;
	mailguard_buffer b;
	static char piece[300000];
	size_t i, bad = 0;

	for (i = 0; i < 10; i++) {
		memset(piece, 'a' + (int)i, sizeof(piece));
		cr_assert(eq(sz, (size_t)write(fd, piece, sizeof(piece)),
		             sizeof(piece)));
	}
	close(fd);
	mgi_buf_init(&b, mg);
	ok(mailguard_source_file(&src, mg, path, NULL));
	unlink(path); /* opened is opened */
	read_all(&b, src);
	cr_assert(eq(sz, b.len, 10 * sizeof(piece)));
	for (i = 0; i < b.len; i++)
		bad += b.at[i] != (char)('a' + i / sizeof(piece));
	cr_expect(zero(sz, bad));
	mailguard_source_free(src);
	mgi_buf_done(&b);
}

Test(base_source, a_file_that_is_not_there_is_told_at_once)
{
	mailguard_source *src;
	mailguard_error err;

	cr_expect(eq(int, mailguard_source_file(&src, mg, "/no/such", &err),
	             MAILGUARD_EIO));
	cr_expect(eq(ptr, src, NULL));
	cr_expect(eq(str, err.code, "file.unreadable"));
}

Test(base_source, a_missing_argument_is_an_error)
{
	mailguard_span none = { NULL, 1 }, piece;
	mailguard_source *src = (void *)1;
	mailguard_stream *stream = (void *)1;
	mailguard_error err;

	cr_expect(eq(int,
	             mailguard_source_memory(&src, NULL, mgi_span_of("x"), NULL,
	                                     NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, src, NULL));
	cr_expect(eq(int,
	             mailguard_source_memory(&src, mg, none, NULL, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_source_file(&src, mg, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "argument.missing"));
	cr_expect(eq(int, mailguard_source_open(&stream, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, stream, NULL));
	cr_expect(eq(int, mailguard_stream_next(&piece, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, mailguard_source_ref(NULL), NULL));
	cr_expect(eq(ptr, mailguard_ref(NULL), NULL));
}

Test(base_source, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 0, gone;

	do {
		mailguard_stream *stream = NULL;
		mailguard_source *src = NULL;
		mailguard *tight;
		mailguard_span s;

		gone = 0;
		st = mailguard_new(&tight, fail_alloc_at(n++), NULL);
		if (st < 0)
			continue;
		st = mailguard_source_memory(&src, tight, mgi_span_of("x"),
		                             release, &gone, NULL);
		cr_expect(zero(int, gone));
		if (st == MAILGUARD_OK)
			st = mailguard_source_open(&stream, src, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_stream_next(&s, stream, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_stream_free(stream);
		cr_expect(eq(int, gone, 0));
		mailguard_source_free(src);
		cr_expect(eq(int, gone, src != NULL));
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(lt(int, 2, n));
}
