/*
 * write_mbox.c - an mbox in which every From_ line of the text is quoted
 * (mboxrd), so that any reader parts it where we did.
 */
#include "store/sink.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"

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
	/* A file is written in one go: an earlier run's is begun anew. */
	if (w->resume && w->folders)
		mgi_path_remove(b->path);
	st = mgi_out_open(&b->out, w->mg, b->path, err);
	if (st < 0)
		return st;
	mgi_out_prove(b->out);
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
static void from_write(mgi_out *o, mailguard *mg, mailguard_time date)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	mgi_civil c = mgi_civil_of(date, 0);
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
	uint64_t quotes;  /* ">" at the head of this line, not written yet */
	unsigned letters; /* of "From " behind them, likewise */
	bool line_begin;  /* nothing else of this line was seen */
	bool last_lf;
} quoter;

static const char from[] = "From ";

/* What was held back of a line. */
static void head_write(quoter *q)
{
	static const char many[] = ">>>>>>>>>>>>>>>>";

	for (; q->quotes >= sizeof(many) - 1; q->quotes -= sizeof(many) - 1)
		say(q->out, many);
	mgi_out_write(q->out, mgi_span(many, (size_t)q->quotes));
	mgi_out_write(q->out, mgi_span(from, q->letters));
	q->quotes = q->letters = 0;
	q->line_begin = false;
}

/* At the head of a line: how many bytes of `s` were taken. */
static size_t head_feed(quoter *q, mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '>' && !q->letters) {
			q->quotes++;
		} else if (s.data[i] == (unsigned char)from[q->letters]) {
			if (++q->letters < sizeof(from) - 1)
				continue;
			q->quotes++; /* it is a From_ line */
			head_write(q);
			return i + 1;
		} else {
			head_write(q);
			return i;
		}
	}
	return i;
}

/* Is there a line end with ">" or "F" behind it among these? */
static bool is_suspect(const unsigned char *at)
{
	unsigned char any = 0;
	int i;

	for (i = 0; i < 64; i++)
		any |= (at[i] == '\n') &
		       ((at[i + 1] == 'F') | (at[i + 1] == '>'));
	return any;
}

/* As many bytes as need no look: up to a line that may have to be quoted. */
static size_t plain_run(mailguard_span s)
{
	size_t i = 0;

	while (i + 64 < s.len && !is_suspect(s.data + i))
		i += 64;
	for (; i < s.len; i++)
		if (s.data[i] == '\n' &&
		    (i + 1 == s.len || s.data[i + 1] == 'F' ||
		     s.data[i + 1] == '>'))
			return i + 1;
	return i;
}

static void quote_put(void *to, mailguard_span s)
{
	quoter *q = to;

	if (s.len)
		q->last_lf = s.data[s.len - 1] == '\n';
	while (s.len) {
		size_t n = q->line_begin ? head_feed(q, s) : 0;

		s = mgi_span_from(s, n);
		if (q->line_begin)
			continue;
		n = plain_run(s);
		mgi_out_write(q->out, mgi_span_head(s, n));
		q->line_begin = n && s.data[n - 1] == '\n';
		s = mgi_span_from(s, n);
	}
}

static mailguard_status text_write(mgi_out *o,
                                   mgi_mail *mail,
                                   mailguard_error *err)
{
	quoter q = { o, 0, 0, true, true };
	mailguard_status st = mgi_mail_drain(mail, quote_put, &q, err);

	head_write(&q);
	say(o, q.last_lf ? "\n" : "\n\n");
	return st;
}

static mailguard_status mbox_put(mgi_sink *w,
                                 mgi_mail *mail,
                                 mailguard_error *err)
{
	mailguard_status st;
	box *b;

	st = box_of(&b, w, mail->item->folder, err);
	if (st < 0)
		return st;
	w->to = b->path;
	from_write(b->out, w->mg, mail->date);
	return text_write(b->out, mail, err);
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
