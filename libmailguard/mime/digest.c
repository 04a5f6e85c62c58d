/*
 * digest.c - SHA-256 of the delivered bytes, and "mg1:" of what the message
 * says. docs/rooms/mime.md defines the second; it never changes.
 *
 * It works on lines alone and knows nothing of MIME, so that no better parser
 * can change it.
 */
#include "mime/digest.h"
#include "mime/message.h"

#include <string.h>

#include "base/buf.h"
#include "base/fail.h"
#include "base/text.h"

/* As much of a line as decides what to do with it. */
#define HEAD_MAX 64
/* More ">" before "From " are no quoting. */
#define QUOTES_MAX 50
/* Hashed at once. */
#define HELD_MAX 4096

typedef struct canon {
	mgi_hash *hash;
	bool in_header, in_text;
	bool begun;     /* the first line was judged */
	bool dropping;  /* this line, and this field */
	bool line_open; /* what comes belongs to a line already judged */
	bool cr;        /* one is held back: an LF may follow */
	uint64_t ends;  /* LFs held back: more text may follow */
	unsigned char head[HEAD_MAX];
	size_t head_len;
	unsigned char held[HELD_MAX];
	size_t held_len;
} canon;

/* Fields that mail programs and mbox files add; "-" ends the head of many. */
static const char *const local[] = {
	"Status",         "X-Status",     "X-UID",          "X-UIDL",
	"X-IMAP",         "X-IMAPbase",   "X-Keywords",     "X-Account-Key",
	"Content-Length", "Lines",        "X-Gmail-Labels", "X-GM-THRID",
	"X-Evolution",    "X-Evolution-", "X-KMail-",       "X-VM-",
	"X-Mozilla-",
};

/* Lines are short, and a hash is slow to begin with. */
static void flush(canon *c)
{
	mgi_hash_add(c->hash, mgi_span(c->held, c->held_len));
	c->held_len = 0;
}

static void emit(canon *c, mailguard_span s)
{
	if (s.len > sizeof(c->held) - c->held_len)
		flush(c);
	if (s.len > sizeof(c->held)) {
		mgi_hash_add(c->hash, s);
		return;
	}
	memcpy(c->held + c->held_len, s.data, s.len);
	c->held_len += s.len;
}

static void put(canon *c, mailguard_span s)
{
	if (!s.len || c->dropping)
		return;
	for (; c->ends; c->ends--)
		emit(c, mgi_span("\n", 1));
	emit(c, s);
	c->in_text = !c->in_header;
}

static bool is_local(mailguard_span line)
{
	mailguard_span name;
	size_t i;

	for (i = 0; i < line.len && line.data[i] != ':';)
		i++;
	if (i == line.len)
		return false;
	name = mgi_span_trim(mgi_span_head(line, i));
	for (i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
		bool head = local[i][strlen(local[i]) - 1] == '-';

		if (head ? mgi_span_starts_nocase(name, local[i])
		         : mgi_span_is_nocase(name, local[i]))
			return true;
	}
	return false;
}

/* How many ">" stand before "From "; -1 if it is none. */
static int from_quotes(mailguard_span line)
{
	size_t n = 0;

	while (n < line.len && n < QUOTES_MAX && line.data[n] == '>')
		n++;
	return mgi_span_starts(mgi_span_from(line, n), "From ") ? (int)n : -1;
}

/* "From : ann@example.org" is a field as RFC 822 wrote it. */
static bool is_envelope(mailguard_span line, int quotes)
{
	size_t i = 5;

	if (quotes < 0 || quotes > 1)
		return false;
	while (i < line.len && line.data[i] == ' ')
		i++;
	return quotes || i == line.len || line.data[i] != ':';
}

/* The head of a line, or all of it, is there: what becomes of the line? */
static void begin_line(canon *c)
{
	mailguard_span head = mgi_span(c->head, c->head_len);
	int quotes = from_quotes(head);

	c->line_open = true;
	c->head_len = 0;
	if (!c->begun && is_envelope(head, quotes)) {
		c->dropping = true;
	} else if (c->in_header) {
		if (!head.len || (head.data[0] != ' ' && head.data[0] != '\t'))
			c->dropping = is_local(head);
	} else if (quotes > 0) {
		head = mgi_span_from(head, (size_t)quotes);
	}
	c->begun = true;
	put(c, head);
}

static void end_header(canon *c)
{
	c->in_header = c->dropping = false;
	emit(c, mgi_span("\n", 1));
}

static void end_line(canon *c)
{
	bool blank = !c->line_open && !c->head_len;

	if (blank && c->in_header) {
		c->begun = true;
		end_header(c);
		return;
	}
	if (!c->line_open && !blank)
		begin_line(c);
	c->line_open = false;
	if (!c->in_header)
		c->ends++;
	else if (!c->dropping)
		emit(c, mgi_span("\n", 1));
}

