/*
 * address.c - mailboxes and groups (RFC 5322, 3.4 and 4.4; 6532), and what
 * people and mailers write in their place.
 *
 * The list is cut at its commas first, then each piece is read by itself: a
 * piece that is broken spoils no other.
 */
#include <mailguard/mime.h>

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "mime/lex.h"

struct mailguard_address_walk {
	mgi_arena *arena;
	mgi_arena *step;      /* strings of `address` */
	mailguard_span value; /* UTF-8 */
	size_t at;
	bool unclosed;     /* no ">" comes any more */
	const char *group; /* "" outside of one */
	bool group_empty;  /* a group began and nobody was in it yet */
	mailguard_address address;
};

mailguard_status mailguard_address_walk_new(mailguard_address_walk **out,
                                            mailguard *mg,
                                            mailguard_span value,
                                            mailguard_error *err)
{
	mailguard_address_walk *w = NULL;
	mailguard_buffer utf8;
	mailguard_status st;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	mgi_buf_init(&utf8, mg);
	st = mgi_text_utf8(&utf8, &value, err);
	if (st == MAILGUARD_OK) {
		w = mgi_arena_alloc(arena, sizeof(*w));
		value.data = (unsigned char *)mgi_arena_strndup(
			arena, value.data, value.len);
	}
	mgi_buf_done(&utf8);
	if (st == MAILGUARD_OK && !mgi_arena_failed(arena))
		w->step = mgi_arena_new(mg);
	if (!w || mgi_arena_failed(arena) || !w->step) {
		mgi_arena_free(arena);
		return st < 0 ? st : mgi_fail_nomem(err);
	}
	w->arena = arena;
	w->value = value;
	w->group = "";
	*out = w;
	return MAILGUARD_OK;
}

void mailguard_address_walk_free(mailguard_address_walk *walk)
{
	if (!walk)
		return;
	mgi_arena_free(walk->step);
	mgi_arena_free(walk->arena);
}

/* -- the name -------------------------------------------------------------- */

/* A phrase without its quotes and comments, its encoded words decoded. */
static mailguard_status phrase(mailguard_buffer *out,
                               mailguard_span s,
                               mailguard_error *err)
{
	mailguard_buffer bare;
	mailguard_status st;
	size_t at = 0, next;

	mgi_buf_init(&bare, out->mg);
	for (; at < s.len; at = next) {
		next = mgi_lex_skip(s, at);
		if (s.data[at] == '"')
			mgi_lex_unquote(&bare,
			                mgi_span(s.data + at, next - at));
		else if (s.data[at] == '\\' && next - at == 2)
			mgi_buf_add(&bare, s.data + at + 1, 1);
		else if (s.data[at] != '(')
			mgi_buf_add(&bare, s.data + at, next - at);
	}
	st = mgi_buf_status(&bare, err);
	if (st == MAILGUARD_OK)
		st = mgi_text_decode(out, mgi_span_trim(mgi_buf_span(&bare)),
		                     NULL, err);
	mgi_buf_done(&bare);
	return st;
}

/* What stands in the first comment; "ann@example.org (Ann)" is old style. */
static mailguard_status comment(mailguard_buffer *out,
                                mailguard_span s,
                                mailguard_error *err)
{
	size_t at = 0, end;

	while (at < s.len && s.data[at] != '(')
		at = mgi_lex_skip(s, at);
	if (at == s.len)
		return MAILGUARD_OK;
	end = mgi_lex_skip(s, at);
	if (end > at + 1 && s.data[end - 1] == ')')
		end--;
	return mgi_text_decode(out, mgi_span(s.data + at + 1, end - at - 1),
	                       NULL, err);
}

/* -- the address ----------------------------------------------------------- */

/* Without white space, comments and an old route "@a,@b:". */
static void spec(mailguard_buffer *out, mailguard_span s)
{
	size_t at = 0, next;

	s = mgi_span_trim(s);
	if (mgi_lex_find(s, 0, "@") == s.len) {
		mgi_lex_uncomment(out, s); /* "ann at example.org" */
		return;
	}
	if (s.data[0] == '@') {
		size_t colon = mgi_lex_find(s, 0, ":");

		s = colon < s.len ? mgi_span_from(s, colon + 1) : s;
	}
	for (; at < s.len; at = next) {
		next = mgi_lex_skip(s, at);
		if (s.data[at] != '(' && s.data[at] > ' ' &&
		    s.data[at] != '<' && s.data[at] != '>')
			mgi_buf_add(out, s.data + at, next - at);
	}
}

