/*
 * tally.c - count failures by reason, other side and sender.
 *
 * A log says the same thing many times with other names in it: what a shape
 * of words means is asked once. Senders are kept by queue id in a table of
 * fixed size, where a newer mail takes an older one's place.
 */
#include "base/buf.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/json.h"
#include "base/say.h"
#include "classify/classifier.h"
#include "classify/tally.h"

#include <stdlib.h>

#define ROWS_MAX 20000
#define SENDERS 65536 /* mails on their way at once; a power of two */
#define SHAPES 8192   /* a power of two */
#define DOMAIN_MAX 80
#define EXAMPLE_MAX 300
#define SHAPE_MAX 400 /* bytes of a text that tell one shape from another */

typedef struct sender {
	uint64_t id;
	char domain[DOMAIN_MAX];
} sender;

typedef struct shape {
	uint64_t hash;
	mailguard_reason reason;
	int32_t temporary, confidence, reserved;
} shape;

/* Rows in the order in which they are told. */
typedef struct ranked {
	const mailguard_tally_row *row;
} ranked;

struct mailguard_tally {
	mgi_arena *arena;
	mailguard *mg;
	mailguard_classifier *c;
	mailguard_tally_options opts;
	mailguard_time now;
	int32_t offset;
	int32_t sorted;
	uint64_t lines, failures;
	sender *senders;
	shape *shapes;
	mailguard_tally_row *rows; /* in the order they were met */
	ranked *order;
	uint32_t *index; /* of rows by hash, + 1; 0: free */
	uint32_t count, slots;
};

static uint64_t hash_more(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

static uint64_t hash_of(mailguard_span s)
{
	return hash_more(0xcbf29ce484222325u, s.data, s.len) | 1;
}

mailguard_status mailguard_tally_new(mailguard_tally **out,
                                     mailguard_classifier *c,
                                     const mailguard_tally_options *opts,
                                     mailguard_error *err)
{
	mailguard_tally_options own;
	mailguard_status st;
	mailguard_tally *t;
	mgi_arena *arena;

	*out = NULL;
	if (!c)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "classifier");
	st = mgi_options_copy(&own, sizeof(own), opts, c->mg, err);
	if (st < 0)
		return st;
	if (!own.rows_max)
		own.rows_max = ROWS_MAX;
	arena = mgi_arena_new(c->mg);
	t = arena ? mgi_arena_alloc(arena, sizeof(*t)) : NULL;
	if (!t) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	for (t->slots = 64; t->slots < own.rows_max * 2u;)
		t->slots *= 2;
	t->senders = mgi_arena_array(arena, SENDERS, sizeof(*t->senders));
	t->shapes = mgi_arena_array(arena, SHAPES, sizeof(*t->shapes));
	t->rows = mgi_arena_array(arena, own.rows_max + 1u, sizeof(*t->rows));
	t->order = mgi_arena_array(arena, own.rows_max + 1u, sizeof(ranked));
	t->index = mgi_arena_array(arena, t->slots, sizeof(*t->index));
	if (mgi_arena_failed(arena)) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	t->arena = arena;
	t->mg = c->mg;
	t->c = c;
	t->opts = own;
	t->now = mgi_now(c->mg);
	t->offset = mgi_utc_offset(c->mg, t->now);
	*out = t;
	return MAILGUARD_OK;
}

void mailguard_tally_free(mailguard_tally *t)
{
	if (t)
		mgi_arena_free(t->arena);
}

/* Behind the last "@"; all of it if there is none. */
static mailguard_span domain_of(mailguard_span address)
{
	size_t i = address.len;

	while (i && address.data[i - 1] != '@')
		i--;
	return mgi_span_from(address, i);
}

static void keep_sender(mailguard_tally *t, const mgi_log_line *l)
{
	uint64_t id = hash_of(l->id);
	sender *s = &t->senders[id >> 32 & (SENDERS - 1)];
	mailguard_span d = mgi_log_domain(domain_of(l->sender));
	size_t n = d.len < DOMAIN_MAX ? d.len : DOMAIN_MAX - 1;

	s->id = id;
	memcpy(s->domain, d.data ? (const void *)d.data : "", n);
	s->domain[n] = '\0';
}

