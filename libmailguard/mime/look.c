/*
 * look.c - what is odd about the bytes of a body, at the speed of memory.
 *
 * A run of lines that end in LF and hold nothing odd is passed as a whole.
 * Else blocks are summed up first, in a way compilers make wide instructions
 * of; only one that has something to tell is gone through byte by byte.
 */
#include "mime/parser.h"

#include <string.h>

#include "base/text.h"
#include "base/wide.h"

#define BLOCK 64
#define RUN ((size_t)8 << 10) /* looked at as a whole first */

typedef struct sums {
	uint8_t zero, high, lf, cr, crlf;
} sums;

static sums sum_of(const unsigned char *p, size_t n, unsigned char before)
{
	sums s = { 0, 0, 0, 0, 0 };
	size_t i;

	s.crlf = p[0] == '\n' && before == '\r';
	if (n == BLOCK) {
		for (i = 0; i < BLOCK; i++) {
			s.zero |= (uint8_t)(p[i] == 0);
			s.lf = (uint8_t)(s.lf + (p[i] == '\n'));
			s.cr = (uint8_t)(s.cr + (p[i] == '\r'));
		}
		for (i = 1; i < BLOCK; i++)
			s.crlf = (uint8_t)(s.crlf + ((p[i] == '\n') &
			                             (p[i - 1] == '\r')));
		return s;
	}
	for (i = 0; i < n; i++) {
		s.zero |= (uint8_t)(p[i] == 0);
		s.lf = (uint8_t)(s.lf + (p[i] == '\n'));
		s.cr = (uint8_t)(s.cr + (p[i] == '\r'));
		if (i)
			s.crlf = (uint8_t)(s.crlf + ((p[i] == '\n') &
			                             (p[i - 1] == '\r')));
	}
	return s;
}

/* Something is odd in this block, or the first line end is. */
static void go_through(mgi_look *l,
                       mgi_harm *harm,
                       mailguard_span s,
                       uint64_t offset)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = s.data[i];
		bool crlf = c == '\n' && l->last == '\r';

		if (!c)
			mgi_harm_add(harm, MAILGUARD_DAMAGE_NUL, offset + i, 1);
		if (l->last == '\r' && !crlf)
			mgi_harm_add(harm, MAILGUARD_DAMAGE_BARE_CR,
			             offset + i - 1, 1);
		if (c == '\n' && l->lf && crlf != l->first_crlf)
			mgi_harm_add(harm, MAILGUARD_DAMAGE_MIXED_ENDS,
			             offset + i, 1);
		if (c == '\n' && !l->lf)
			l->first_crlf = crlf;
		l->lf += c == '\n';
		l->last = c;
	}
}

MGI_WIDE uint8_t mgi_look_odd(mailguard_span s)
{
	uint8_t zero = 0, cr = 0, high = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		zero |= (uint8_t)(s.data[i] == 0);
		cr |= (uint8_t)(s.data[i] == '\r');
		high |= s.data[i];
	}
	return (uint8_t)((zero ? MGI_LOOK_ZERO : 0) | (cr ? MGI_LOOK_CR : 0) |
	                 (high & MGI_LOOK_HIGH));
}

/* Lines that end in LF as they all did, and nothing odd: most of all mail. */
static bool is_plain(mgi_look *l, mailguard_span s, uint8_t odd)
{
	if ((l->lf && l->first_crlf) || l->last == '\r' ||
	    odd & (MGI_LOOK_ZERO | MGI_LOOK_CR))
		return false;
	if (!l->lf && memchr(s.data, '\n', s.len)) {
		l->lf = 1;
		l->first_crlf = false;
	}
	l->last = s.data[s.len - 1];
	return true;
}

static void blocks_look(mgi_look *l,
                        mgi_harm *harm,
                        mailguard_span s,
                        uint64_t offset)
{
	while (s.len) {
		mailguard_span block = mgi_span_head(s, BLOCK);
		sums sum = sum_of(block.data, block.len, l->last);
		unsigned ends_cr = block.data[block.len - 1] == '\r';
		unsigned bare = sum.cr - ends_cr + (l->last == '\r') - sum.crlf;
		bool uniform = sum.crlf == (l->first_crlf ? sum.lf : 0);

		if (sum.zero || bare || !uniform || (sum.lf && !l->lf)) {
			go_through(l, harm, block, offset);
		} else {
			l->lf += sum.lf;
			l->last = block.data[block.len - 1];
		}
		s = mgi_span_from(s, BLOCK);
		offset += block.len;
	}
}

static void high_look(mgi_harm *harm, mailguard_span s, uint64_t offset)
{
	size_t i, k;

	for (i = 0; i < s.len; i += k) {
		uint8_t high = 0;

		k = s.len - i < BLOCK ? s.len - i : BLOCK;
		if (k == BLOCK)
			for (k = 0; k < BLOCK; k++)
				high |= s.data[i + k];
		else
			high = 0x80;
		for (size_t j = i; high >= 0x80 && j < i + k; j++)
			if (s.data[j] >= 0x80)
				mgi_harm_add(harm, MAILGUARD_DAMAGE_8BIT_BODY,
				             offset + j, 1);
	}
}

void mgi_look_at(mgi_look *l, mgi_harm *harm, mailguard_span s, uint64_t offset)
{
	while (s.len) {
		mailguard_span run = mgi_span_head(s, RUN);
		uint8_t odd = mgi_look_odd(run);

		if (!is_plain(l, run, odd))
			blocks_look(l, harm, run, offset);
		if (odd & MGI_LOOK_HIGH && l->seven)
			high_look(harm, run, offset);
		s = mgi_span_from(s, RUN);
		offset += run.len;
	}
}

void mgi_look_end(mgi_look *l, mgi_harm *harm, uint64_t offset)
{
	if (l->last == '\r')
		mgi_harm_add(harm, MAILGUARD_DAMAGE_BARE_CR, offset - 1, 1);
	memset(l, 0, sizeof(*l));
}