static bool is_sound(mailguard_span a)
{
	size_t at = mgi_lex_find(a, 0, "@");

	return at > 0 && at + 1 < a.len &&
	       mgi_lex_find(a, at + 1, "@") == a.len;
}

typedef struct pieces {
	mailguard_span name, spec;
	bool broken;
} pieces;

/* The last word with an "@" of a piece that has no brackets. */
static void split_bare(pieces *p, mailguard_span s)
{
	size_t i, begin = 0, at;

	p->spec = s;
	at = mgi_lex_find(s, 0, "@");
	if (at == s.len)
		return;
	/* White space around "@" and "." is allowed, between words not. */
	for (i = 1; i < at; i++) {
		bool after = s.data[i - 1] == '.' || s.data[i - 1] == '@';

		if (!mgi_is_space(s.data[i - 1]) || mgi_is_space(s.data[i]) ||
		    after || s.data[i] == '.' || s.data[i] == '@')
			continue;
		begin = i;
	}
	if (!begin || memchr(s.data, '(', at) || memchr(s.data, '"', at))
		return;
	p->name = mgi_span_trim(mgi_span_head(s, begin));
	if (p->name.len && p->name.data[p->name.len - 1] == '.') {
		p->name.len = 0; /* "ann . b@example.org" */
		return;
	}
	p->spec = mgi_span_from(s, begin);
	p->broken = true;
}

static void split(pieces *p, mailguard_span s)
{
	size_t open, close, next;

	memset(p, 0, sizeof(*p));
	s = mgi_span_trim(s);
	open = mgi_lex_find(s, 0, "<");
	if (open == s.len) {
		split_bare(p, s);
		return;
	}
	/* "Ann <ann@old> <ann@example.org>": the last one counts. */
	for (;;) {
		next = mgi_lex_find(s, open + 1, "<");
		if (next == s.len)
			break;
		p->broken = true;
		open = next;
	}
	close = mgi_lex_find(s, open + 1, ">");
	p->broken |= close == s.len;
	p->name = mgi_span_head(s, open);
	p->spec = mgi_span(s.data + open + 1, close - open - 1);
}

static const char *keep(mailguard_address_walk *w, mailguard_buffer *b)
{
	const char *s = mgi_arena_strndup(w->step, mgi_buf_text(b), b->len);

	mgi_buf_cut(b, 0);
	return s;
}

static mailguard_status tell(mailguard_address_walk *w,
                             mailguard_span piece,
                             mailguard_buffer *b,
                             mailguard_error *err)
{
	mailguard_address *a = &w->address;
	mailguard_status st;
	pieces p;

	split(&p, piece);
	st = phrase(b, p.name, err);
	if (st == MAILGUARD_OK && !b->len)
		st = comment(b, piece, err);
	if (st < 0)
		return st;
	a->name = keep(w, b);
	spec(b, p.spec);
	a->broken = p.broken || !is_sound(mgi_buf_span(b));
	mgi_text_calm(b, 0);
	st = mgi_buf_status(b, err);
	a->address = keep(w, b);
	a->group = w->group;
	if (st == MAILGUARD_OK && mgi_arena_failed(w->step))
		st = mgi_fail_nomem(err);
	return st;
}

/* A mailer that encoded all of it: "=?utf-8?Q?Ann_<ann=40example.org>?=". */
static mailguard_status tell_encoded(mailguard_address_walk *w,
                                     mailguard_span piece,
                                     mailguard_buffer *b,
                                     mailguard_error *err)
{
	mailguard_buffer all;
	mailguard_status st;

	mgi_buf_init(&all, b->mg);
	st = mgi_text_decode(&all, piece, NULL, err);
	if (st == MAILGUARD_OK && memchr(mgi_buf_text(&all), '@', all.len)) {
		st = tell(w, mgi_buf_span(&all), b, err);
		w->address.broken = 1;
	} else if (st == MAILGUARD_OK) {
		st = tell(w, piece, b, err);
	}
	mgi_buf_done(&all);
	return st;
}

static mailguard_status tell_piece(mailguard_address_walk *w,
                                   mailguard_span piece,
                                   mailguard_error *err)
{
	bool encoded = mgi_span_find_nocase(piece, "=?") >= 0 &&
	               !(piece.len && memchr(piece.data, '@', piece.len));
	mailguard_buffer b;
	mailguard_status st;

	mgi_arena_empty(w->step);
	mgi_buf_init(&b, mgi_arena_handle(w->arena));
	st = encoded ? tell_encoded(w, piece, &b, err)
	             : tell(w, piece, &b, err);
	mgi_buf_done(&b);
	return st;
}

