#ifndef ONE_FILE_H
#define ONE_FILE_H
/*
 * one_file.h - any bytes as one mail file of a name: every message is read
 * twice and is the same, a check ends, and both count alike.
 */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t one_file_walk(mailguard_store *store)
{
	unsigned char one[32], two[32];
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_status st;
	mailguard_walk *w;
	uint64_t count = 0;

	if (mailguard_store_walk(&w, store, NULL, NULL) < 0)
		abort();
	while ((st = mailguard_walk_next(&item, w, NULL)) == MAILGUARD_OK ||
	       st == MAILGUARD_EIO) {
		count++;
		if (st == MAILGUARD_EIO)
			continue;
		if (!item->folder || !item->file || !item->state)
			abort();
		if (mailguard_walk_message(&msg, w, NULL) < 0 ||
		    mailguard_message_sha256(one, msg, NULL) < 0 ||
		    mailguard_message_sha256(two, msg, NULL) < 0 ||
		    memcmp(one, two, sizeof(one)) != 0)
			abort();
		mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
	return count;
}

static void one_file_check(mailguard_store *store, uint64_t count)
{
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	mailguard_check *c;

	if (mailguard_store_check(&c, store, NULL, NULL) < 0)
		abort();
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	sum = mailguard_check_result(c);
	if (!sum->verdict || sum->messages != count ||
	    sum->intact + sum->damaged + sum->lost != count)
		abort();
	mailguard_check_free(c);
}

static char one_file_folder[] = "/tmp/mailguard-fuzz-XXXXXX";

static void one_file_over(void)
{
	rmdir(one_file_folder);
}

/* Written as `name`, below a folder of this process's own. */
static const char *one_file_write(const char *name,
                                  const uint8_t *data,
                                  size_t n)
{
	static char path[128];
	FILE *f;

	if (!path[0] &&
	    (!mkdtemp(one_file_folder) || atexit(one_file_over) != 0))
		abort();
	snprintf(path, sizeof(path), "%s/%s", one_file_folder, name);
	f = fopen(path, "wb");
	if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
		abort();
	return path;
}

static int one_file(const char *name, const uint8_t *data, size_t n)
{
	const char *path = one_file_write(name, data, n);
	mailguard_store *store;
	mailguard *mg;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	if (mailguard_store_open(&store, mg, path, NULL) == MAILGUARD_OK) {
		one_file_check(store, one_file_walk(store));
		mailguard_store_free(store);
	}
	mailguard_free(mg);
	remove(path);
	return 0;
}

#endif
