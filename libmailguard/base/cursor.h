#ifndef MGI_CURSOR_H
#define MGI_CURSOR_H
/*
 * cursor.h - all bounds checks in one place, so that parsers read like the
 * text they follow. Past the end every read gives zero and `failed` stays set.
 */
#include <mailguard/base.h>

#include <stdbool.h>

typedef struct mgi_cursor {
	const unsigned char *at, *end;
	bool failed;
} mgi_cursor;

mgi_cursor mgi_cursor_of(mailguard_span bytes);
size_t mgi_cursor_left(const mgi_cursor *c);
uint8_t mgi_cursor_u8(mgi_cursor *c);
uint16_t mgi_cursor_u16le(mgi_cursor *c);
uint32_t mgi_cursor_u32le(mgi_cursor *c);
uint64_t mgi_cursor_u64le(mgi_cursor *c);
uint16_t mgi_cursor_u16be(mgi_cursor *c);
uint32_t mgi_cursor_u32be(mgi_cursor *c);
/* The next `n` bytes, or an empty span and `failed`. */
mailguard_span mgi_cursor_take(mgi_cursor *c, size_t n);
void mgi_cursor_skip(mgi_cursor *c, size_t n);
/* The next line without its LF or CRLF; false when nothing is left. */
bool mgi_cursor_line(mailguard_span *out, mgi_cursor *c);
/* The bytes up to `sep`, which is skipped; the rest if there is none. */
bool mgi_cursor_until(mailguard_span *out, mgi_cursor *c, char sep);

#endif