/* "Team:" before its members; the name lives as long as the walk. */
static mailguard_status begin_group(mailguard_address_walk *w,
                                    mailguard_span name,
                                    mailguard_error *err)
{
	mailguard_buffer b;
	mailguard_status st;

	mgi_buf_init(&b, mgi_arena_handle(w->arena));
	st = phrase(&b, name, err);
	w->group = mgi_arena_strndup(w->arena, mgi_buf_text(&b), b.len);
	mgi_buf_done(&b);
	w->group_empty = true;
	if (st < 0 || w->group)
		return st;
	w->group = "";
	return mgi_fail_nomem(err);
}

/* "a@b.c d@e.f": where the second one begins, or 0. */
static size_t second_bare(mailguard_span s)
{
	size_t at = 0, begin = 0, sign = 0;
	bool before = false;

	for (; at < s.len; at = mgi_lex_skip(s, at)) {
		if (s.data[at] == '<')
			return 0;
		if (mgi_is_space(s.data[at])) {
			before |= sign > begin && sign + 1 < at;
			begin = at + 1;
		} else if (s.data[at] == '@') {
			sign = at;
			if (before && sign > begin && at + 1 < s.len &&
			    !mgi_is_space(s.data[at + 1]))
				return begin;
		}
	}
	return 0;
}

/* Is there a name between a ">" and the next "<"? The comma is missing. */
static bool is_next(mailguard_span s, size_t after, size_t open)
{
	return after && open > after &&
	       mgi_span_trim(mgi_span(s.data + after, open - after)).len;
}

/* Where the piece at `at` ends; a "<" lasts to its ">". */
static size_t piece_end(mailguard_address_walk *w, size_t at)
{
	mailguard_span s = w->value;
	size_t close, after = 0;

	for (;;) {
		at = mgi_lex_find(s, at, ",;<:");
		if (at == s.len || s.data[at] != '<')
			return at;
		if (is_next(s, after, at))
			return after;
		close = w->unclosed ? s.len : mgi_lex_find(s, at, ">");
		w->unclosed = close == s.len;
		/* Never closed: the comma ends it. */
		if (w->unclosed)
			return mgi_lex_find(s, at, ",;");
		at = close;
		after = close + 1;
	}
}

/* A ":" that begins a group, not one of "[IPv6:" or of garbage. */
static bool is_group(const mailguard_address_walk *w, mailguard_span piece)
{
	return !w->group[0] && !w->group_empty && mgi_span_trim(piece).len &&
	       !memchr(piece.data, '@', piece.len);
}

/* The end of a group nobody was in is told as such. */
static bool close_group(mailguard_address_walk *w)
{
	bool empty = w->group_empty;

	if (empty) {
		w->address.name = w->address.address = "";
		w->address.group = w->group;
		w->address.broken = 0;
	}
	w->group_empty = false;
	w->group = "";
	return empty;
}

mailguard_status mailguard_address_walk_next(const mailguard_address **out,
                                             mailguard_address_walk *w,
                                             mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	*out = NULL;
	while (w->at < w->value.len && st == MAILGUARD_OK) {
		size_t end = piece_end(w, w->at);
		mailguard_span piece =
			mgi_span(w->value.data + w->at, end - w->at);
		char stop = end < w->value.len ? (char)w->value.data[end] : ',';
		size_t second = second_bare(piece);

		if (second) {
			piece.len = second;
			end = w->at + second;
			stop = ' ';
		}
		if (stop == ':' && !is_group(w, piece)) {
			end = mgi_lex_find(w->value, end + 1, ",;");
			piece.len = end - w->at;
			stop = end < w->value.len ? (char)w->value.data[end]
			                          : ',';
		} else if (stop == ':') {
			w->at = end + 1;
			st = begin_group(w, piece, err);
			continue;
		}
		if (mgi_span_trim(piece).len) {
			w->at = end + (stop == ',');
			w->group_empty = false;
			st = tell_piece(w, piece, err);
			*out = st < 0 ? NULL : &w->address;
			return st;
		}
		w->at = end < w->value.len ? end + 1 : end;
		if (stop == ';' && close_group(w)) {
			*out = &w->address;
			return MAILGUARD_OK;
		}
	}
	if (st < 0)
		return st;
	if (!close_group(w))
		return MAILGUARD_ITEROVER;
	*out = &w->address;
	return MAILGUARD_OK;
}
