/*
 * copy.c - bytes from one file into another, hashed on the way.
 *
 * Where the disk does not give them, a growing step is made over the bad place
 * and what lies before its end is read backwards, page by page: a bad sector
 * costs a page, a bad region not a try for each of its pages.
 */
#include "backup/copy.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/os.h"
#include "base/os_dir.h"
#include "base/os_make.h"
#include "base/text.h"

#define PAGE ((size_t)4096)
#define SYNC_LEAST ((uint64_t)1 << 20) /* smaller ones are synced together */

typedef struct copy {
	mailguard_backup *b;
	mgi_row *row;
	mgi_file *from;
	const char *to;
	mgi_hash *hash;
	uint64_t at;
	size_t step; /* over a bad place */
	int fd;
} copy;

/* Does this mean that a place of the disk is bad, not the disk gone? */
static bool is_bad_place(int sys)
{
	return sys == EIO || sys == ENODATA || sys == EBADMSG || sys == EILSEQ;
}

static mailguard_status put(copy *c, size_t n, mailguard_error *err)
{
	int sys;

	mgi_os_write(c->fd, c->at, c->b->piece, n, &sys);
	if (sys)
		return mgi_fail_sys(err, c->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
		                    "path", c->to);
	mgi_hash_add(c->hash, mgi_span(c->b->piece, n));
	c->at += n;
	return mgi_backup_tick(c->b, n, err);
}

/* A bad place at c->at: leave out as little as can be told. */
static mailguard_status step_over(copy *c, mailguard_error *err)
{
	uint64_t left = mgi_file_size(c->from) - c->at;
	size_t n = c->step - (size_t)(c->at % PAGE), bad, got;

	if (n > left)
		n = (size_t)left;
	memset(c->b->piece, 0, n);
	for (bad = n; bad > PAGE; bad -= got) {
		size_t page = bad % PAGE ? bad % PAGE : PAGE;

		(void)mgi_file_read(c->from, c->at + bad - page,
		                    c->b->piece + bad - page, page, &got, NULL);
		if (got < page) {
			memset(c->b->piece + bad - page, 0, page);
			break;
		}
	}
	mgi_row_skip(c->row, c->at, bad);
	if (bad < n)
		c->step = PAGE;
	else if (c->step < MGI_BAG_PIECE)
		c->step *= 2;
	return put(c, n, err);
}

static mailguard_status piece_copy(copy *c, size_t *got, mailguard_error *err)
{
	/* What it grows by meanwhile belongs to the next round. */
	uint64_t left = mgi_file_size(c->from) - c->at;
	mailguard_error own;
	mailguard_status st;

	*got = 0;
	if (!left)
		return MAILGUARD_ITEROVER;
	st = mgi_file_read(c->from, c->at, c->b->piece,
	                   left < MGI_BAG_PIECE ? (size_t)left : MGI_BAG_PIECE,
	                   got, &own);
	if (*got) {
		c->step = *got == MGI_BAG_PIECE ? PAGE : c->step;
		return put(c, *got, err);
	}
	if (st >= 0)
		return MAILGUARD_ITEROVER;
	if (st == MAILGUARD_EIO && is_bad_place(own.sys))
		return step_over(c, err);
	if (err)
		*err = own;
	return st;
}

/* All of it, to its disk. */
static mailguard_status pump(copy *c, mailguard_error *err)
{
	mailguard_status st;
	size_t got;
	int sys;

	while ((st = piece_copy(c, &got, err)) == MAILGUARD_OK)
		;
	if (st < 0)
		return st;
	sys = mgi_os_dress(c->fd, 0600, c->row->then.changed_ns);
	if (!sys && c->at >= SYNC_LEAST)
		sys = mgi_os_flush(c->fd);
	if (sys)
		return mgi_fail_sys(err, c->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
		                    "path", c->to);
	c->row->size = c->at;
	return mgi_hash_done(c->row->sha256, c->hash, err);
}

mailguard_status mgi_copy_file(mgi_row *row,
                               mailguard_backup *b,
                               const char *from,
                               const char *to,
                               mailguard_error *err)
{
	copy c = { b, row, NULL, to, NULL, 0, PAGE, -1 };
	mailguard_status st;
	int sys = 0;

	row->marks = 0;
	row->skips[0] = '\0';
	st = mgi_file_open(&c.from, b->mg, from, err);
	if (st >= 0)
		st = mgi_hash_new(&c.hash, b->mg, err);
	if (st >= 0) {
		c.fd = mgi_os_create(to, &sys);
		if (c.fd >= 0)
			st = pump(&c, err);
		else if (sys == EEXIST)
			st = mgi_fail(err, b->mg, MAILGUARD_EEXIST,
			              MGI_SAY_FILE_EXISTS, "path", to);
		else
			st = mgi_fail_sys(err, b->mg, sys,
			                  MGI_SAY_FILE_UNWRITABLE, "path", to);
	}
	if (c.fd >= 0) {
		mgi_os_forget(c.fd);
		mgi_os_close(c.fd);
		if (st < 0)
			mgi_path_remove(to);
	}
	mgi_hash_free(c.hash);
	mgi_file_close(c.from);
	return st;
}

mailguard_status mgi_copy_hash(unsigned char sha256[MGI_SHA256_BYTES],
                               uint64_t *size,
                               mailguard_backup *b,
                               const char *path,
                               mailguard_error *err)
{
	mgi_hash *hash = NULL;
	mgi_file *f = NULL;
	mailguard_status st;
	uint64_t all = 0;
	size_t got = 1;

	*size = 0;
	st = mgi_file_open(&f, b->mg, path, err);
	if (st >= 0)
		st = mgi_hash_new(&hash, b->mg, err);
	if (st >= 0)
		all = mgi_file_size(f);
	while (st >= 0 && got && *size < all) {
		uint64_t left = all - *size;

		st = mgi_file_read(f, *size, b->piece,
		                   left < MGI_BAG_PIECE ? (size_t)left
		                                        : MGI_BAG_PIECE,
		                   &got, err);
		if (st < 0)
			break;
		mgi_hash_add(hash, mgi_span(b->piece, got));
		*size += got;
		st = mgi_backup_tick(b, got, err);
	}
	if (st >= 0)
		st = mgi_hash_done(sha256, hash, err);
	mgi_hash_free(hash);
	mgi_file_close(f);
	return st;
}
