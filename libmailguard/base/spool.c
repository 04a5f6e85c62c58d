/*
 * spool.c - what is in memory is sorted byte by byte; a heap merges the runs.
 */
#include "base/spool.h"

#include <string.h>

#include "base/fail.h"
#include "base/os.h"

/* A sorted stretch of the file, and the part of it in memory. */
typedef struct run {
	uint64_t at, end; /* of what is still in the file */
	unsigned char *buf;
	size_t next, len; /* of what is in memory */
} run;

struct mgi_spool {
	mailguard *mg;
	unsigned char *mem;
	size_t size, used, room, limit;
	run *runs;
	size_t run_count, run_room;
	run **heap; /* the run with the least record first */
	size_t heap_len;
	uint64_t count, written;
	size_t told; /* in memory */
	int fd, sys;
	bool nomem, popped;
};

mailguard_status mgi_spool_new(mgi_spool **out,
                               mailguard *mg,
                               size_t size,
                               size_t limit,
                               mailguard_error *err)
{
	mgi_spool *s = mgi_alloc(mg, sizeof(*s));

	*out = s;
	if (!s)
		return mgi_fail_nomem(err);
	s->mg = mailguard_ref(mg);
	s->size = size;
	s->limit = limit ? limit : MGI_SPOOL_MEMORY;
	s->fd = -1;
	return MAILGUARD_OK;
}

void mgi_spool_free(mgi_spool *s)
{
	mailguard *mg;
	size_t i;

	if (!s)
		return;
	mg = s->mg;
	if (s->fd >= 0)
		mgi_os_close(s->fd);
	for (i = 0; i < s->run_count; i++)
		mgi_free(mg, s->runs[i].buf);
	mgi_free(mg, s->runs);
	mgi_free(mg, s->heap);
	mgi_free(mg, s->mem);
	mgi_free(mg, s);
	mailguard_free(mg);
}

uint64_t mgi_spool_count(const mgi_spool *s)
{
	return s->count;
}

/* -- in memory ------------------------------------------------------------ */

static void swap(unsigned char *a, unsigned char *b, size_t n)
{
	unsigned char held[64];

	while (n) {
		size_t k = n < sizeof(held) ? n : sizeof(held);

		memcpy(held, a, k);
		memcpy(a, b, k);
		memcpy(b, held, k);
		a += k;
		b += k;
		n -= k;
	}
}

static bool in_order(const unsigned char *at, size_t count, size_t size)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (memcmp(at + (i - 1) * size, at + i * size, size) > 0)
			return false;
	return true;
}

static void insert_all(unsigned char *at, size_t count, size_t size)
{
	size_t i, k;

	for (i = 1; i < count; i++)
		for (k = i;
		     k && memcmp(at + (k - 1) * size, at + k * size, size) > 0;
		     k--)
			swap(at + (k - 1) * size, at + k * size, size);
}

/* Each record to where those with its byte `i` go. */
static void part(unsigned char *at, const size_t *end, size_t size, size_t i)
{
	size_t next[256], b;

	for (b = 0; b < 256; b++)
		next[b] = b ? end[b - 1] : 0;
	for (b = 0; b < 256; b++) {
		while (next[b] < end[b]) {
			unsigned char *p = at + next[b] * size;

			if (p[i] == b)
				next[b]++;
			else
				swap(p, at + next[p[i]]++ * size, size);
		}
	}
}

/* By one byte after the other, which needs no more memory and no luck. */
static void sort_from(unsigned char *at, size_t count, size_t size, size_t i)
{
	size_t end[256] = { 0 }, k, b;

	if (count < 24 || i == size) {
		insert_all(at, i == size ? 0 : count, size);
		return;
	}
	for (k = 0; k < count; k++)
		end[at[k * size + i]]++;
	for (b = 1; b < 256; b++)
		end[b] += end[b - 1];
	part(at, end, size, i);
	for (b = 0; b < 256; b++) {
		size_t from = b ? end[b - 1] : 0;

		if (end[b] - from > 1)
			sort_from(at + from * size, end[b] - from, size, i + 1);
	}
}

static void sort(unsigned char *at, size_t count, size_t size)
{
	if (!in_order(at, count, size))
		sort_from(at, count, size, 0);
}

static bool grow(mgi_spool *s)
{
	size_t least = 64 * s->size, room = s->room ? s->room * 2 : least;
	void *more;

	if (room > s->limit)
		room = s->limit > least ? s->limit / s->size * s->size : least;
	more = mgi_resize(s->mg, s->mem, room);
	if (!more)
		return false;
	s->mem = more;
	s->room = room;
	return true;
}

/* -- in the file ---------------------------------------------------------- */

