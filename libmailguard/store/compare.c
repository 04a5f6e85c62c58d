/*
 * compare.c - three rounds, each sorted anew: by digest, by Message-ID, by
 * place. What finds its like leaves; what is left at the end is missing or new.
 */
#include "store/compare.h"

#include <string.h>

#include "base/fail.h"
#include "base/spool.h"

enum { THEN = 0, NOW = 1 }; /* the manifest's, the store's */
enum { HELD_MAX = 64 };

/* Bytes alone, for it is ordered by them. */
typedef struct row {
	unsigned char key[16];
	unsigned char side;
	unsigned char at[8]; /* line or item */
	unsigned char sum[16], id[16], place[16];
	unsigned char local[8], gap[8];
	unsigned char offset[8], file[8];
} row;

struct mgi_compare {
	mailguard *mg;
	mgi_spool *rows;
	mgi_compare_fn tell;
	void *self;
};

static void put(unsigned char to[8], uint64_t n)
{
	int i;

	for (i = 7; i >= 0; i--) {
		to[i] = (unsigned char)n;
		n >>= 8;
	}
}

static uint64_t get(const unsigned char from[8])
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < 8; i++)
		n = n << 8 | from[i];
	return n;
}

/* 128 bits of a text; two marks that begin differently. */
static void text_mark(unsigned char out[16], const char *text, uint64_t n)
{
	unsigned char number[8];
	uint64_t a, b;

	put(number, n);
	a = mgi_mark_add(MGI_MARK, mgi_span_of(text));
	b = mgi_mark_add(~MGI_MARK, mgi_span_of(text));
	put(out, mgi_mark_add(a, mgi_span(number, 8)));
	put(out + 8, mgi_mark_add(b, mgi_span(number, 8)));
}

static void row_fill(row *out, const mgi_mail_record *r, const char *path)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->key, r->digests.mg1, 16);
	memcpy(out->sum, r->digests.mg1, 16);
	memcpy(out->local, r->digests.sha256, 8);
	put(out->gap, r->gap);
	put(out->offset, r->offset);
	text_mark(out->place, path, r->offset);
	if (r->id[0])
		text_mark(out->id, r->id, 0);
	else
		memcpy(out->id, out->place, 16);
}

mailguard_status mgi_compare_new(mgi_compare **out,
                                 mailguard *mg,
                                 mailguard_error *err)
{
	mgi_compare *c = mgi_alloc(mg, sizeof(*c));
	mailguard_status st;

	*out = NULL;
	if (!c)
		return mgi_fail_nomem(err);
	c->mg = mg;
	st = mgi_spool_new(&c->rows, mg, sizeof(row), 0, err);
	if (st < 0) {
		mgi_free(mg, c);
		return st;
	}
	*out = c;
	return MAILGUARD_OK;
}

void mgi_compare_free(mgi_compare *c)
{
	if (!c)
		return;
	mgi_spool_free(c->rows);
	mgi_free(c->mg, c);
}

void mgi_compare_add(mgi_compare *c,
                     const mgi_mail_record *r,
                     const char *path,
                     size_t file,
                     uint64_t item)
{
	row new;

	row_fill(&new, r, path);
	new.side = NOW;
	put(new.at, item);
	put(new.file, file);
	mgi_spool_add(c->rows, &new);
}

