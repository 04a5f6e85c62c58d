/*
 * cells.c - cells put into a line, and taken out of one.
 */
#include "base/cells.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "base/say.h"
#include "base/text.h"

#define HEX_MAX ((size_t)64)

void mgi_cell_put(mailguard_buffer *b, const char *s)
{
	mgi_buf_putc(b, '\t');
	for (; *s; s++) {
		if (*s == '\t' || *s == '\n' || *s == '\\') {
			mgi_buf_putc(b, '\\');
			mgi_buf_putc(b, *s == '\t'   ? 't'
			                : *s == '\n' ? 'n'
			                             : '\\');
		} else {
			mgi_buf_putc(b, *s);
		}
	}
}

void mgi_cell_put_u64(mailguard_buffer *b, uint64_t n)
{
	mgi_cell_put(b, mgi_u64(n).text);
}

void mgi_cell_put_i64(mailguard_buffer *b, int64_t n)
{
	mgi_cell_put(b, mgi_i64(n).text);
}

void mgi_cell_put_hex(mailguard_buffer *b, mailguard_span bytes)
{
	char hex[2 * HEX_MAX + 1];

	mgi_hex(hex, mgi_span_head(bytes, HEX_MAX));
	mgi_cell_put(b, hex);
}

size_t mgi_cells_of(mailguard_span *cell, size_t max, mailguard_span line)
{
	mgi_cursor c;
	size_t n = 0;

	if (line.data && line.len && line.data[line.len - 1] == '\n')
		line.len--;
	c = mgi_cursor_of(line);
	memset(cell, 0, max * sizeof(*cell));
	while (n < max && mgi_cursor_until(&cell[n], &c, '\t'))
		n++;
	return n;
}

bool mgi_cell_text(char *to, size_t room, mailguard_span s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len && n + 1 < room; i++) {
		char c = (char)s.data[i];

		if (c == '\\' && i + 1 < s.len) {
			c = (char)s.data[++i];
			c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
		}
		to[n++] = c;
	}
	to[n] = '\0';
	return i == s.len;
}

bool mgi_cell_u64(uint64_t *out, mailguard_span s)
{
	return mgi_span_u64(out, s, UINT64_MAX);
}

bool mgi_cell_i64(int64_t *out, mailguard_span s)
{
	bool minus = s.len && s.data[0] == '-';
	uint64_t n;

	if (!mgi_span_u64(&n, mgi_span_from(s, minus), INT64_MAX))
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}
