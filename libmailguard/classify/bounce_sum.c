/*
 * bounce_sum.c - who bounced and why, over all mails of a store: a row for
 * each recipient and reason, counted while the mails pass.
 */
#include "base/buf.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/json.h"
#include "base/say.h"
#include "base/text.h"
#include "classify/bounce_value.h"

#include <stdlib.h>

#define ROWS_MAX 100000

typedef mailguard_bounce_row row;

struct mailguard_bounce_sum {
	mgi_arena *arena;
	mailguard *mg;
	mailguard_bounce_sum_options opts;
	row **rows;      /* sorted once they are asked for */
	uint32_t *index; /* of rows by hash, + 1; 0: free */
	uint32_t count, cap, slots;
	bool sorted;
	uint64_t mails, over;
};

mailguard_status mailguard_bounce_sum_new(
	mailguard_bounce_sum **out,
	mailguard *mg,
	const mailguard_bounce_sum_options *opts,
	mailguard_error *err)
{
	mailguard_bounce_sum_options own;
	mailguard_bounce_sum *s;
	mailguard_status st;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "handle");
	st = mgi_options_copy(&own, sizeof(own), opts, mg, err);
	if (st < 0)
		return st;
	if (!own.rows_max)
		own.rows_max = ROWS_MAX;
	arena = mgi_arena_new(mg);
	s = arena ? mgi_arena_alloc(arena, sizeof(*s)) : NULL;
	if (!s) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	s->arena = arena;
	s->mg = mg;
	s->opts = own;
	*out = s;
	return MAILGUARD_OK;
}

void mailguard_bounce_sum_free(mailguard_bounce_sum *s)
{
	if (!s)
		return;
	mgi_free(s->mg, s->rows);
	mgi_free(s->mg, s->index);
	mgi_arena_free(s->arena);
}

static uint32_t hash_of(const char *recipient, mailguard_reason reason)
{
	uint32_t h = 0x811c9dc5u ^ (uint32_t)reason;

	for (; *recipient; recipient++)
		h = (h ^ (uint32_t)mgi_lower((unsigned char)*recipient)) *
		    0x01000193u;
	return h ^ h >> 15;
}

/* The place of that row in the index, or where it is to stand. */
static uint32_t place_of(const mailguard_bounce_sum *s,
                         const char *recipient,
                         mailguard_reason reason)
{
	uint32_t at = hash_of(recipient, reason) & (s->slots - 1);

	for (; s->index[at]; at = (at + 1) & (s->slots - 1)) {
		const row *r = s->rows[s->index[at] - 1];

		if (r->reason == reason &&
		    mgi_strcmp_nocase(r->recipient, recipient) == 0)
			break;
	}
	return at;
}

/* Room for one row more; the index is at most half full. */
static bool has_room(mailguard_bounce_sum *s)
{
	uint32_t i, cap = s->cap ? s->cap * 2 : 64;
	uint32_t *index;
	row **rows;

	if (s->count < s->cap)
		return true;
	rows = mgi_resize(s->mg, s->rows, cap * sizeof(*rows));
	if (!rows)
		return false;
	s->rows = rows;
	index = mgi_alloc(s->mg, 2 * cap * sizeof(*index));
	if (!index)
		return false;
	mgi_free(s->mg, s->index);
	s->index = index;
	s->slots = 2 * cap;
	s->cap = cap;
	for (i = 0; i < s->count; i++)
		index[place_of(s, rows[i]->recipient, rows[i]->reason)] = i + 1;
	return true;
}

static bool by_count_first(const row *x, const row *y)
{
	if (x->count != y->count)
		return x->count > y->count;
	if (mgi_strcmp_nocase(x->recipient, y->recipient) != 0)
		return mgi_strcmp_nocase(x->recipient, y->recipient) < 0;
	return x->reason < y->reason;
}

static int by_count(const void *a, const void *b)
{
	return by_count_first(*(row *const *)a, *(row *const *)b) ? -1 : 1;
}

/* Sorting moves rows: the index is made anew. */
static void index_again(mailguard_bounce_sum *s)
{
	uint32_t i;

	memset(s->index, 0, s->slots * sizeof(*s->index));
	for (i = 0; i < s->count; i++)
		s->index[place_of(s, s->rows[i]->recipient,
		                  s->rows[i]->reason)] = i + 1;
	s->sorted = false;
}

static row *row_new(mailguard_bounce_sum *s, const mailguard_bounce_record *r)
{
	row *new = mgi_arena_alloc(s->arena, sizeof(*new));

	if (!new)
		return NULL;
	new->reason = r->reason;
	new->fault = r->fault;
	new->temporary = r->temporary;
	new->hard = r->hard;
	new->recipient = mgi_arena_strdup(s->arena, r->recipient);
	new->status = mgi_arena_strdup(s->arena, r->status);
	new->said = mgi_arena_strdup(s->arena, r->said);
	new->action = mailguard_reason_action(s->mg, r->reason);
	return mgi_arena_failed(s->arena) ? NULL : new;
}

