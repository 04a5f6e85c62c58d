/*
 * tnef_make.c - [MS-OXTNEF] 2.1.3: attributes with their checksums, lists of
 * properties.
 */
#include "store/tnef_make.h"

#include <string.h>

static void le(mailguard_buffer *b, uint64_t x, size_t n)
{
	for (; n; n--, x >>= 8)
		mgi_buf_putc(b, (char)(x & 0xff));
}

static void attribute(mailguard_buffer *b,
                      unsigned level,
                      uint32_t id,
                      const mailguard_buffer *data)
{
	unsigned sum = 0;
	size_t i;

	le(b, level, 1);
	le(b, id, 4);
	le(b, data->len, 4);
	mgi_buf_add(b, data->at, data->len);
	for (i = 0; i < data->len; i++)
		sum += (unsigned char)data->at[i];
	le(b, sum & 0xffff, 2);
}

/* With a closing NUL. */
static void words(mailguard_buffer *b,
                  unsigned level,
                  uint32_t id,
                  const char *text)
{
	mailguard_buffer d;

	mgi_buf_init(&d, b->mg);
	mgi_buf_add(&d, text, strlen(text) + 1);
	attribute(b, level, id, &d);
	mgi_buf_done(&d);
}

static void number(mailguard_buffer *b, uint32_t tag, uint32_t x)
{
	le(b, tag & 0xffff, 2);
	le(b, tag >> 16, 2);
	le(b, x, 4);
}

static void sized(mailguard_buffer *b, const void *at, size_t n)
{
	le(b, n, 4);
	mgi_buf_add(b, at, n);
	le(b, 0, (4 - n % 4) % 4);
}

static void varied(mailguard_buffer *b, uint32_t tag, const void *at, size_t n)
{
	le(b, tag & 0xffff, 2);
	le(b, tag >> 16, 2);
	le(b, 1, 4);
	sized(b, at, n);
}

static void head(mailguard_buffer *b)
{
	mailguard_buffer d;

	le(b, 0x223e9f78, 4);
	le(b, 0x1234, 2);
	mgi_buf_init(&d, b->mg);
	le(&d, 0x10000, 4);
	attribute(b, 1, 0x00089006, &d);
	mgi_buf_cut(&d, 0);
	le(&d, 1252, 8);
	attribute(b, 1, 0x00069007, &d);
	mgi_buf_done(&d);
	words(b, 1, 0x00078008, "IPM.Microsoft Mail.Note");
}

static void begin(mailguard_buffer *b)
{
	mailguard_buffer d;

	mgi_buf_init(&d, b->mg);
	le(&d, 1, 2);
	le(&d, 0xffffffff, 4);
	le(&d, 0, 8);
	attribute(b, 2, 0x00069002, &d);
	mgi_buf_done(&d);
}

static void data(mailguard_buffer *b, const char *text)
{
	mailguard_buffer d;

	mgi_buf_init(&d, b->mg);
	mgi_buf_puts(&d, text);
	attribute(b, 2, 0x0006800f, &d);
	mgi_buf_done(&d);
}

static void file(mailguard_buffer *b, const char *wide, size_t n)
{
	mailguard_buffer d;

	begin(b);
	words(b, 2, 0x00018010, "report.pdf");
	data(b, "%PDF");
	mgi_buf_init(&d, b->mg);
	le(&d, wide ? 3 : 1, 4);
	number(&d, 0x37050003, 1);
	if (wide) {
		varied(&d, 0x3707001f, wide, n);
		varied(&d, 0x370e001e, "application/pdf", 16);
	}
	attribute(b, 2, 0x00069005, &d);
	mgi_buf_done(&d);
}

/* A message in an attachment: an object of IMessage, and TNEF again. */
static void inner(mailguard_buffer *b)
{
	static const unsigned char iid[16] = { 7,    3, 2, 0, 0, 0, 0, 0,
		                               0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
	mailguard_buffer d, m;

	begin(b);
	mgi_buf_init(&m, b->mg);
	mgi_buf_add(&m, iid, sizeof(iid));
	head(&m);
	words(&m, 1, 0x00018004, "one inside");
	words(&m, 1, 0x0002800c, "inner words");
	mgi_buf_init(&d, b->mg);
	le(&d, 2, 4);
	number(&d, 0x37050003, 5);
	varied(&d, 0x3701000d, m.at, m.len);
	attribute(b, 2, 0x00069005, &d);
	mgi_buf_done(&d);
	mgi_buf_done(&m);
}

static void properties(mailguard_buffer *b)
{
	static const unsigned char guid[16] = {
		8, 0x20, 6, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46
	};
	mailguard_buffer d;

	mgi_buf_init(&d, b->mg);
	le(&d, 4, 4);
	varied(&d, 0x10130102, "<p>html words</p>", 17);
	number(&d, 0x3fde0003, 65001);
	le(&d, 0x000b, 2); /* PidLidReminderSet */
	le(&d, 0x8000, 2);
	mgi_buf_add(&d, guid, sizeof(guid));
	le(&d, 0, 4);
	le(&d, 0x8503, 4);
	le(&d, 1, 4);
	le(&d, 0x101f, 2); /* many texts */
	le(&d, 0x3a58, 2);
	le(&d, 2, 4);
	sized(&d, "a\0\0", 4);
	sized(&d, "b\0c\0\0", 6);
	attribute(b, 1, 0x00069003, &d);
	mgi_buf_cut(&d, 0);
	le(&d, 1, 4);
	le(&d, 2, 4);
	number(&d, 0x0c150003, 1);
	varied(&d, 0x3003001e, "bob@example.org", 16);
	attribute(b, 1, 0x00069004, &d);
	mgi_buf_done(&d);
}

void tnef_make(mailguard_buffer *out, mailguard *mg, int what)
{
	static const char name[] = "\x31\x58\x4a\x54.\0p\0d\0f\0\0";

	mgi_buf_init(out, mg);
	head(out);
	if (what == TNEF_ALL)
		properties(out);
	file(out, what == TNEF_ALL ? name : NULL, sizeof(name));
	begin(out);
	words(out, 2, 0x00018010, "OLD.TXT");
	data(out, "old bytes");
	if (what == TNEF_ALL)
		inner(out);
}

/* -- where what stands ------------------------------------------------------
 */

static size_t size_at(const mailguard_buffer *t, size_t at)
{
	const unsigned char *p = (const unsigned char *)t->at + at + 5;

	return p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
}

size_t tnef_attributes(const mailguard_buffer *t)
{
	size_t at = 6, n = 0;

	for (; at < t->len; at += 11 + size_at(t, at))
		n++; /* a cut before it */
	return n;
}

bool tnef_covered(const mailguard_buffer *t, size_t at)
{
	size_t from = 6;

	if (at < 4)
		return true;
	for (; from < t->len && from <= at; from += 11 + size_at(t, from))
		if (at >= from + 9 && at < from + 11 + size_at(t, from))
			return true;
	return false;
}
