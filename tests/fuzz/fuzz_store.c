/*
 * fuzz_store.c - any bytes as a mail file: it is walked and checked to its
 * end, and the messages lie behind each other inside it. As one message they
 * show the same however they are cut; as a summary (.msf) they are read.
 */
#define _GNU_SOURCE
#include <mailguard/store.h>

#include "base/text.h"
#include "store/exam.h"
#include "store/msf.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void walk(mailguard_store *store, size_t n)
{
	const mailguard_item *item;
	mailguard_walk *w;
	uint64_t end = 0;

	if (mailguard_store_walk(&w, store, NULL, NULL) < 0)
		return;
	/* All others have targets of their own. */
	if (strcmp(mailguard_store_format(store), "mbox") != 0 &&
	    strcmp(mailguard_store_format(store), "eml") != 0)
		n = SIZE_MAX;
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		if (n == SIZE_MAX)
			continue;
		if (item->offset < end || item->size > n - item->offset)
			__builtin_trap();
		end = item->offset + item->size;
	}
	mailguard_walk_free(w);
}

static void check(mailguard_store *store)
{
	const mailguard_finding *f;
	mailguard_check *c;

	if (mailguard_store_check(&c, store, NULL, NULL) < 0)
		return;
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	if (!mailguard_check_result(c)->verdict)
		__builtin_trap();
	mailguard_check_free(c);
}

static void examine(mailguard *mg, const uint8_t *data, size_t n)
{
	mgi_exam whole, bytes;
	size_t i;

	mgi_exam_init(&whole, mg, true, true);
	mgi_exam_init(&bytes, mg, true, true);
	mgi_exam_begin(&whole);
	mgi_exam_begin(&bytes);
	mgi_exam_feed(&whole, mgi_span(data, n));
	for (i = 0; i < n; i++)
		mgi_exam_feed(&bytes, mgi_span(data + i, 1));
	if (mgi_exam_end(&whole, NULL) < 0 || mgi_exam_end(&bytes, NULL) < 0)
		__builtin_trap();
	if (whole.damage_count != bytes.damage_count ||
	    whole.cues.seen != bytes.cues.seen ||
	    memcmp(whole.cues.first, bytes.cues.first,
	           sizeof(whole.cues.first)) != 0 ||
	    memcmp(&whole.digests, &bytes.digests, sizeof(whole.digests)) !=
	            0 ||
	    whole.attachments != bytes.attachments || whole.date != bytes.date)
		__builtin_trap();
	mgi_exam_done(&whole);
	mgi_exam_done(&bytes);
	(void)mgi_msf_of(mgi_span(data, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("store", MFD_CLOEXEC);
	mailguard_store *store;
	mailguard *mg;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		__builtin_trap();
	if (mailguard_new(&mg, NULL, NULL) == MAILGUARD_OK) {
		examine(mg, data, n);
		if (mailguard_store_open(&store, mg, path, NULL) ==
		    MAILGUARD_OK) {
			walk(store, n);
			check(store);
			mailguard_store_free(store);
		}
		mailguard_free(mg);
	}
	close(fd);
	return 0;
}
