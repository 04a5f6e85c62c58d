/*
 * cues.c - bytes that are legal and still look like a copy gone wrong.
 */
#include "store/cues.h"

#include <string.h>

#include "base/text.h"

#define BLOCK 64
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

static bool is_blank(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] != '\r' && s.data[i] != '\n')
			return false;
	return true;
}

/* A line that is not as long as the first; false: nothing more is looked at. */
static bool line_judge(mgi_cues *c, uint64_t length, uint64_t offset)
{
	if (length < c->every && !c->ended) {
		c->ended = true;
		return true;
	}
	note(c, MGI_CUE_BASE64_LINES, offset);
	c->part = -2 - c->part;
	return false;
}

static void base64_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	while (s.len) {
		uint64_t need = c->every > c->line ? c->every - c->line : 0;
		const unsigned char *lf;
		size_t n;

		if (c->ended && !is_blank(s)) {
			(void)line_judge(c, 0, offset);
			return;
		}
		/* Most often the line ends where the first one did. */
		if (need < s.len && c->every && s.data[need] == '\n')
			lf = s.data + need;
		else
			lf = memchr(s.data, '\n', s.len);
		n = lf ? (size_t)(lf - s.data) : s.len;
		c->line += n;
		if (c->every && c->line > c->every &&
		    !line_judge(c, c->line, offset))
			return;
		if (!lf)
			return;
		if (!c->every)
			c->every = c->line;
		else if (c->line < c->every && !line_judge(c, c->line, offset))
			return;
		c->line = 0;
		s = mgi_span_from(s, n + 1);
		offset += n + 1;
	}
}

/* -- text ----------------------------------------------------------------- */

static bool is_control(unsigned char c)
{
	return (c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1b && c) ||
	       c == 0x7f;
}

static void control_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	size_t i, k;

	for (i = 0; i < s.len; i += BLOCK) {
		mailguard_span block =
			mgi_span_head(mgi_span_from(s, i), BLOCK);
		unsigned char any = 0;

		for (k = 0; k < block.len; k++)
			any |= (unsigned char)((block.data[k] < '\t') |
			                       (block.data[k] == 0x7f) |
			                       ((block.data[k] > '\r') &
			                        (block.data[k] < ' ')));
		for (k = 0; any && k < block.len; k++)
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
	if (line.len < BOUNDARY_MIN || line.len > BOUNDARY_MAX)
		return false;
	for (i = 2; i < line.len; i++) {
		if (line.data[i] <= ' ' || line.data[i] >= 0x7f)
			return false;
		made |= mgi_is_digit(line.data[i]) || line.data[i] == '=';
		letters |= mgi_is_alnum(line.data[i]);
	}
	return made && letters;
}

static void boundary_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	const unsigned char *at = s.data, *end = s.data + s.len, *lf;
	mailguard_span line;

	while (at < end) {
		at = memchr(at, '-', (size_t)(end - at));
		if (!at)
			return;
		if ((at > s.data ? at[-1] == '\n' : !c->line) && end - at > 2 &&
		    at[1] == '-') {
			lf = memchr(at, '\n', (size_t)(end - at));
			line = mgi_span(at, (size_t)((lf ? lf : end) - at));
			if (lf && is_boundary(line))
				note(c, MGI_CUE_BOUNDARY,
				     offset + (uint64_t)(at - s.data));
			at = lf ? lf : end;
		} else {
			at++;
		}
	}
}

static void text_look(mgi_cues *c, mailguard_span s, uint64_t offset)
{
	if (!(c->seen >> MGI_CUE_CONTROL & 1))
		control_look(c, s, offset);
	if (!(c->seen >> MGI_CUE_BOUNDARY & 1))
		boundary_look(c, s, offset);
	c->line = s.data[s.len - 1] != '\n';
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
		c->line = c->every = 0;
		c->ended = false;
	}
	if (part->encoding == MAILGUARD_ENCODING_BASE64)
		base64_look(c, raw, offset);
	else if (part->flags & MAILGUARD_PART_TEXT)
		text_look(c, raw, offset);
}