static mailguard_status manifest_add(mgi_compare *c,
                                     mgi_manifest *m,
                                     mailguard_error *err)
{
	char path[4096] = "";
	mgi_manifest_line line;
	mailguard_status st;

	while ((st = mgi_manifest_next(&line, m, err)) == MAILGUARD_OK) {
		row old;

		if (line.kind == MGI_MANIFEST_FILE) {
			size_t n = strlen(line.file.path);

			memcpy(path, line.file.path,
			       n < sizeof(path) ? n + 1 : sizeof(path));
		}
		if (line.kind != MGI_MANIFEST_MAIL)
			continue;
		row_fill(&old, &line.mail, path);
		old.side = THEN;
		put(old.at, line.at);
		mgi_spool_add(c->rows, &old);
	}
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- a round ----------------------------------------------------------------
 */

typedef struct round {
	mgi_compare *c;
	mgi_spool *left; /* for the next; NULL in the last */
	int number;      /* 0 by digest, 1 by id, 2 by place */
	row held[HELD_MAX];
	size_t count;
	uint64_t more; /* of the key, past those */
	unsigned char key[16];
} round;

static void tell(const round *r,
                 mgi_compared how,
                 const row *then,
                 const row *now)
{
	mgi_compared_mail mail = { how, 0, 0, 0, 0 };

	if (then) {
		mail.line = get(then->at);
		mail.offset = get(then->offset);
	}
	if (now) {
		mail.item = get(now->at);
		mail.offset = get(now->offset);
		mail.file = (size_t)get(now->file);
	}
	r->c->tell(r->c->self, &mail);
}

static void pair(const round *r, const row *then, const row *now)
{
	mgi_compared how = MGI_COMPARED_SAME;

	if (r->number > 0)
		how = MGI_COMPARED_CHANGED;
	else if (memcmp(then->local, now->local, sizeof(now->local)) != 0)
		how = MGI_COMPARED_MARKED;
	else if (memcmp(then->gap, now->gap, sizeof(now->gap)) != 0)
		how = MGI_COMPARED_PARTED;
	tell(r, how, then, now);
}

static void pass_on(const round *r, const row *from)
{
	row next = *from;

	if (!r->left) {
		tell(r,
		     from->side == THEN ? MGI_COMPARED_MISSING
		                        : MGI_COMPARED_NEW,
		     from->side == THEN ? from : NULL,
		     from->side == NOW ? from : NULL);
		return;
	}
	memcpy(next.key, r->number ? next.place : next.id, sizeof(next.key));
	mgi_spool_add(r->left, &next);
}

/* Those of the manifest that found no like. */
static void key_end(round *r)
{
	while (r->count)
		pass_on(r, &r->held[--r->count]);
	/* So many of one key that they were only counted. */
	for (; r->more; r->more--)
		tell(r, MGI_COMPARED_MISSING, NULL, NULL);
}

/* The like of a message now: one at the same place if there is one. */
static size_t like_of(const round *r, const row *now)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (memcmp(r->held[i].place, now->place, 16) == 0 &&
		    memcmp(r->held[i].local, now->local, 8) == 0)
			return i;
	return 0;
}

static void row_take(round *r, const row *x)
{
	size_t i;

	if (memcmp(x->key, r->key, sizeof(r->key)) != 0) {
		key_end(r);
		memcpy(r->key, x->key, sizeof(r->key));
	}
	if (x->side == THEN && r->count < HELD_MAX) {
		r->held[r->count++] = *x;
	} else if (x->side == THEN) {
		r->more++;
	} else if (r->count) {
		i = like_of(r, x);
		pair(r, &r->held[i], x);
		memmove(&r->held[i], &r->held[i + 1],
		        (--r->count - i) * sizeof(r->held[0]));
	} else if (r->more) {
		r->more--;
		tell(r, MGI_COMPARED_SAME, NULL, x);
	} else {
		pass_on(r, x);
	}
}

static mailguard_status round_run(round *r,
                                  mgi_spool *rows,
                                  mailguard_error *err)
{
	mailguard_status st;
	const void *x;

	st = mgi_spool_sort(rows, err);
	if (st < 0)
		return st;
	while ((st = mgi_spool_next(&x, rows, err)) == MAILGUARD_OK)
		row_take(r, x);
	key_end(r);
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_compare_run(mgi_compare *c,
                                 mgi_manifest *m,
                                 mgi_compare_fn fn,
                                 void *self,
                                 mailguard_error *err)
{
	mailguard_status st = manifest_add(c, m, err);
	round *r;
	int i;

	if (st < 0)
		return st;
	r = mgi_alloc(c->mg, sizeof(*r));
	if (!r)
		return mgi_fail_nomem(err);
	c->tell = fn;
	c->self = self;
	for (i = 0; st >= 0 && i < 3; i++) {
		memset(r, 0, sizeof(*r));
		r->c = c;
		r->number = i;
		if (i < 2)
			st = mgi_spool_new(&r->left, c->mg, sizeof(row), 0,
			                   err);
		if (st >= 0)
			st = round_run(r, c->rows, err);
		mgi_spool_free(c->rows);
		c->rows = r->left;
	}
	mgi_free(c->mg, r);
	return st;
}