static run *run_new(mgi_spool *s)
{
	if (s->run_count == s->run_room) {
		size_t room = s->run_room ? s->run_room * 2 : 16;
		run *more = mgi_resize(s->mg, s->runs, room * sizeof(*more));

		if (!more)
			return NULL;
		s->runs = more;
		s->run_room = room;
	}
	memset(&s->runs[s->run_count], 0, sizeof(*s->runs));
	return &s->runs[s->run_count++];
}

static void spill(mgi_spool *s)
{
	run *r;

	if (s->fd < 0)
		s->fd = mgi_os_temp(&s->sys);
	r = s->fd < 0 ? NULL : run_new(s);
	if (!r) {
		s->nomem = s->fd >= 0;
		return;
	}
	sort(s->mem, s->used / s->size, s->size);
	mgi_os_write(s->fd, s->written, s->mem, s->used, &s->sys);
	r->at = s->written;
	s->written += s->used;
	r->end = s->written;
	s->used = 0;
}

void mgi_spool_add(mgi_spool *s, const void *record)
{
	if (s->nomem || s->sys)
		return;
	if (s->used == s->room && s->room + s->size > s->limit && s->room)
		spill(s);
	else if (s->used == s->room && !grow(s))
		s->nomem = true;
	if (s->nomem || s->sys)
		return;
	memcpy(s->mem + s->used, record, s->size);
	s->used += s->size;
	s->count++;
}

static const unsigned char *head(const run *r)
{
	return r->buf + r->next;
}

/* More of a run into memory; false at its end, or if it cannot be read. */
static bool refill(mgi_spool *s, run *r, size_t room)
{
	size_t n = r->end - r->at < room ? (size_t)(r->end - r->at) : room;

	r->next = 0;
	r->len = n ? mgi_os_read(s->fd, r->at, r->buf, n, &s->sys) : 0;
	r->at += r->len;
	return r->len == n && n;
}

static void heap_sink(mgi_spool *s, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		run *held = s->heap[i];

		if (child >= s->heap_len)
			return;
		if (child + 1 < s->heap_len &&
		    memcmp(head(s->heap[child + 1]), head(s->heap[child]),
		           s->size) < 0)
			child++;
		if (memcmp(head(held), head(s->heap[child]), s->size) <= 0)
			return;
		s->heap[i] = s->heap[child];
		s->heap[child] = held;
		i = child;
	}
}

/* Each run gets its share of the memory. */
static size_t share(const mgi_spool *s)
{
	size_t n = s->limit / (s->run_count + 1) / s->size;

	return (n ? n : 1) * s->size;
}

static mailguard_status merge_begin(mgi_spool *s, mailguard_error *err)
{
	size_t i;

	mgi_free(s->mg, s->mem);
	s->mem = NULL;
	s->heap = mgi_alloc(s->mg, s->run_count * sizeof(run *));
	if (!s->heap)
		return mgi_fail_nomem(err);
	for (i = 0; i < s->run_count; i++) {
		run *r = &s->runs[i];

		r->buf = mgi_resize(s->mg, NULL, share(s));
		if (!r->buf)
			return mgi_fail_nomem(err);
		if (refill(s, r, share(s)))
			s->heap[s->heap_len++] = r;
	}
	for (i = s->heap_len / 2; i > 0; i--)
		heap_sink(s, i - 1);
	return MAILGUARD_OK;
}

static mailguard_status told(const mgi_spool *s, mailguard_error *err)
{
	if (s->nomem)
		return mgi_fail_nomem(err);
	if (s->sys)
		return mgi_fail_sys(err, s->mg, s->sys, MGI_SAY_FILE_TEMPORARY);
	return MAILGUARD_OK;
}

mailguard_status mgi_spool_sort(mgi_spool *s, mailguard_error *err)
{
	mailguard_status st;

	if (s->run_count && s->used && !s->nomem && !s->sys)
		spill(s);
	st = told(s, err);
	if (st < 0)
		return st;
	if (s->run_count) {
		st = merge_begin(s, err);
		return st < 0 ? st : told(s, err);
	}
	sort(s->mem, s->used / s->size, s->size);
	return MAILGUARD_OK;
}

mailguard_status mgi_spool_next(const void **out,
                                mgi_spool *s,
                                mailguard_error *err)
{
	run *r;

	*out = NULL;
	if (!s->run_count) {
		if (s->told == s->used)
			return MAILGUARD_ITEROVER;
		*out = s->mem + s->told;
		s->told += s->size;
		return MAILGUARD_OK;
	}
	/* What was lent stood at the top of the heap until now. */
	if (s->popped) {
		r = s->heap[0];
		r->next += s->size;
		if (r->next >= r->len && !refill(s, r, share(s)))
			s->heap[0] = s->heap[--s->heap_len];
		heap_sink(s, 0);
	}
	s->popped = true;
	if (s->sys)
		return told(s, err);
	if (!s->heap_len)
		return MAILGUARD_ITEROVER;
	*out = head(s->heap[0]);
	return MAILGUARD_OK;
}
