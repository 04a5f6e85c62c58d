/*
 * transfer_uu.c - uuencode, as IEEE 1003.1 has it and older programs wrote it.
 */
#include "mime/transfer_codings.h"

#include "base/text.h"

enum { BEFORE, INSIDE, BEHIND };

static uint32_t uu_value(mailguard_span line, size_t i)
{
	return i < line.len ? (uint32_t)(line.data[i] - 32) & 63 : 0;
}

static void uu_data(mailguard_buffer *out, mailguard_span line)
{
	size_t n = uu_value(line, 0), i;
	char group[3];

	for (i = 1; n; i += 4) {
		size_t k = n < 3 ? n : 3;

		uint32_t bits =
			uu_value(line, i) << 18 | uu_value(line, i + 1) << 12 |
			uu_value(line, i + 2) << 6 | uu_value(line, i + 3);

		group[0] = (char)(bits >> 16);
		group[1] = (char)(bits >> 8);
		group[2] = (char)bits;
		mgi_buf_add(out, group, k);
		n -= k;
	}
}

/* As long as its first character says, but for spaces lost at its end. */
int mgi_uu_bytes(mailguard_span line)
{
	size_t n = uu_value(line, 0), need = (n + 2) / 3 * 4, i;

	for (i = 0; i < line.len; i++)
		if (line.data[i] < 32 || line.data[i] > 96)
			return -1;
	return line.len && line.len <= need + 2 && line.len > need / 2 ? (int)n
	                                                               : -1;
}

/* `at` is where the line ends. */
static void uu_line(mailguard_buffer *out, mgi_transfer *t, uint64_t at)
{
	mailguard_span line = mgi_span(t->held, t->held_len);

	while (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	t->held_len = 0;
	if (t->state == BEFORE && mgi_span_starts(line, "begin "))
		t->state = INSIDE;
	else if (t->state == INSIDE && mgi_span_is(line, "end"))
		t->state = BEHIND;
	else if (t->state == INSIDE && mgi_uu_bytes(line) >= 0)
		uu_data(out, line);
	else if (t->state == INSIDE && line.len)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_UU, at, 1);
}

void mgi_transfer_uu_feed(mailguard_buffer *out,
                          mgi_transfer *t,
                          mailguard_span in)
{
	size_t i;

	for (i = 0; i < in.len; i++) {
		if (in.data[i] == '\n')
			uu_line(out, t, t->at + i);
		else if (t->held_len < MGI_TRANSFER_HELD)
			t->held[t->held_len++] = (char)in.data[i];
	}
}

void mgi_transfer_uu_end(mailguard_buffer *out, mgi_transfer *t)
{
	uu_line(out, t, t->at);
	if (t->state != BEHIND)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_UU_CUT, t->at, 1);
}