/* Bytes of one line, without its end. */
static void text(canon *c, mailguard_span s)
{
	size_t n;

	if (c->line_open) {
		put(c, s);
		return;
	}
	n = HEAD_MAX - c->head_len < s.len ? HEAD_MAX - c->head_len : s.len;
	memcpy(c->head + c->head_len, s.data, n);
	c->head_len += n;
	if (c->head_len < HEAD_MAX)
		return;
	begin_line(c);
	text(c, mgi_span_from(s, n));
}

static void feed(canon *c, mailguard_span s)
{
	while (s.len) {
		const unsigned char *lf = memchr(s.data, '\n', s.len);
		size_t n = lf ? (size_t)(lf - s.data) : s.len;
		mailguard_span line = mgi_span_head(s, n);

		if (c->cr && n) {
			text(c, mgi_span("\r", 1));
			c->cr = false;
		}
		if (n && line.data[n - 1] == '\r') {
			c->cr = true;
			line.len--;
		}
		if (line.len)
			text(c, line);
		if (!lf)
			return;
		c->cr = false;
		end_line(c);
		s = mgi_span_from(s, n + 1);
	}
}

/* One LF ends the text, however many there were. */
static void end(canon *c)
{
	if (c->cr)
		text(c, mgi_span("\r", 1));
	if (c->line_open || c->head_len)
		end_line(c);
	if (c->in_header)
		end_header(c);
	if (c->in_text)
		emit(c, mgi_span("\n", 1));
	flush(c);
}

static void feed_plain(canon *c, mailguard_span s)
{
	mgi_hash_add(c->hash, s);
}

static void end_plain(canon *c)
{
	(void)c;
}

static mailguard_status hash_all(unsigned char out[MGI_SHA256_BYTES],
                                 mailguard_message *msg,
                                 void (*each)(canon *c, mailguard_span s),
                                 void (*last)(canon *c),
                                 mailguard_error *err)
{
	canon c = { .in_header = true };
	mailguard_stream *stream = NULL;
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, MGI_SHA256_BYTES);
	st = mgi_hash_new(&c.hash, msg->mg, err);
	if (st < 0)
		return st;
	st = mailguard_source_open(&stream, msg->source, err);
	while (st == MAILGUARD_OK) {
		st = mailguard_stream_next(&s, stream, err);
		if (st == MAILGUARD_OK)
			each(&c, s);
	}
	if (st >= 0) {
		last(&c);
		st = mgi_hash_done(out, c.hash, err);
	}
	mailguard_stream_free(stream);
	mgi_hash_free(c.hash);
	return st;
}

mailguard_status mailguard_message_sha256(unsigned char out[32],
                                          mailguard_message *msg,
                                          mailguard_error *err)
{
	return hash_all(out, msg, feed_plain, end_plain, err);
}

mailguard_status mailguard_message_digest(char out[MAILGUARD_DIGEST_SIZE],
                                          mailguard_message *msg,
                                          mailguard_error *err)
{
	unsigned char hash[MGI_SHA256_BYTES];
	mailguard_status st = hash_all(hash, msg, feed, end, err);

	out[0] = '\0';
	if (st < 0)
		return st;
	memcpy(out, "mg1:", 4);
	mgi_hex(out + 4, mgi_span(hash, sizeof(hash)));
	return MAILGUARD_OK;
}

struct mgi_digest {
	mailguard *mg;
	mgi_hash *plain;
	canon canon;
};

mailguard_status mgi_digest_new(mgi_digest **out,
                                mailguard *mg,
                                mailguard_error *err)
{
	mgi_digest *d = mgi_alloc(mg, sizeof(*d));
	mailguard_status st;

	*out = NULL;
	if (!d)
		return mgi_fail_nomem(err);
	d->mg = mg;
	d->canon.in_header = true;
	st = mgi_hash_new(&d->plain, mg, err);
	if (st >= 0)
		st = mgi_hash_new(&d->canon.hash, mg, err);
	if (st < 0) {
		mgi_digest_free(d);
		return st;
	}
	*out = d;
	return MAILGUARD_OK;
}

void mgi_digest_add(mgi_digest *d, mailguard_span bytes)
{
	mgi_hash_add(d->plain, bytes);
	feed(&d->canon, bytes);
}

mailguard_status mgi_digest_done(mgi_digests *out,
                                 mgi_digest *d,
                                 mailguard_error *err)
{
	mgi_hash *hash = d->canon.hash;
	mailguard_status st, said;

	end(&d->canon);
	st = mgi_hash_done(out->sha256, d->plain, err);
	said = mgi_hash_done(out->mg1, hash, st < 0 ? NULL : err);
	memset(&d->canon, 0, sizeof(d->canon));
	d->canon.hash = hash;
	d->canon.in_header = true;
	return st < 0 ? st : said;
}

void mgi_digest_free(mgi_digest *d)
{
	if (!d)
		return;
	mgi_hash_free(d->plain);
	mgi_hash_free(d->canon.hash);
	mgi_free(d->mg, d);
}