static mailguard_span sender_of(mailguard_tally *t, const mgi_log_line *l)
{
	uint64_t id = hash_of(l->id);
	const sender *s = &t->senders[id >> 32 & (SENDERS - 1)];

	if (l->sender.len)
		return mgi_log_domain(domain_of(l->sender));
	return mgi_span_of(l->id.len && s->id == id ? s->domain : "");
}

static bool in_word(int c)
{
	return mgi_is_alnum(c) || mgi_is_one_of(c, "._-@%+=");
}

/* Names and numbers of a case are no part of a shape: addresses, hosts, ids;
   codes of up to three digits and their points are. */
static uint64_t shape_of(mailguard_span s)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i = 0;

	if (s.len > SHAPE_MAX)
		s.len = SHAPE_MAX;
	while (i < s.len) {
		size_t start = i, digits = 0, other = 0;

		while (i < s.len && in_word(s.data[i])) {
			digits += mgi_is_digit(s.data[i]);
			other += s.data[i] == '@' || mgi_is_alpha(s.data[i]);
			i++;
		}
		if (i == start)
			i++;
		else if ((digits && other) || digits > 5 ||
		         memchr(s.data + start, '@', i - start))
			start = i;
		h = hash_more(h, s.data + start, i - start);
	}
	return h | 1;
}

static mailguard_status meaning(const shape **out,
                                mailguard_tally *t,
                                mailguard_span text,
                                mailguard_error *err)
{
	uint64_t hash = shape_of(text);
	shape *s = &t->shapes[hash >> 32 & (SHAPES - 1)];
	const mailguard_cause *cause;
	mailguard_status st;

	*out = s;
	if (s->hash == hash)
		return MAILGUARD_OK;
	st = mailguard_classify_text(&cause, t->c, MAILGUARD_PHASE_NONE, text,
	                             err);
	if (st < 0)
		return st;
	s->hash = hash;
	s->reason = cause->reason;
	s->temporary = cause->temporary;
	s->confidence = cause->confidence;
	return MAILGUARD_OK;
}

static bool is_row(const mailguard_tally_row *r,
                   mailguard_reason reason,
                   mailguard_span provider,
                   mailguard_span from)
{
	return r->reason == reason && mgi_span_is(provider, r->provider) &&
	       mgi_span_is(from, r->sender);
}

/* The row, made if it is new; the last one once there is no room. */
static mailguard_tally_row *row_of(mailguard_tally *t,
                                   mailguard_reason reason,
                                   mailguard_span provider,
                                   mailguard_span from)
{
	uint64_t h = hash_more(hash_of(provider), from.data, from.len);
	mailguard_tally_row *r;
	uint32_t i;

	h = hash_more(h, &reason, sizeof(reason));
	for (i = (uint32_t)(h >> 32) & (t->slots - 1); t->index[i];
	     i = (i + 1) & (t->slots - 1))
		if (is_row(&t->rows[t->index[i] - 1], reason, provider, from))
			return &t->rows[t->index[i] - 1];
	if (t->count >= t->opts.rows_max) {
		t->count = t->opts.rows_max + 1;
		r = &t->rows[t->opts.rows_max];
		r->provider = r->sender = "";
		return r;
	}
	r = &t->rows[t->count++];
	t->index[i] = t->count;
	r->reason = reason;
	r->fault = mailguard_reason_fault(reason);
	r->provider = mgi_arena_strndup(t->arena, provider.data, provider.len);
	r->sender = mgi_arena_strndup(t->arena, from.data, from.len);
	return r;
}

