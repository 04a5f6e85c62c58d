/* What base/bulk.c promises: the same as byte by byte, wherever bytes end. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/bulk.h"

#define MOST 700
#define BEHIND 32

/* Bytes without a pattern, the same each time. */
static void fill(unsigned char *to, size_t n, uint32_t seed)
{
	while (n--) {
		seed = seed * 1664525u + 1013904223u;
		*to++ = (unsigned char)(seed >> 24);
	}
}

Test(base_bulk, a_table_is_looked_up_as_byte_by_byte)
{
	unsigned char by[256], text[MOST], wide[MOST + 1], plain[MOST];
	size_t n;

	fill(by, sizeof(by), 1);
	fill(text, sizeof(text), 2);
	for (n = 0; n < 256; n++) /* every byte there is */
		text[n] = (unsigned char)n;
	for (n = 0; n <= MOST; n++) {
		memcpy(wide, text, n);
		memcpy(plain, text, n);
		wide[n] = 'x';
		mgi_translate(wide, n, by);
		mgi_translate_plain(plain, n, by);
		cr_assert(eq(int, memcmp(wide, plain, n), 0), "%zu", n);
		cr_assert(eq(chr, (char)wide[n], 'x'), "%zu", n);
	}
}

Test(base_bulk, base64_is_made_as_group_by_group)
{
	unsigned char text[3 * MOST + MGI_BASE64_OVER];
	char wide[4 * MOST + BEHIND], plain[4 * MOST], over[4 * MOST + BEHIND];
	size_t n, i;

	fill(text, sizeof(text), 3);
	for (i = 0; i < 64; i++) /* every digit there is */
		text[3 * i] = (unsigned char)(4 * i);
	for (n = 0; n <= MOST; n++) {
		wide[4 * n] = 'x';
		mgi_base64_groups(wide, text, n);
		mgi_base64_groups_plain(plain, text, n);
		mgi_base64_groups_over(over, text, n);
		cr_assert(eq(int, memcmp(wide, plain, 4 * n), 0), "%zu", n);
		cr_assert(eq(int, memcmp(over, plain, 4 * n), 0), "%zu", n);
		cr_assert(eq(chr, wide[4 * n], 'x'), "%zu", n);
	}
}
