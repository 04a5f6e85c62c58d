/*
 * script.c - the recorder's steps: open, say, hear, end.
 *
 * The open step's bytes grow in two buffers and are copied out when it ends,
 * so that what is kept takes no more than it must.
 */
#include "net/script_own.h"

#include <errno.h>
#include <inttypes.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"

enum {
	HEARD_DEFAULT = 4 << 10,
	KEPT_DEFAULT = 16 << 10,
	BODY_DEFAULT = 4 << 20,
	KEPT_BACK = 8 /* one part of so many is for refusals */
};

void mgi_script_fail(mgi_script *s, mailguard_status st, mgi_say_id why)
{
	if (s->failed)
		return;
	s->failed = st;
	s->why = why;
}

bool mgi_script_failed(const mgi_script *s)
{
	return s->failed || mgi_arena_failed(s->t->arena) || s->said.failed ||
	       s->heard.failed || s->t->body.failed;
}

void *mgi_list_add(mgi_script *s, mgi_list *list, size_t size, size_t max)
{
	size_t room = list->room ? list->room * 2 : 8;
	unsigned char *at = list->at;

	if (list->count >= max)
		return NULL;
	if (list->count == list->room) {
		at = mgi_resize(mgi_script_handle(s), at, room * size);
		if (!at) {
			mgi_script_fail(s, MAILGUARD_ENOMEM, MGI_SAY_NO_MEMORY);
			return NULL;
		}
		list->at = at;
		list->room = room;
	}
	return at + list->count++ * size;
}

