/*
 * fuzz_msg.c - any bytes as an Outlook item in a file of its own: its mail is
 * read twice and is the same, and its check ends.
 */
#define _GNU_SOURCE
#include <mailguard/store.h>

#include <string.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void mail(mailguard_store *store)
{
	unsigned char one[32], two[32];
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_walk *w;

	if (mailguard_store_walk(&w, store, NULL, NULL) < 0)
		abort();
	if (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		if (mailguard_walk_message(&msg, w, NULL) < 0 ||
		    mailguard_message_sha256(one, msg, NULL) < 0 ||
		    mailguard_message_sha256(two, msg, NULL) < 0 ||
		    memcmp(one, two, sizeof(one)) != 0)
			abort();
		mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
}

static void check(mailguard_store *store)
{
	const mailguard_finding *f;
	mailguard_check *c;

	if (mailguard_store_check(&c, store, NULL, NULL) < 0)
		abort();
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	if (!mailguard_check_result(c)->verdict)
		abort();
	mailguard_check_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("item", MFD_CLOEXEC);
	mailguard_store *store;
	mailguard *mg;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	if (mailguard_new(&mg, NULL, NULL) == MAILGUARD_OK) {
		if (mailguard_store_open(&store, mg, path, NULL) ==
		    MAILGUARD_OK) {
			if (strcmp(mailguard_store_format(store), "msg") == 0) {
				mail(store);
				check(store);
			}
			mailguard_store_free(store);
		}
		mailguard_free(mg);
	}
	close(fd);
	return 0;
}
