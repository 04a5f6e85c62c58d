/* What a file being written promises: whole under its name, or not there. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os_dir.h"
#include "base/text.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static unsigned char bytes[1500000];

static void setup(void)
{
	uint32_t seed = 1;
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	temp_begin();
	for (i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525u + 1013904223u;
		bytes[i] = (unsigned char)(seed >> 24);
	}
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(base_out, .init = setup, .fini = teardown);

/* Written in pieces of `piece`, with one byte changed behind its back. */
static mailguard_status write_file(const char *path,
                                   size_t n,
                                   size_t piece,
                                   long change,
                                   mailguard_error *err)
{
	char partial[600];
	mgi_out *o;
	size_t at;
	int fd;

	ok(mgi_out_open(&o, mg, path, NULL));
	mgi_out_prove(o);
	for (at = 0; at < n; at += piece)
		mgi_out_write(o, mgi_span(bytes + at,
		                          n - at < piece ? n - at : piece));
	if (change >= 0) {
		snprintf(partial, sizeof(partial), "%s.mailguard-partial",
		         path);
		fd = open(partial, O_WRONLY);
		cr_assert(ge(int, fd, 0));
		cr_assert(eq(sz, (size_t)pwrite(fd, "#", 1, change), 1));
		close(fd);
	}
	return mgi_out_commit(o, err);
}

Test(base_out, what_was_written_is_there)
{
	static const size_t sizes[] = { 0, 1, 31, 32, 65536, 65537, 1500000 };
	static unsigned char got[sizeof(bytes) + 1];
	const char *path = temp_write("o", "", 0);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		FILE *f;

		unlink(path);
		ok(write_file(path, sizes[i], 7777, -1, NULL));
		f = fopen(path, "rb");
		cr_assert(f != NULL);
		cr_expect(eq(sz, fread(got, 1, sizeof(got), f), sizes[i]));
		fclose(f);
		cr_expect(eq(int, memcmp(got, bytes, sizes[i]), 0));
	}
}

/* One byte in the first piece, in the middle, and in a file read at once. */
Test(base_out, what_the_disk_lost_gets_no_name)
{
	static const struct {
		size_t size;
		long change;
	} rows[] = { { 1500000, 0 }, { 1500000, 700001 }, { 70000, 40000 } };
	const char *path = temp_write("o", "", 0);
	char partial[600];
	size_t i;

	snprintf(partial, sizeof(partial), "%s.mailguard-partial", path);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_error err;

		unlink(path);
		cr_expect(eq(int,
		             write_file(path, rows[i].size, 65536,
		                        rows[i].change, &err),
		             MAILGUARD_EIO));
		cr_expect(eq(str, err.code, "file.differs"));
		cr_expect(lt(int, access(path, F_OK), 0));
		cr_expect(lt(int, access(partial, F_OK), 0));
	}
}
