/*
 * dns_message.c - an answer's records, as a zone file would have them.
 */
#include "net/wire/dns_message.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"

#define NAME_BYTES 255 /* RFC 1035, 3.1 */
#define CLASS_IN 1
#define EXTENDED_ERROR 15 /* an option of OPT; RFC 8914 */

/* RDATA being written; names in it may point anywhere before it. */
typedef struct rdata {
	mailguard_span all; /* the message */
	mgi_cursor at;
	mailguard_buffer *out;
} rdata;

typedef struct format {
	uint16_t type;
	void (*write)(rdata *r);
} format;

bool mgi_dns_message_open(mgi_dns_message *out, mailguard_span bytes)
{
	mgi_cursor c = mgi_cursor_of(bytes);
	uint32_t flags, questions;

	memset(out, 0, sizeof(*out));
	mgi_cursor_skip(&c, 2);
	flags = mgi_cursor_u16be(&c);
	questions = mgi_cursor_u16be(&c);
	out->answers = mgi_cursor_u16be(&c);
	mgi_cursor_skip(&c, 4);
	if (c.failed || !(flags & 0x8000) || questions > 1)
		return false;
	out->rcode = (int32_t)(flags & 15);
	out->authentic = flags & 0x0020;
	out->authoritative = flags & 0x0400;
	out->truncated = flags & 0x0200;
	out->bytes = bytes;
	out->left = out->answers;
	while (questions && mgi_cursor_left(&c) > 0) {
		uint8_t n = mgi_cursor_u8(&c);

		if (n >= 0xc0)
			mgi_cursor_skip(&c, 1);
		if (n == 0 || n >= 0xc0)
			break;
		mgi_cursor_skip(&c, n);
	}
	mgi_cursor_skip(&c, (size_t)questions * 4);
	out->at = (size_t)(c.at - bytes.data);
	return !c.failed;
}

/* Over a name, wherever its end may lie. */
static void skip_name(mgi_cursor *c)
{
	uint8_t n;

	for (n = mgi_cursor_u8(c); n && !c->failed; n = mgi_cursor_u8(c)) {
		mgi_cursor_skip(c, n >= 0xc0 ? 1 : n);
		if (n >= 0xc0)
			return;
	}
}

/* RFC 8914, 2: option 15 of OPT begins with the number. */
static int32_t why_of(mailguard_span options)
{
	mgi_cursor c = mgi_cursor_of(options);

	while (mgi_cursor_left(&c) >= 4) {
		uint32_t option = mgi_cursor_u16be(&c);
		mailguard_span value =
			mgi_cursor_take(&c, mgi_cursor_u16be(&c));

		if (option == EXTENDED_ERROR && value.len >= 2)
			return value.data[0] << 8 | value.data[1];
	}
	return -1;
}

int32_t mgi_dns_message_why(const mgi_dns_message *m)
{
	mgi_cursor c = mgi_cursor_of(mgi_span_from(m->bytes, 8));
	uint32_t left = m->answers + mgi_cursor_u16be(&c);
	mailguard_span options;
	uint32_t type;

	left += mgi_cursor_u16be(&c);
	c = mgi_cursor_of(mgi_span_from(m->bytes, m->at));
	for (; left && !c.failed; left--) {
		skip_name(&c);
		type = mgi_cursor_u16be(&c);
		mgi_cursor_skip(&c, 6);
		options = mgi_cursor_take(&c, mgi_cursor_u16be(&c));
		if (type == MGI_DNS_OPT && !c.failed)
			return why_of(options);
	}
	return -1;
}

static void put_label(mailguard_buffer *out, mailguard_span label)
{
	size_t i;

	for (i = 0; i < label.len; i++) {
		unsigned c = label.data[i];

		if (c <= ' ' || c > '~')
			mgi_buf_printf(out, "\\%03u", c);
		else if (strchr(".\\\"();@$", (int)c))
			mgi_buf_printf(out, "\\%c", (int)c);
		else
			mgi_buf_putc(out, (char)c);
	}
	mgi_buf_putc(out, '.');
}

