/*
 * fuzz_backup.c - what a backup says of itself: any bytes as its list of
 * files, as a line of its seals, and as what is known of it. Nothing of it may
 * lead out of the backup.
 */
#define _GNU_SOURCE
#include "backup/bag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int leads_out(const char *path)
{
	return path[0] == '/' || strcmp(path, "..") == 0 ||
	       strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
	       (strlen(path) > 2 &&
	        strcmp(path + strlen(path) - 3, "/..") == 0);
}

static void rows_read(mailguard *mg, const uint8_t *data, size_t n)
{
	uint64_t offset, length, last = 0;
	mgi_row *row = mgi_row_new(mg);
	mgi_rows *rows;
	char path[64];
	size_t at;
	int fd = memfd_create("files", MFD_CLOEXEC);

	if (fd < 0 || !row || (n && write(fd, data, n) != (ssize_t)n))
		__builtin_trap();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (mgi_rows_open(&rows, mg, path, 3, NULL) >= 0) {
		while (mgi_rows_next(row, rows, NULL) == MAILGUARD_OK) {
			if (leads_out(row->own) || leads_out(row->path) ||
			    row->store >= 3)
				__builtin_trap();
			for (at = 0;
			     mgi_row_skipped(&offset, &length, row, &at);)
				last += length;
			mgi_row_skip(row, last, 4096);
			(void)mgi_row_order(row->own, row->path);
		}
		mgi_rows_free(rows);
	}
	mgi_free(mg, row);
	close(fd);
}

static void facts_read(mailguard *mg, const uint8_t *data, size_t n)
{
	mailguard_buffer *buf;
	mailguard_backup *b;
	size_t i;

	if (mailguard_backup_new(&b, mg, NULL, NULL) < 0)
		return;
	if (mgi_facts_read(b, mgi_span(data, n), "x", NULL) >= 0) {
		for (i = 0; i < b->count; i++)
			if (strchr(b->stores[i].name, '/') ||
			    (b->stores[i].manifest &&
			     leads_out(b->stores[i].manifest)))
				__builtin_trap();
		if (mailguard_buffer_new(&buf, mg, NULL) >= 0) {
			(void)mailguard_backup_json(buf, b, NULL, NULL);
			(void)mailguard_backup_text(buf, b, NULL, NULL);
			mailguard_buffer_free(buf);
		}
	}
	mailguard_backup_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned char sum[MGI_SHA256_BYTES];
	mailguard_span path;
	mailguard *mg;

	if (!n || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	switch (data[0]) {
	case 'f':
		rows_read(mg, data, n);
		break;
	case '{':
		facts_read(mg, data, n);
		break;
	default:
		if (mgi_bag_line(sum, &path, mgi_span(data, n)) &&
		    (!path.len || path.len >= MGI_BAG_PATH))
			__builtin_trap();
	}
	mailguard_free(mg);
	return 0;
}
