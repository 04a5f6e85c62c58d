/*
 * rtf_unpack.c - compressed RTF ([MS-OXRTFCP]): runs of a ring of 4,096 bytes
 * that begins with what most RTF begins with.
 */
#include "store/mapi/rtf.h"

#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/pack.h"
#include "base/text.h"

#define RING 4096
#define HEAD 16
#define PACKED 0x75465a4c /* "LZFu" */
#define PLAIN 0x414c454d  /* "MELA" */

/* [MS-OXRTFCP] 2.1.3.1.1 */
static const char begin[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
	"\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes "
	"New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

typedef struct ring {
	char at[RING];
	size_t write;
} ring;

static void put(mailguard_buffer *out, ring *r, char c)
{
	mgi_buf_putc(out, c);
	r->at[r->write] = c;
	r->write = (r->write + 1) % RING;
}

/* Eight literals or runs; false when the end is told. */
static bool group(mailguard_buffer *out, ring *r, mgi_cursor *in, size_t max)
{
	uint8_t flags = mgi_cursor_u8(in), bit;

	for (bit = 0; bit < 8 && !in->failed && out->len < max; bit++) {
		if (flags & 1u << bit) {
			unsigned run = mgi_cursor_u16be(in);
			size_t from = run >> 4, n = (run & 15) + 2;

			if (in->failed || from == r->write)
				return false;
			while (n--)
				put(out, r, r->at[from++ % RING]);
		} else {
			char c = (char)mgi_cursor_u8(in);

			if (!in->failed)
				put(out, r, c);
		}
	}
	return !in->failed && out->len < max;
}

mailguard_status mgi_rtf_unpack(mailguard_buffer *out,
                                mailguard_span packed,
                                mailguard_error *err)
{
	mgi_cursor c = mgi_cursor_of(packed);
	size_t size = mgi_cursor_u32le(&c), raw = mgi_cursor_u32le(&c);
	uint32_t magic = mgi_cursor_u32le(&c), crc = mgi_cursor_u32le(&c);
	mailguard_span rest;
	size_t before = out->len;
	mailguard_status st;
	ring r;

	if (c.failed || (magic != PACKED && magic != PLAIN))
		return MAILGUARD_EFORMAT;
	rest = mgi_span_from(packed, HEAD);
	/* `size` counts what follows it. */
	if (size >= HEAD - 4)
		rest = mgi_span_head(rest, size - (HEAD - 4));
	raw = raw < MGI_RTF_MAX ? raw : MGI_RTF_MAX;
	if (magic == PLAIN) {
		mgi_buf_add(out, rest.data, rest.len < raw ? rest.len : raw);
		st = mgi_buf_status(out, err);
		/* Some writers count the header, too. */
		return st < 0 || rest.len + HEAD - 4 >= raw ? st
		                                            : MAILGUARD_EFORMAT;
	}
	memset(&r, 0, sizeof(r));
	memcpy(r.at, begin, sizeof(begin) - 1);
	r.write = sizeof(begin) - 1;
	c = mgi_cursor_of(rest);
	while (!out->failed && group(out, &r, &c, before + raw))
		;
	if (out->len > before + raw)
		mgi_buf_cut(out, before + raw);
	st = mgi_buf_status(out, err);
	if (st < 0)
		return st;
	return out->len == before + raw && mgi_crc32(0, rest) == crc
	               ? MAILGUARD_OK
	               : MAILGUARD_EFORMAT;
}