static mailguard_status endpoint_copy(mailguard_endpoint *out,
                                      mgi_arena *a,
                                      const mailguard_endpoint *to,
                                      mailguard_error *err)
{
	mailguard_status st;

	st = mgi_options_copy(out, sizeof(*out), to, mgi_arena_handle(a), err);
	if (st < 0)
		return st;
	out->host = mgi_arena_strdup(a, out->host);
	out->address = mgi_arena_strdup(a, out->address);
	out->user = mgi_arena_strdup(a, out->user);
	out->mechanism = mgi_arena_strdup(a, out->mechanism);
	out->path = mgi_arena_strdup(a, out->path);
	return mgi_arena_failed(a) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

static void limits_set(mgi_script *s, const mgi_script_limits *limits)
{
	static const mgi_script_limits none;

	s->limits = limits ? *limits : none;
	if (!s->limits.max_heard)
		s->limits.max_heard = HEARD_DEFAULT;
	if (!s->limits.max_kept)
		s->limits.max_kept = KEPT_DEFAULT;
	if (!s->limits.max_body)
		s->limits.max_body = BODY_DEFAULT;
}

mailguard_status mgi_script_new(mgi_script **out,
                                mailguard *mg,
                                const mailguard_endpoint *to,
                                const mgi_script_limits *limits,
                                mailguard_error *err)
{
	mailguard_transcript *t;
	mailguard_status st;
	mgi_arena *arena;
	mgi_script *s;

	*out = NULL;
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	t = mgi_arena_alloc(arena, sizeof(*t));
	s = mgi_alloc(mg, sizeof(*s));
	if (!t || !s) {
		st = mgi_fail_nomem(err);
		goto fail;
	}
	st = endpoint_copy(&t->endpoint, arena, to, err);
	if (st < 0)
		goto fail;
	t->arena = arena;
	t->address = "";
	atomic_init(&t->holders, 1);
	mgi_buf_init(&t->body, mg);
	mgi_buf_init(&s->said, mg);
	mgi_buf_init(&s->heard, mg);
	limits_set(s, limits);
	s->t = t;
	*out = s;
	return MAILGUARD_OK;
fail:
	mgi_free(mg, s);
	mgi_arena_free(arena);
	return st;
}

/* All but the transcript. */
static void drop(mgi_script *s)
{
	mgi_buf_done(&s->said);
	mgi_buf_done(&s->heard);
	mgi_free(mgi_script_handle(s), s);
}

void mgi_script_free(mgi_script *s)
{
	mailguard_transcript *t;
	mailguard *mg;

	if (!s)
		return;
	t = s->t;
	mg = mailguard_ref(mgi_script_handle(s));
	drop(s);
	mailguard_transcript_free(t);
	mailguard_free(mg);
}

mailguard *mgi_script_handle(const mgi_script *s)
{
	return mgi_arena_handle(s->t->arena);
}

void mgi_script_encrypted(mgi_script *s, bool on)
{
	s->encrypted = on;
}

static int64_t since(mgi_script *s)
{
	int64_t now = mgi_ticks(mgi_script_handle(s));

	if (!s->begun) {
		s->begun = true;
		s->first = now;
		s->t->begin = mgi_now(mgi_script_handle(s));
	}
	return now - s->first;
}

void mgi_script_begin(mgi_script *s, mailguard_phase phase)
{
	mailguard_step none = { 0 };

	mgi_script_end(s);
	s->open = true;
	s->cut = false;
	s->step = none;
	s->step.phase = phase;
	s->step.begin = since(s);
	s->step.tls = s->encrypted;
}

void mgi_script_connect(mgi_script *s, const char *address, int32_t port)
{
	mgi_number at = mgi_i64(port);

	mgi_script_begin(s, MAILGUARD_PHASE_CONNECT);
	mgi_script_address(s, address);
	mgi_script_said(s, mgi_span_of(address), 0);
	mgi_script_said(s, mgi_span_of(" "), 0);
	mgi_script_said(s, mgi_span_of(at.text), 0);
}

/* For the host's log: where it is, not what is spoken. */
static void tell(const mgi_script *s, const mailguard_step *step)
{
	const char *sys = step->sys ? mgi_errno_name(step->sys) : NULL;

	mgi_log(mgi_script_handle(s), MAILGUARD_LOG_DEBUG,
	        "net: %s %s [%s] %s: %" PRId64 " us, code %d%s%s%s%s%s%s",
	        mailguard_protocol_name(s->t->endpoint.protocol),
	        s->t->endpoint.host ? s->t->endpoint.host : "", s->t->address,
	        mailguard_phase_name(step->phase), step->end - step->begin,
	        (int)step->code, step->note ? ", " : "",
	        step->note ? mgi_note_name(step->note) : "",
	        step->sys ? ", " : "",
	        sys         ? sys
	        : step->sys ? "errno"
	                    : "",
	        step->timed_out ? ", timed out" : "",
	        step->closed ? ", closed" : "");
}

void mgi_script_end(mgi_script *s)
{
	mailguard_step *step = &s->step, *to;
	mgi_arena *a = s->t->arena;

	if (!s->open)
		return;
	s->open = false;
	step->end = since(s);
	tell(s, step);
	step->said = mgi_arena_strndup(a, mgi_buf_text(&s->said), s->said.len);
	step->heard.len = s->heard.len;
	step->heard.data = (unsigned char *)mgi_arena_strndup(
		a, mgi_buf_text(&s->heard), s->heard.len);
	s->kept += s->said.len + s->heard.len;
	mgi_buf_cut(&s->said, 0);
	mgi_buf_cut(&s->heard, 0);
	to = mgi_list_add(s, &s->t->steps, sizeof(*to), MGI_SCRIPT_STEPS_MAX);
	if (to)
		*to = *step;
}

void mgi_script_reached(mgi_script *s, mailguard_phase phase)
{
	if (phase > s->t->reached && phase < MAILGUARD_PHASE_QUIT)
		s->t->reached = phase;
}

/* How much more of the open step may be kept. */
static size_t room(const mgi_script *s, bool refusal)
{
	uint64_t kept = s->kept + s->said.len + s->heard.len;
	uint64_t max = s->limits.max_kept;

	if (!refusal)
		max -= max / KEPT_BACK;
	return kept < max ? (size_t)(max - kept) : 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What is left of `max_heard` for what already has `len` bytes. */
static size_t left(const mgi_script *s, size_t len)
{
	return len < s->limits.max_heard ? (size_t)s->limits.max_heard - len
	                                 : 0;
}

void mgi_script_said(mgi_script *s, mailguard_span shown, uint64_t bytes)
{
	size_t n;

	if (!s->open)
		return;
	n = least(shown.len, least(left(s, s->said.len), room(s, false)));
	mgi_buf_add(&s->said, shown.data, n);
	s->step.said_bytes += bytes;
}

void mgi_script_sent(mgi_script *s, uint64_t bytes)
{
	if (s->open)
		s->step.said_bytes += bytes;
}

void mgi_script_heard(mgi_script *s, mailguard_span shown, uint64_t bytes)
{
	size_t n;

	if (!s->open)
		return;
	s->step.heard_bytes += bytes;
	if (s->cut)
		return;
	n = least(shown.len, least(left(s, s->heard.len), room(s, false)));
	s->cut = n < shown.len;
	mgi_buf_add(&s->heard, shown.data, n);
}

/* Cut what was heard to whole lines in at most `n` bytes. */
static void give_way(mgi_script *s, size_t n)
{
	const char *at = mgi_buf_text(&s->heard);

	n = least(n, s->heard.len);
	while (n && at[n - 1] != '\n')
		n--;
	mgi_buf_cut(&s->heard, n);
}

void mgi_script_answer(mgi_script *s,
                       mailguard_span shown,
                       uint64_t bytes,
                       mailguard_reply_kind kind,
                       int32_t code)
{
	bool good = kind == MAILGUARD_REPLY_OK || kind == MAILGUARD_REPLY_MORE;
	size_t all, n;

	if (!s->open)
		return;
	s->step.heard_bytes += bytes;
	s->step.answer = kind;
	s->step.code = code;
	all = least(s->heard.len + room(s, !good), (size_t)s->limits.max_heard);
	n = least(shown.len, all);
	if (s->cut || s->heard.len > all - n)
		give_way(s, all - n);
	mgi_buf_add(&s->heard, shown.data, n);
	s->cut = true;
}

void mgi_script_code(mgi_script *s, int32_t code)
{
	s->step.code = code;
}

void mgi_script_note(mgi_script *s, mailguard_note note)
{
	s->step.note = note;
}

void mgi_script_lost(mgi_script *s, int sys, bool timed_out)
{
	s->step.sys = sys;
	s->step.timed_out = timed_out;
	if (sys == ECONNRESET || sys == EPIPE)
		s->step.closed = 2;
	else if (!sys && !timed_out)
		s->step.closed = 1;
}

mailguard_status mgi_script_finish(mailguard_transcript **out,
                                   mgi_script *s,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	*out = NULL;
	mgi_script_end(s);
	if (s->failed)
		st = mgi_fail(err, mgi_script_handle(s), s->failed, s->why);
	else if (mgi_script_failed(s))
		st = mgi_fail_nomem(err);
	if (st < 0) {
		mgi_script_free(s);
		return st;
	}
	s->t->tls.chain = s->t->certificates.count;
	s->t->tls.faults = s->t->faults.count;
	*out = s->t;
	drop(s);
	return MAILGUARD_OK;
}
