/*
 * fuzz_manifest.c - any lines as a manifest, closed as a whole one is: it is
 * read to its end, compared with a store, and looked again by.
 */
#define _GNU_SOURCE
#include "store/manifest.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define HEAD                                        \
 "mailguard-manifest\t1\t0.1.0\t1700000000000000\n" \
 "store\tfull\tmbox\tx\n"
#define MAIL                                       \
 "From ann@example.org Thu Jan  1 00:00:00 2026\n" \
 "Message-ID: <1@example.org>\n\nhi\n\n"

static void put(int fd, const void *bytes, size_t n)
{
	if (n && write(fd, bytes, n) != (ssize_t)n)
		__builtin_trap();
}

/* A file with a path, gone with its descriptor. */
static int file_new(char path[64])
{
	int fd = memfd_create("manifest", MFD_CLOEXEC);

	if (fd < 0)
		__builtin_trap();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void check(mailguard *mg, const char *store, const char *manifest)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;

	if (mailguard_store_open(&s, mg, store, NULL) < 0)
		return;
	opts.against = opts.since = manifest;
	if (mailguard_store_check(&c, s, &opts, NULL) >= 0) {
		while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
			;
		sum = mailguard_check_result(c);
		if (sum->verdict &&
		    sum->same + sum->changed + sum->added != sum->messages)
			__builtin_trap();
		mailguard_check_free(c);
	}
	mailguard_store_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned char sum[MGI_SHA256_BYTES];
	char path[64], box[64], hex[MGI_SHA256_HEX], end[128];
	mgi_hash *hash;
	mailguard *mg;
	int fd, store;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	fd = file_new(path);
	store = file_new(box);
	put(store, MAIL, strlen(MAIL));
	put(fd, HEAD, strlen(HEAD));
	put(fd, data, n);
	if (n && data[n - 1] != '\n')
		put(fd, "\n", 1);
	if (mgi_hash_new(&hash, mg, NULL) >= 0) {
		mgi_hash_add(hash, mgi_span(HEAD, strlen(HEAD)));
		mgi_hash_add(hash, mgi_span(data, n));
		if (n && data[n - 1] != '\n')
			mgi_hash_add(hash, mgi_span("\n", 1));
		(void)mgi_hash_done(sum, hash, NULL);
		mgi_hash_free(hash);
		mgi_hex(hex, mgi_span(sum, sizeof(sum)));
		snprintf(end, sizeof(end), "end\t1\t%s\n", hex);
		put(fd, end, strlen(end));
		check(mg, box, path);
	}
	close(fd);
	close(store);
	mailguard_free(mg);
	return 0;
}