static mailguard_status take(mailguard_bounce_sum *s,
                             const mailguard_bounce_record *r,
                             mailguard_time at,
                             mailguard_error *err)
{
	uint32_t place;
	row *own;

	if (!has_room(s))
		return mgi_fail_nomem(err);
	if (s->sorted)
		index_again(s);
	place = place_of(s, r->recipient, r->reason);
	if (!s->index[place] && s->count == s->opts.rows_max) {
		s->over++;
		return MAILGUARD_OK;
	}
	if (!s->index[place]) {
		own = row_new(s, r);
		if (!own)
			return mgi_fail_nomem(err);
		s->rows[s->count++] = own;
		s->index[place] = s->count;
	}
	own = s->rows[s->index[place] - 1];
	own->count++;
	own->hard |= r->hard;
	if (at && (!own->first || at < own->first))
		own->first = at;
	if (at > own->last)
		own->last = at;
	return MAILGUARD_OK;
}

mailguard_status mailguard_bounce_sum_add(mailguard_bounce_sum *s,
                                          const mailguard_bounce *b,
                                          mailguard_error *err)
{
	mailguard_time at = mailguard_bounce_time(b);
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	s->mails++;
	if (s->opts.since && at && at < s->opts.since)
		return MAILGUARD_OK;
	for (i = 0; i < b->count && st == MAILGUARD_OK; i++)
		if (b->records[i].kind == MAILGUARD_BOUNCE_FAILED)
			st = take(s, &b->records[i], at, err);
	return st;
}

const mailguard_bounce_row *mailguard_bounce_sum_row_at(mailguard_bounce_sum *s,
                                                        size_t i)
{
	if (!s->sorted && s->count) {
		qsort(s->rows, s->count, sizeof(row *), by_count);
		s->sorted = true;
	}
	return i < s->count ? s->rows[i] : NULL;
}

uint64_t mailguard_bounce_sum_mails(const mailguard_bounce_sum *s,
                                    uint64_t *over)
{
	if (over)
		*over = s->over;
	return s->mails;
}

static mailguard_status find(const row **out,
                             mailguard_bounce_sum *s,
                             size_t i,
                             mailguard_error *err)
{
	*out = mailguard_bounce_sum_row_at(s, i);
	return *out ? MAILGUARD_OK
	            : mgi_fail(err, s->mg, MAILGUARD_EINVAL,
	                       MGI_SAY_ARGUMENT_MISSING, "what", "row");
}

mailguard_status mailguard_bounce_sum_json(mailguard_buffer *out,
                                           mailguard_bounce_sum *s,
                                           size_t i,
                                           mailguard_error *err)
{
	const row *r;
	mailguard_status st = find(&r, s, i, err);
	mgi_jsonw w;

	if (st < 0)
		return st;
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "recipient", *r->recipient ? r->recipient : NULL);
	mgi_jsonw_int(&w, "count", (int64_t)r->count);
	mgi_jsonw_str(&w, "fault_domain", mailguard_fault_name(r->fault));
	mgi_jsonw_str(&w, "reason", mailguard_reason_name(r->reason));
	mgi_jsonw_bool(&w, "hard", r->hard);
	mgi_jsonw_str(&w, "status", *r->status ? r->status : NULL);
	mgi_jsonw_time(&w, "first", r->first);
	mgi_jsonw_time(&w, "last", r->last);
	mgi_jsonw_str(&w, "said", *r->said ? r->said : NULL);
	mgi_jsonw_str(&w, "action", *r->action ? r->action : NULL);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

mailguard_status mailguard_bounce_sum_text(mailguard_buffer *out,
                                           mailguard_bounce_sum *s,
                                           size_t i,
                                           mailguard_error *err)
{
	const row *r;
	mailguard_status st = find(&r, s, i, err);

	if (st < 0)
		return st;
	mgi_say(out, s->mg, MGI_SAY_BOUNCE_SUM, "count", mgi_u64(r->count).text,
	        "who", *r->recipient ? r->recipient : "-", "text",
	        mailguard_reason_text(s->mg, r->reason), "status",
	        *r->status ? r->status : "-");
	mgi_buf_putc(out, '\n');
	if (*r->action) {
		mgi_say(out, s->mg, MGI_SAY_BOUNCE_ACTION, "text", r->action);
		mgi_buf_putc(out, '\n');
	}
	return mgi_buf_status(out, err);
}
