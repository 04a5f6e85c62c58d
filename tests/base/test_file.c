/* What base/file.c promises. The name of a test is the promise. */
#define _XOPEN_SOURCE 700
#include "base/file.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mailguard *mg;
static char dir[] = "/tmp/mailguard-file-XXXXXX";
static char path[64], other[64];

static void setup(void)
{
	cr_assert(ne(ptr, mkdtemp(dir), NULL));
	snprintf(path, sizeof(path), "%s/mail", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
	unlink(path);
	unlink(other);
	rmdir(dir);
}

TestSuite(base_file, .init = setup, .fini = teardown);

/* Byte i is i % 251. */
static void write_file(size_t size)
{
	FILE *f = fopen(path, "wb");
	size_t i;

	cr_assert(ne(ptr, f, NULL));
	for (i = 0; i < size; i++)
		fputc((int)(i % 251), f);
	fclose(f);
}

Test(base_file, windows_show_the_bytes_of_any_place)
{
	static const struct {
		const char *why;
		uint64_t at;
		size_t want, got;
	} rows[] = {
		{ "start", 0, 10, 10 },
		{ "in the window", 500, 10, 10 },
		{ "over its end", MGI_FILE_WINDOW - 5, 10, 10 },
		{ "back", 3, 10, 10 },
		{ "the whole window", 100, MGI_FILE_WINDOW, MGI_FILE_WINDOW },
		{ "more than a window", 0, MGI_FILE_WINDOW + 1,
		  MGI_FILE_WINDOW },
		{ "the end", 3000000 - 4, 10, 4 },
		{ "past the end", 3000000, 10, 0 },
		{ "far past it", UINT64_MAX, 10, 0 },
		{ "again", 251 * 1000, 251, 251 },
	};
	mailguard_span s;
	mgi_file *f;
	size_t i, j, bad;

	write_file(3000000);
	ok(mgi_file_open(&f, mg, path, NULL));
	cr_expect(eq(u64, mgi_file_size(f), (uint64_t)3000000));
	cr_expect(eq(str, (char *)mgi_file_path(f), path));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(mgi_file_window(&s, f, rows[i].at, rows[i].want, NULL));
		cr_expect(eq(sz, s.len, rows[i].got), "%s", rows[i].why);
		for (j = bad = 0; j < s.len; j++)
			bad += s.data[j] != (rows[i].at + j) % 251;
		cr_expect(zero(sz, bad), "%s", rows[i].why);
	}
	mgi_file_close(f);
	mgi_file_close(NULL);
}

Test(base_file, a_file_cut_short_meanwhile_just_ends_sooner)
{
	mailguard_span s;
	mgi_file *f;

	write_file(2000);
	ok(mgi_file_open(&f, mg, path, NULL));
	cr_assert(zero(int, truncate(path, 100)));
	ok(mgi_file_window(&s, f, 50, 1000, NULL));
	cr_expect(eq(sz, s.len, (size_t)50));
	mgi_file_close(f);
}

Test(base_file, what_is_no_readable_file_is_told_with_its_path)
{
	mailguard_error err;
	mgi_file *f;

	cr_expect(eq(int, mgi_file_open(&f, mg, path, &err), MAILGUARD_EIO));
	cr_expect(eq(ptr, f, NULL));
	cr_expect(eq(int, err.sys, ENOENT));
	cr_expect(eq(str, err.code, "file.unreadable"));
	cr_expect(ne(ptr, strstr(err.message, path), NULL));
	cr_expect(eq(int, mgi_file_open(&f, mg, dir, &err), MAILGUARD_EIO));
	cr_expect(eq(str, err.code, "file.not-regular"));
	cr_assert(zero(int, mkfifo(other, 0600)));
	cr_expect(eq(int, mgi_file_open(&f, mg, other, &err), MAILGUARD_EIO));
	cr_expect(eq(str, err.code, "file.not-regular"));
}

Test(base_file, slurping_appends_all_or_nothing)
{
	mailguard_buffer b;
	mailguard_error err;

	write_file(200000);
	mgi_buf_init(&b, mg);
	mgi_buf_puts(&b, "x");
	ok(mgi_file_slurp(&b, path, 200000, NULL));
	cr_expect(eq(sz, b.len, (size_t)200001));
	cr_expect(eq(u8, (unsigned char)b.at[200000], 199999 % 251));
	mgi_buf_cut(&b, 1);
	cr_expect(eq(int, mgi_file_slurp(&b, path, 199999, &err),
	             MAILGUARD_ELIMIT));
	cr_expect(eq(str, err.code, "file.limit"));
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "x"));
	cr_expect(
		eq(int, mgi_file_slurp(&b, path, 10, NULL), MAILGUARD_ELIMIT));
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "x"), "first piece");
	mgi_buf_done(&b);
}

Test(base_file, survives_every_allocation_failure)
{
	mailguard_status st;
	mailguard *tight;
	mailguard_span s;
	mailguard_buffer b;
	mgi_file *f;
	int n = 0;

	write_file(100);
	do {
		st = mailguard_new(&tight, fail_alloc_at(n++), NULL);
		if (st < 0)
			continue;
		mgi_buf_init(&b, tight);
		st = mgi_file_open(&f, tight, path, NULL);
		if (st == MAILGUARD_OK)
			st = mgi_file_window(&s, f, 0, 10, NULL);
		if (st == MAILGUARD_OK)
			st = mgi_file_slurp(&b, path, 1000, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mgi_file_close(f);
		mgi_buf_done(&b);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(lt(int, 4, n));
	cr_expect(zero(int, fail_alloc_live()));
}