/*
 * The name at `c`, with its last dot. A pointer must lead before the place it
 * was last jumped to, so that none can lead round.
 */
static void put_name(mailguard_buffer *out, mailguard_span all, mgi_cursor *c)
{
	mgi_cursor in = *c;
	size_t total = 0, before = (size_t)(c->at - all.data);
	bool jumped = false;

	for (;;) {
		size_t n = mgi_cursor_u8(&in);
		mailguard_span label;

		if (n >= 0xc0) {
			n = (n & 0x3f) << 8 | mgi_cursor_u8(&in);
			if (!jumped)
				*c = in;
			jumped = true;
			in.failed |= n >= before;
			if (in.failed)
				break;
			before = n;
			in = mgi_cursor_of(mgi_span_from(all, n));
			continue;
		}
		label = mgi_cursor_take(&in, n);
		total += n + 1;
		in.failed |= n > 63 || total > NAME_BYTES;
		if (in.failed || n == 0)
			break;
		put_label(out, label);
	}
	if (total <= 1)
		mgi_buf_putc(out, '.');
	if (!jumped)
		*c = in;
	c->failed |= in.failed;
}

static void put_number(rdata *r, uint32_t n)
{
	mgi_buf_printf(r->out, "%lu ", (unsigned long)n);
}

static void put_hex(rdata *r)
{
	size_t left = mgi_cursor_left(&r->at);
	mailguard_span s = mgi_cursor_take(&r->at, left);
	size_t i;

	for (i = 0; i < s.len; i++)
		mgi_buf_printf(r->out, "%02x", s.data[i]);
}

/* A quoted string; one byte as itself, or escaped. */
static void put_quoted(rdata *r, mailguard_span s)
{
	size_t i;

	mgi_buf_putc(r->out, '"');
	for (i = 0; i < s.len; i++) {
		unsigned c = s.data[i];

		if (c == '"' || c == '\\')
			mgi_buf_putc(r->out, '\\');
		if (c < ' ' || c > '~')
			mgi_buf_printf(r->out, "\\%03u", c);
		else
			mgi_buf_putc(r->out, (char)c);
	}
	mgi_buf_putc(r->out, '"');
}

static void put_address(rdata *r, int family, size_t n)
{
	mailguard_span b = mgi_cursor_take(&r->at, n);
	char text[INET6_ADDRSTRLEN] = "";

	if (b.len == n && inet_ntop(family, b.data, text, sizeof(text)))
		mgi_buf_puts(r->out, text);
}

static void write_a(rdata *r)
{
	put_address(r, AF_INET, 4);
}

static void write_aaaa(rdata *r)
{
	put_address(r, AF_INET6, 16);
}

static void write_name(rdata *r)
{
	put_name(r->out, r->all, &r->at);
}

static void write_mx(rdata *r)
{
	put_number(r, mgi_cursor_u16be(&r->at));
	put_name(r->out, r->all, &r->at);
}

static void write_srv(rdata *r)
{
	put_number(r, mgi_cursor_u16be(&r->at));
	put_number(r, mgi_cursor_u16be(&r->at));
	put_number(r, mgi_cursor_u16be(&r->at));
	put_name(r->out, r->all, &r->at);
}

static void write_soa(rdata *r)
{
	int i;

	put_name(r->out, r->all, &r->at);
	mgi_buf_putc(r->out, ' ');
	put_name(r->out, r->all, &r->at);
	for (i = 0; i < 5; i++)
		mgi_buf_printf(r->out, " %lu",
		               (unsigned long)mgi_cursor_u32be(&r->at));
}

static void write_txt(rdata *r)
{
	bool first = true;

	while (!r->at.failed && mgi_cursor_left(&r->at) > 0) {
		size_t n = mgi_cursor_u8(&r->at);

		if (!first)
			mgi_buf_putc(r->out, ' ');
		put_quoted(r, mgi_cursor_take(&r->at, n));
		first = false;
	}
}

