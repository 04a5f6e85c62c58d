/* What proto/reply_end.c promises: an answer in pieces costs what it costs at
 * once. Nothing is timed; what was looked at is locked, so that one more look
 * ends the test. */
#define _DEFAULT_SOURCE
#include "support/ok.h"

#include <mailguard/proto.h>

#include <string.h>
#include <sys/mman.h>

enum { SMTP = 1, IMAP = 3, POP = 4, PAGE = 65536, PIECE = 100 };

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG FIFTY FIFTY FIFTY FIFTY FIFTY

static const struct {
	const char *why, *head, *unit, *tail;
	size_t units;
	int protocol;
	uint32_t flags;
	int kind, one_line;
} rows[] = {
	{ "lines of a body", "+OK\r\n", "12345 0123456789abcdef\r\n", ".\r\n",
	  80000, POP, MAILGUARD_REPLY_MULTILINE, MAILGUARD_REPLY_OK, 0 },
	{ "one long line", "* X ", "0123456789abcdef", "\r\n", 60000, IMAP, 0,
	  MAILGUARD_REPLY_DATA, 1 },
	{ "one literal", "* X {960000}\r\n", "0123456789abcde\n", "\r\n", 60000,
	  IMAP, 0, MAILGUARD_REPLY_DATA, 0 },
	{ "many literals", "* X", " {2}\r\n\r\n", "\r\n", 100000, IMAP, 0,
	  MAILGUARD_REPLY_DATA, 0 },
	{ "literals in a code", "* OK [X", " {2}\r\n]\"", "] x\r\n", 100000,
	  IMAP, 0, MAILGUARD_REPLY_OK, 0 },
	{ "lines", "", "250-" LONG "\r\n", "250 x\r\n", 999, SMTP, 0,
	  MAILGUARD_REPLY_OK, 0 },
};

static size_t room_for(size_t row)
{
	size_t n = strlen(rows[row].head) + strlen(rows[row].tail) +
	           rows[row].units * strlen(rows[row].unit);

	return (n + PAGE - 1) / PAGE * PAGE;
}

static size_t fill(char *to, size_t row)
{
	size_t i, n = strlen(rows[row].head), unit = strlen(rows[row].unit);

	memcpy(to, rows[row].head, n);
	for (i = 0; i < rows[row].units; i++, n += unit)
		memcpy(to + n, rows[row].unit, unit);
	memcpy(to + n, rows[row].tail, strlen(rows[row].tail));
	return n + strlen(rows[row].tail);
}

/* Whole pages before `to` cannot be read from now on. */
static void lock(char *bytes, size_t *locked, size_t to)
{
	to -= to % PAGE;
	if (to <= *locked)
		return;
	cr_assert(eq(int, mprotect(bytes, to, PROT_NONE), 0));
	*locked = to;
}

static void feed(char *bytes, size_t len, size_t row)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;
	size_t n, locked = 0;
	mailguard_span s;

	s.data = (const unsigned char *)bytes;
	for (n = PIECE; n < len; n += PIECE) {
		size_t line;

		s.len = n;
		cr_assert(MAILGUARD_AGAIN == mailguard_reply_parse(
						     &r, rows[row].protocol,
						     rows[row].flags, s, NULL),
		          "%s at %zu", rows[row].why, n);
		line = r.progress.line < n ? r.progress.line : n;
		lock(bytes, &locked, rows[row].one_line ? n : line);
	}
	cr_expect(lt(sz, len, locked + 2 * PAGE), "%s", rows[row].why);
	cr_assert(eq(int, mprotect(bytes, len, PROT_READ), 0));
	s.len = len;
	ok(mailguard_reply_parse(&r, rows[row].protocol, rows[row].flags, s,
	                         NULL));
	cr_expect(eq(int, r.kind, rows[row].kind), "%s", rows[row].why);
	cr_expect(eq(sz, r.whole.len, len), "%s", rows[row].why);
	cr_expect(eq(uint, r.progress.looked, 0), "%s", rows[row].why);
}

Test(proto_reply_pieces, no_byte_of_a_finished_line_is_looked_at_again)
{
	size_t row;

	for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		char *bytes = mmap(NULL, room_for(row), PROT_READ | PROT_WRITE,
		                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		cr_assert(bytes != MAP_FAILED);
		feed(bytes, fill(bytes, row), row);
		munmap(bytes, room_for(row));
	}
}

/* Nobody should, but it must not read past the end. */
Test(proto_reply_pieces, other_bytes_than_before_begin_anew)
{
	static const mailguard_reply_progress odd[] = {
		{ 100, 100, 3, 1 },
		{ UINT32_MAX, 2, 1, 1 },
		{ 0, UINT32_MAX, 0, 0 },
	};
	mailguard_span s = { (const unsigned char *)"250-a\r\n250 b\r\n", 14 };
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		mailguard_reply r = MAILGUARD_REPLY_INIT;

		r.progress = odd[i];
		ok(mailguard_reply_parse(&r, SMTP, 0, s, NULL));
		cr_expect(eq(sz, r.whole.len, 14));
		cr_expect(eq(uint, r.lines, 2));
	}
}

Test(proto_reply_pieces, a_failure_forgets_the_progress)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;
	mailguard_span s = { (const unsigned char *)"* X {3}\r\na", 10 };

	cr_expect(MAILGUARD_AGAIN ==
	          mailguard_reply_parse(&r, IMAP, 0, s, NULL));
	cr_expect(eq(uint, r.progress.line, 12));
	cr_expect(eq(uint, r.progress.lines, 1));
	cr_expect(MAILGUARD_EINVAL ==
	          mailguard_reply_parse(&r, IMAP, 4, s, NULL));
	cr_expect(eq(uint, r.progress.line, 0));
}
