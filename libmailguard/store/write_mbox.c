/*
 * write_mbox.c - an mbox in which every From_ line of the text is quoted
 * (mboxrd), so that any reader parts it where we did.
 */
#include "store/sink.h"

#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/fail.h"
#include "store/drain.h"

/* One file under way; a store with folders has one for each. */
typedef struct box {
	struct box *next;
	const char *folder, *path;
	mgi_out *out;
} box;

static mailguard_status mbox_open(mgi_sink *w, mailguard_error *err)
{
	return w->folders ? mgi_made_dest(w, err) : MAILGUARD_OK;
}

/* A file is written in one go: what an earlier run left is begun anew. */
static void leavings_remove(mgi_sink *w, const char *path)
{
	const char *partial = mgi_arena_printf(w->arena, "%s.partial", path);

	if (partial)
		mgi_path_remove(partial);
	if (w->folders)
		mgi_path_remove(path);
}

static mailguard_status box_of(box **out,
                               mgi_sink *w,
                               const char *folder,
                               mailguard_error *err)
{
	mailguard_status st;
	box *b;

	if (!w->folders)
		folder = "";
	for (b = w->state; b; b = b->next)
		if (strcmp(b->folder, folder) == 0)
			break;
	*out = b;
	if (b)
		return MAILGUARD_OK;
	b = mgi_arena_alloc(w->arena, sizeof(*b));
	if (!b)
		return mgi_fail_nomem(err);
	b->folder = mgi_arena_strdup(w->arena, folder);
	b->path = w->folders ? mgi_arena_printf(w->arena, "%s/%s", w->dest,
	                                        mgi_sink_name(w, folder))
	                     : w->dest;
	if (mgi_arena_failed(w->arena))
		return mgi_fail_nomem(err);
	if (w->resume)
		leavings_remove(w, b->path);
	st = mgi_out_open(&b->out, w->mg, b->path, err);
	if (st < 0)
		return st;
	b->next = w->state;
	w->state = b;
	*out = b;
	return MAILGUARD_OK;
}

static void say(mgi_out *o, const char *text)
{
	mgi_out_write(o, mgi_span_of(text));
}

/* "From ann@example.org Thu Jan  1 00:00:00 2026", in UTC as RFC 4155 says. */
static void from_write(mgi_out *o, mailguard *mg, mailguard_message *msg)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	mgi_civil c = mgi_civil_of(mailguard_message_date(msg), 0);
	mailguard_buffer line;

	mgi_buf_init(&line, mg);
	mgi_buf_printf(&line,
	               "From MAILER-DAEMON %.3s %.3s %2d %02d:%02d:%02d "
	               "%04d\n",
	               &days[3 * (size_t)c.weekday],
	               &months[3 * ((size_t)c.month - 1)], c.day, c.hour,
	               c.minute, c.second, c.year);
	mgi_out_write(o, mgi_buf_span(&line));
	mgi_buf_done(&line);
}

/* Where a line begins is remembered from piece to piece. */
typedef struct quoter {
	mgi_out *out;
	unsigned char held[8]; /* ">>>From" may be cut between pieces */
	size_t held_len;
	bool line_begin, last_lf;
} quoter;

/* Could these bytes still become ">*From "? 1 they are, 0 maybe, -1 no. */
static int is_from(const unsigned char *at, size_t n)
{
	static const char from[] = "From ";
	size_t i = 0, k;

	while (i < n && at[i] == '>')
		i++;
	for (k = 0; k < 5; k++) {
		if (i + k == n)
			return 0;
		if (at[i + k] != (unsigned char)from[k])
			return -1;
	}
	return 1;
}

static void held_flush(quoter *q)
{
	mgi_out_write(q->out, mgi_span(q->held, q->held_len));
	q->held_len = 0;
}

static void quote_feed(quoter *q, mailguard_span s)
{
	size_t i, begin = 0;

	for (i = 0; i < s.len; i++) {
		if (q->line_begin) {
			int is;

			/* Decide on few bytes, kept aside until it is clear. */
			q->held[q->held_len++] = s.data[i];
			is = is_from(q->held, q->held_len);
			if (is == 1)
				say(q->out, ">");
			if (is != 0 || q->held_len == sizeof(q->held)) {
				held_flush(q);
				q->line_begin = false;
			}
			begin = i + 1;
		}
		if (s.data[i] == '\n') {
			if (q->held_len)
				held_flush(q);
			if (begin <= i)
				mgi_out_write(q->out, mgi_span(s.data + begin,
				                               i + 1 - begin));
			begin = i + 1;
			q->line_begin = true;
		}
	}
	if (begin < s.len)
		mgi_out_write(q->out, mgi_span(s.data + begin, s.len - begin));
	if (s.len)
		q->last_lf = s.data[s.len - 1] == '\n';
}

static void quote_put(void *to, mailguard_span bytes)
{
	quote_feed(to, bytes);
}

static mailguard_status text_write(mgi_out *o,
                                   mailguard_message *msg,
                                   mailguard_error *err)
{
	quoter q = { o, { 0 }, 0, true, true };
	mailguard_source *src;
	mailguard_status st;

	st = mailguard_message_source(&src, msg, err);
	if (st < 0)
		return st;
	st = mgi_drain(src, quote_put, &q, err);
	mailguard_source_free(src);
	held_flush(&q);
	say(o, q.last_lf ? "\n" : "\n\n");
	return st;
}

static mailguard_status mbox_put(mgi_sink *w,
                                 const mailguard_item *item,
                                 mailguard_message *msg,
                                 mailguard_error *err)
{
	mailguard_status st;
	box *b;

	st = box_of(&b, w, item->folder, err);
	if (st < 0)
		return st;
	w->to = b->path;
	from_write(b->out, w->mg, msg);
	return text_write(b->out, msg, err);
}

static mailguard_status mbox_finish(mgi_sink *w, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	box *b;

	if (!w->state && !w->folders) /* an empty mailbox is one, too */
		st = box_of(&b, w, "", err);
	for (b = w->state; st >= 0 && b; b = b->next) {
		st = mgi_out_commit(b->out, err);
		b->out = NULL;
	}
	return st >= 0 && w->folders ? mgi_made_finish(w, err) : st;
}

static void mbox_abandon(mgi_sink *w)
{
	box *b;

	for (b = w->state; b; b = b->next) {
		if (!b->out)
			mgi_path_remove(b->path);
		mgi_out_abandon(b->out);
	}
	mgi_made_abandon(w);
}

const mgi_store_writer mgi_write_mbox = { "mbox", mbox_open, mbox_put,
	                                  mbox_finish, mbox_abandon };