static mailguard_status failure(mailguard_tally *t,
                                const mgi_log_line *l,
                                mailguard_span line,
                                mailguard_error *err)
{
	mailguard_span provider = mgi_log_domain(l->host);
	mailguard_tally_row *r;
	const shape *s;
	mailguard_status st = meaning(&s, t, l->text, err);

	if (st < 0)
		return st;
	if (!provider.len || mgi_span_is(provider, "none"))
		provider = mgi_log_domain(domain_of(l->to));
	r = row_of(t, s->reason, provider, sender_of(t, l));
	if (!r->example) {
		r->example = mgi_arena_strndup(t->arena, line.data,
		                               mgi_utf8_cut(line, EXAMPLE_MAX));
		r->temporary = s->temporary;
		r->confidence = s->confidence;
		r->action = mailguard_reason_action(t->mg, r->reason);
	}
	r->count++;
	t->failures++;
	t->sorted = 0;
	return mgi_arena_failed(t->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mailguard_tally_line(mailguard_tally *t,
                                      mailguard_span line,
                                      mailguard_error *err)
{
	mgi_log_line l;

	t->lines++;
	mgi_log_read(&l, line);
	if (l.kind == MGI_LOG_SENDER)
		keep_sender(t, &l);
	if (l.kind != MGI_LOG_FAILURE)
		return MAILGUARD_OK;
	if (t->opts.since) {
		mailguard_time at = mgi_log_time(line, t->now, t->offset);

		if (at && at < t->opts.since)
			return MAILGUARD_OK;
	}
	return failure(t, &l, line, err);
}

static int by_count(const void *a, const void *b)
{
	const mailguard_tally_row *x = ((const ranked *)a)->row;
	const mailguard_tally_row *y = ((const ranked *)b)->row;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x < y ? -1 : 1;
}

const mailguard_tally_row *mailguard_tally_row_at(mailguard_tally *t, size_t i)
{
	uint32_t k;

	if (!t->sorted) {
		for (k = 0; k < t->count; k++)
			t->order[k].row = &t->rows[k];
		qsort(t->order, t->count, sizeof(ranked), by_count);
		t->sorted = 1;
	}
	return i < t->count ? t->order[i].row : NULL;
}

uint64_t mailguard_tally_lines(const mailguard_tally *t, uint64_t *failures)
{
	if (failures)
		*failures = t->failures;
	return t->lines;
}

static mailguard_status find(const mailguard_tally_row **out,
                             mailguard_tally *t,
                             size_t i,
                             mailguard_error *err)
{
	*out = mailguard_tally_row_at(t, i);
	return *out ? MAILGUARD_OK
	            : mgi_fail(err, t->mg, MAILGUARD_EINVAL,
	                       MGI_SAY_ARGUMENT_MISSING, "what", "row");
}

mailguard_status mailguard_tally_json(mailguard_buffer *out,
                                      mailguard_tally *t,
                                      size_t i,
                                      mailguard_error *err)
{
	const mailguard_tally_row *r;
	mailguard_status st = find(&r, t, i, err);
	mgi_jsonw w;

	if (st < 0)
		return st;
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_int(&w, "count", (int64_t)r->count);
	mgi_jsonw_str(&w, "fault_domain", mailguard_fault_name(r->fault));
	mgi_jsonw_str(&w, "reason", mailguard_reason_name(r->reason));
	mgi_jsonw_str(&w, "transient",
	              r->temporary < 0 ? "maybe"
	              : r->temporary   ? "yes"
	                               : "no");
	mgi_jsonw_int(&w, "confidence", r->confidence);
	mgi_jsonw_str(&w, "provider", *r->provider ? r->provider : NULL);
	mgi_jsonw_str(&w, "sender", *r->sender ? r->sender : NULL);
	mgi_jsonw_str(&w, "example", r->example);
	mgi_jsonw_str(&w, "action", *r->action ? r->action : NULL);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

mailguard_status mailguard_tally_text(mailguard_buffer *out,
                                      mailguard_tally *t,
                                      size_t i,
                                      mailguard_error *err)
{
	const mailguard_tally_row *r;
	mailguard_status st = find(&r, t, i, err);

	if (st < 0)
		return st;
	mgi_say(out, t->mg, MGI_SAY_TALLY_HEAD, "count", mgi_u64(r->count).text,
	        "text", mailguard_reason_text(t->mg, r->reason), "provider",
	        *r->provider ? r->provider : "-", "sender",
	        *r->sender ? r->sender : "-");
	mgi_buf_putc(out, '\n');
	mgi_say(out, t->mg, MGI_SAY_TALLY_EXAMPLE, "text", r->example);
	mgi_buf_putc(out, '\n');
	if (*r->action) {
		mgi_say(out, t->mg, MGI_SAY_BOUNCE_ACTION, "text", r->action);
		mgi_buf_putc(out, '\n');
	}
	return mgi_buf_status(out, err);
}
