/*
 * cues.c - bytes that are legal and still look like a copy gone wrong.
 */
#include "store/cues.h"

#include <string.h>

#include "base/text.h"
#include "base/wide.h"

#define BLOCK 64
#define ESC 0x1b
#define LINES 128       /* of base64 judged at once; none is as long */
#define BOUNDARY_MIN 16 /* a shorter line of dashes and letters is prose */
#define BOUNDARY_MAX 78

static void note(mgi_cues *c, mgi_cue cue, uint64_t offset)
{
	if (!(c->seen >> cue & 1))
		c->first[cue] = offset;
	c->seen |= UINT32_C(1) << cue;
}

void mgi_cues_begin(mgi_cues *c)
{
	memset(c, 0, sizeof(*c));
	c->part = -1;
}

/* -- lines of base64 ------------------------------------------------------ */

/* Nothing more is looked for in this part. */
static void base64_tell(mgi_cues *c, uint64_t offset)
{
	note(c, MGI_CUE_BASE64_LINES, offset);
	c->part = -2 - c->part;
}

/* Behind a shorter line nothing but line ends may come. */
static void rest_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] != '\r' && s.data[i] != '\n') {
			base64_tell(c, offset + i);
			return;
		}
}

/* The line's end within the piece; most often it is where the first's was. */
static const unsigned char *line_end(const mgi_cues *c, mailguard_span s)
{
	uint64_t need = c->every > c->line ? c->every - c->line : 0;
	const unsigned char *lf = NULL;
	size_t n = c->every && need + 1 < s.len ? (size_t)need + 1 : 0;

	if (n)
		lf = memchr(s.data, '\n', n);
	return lf ? lf : memchr(s.data + n, '\n', s.len - n);
}

MGI_WIDE static size_t ends_in(const unsigned char *p, size_t n)
{
	size_t count = 0, i, k;

	for (i = 0; n - i >= BLOCK; i += BLOCK) {
		uint8_t sum = 0;

		for (k = 0; k < BLOCK; k++)
			sum = (uint8_t)(sum + (p[i + k] == '\n'));
		count += sum;
	}
	for (; i < n; i++)
		count += p[i] == '\n';
	return count;
}

/* How many bytes at the head of `s` are lines of that length, whole ones. */
static size_t steady(mailguard_span s, uint64_t every)
{
	size_t step = (size_t)every + 1, done = 0, i;

	while (every < LINES && s.len - done >= step * LINES) {
		const unsigned char *p = s.data + done;
		bool all = true;

		for (i = 1; i <= LINES; i++)
			all &= p[i * step - 1] == '\n';
		if (!all || ends_in(p, step * LINES) != LINES)
			break;
		done += step * LINES;
	}
	return done;
}

static void base64_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	while (s.len && !c->ended) {
		const unsigned char *lf;
		size_t n = c->every && !c->line ? steady(s, c->every) : 0;

		s = mgi_span_from(s, n);
		offset += n;
		if (!s.len)
			return;
		lf = line_end(c, s);
		n = lf ? (size_t)(lf - s.data) : s.len;
		if (!c->line)
			c->head_at = offset;
		c->line += n;
		if (c->every && c->line > c->every) {
			base64_tell(c, c->head_at);
			return;
		}
		if (!lf)
			return;
		if (!c->every)
			c->every = c->line;
		c->ended = c->line < c->every;
		c->line = 0;
		s = mgi_span_from(s, n + 1);
		offset += n + 1;
	}
	rest_look(c, s, offset);
}

/* -- text ----------------------------------------------------------------- */

static bool is_control(unsigned char c)
{
	return (c < 0x20 && !(c >= '\t' && c <= '\r') && c != ESC && c) ||
	       c == 0x7f;
}

static bool has_control(const unsigned char *p, size_t n)
{
	unsigned char any = 0;
	size_t k;

	/* A whole block in a way that compilers make wide instructions of. */
	if (n == BLOCK)
		for (k = 0; k < BLOCK; k++)
			any |= (unsigned char)((p[k] < '\t') | (p[k] == 0x7f) |
			                       ((p[k] > '\r') & (p[k] < ' ') &
			                        (p[k] != ESC)));
	return n != BLOCK || any;
}