static void write_tlsa(rdata *r)
{
	put_number(r, mgi_cursor_u8(&r->at));
	put_number(r, mgi_cursor_u8(&r->at));
	put_number(r, mgi_cursor_u8(&r->at));
	put_hex(r);
}

static void write_caa(rdata *r)
{
	mailguard_span tag;
	size_t i, n;

	put_number(r, mgi_cursor_u8(&r->at));
	n = mgi_cursor_u8(&r->at);
	tag = mgi_cursor_take(&r->at, n);
	for (i = 0; i < tag.len; i++) {
		r->at.failed |= !mgi_is_alnum(tag.data[i]);
		mgi_buf_putc(r->out, (char)tag.data[i]);
	}
	mgi_buf_putc(r->out, ' ');
	n = mgi_cursor_left(&r->at);
	put_quoted(r, mgi_cursor_take(&r->at, n));
}

/* RFC 3597, 5. */
static void write_unknown(rdata *r)
{
	mgi_buf_puts(r->out, "\\# ");
	put_number(r, (uint32_t)mgi_cursor_left(&r->at));
	put_hex(r);
}

static const format formats[] = {
	{ MGI_DNS_A, write_a },      { MGI_DNS_AAAA, write_aaaa },
	{ MGI_DNS_NS, write_name },  { MGI_DNS_CNAME, write_name },
	{ MGI_DNS_PTR, write_name }, { MGI_DNS_MX, write_mx },
	{ MGI_DNS_SRV, write_srv },  { MGI_DNS_SOA, write_soa },
	{ MGI_DNS_TXT, write_txt },  { MGI_DNS_TLSA, write_tlsa },
	{ MGI_DNS_CAA, write_caa },
};

/* False unless the record's data is exactly what its type says. */
static bool write_data(const mgi_dns_record *rec, rdata *r)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].type != rec->type)
			continue;
		formats[i].write(r);
		return !r->at.failed && mgi_cursor_left(&r->at) == 0;
	}
	write_unknown(r);
	return true;
}

/* The head of the record at `c`; its class. */
static uint32_t head(mgi_dns_record *rec, mailguard_span *data, mgi_cursor *c)
{
	uint32_t class, len;

	rec->type = mgi_cursor_u16be(c);
	class = mgi_cursor_u16be(c);
	rec->ttl = mgi_cursor_u32be(c);
	if (rec->ttl > INT32_MAX)
		rec->ttl = 0; /* RFC 2181, 8 */
	len = mgi_cursor_u16be(c);
	*data = mgi_cursor_take(c, len);
	if (rec->type == MGI_DNS_MX || rec->type == MGI_DNS_SRV) {
		mgi_cursor in = mgi_cursor_of(*data);

		rec->priority = mgi_cursor_u16be(&in);
	}
	return class;
}

mailguard_status mgi_dns_message_next(mgi_dns_record *out,
                                      mgi_dns_message *m,
                                      mailguard_buffer *text)
{
	while (m->left > 0) {
		mgi_cursor c = mgi_cursor_of(mgi_span_from(m->bytes, m->at));
		mailguard_span data = { NULL, 0 };
		rdata r = { m->bytes, c, text };
		size_t name;
		uint32_t class;

		m->left--;
		memset(out, 0, sizeof(*out));
		mgi_buf_cut(text, 0);
		put_name(text, m->bytes, &c);
		name = text->len;
		if (name > 1)
			mgi_buf_cut(text, --name);
		mgi_buf_putc(text, '\0');
		class = head(out, &data, &c);
		m->at = (size_t)(c.at - m->bytes.data);
		r.at = mgi_cursor_of(data);
		if (!c.failed && class != CLASS_IN)
			continue;
		if (c.failed || !write_data(out, &r)) {
			m->left = 0;
			return MAILGUARD_EFORMAT;
		}
		if (mgi_buf_status(text, NULL) < 0)
			return MAILGUARD_ENOMEM;
		out->name = mgi_buf_text(text);
		out->data = out->name + name + 1;
		return MAILGUARD_OK;
	}
	return MAILGUARD_ITEROVER;
}
