/*
 * downloads_read.c - the lists themselves: Outlook's of one account, as
 * Microsoft publishes it ("Parsing the message download history for a POP3
 * account"), and Thunderbird's popstate.dat. Whatever the bytes are, what can
 * be read of them is taken and the rest is counted.
 */
#include "store/downloads.h"

#include <string.h>

#include "base/clock.h"

/* -- Outlook ---------------------------------------------------------------
 * A version and a count, 16 bits each, and as many lines closed by NUL: what
 * was done, with what, when (yyyymmddhhmmss), and the encoded UID. */

#define VERSION 3
#define STAMP 16 /* bytes before the UID */

static bool digits(int32_t *out, mailguard_span s, size_t at, size_t n)
{
	*out = 0;
	for (; n; n--, at++) {
		if (!mgi_is_digit(s.data[at]))
			return false;
		*out = *out * 10 + (s.data[at] - '0');
	}
	return true;
}

/* The clock of the computer it was fetched on; of which zone is not told. */
static bool stamp_read(mailguard_time *out, mailguard_span line)
{
	mgi_civil c;

	memset(&c, 0, sizeof(c));
	if (!digits(&c.year, line, 2, 4) || !digits(&c.month, line, 6, 2) ||
	    !digits(&c.day, line, 8, 2) || !digits(&c.hour, line, 10, 2) ||
	    !digits(&c.minute, line, 12, 2) || !digits(&c.second, line, 14, 2))
		return false;
	*out = mgi_time_of(&c);
	return true;
}

/* "$2d" is "-". False: it holds what no UID does. */
static bool uid_decode(mailguard_span *s, unsigned char *to)
{
	size_t i, n = 0;

	for (i = 0; i < s->len; i++, n++) {
		int high, low;

		to[n] = s->data[i];
		if (to[n] != '$')
			continue;
		high = i + 2 < s->len ? mgi_xdigit(s->data[i + 1]) : -1;
		low = i + 2 < s->len ? mgi_xdigit(s->data[i + 2]) : -1;
		if (i + 2 >= s->len || high < 0 || low < 0 || !(high | low))
			return false;
		to[n] = (unsigned char)(high << 4 | low);
		i += 2;
	}
	*s = mgi_span(to, n);
	return n > 0;
}

static int32_t deed_of(unsigned char what, unsigned char part)
{
	switch (what) {
	case '+':
		return part == 'h' ? MAILGUARD_DOWNLOAD_PARTLY
		                   : MAILGUARD_DOWNLOAD_FETCHED;
	case '-':
		return MAILGUARD_DOWNLOAD_DELETED;
	case '&':
		return MAILGUARD_DOWNLOAD_MOVED;
	default:
		return 0;
	}
}

static bool tag_read(mailguard_downloads *d,
                     const mailguard_download *like,
                     mailguard_span line)
{
	unsigned char uid[1024];
	mailguard_download one = *like;
	mailguard_span s;

	if (line.len <= STAMP || line.len - STAMP > sizeof(uid))
		return false;
	one.state = deed_of(line.data[0], line.data[1]);
	s = mgi_span_from(line, STAMP);
	if (!one.state || !stamp_read(&one.time, line) || !uid_decode(&s, uid))
		return false;
	mgi_downloads_add(d, &one, s);
	return true;
}

void mgi_downloads_outlook(mailguard_downloads *d,
                           const char *account,
                           mailguard_span bytes)
{
	mailguard_download like;
	const unsigned char *end;
	unsigned count;

	memset(&like, 0, sizeof(like));
	like.account = account;
	like.file = d->file;

	if (bytes.len < 4 || bytes.data[0] != VERSION || bytes.data[1]) {
		d->torn++;
		return;
	}
	count = bytes.data[2] | (unsigned)bytes.data[3] << 8;
	bytes = mgi_span_from(bytes, 4);
	while (count && (end = memchr(bytes.data, 0, bytes.len)) != NULL) {
		size_t n = (size_t)(end - bytes.data);

		d->torn += !tag_read(d, &like, mgi_span_head(bytes, n));
		bytes = mgi_span_from(bytes, n + 1);
		count--;
		if (!bytes.len)
			break;
	}
	d->torn += count;
}

/* -- Thunderbird ----------------------------------------------------------- */

static mailguard_span word(mailguard_span *rest)
{
	mailguard_span s = mgi_span_trim(*rest);
	size_t n = 0;

	while (n < s.len && !mgi_is_space(s.data[n]))
		n++;
	*rest = mgi_span_from(s, n);
	return mgi_span_head(s, n);
}

/* "*host user": whose the lines behind it are. */
static bool account_read(mailguard_downloads *d,
                         mailguard_download *like,
                         mailguard_span line)
{
	mailguard_span rest = mgi_span_from(line, 1), host = word(&rest);

	rest = mgi_span_trim(rest);
	like->host = like->account = NULL;
	if (!host.len || !rest.len)
		return false;
	like->host = mgi_arena_strndup(d->arena, host.data, host.len);
	like->account = mgi_arena_strndup(d->arena, rest.data, rest.len);
	return true;
}

static bool uidl_read(mailguard_downloads *d,
                      const mailguard_download *like,
                      mailguard_span line)
{
	static const char letters[] = "kdbf";
	static const int32_t states[] = { MAILGUARD_DOWNLOAD_FETCHED,
		                          MAILGUARD_DOWNLOAD_TO_DELETE,
		                          MAILGUARD_DOWNLOAD_PARTLY,
		                          MAILGUARD_DOWNLOAD_TO_FETCH };
	mailguard_download one = *like;
	mailguard_span rest = line, flag = word(&rest), uid = word(&rest);
	mailguard_span when = word(&rest);
	const char *letter;
	uint64_t seconds = 0;

	if (!like->host || !uid.len || memchr(uid.data, 0, uid.len))
		return false;
	letter = flag.data[0] ? strchr(letters, flag.data[0]) : NULL;
	if (!letter || (when.len && !mgi_span_u64(&seconds, when, UINT32_MAX)))
		return false;
	one.state = states[letter - letters];
	one.time = (mailguard_time)seconds * 1000000;
	mgi_downloads_add(d, &one, uid);
	return true;
}

static bool line_read(mailguard_downloads *d,
                      mailguard_download *like,
                      mailguard_span line)
{
	line = mgi_span_trim(line);
	if (!line.len || line.data[0] == '#')
		return true;
	if (line.data[0] == '*')
		return account_read(d, like, line);
	return uidl_read(d, like, line);
}

void mgi_downloads_popstate(mailguard_downloads *d, mailguard_span text)
{
	mailguard_download like;

	memset(&like, 0, sizeof(like));
	like.file = d->file;
	while (text.len) {
		const unsigned char *end = memchr(text.data, '\n', text.len);
		size_t n = end ? (size_t)(end - text.data) : text.len;

		d->torn += !line_read(d, &like, mgi_span_head(text, n));
		text = mgi_span_from(text, n + (end != NULL));
	}
}