MGI_WIDE static void control_look(mgi_cues *c,
                                  mailguard_span s,
                                  uint64_t offset)
{
	size_t i, k;

	for (i = 0; i < s.len; i += BLOCK) {
		mailguard_span block =
			mgi_span_head(mgi_span_from(s, i), BLOCK);

		if (!has_control(block.data, block.len))
			continue;
		for (k = 0; k < block.len; k++)
			if (is_control(block.data[k])) {
				note(c, MGI_CUE_CONTROL, offset + i + k);
				return;
			}
	}
}

/* "--" and a word as programs make them, with a digit or "=_" in it. */
static bool is_boundary(mailguard_span line)
{
	bool made = false, letters = false;
	size_t i;

	line = mgi_span_trim(line);
	if (line.len < BOUNDARY_MIN || line.len > BOUNDARY_MAX ||
	    !mgi_span_starts(line, "--"))
		return false;
	for (i = 2; i < line.len; i++) {
		if (line.data[i] <= ' ' || line.data[i] >= 0x7f)
			return false;
		made |= mgi_is_digit(line.data[i]) || line.data[i] == '=';
		letters |= mgi_is_alnum(line.data[i]);
	}
	return made && letters;
}

/* A line that ended, or one that began in an earlier piece. */
static void line_look(mgi_cues *c, mailguard_span line, uint64_t offset)
{
	if (is_boundary(line))
		note(c, MGI_CUE_BOUNDARY, offset);
}

/* More of the line that began in an earlier piece; how much that is. */
static size_t head_add(mgi_cues *c, mailguard_span s)
{
	const unsigned char *lf = memchr(s.data, '\n', s.len);
	size_t n = lf ? (size_t)(lf - s.data) : s.len, room;

	if (c->head_len) {
		room = sizeof(c->head) - c->head_len;
		room = n < room ? n : room;
		memcpy(c->head + c->head_len, s.data, room);
		c->head_len += room;
	} else if (!c->line && n && s.data[0] == '-') {
		room = n < sizeof(c->head) ? n : sizeof(c->head);
		memcpy(c->head, s.data, room);
		c->head_len = room;
	}
	c->line = !lf && (c->line || n);
	if (!lf)
		return n;
	if (c->head_len)
		line_look(c, mgi_span(c->head, c->head_len), c->head_at);
	c->head_len = 0;
	return n + 1;
}

static void boundary_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	const unsigned char *at, *end, *lf;
	size_t n;

	if (!c->head_len && !c->line)
		c->head_at = offset;
	n = head_add(c, s);
	at = s.data + n;
	end = s.data + s.len;
	while (at < end) {
		at = memchr(at, '-', (size_t)(end - at));
		if (!at)
			break;
		lf = at[-1] == '\n' ? memchr(at, '\n', (size_t)(end - at))
		                    : NULL;
		if (lf)
			line_look(c, mgi_span(at, (size_t)(lf - at)),
			          offset + (uint64_t)(at - s.data));
		at = lf ? lf : at + 1;
	}
	if (n >= s.len)
		return;
	/* What the piece ends with goes on in the next. */
	for (at = end; at[-1] != '\n';)
		at--;
	c->head_at = offset + (uint64_t)(at - s.data);
	(void)head_add(c, mgi_span(at, (size_t)(end - at)));
}

static void text_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	if (!(c->seen >> MGI_CUE_CONTROL & 1))
		control_look(c, s, offset);
	if (!(c->seen >> MGI_CUE_BOUNDARY & 1))
		boundary_look(c, s, offset);
}

void mgi_cues_feed(mgi_cues *c,
                   const mailguard_part *part,
                   mailguard_span raw,
                   uint64_t offset)
{
	if (part->flags & (MAILGUARD_PART_MULTIPART | MAILGUARD_PART_MESSAGE) ||
	    !raw.len)
		return;
	if (c->part != part->number) {
		if (c->part == -2 - part->number)
			return; /* this one has told all */
		c->part = part->number;
		c->line = c->every = c->head_len = 0;
		c->ended = false;
	}
	if (part->encoding == MAILGUARD_ENCODING_BASE64)
		base64_look(c, raw, offset);
	else if (part->flags & MAILGUARD_PART_TEXT)
		text_look(c, raw, offset);
}
