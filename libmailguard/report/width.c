/*
 * width.c - how many columns text takes on a terminal, and where its lines
 * may be broken. Knows nothing of reports.
 */
#include "report/report.h"

#include "base/text.h"

/* East Asian Wide and Fullwidth (Unicode, UAX #11), in blocks. */
static bool is_wide(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} blocks[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },
		{ 0xa960, 0xa97c },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },   { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (c >= blocks[i].first && c <= blocks[i].last)
			return true;
	return false;
}

static bool is_mark(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       (c >= 0xfe00 && c <= 0xfe0f) || c == 0x3099 || c == 0x309a ||
	       c == 0xfeff;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	       c == 0x2029;
}

static size_t columns_of(uint32_t c)
{
	if (is_mark(c))
		return 0;
	return is_wide(c) ? 2 : 1;
}

/* May not begin a line (JIS X 4051). */
static bool is_closing(uint32_t c)
{
	static const uint32_t set[] = { 0x3001, 0x3002, 0x300d, 0x300f, 0x3011,
		                        0x30fc, 0x30fb, 0xff01, 0xff09, 0xff0c,
		                        0xff0e, 0xff1a, 0xff1b, 0xff1f, 0x3063,
		                        0x3083, 0x3085, 0x3087, 0x30c3, 0x30e3,
		                        0x30e5, 0x30e7, 0x30a3, 0x30a9 };
	size_t i;

	for (i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		if (set[i] == c)
			return true;
	return false;
}

/* May not end a line. */
static bool is_opening(uint32_t c)
{
	return c == 0x300c || c == 0x300e || c == 0x3010 || c == 0xff08;
}

size_t mgi_text_width(const char *text)
{
	mailguard_span s = mgi_span_of(text);
	size_t at = 0, n = 0;

	while (at < s.len)
		n += columns_of(mgi_utf8_next(s, &at));
	return n;
}

/* May a line end between the two? Japanese may break nearly anywhere. */
static bool may_break(uint32_t before, uint32_t after)
{
	if (before == ' ')
		return after != ' ';
	if (is_closing(after) || is_opening(before))
		return false;
	return is_wide(before) || is_wide(after);
}

/* Where the line that begins at `from` ends; `*next` is where one follows. */
static size_t line_end(mailguard_span s, size_t from, size_t room, size_t *next)
{
	size_t at = from, used = 0, fits = 0;
	uint32_t before = 0;

	while (at < s.len) {
		size_t here = at;
		uint32_t c = mgi_utf8_next(s, &at);

		if (is_control(c))
			c = ' ';
		if (before && may_break(before, c))
			fits = here;
		used += columns_of(c);
		if (used > room && c != ' ') {
			*next = fits ? fits : here > from ? here : at;
			return *next;
		}
		before = c;
	}
	*next = s.len;
	return s.len;
}

static void piece_put(mailguard_buffer *out,
                      mailguard_span s,
                      size_t from,
                      size_t end)
{
	char bytes[4];

	while (end > from && s.data[end - 1] <= ' ')
		end--;
	while (from < end) {
		uint32_t c = mgi_utf8_next(s, &from);

		mgi_buf_add(out, bytes,
		            mgi_utf8_put(bytes, is_control(c) ? ' ' : c));
	}
	mgi_buf_putc(out, '\n');
}

size_t mgi_text_wrap(mailguard_buffer *out,
                     const char *prefix,
                     const char *text,
                     size_t columns)
{
	mailguard_span s = mgi_span_trim(mgi_span_of(text));
	size_t indent = mgi_text_width(prefix), from = 0, lines = 0, i;
	size_t room = columns > indent + 2 ? columns - indent : 2;

	do {
		size_t next, end = line_end(s, from, room, &next);

		if (!lines++)
			mgi_buf_puts(out, prefix);
		else
			for (i = 0; i < indent; i++)
				mgi_buf_putc(out, ' ');
		piece_put(out, s, from, end);
		for (from = next; from < s.len && s.data[from] <= ' ';)
			from++;
	} while (from < s.len);
	return lines;
}
