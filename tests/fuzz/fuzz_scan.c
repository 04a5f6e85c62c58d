/*
 * fuzz_scan.c - any phrases and any text: what is found is what stands there,
 * and feeding byte by byte finds the same as feeding all at once.
 *
 * Input: a byte (odd: case ignored), phrases one a line, an empty line, text.
 */
#include "base/cursor.h"
#include "base/scan.h"
#include "base/text.h"

#include <stdlib.h>

enum { PHRASES = 64, STEPS_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hit(const mgi_scan_hit *hit,
                      const mgi_scan_words *words,
                      mailguard_span text)
{
	mailguard_span phrase = words->phrases[hit->phrase];
	size_t i;

	if (hit->end > text.len || hit->end - hit->start != phrase.len)
		abort();
	for (i = 0; i < phrase.len; i++) {
		int a = text.data[hit->start + i], b = phrase.data[i];

		if (words->nocase ? mgi_lower(a) != mgi_lower(b) : a != b)
			abort();
	}
}

/* A sum over all hits, in their order. */
static uint64_t sum_of(const mgi_scan *scan,
                       const mgi_scan_words *words,
                       mailguard_span text,
                       size_t step)
{
	mailguard_span rest = text;
	int left = STEPS_MAX;
	uint64_t sum = 0;
	mgi_scan_run run;
	mgi_scan_hit hit;

	mgi_scan_begin(&run, scan);
	while (rest.len) {
		mgi_scan_feed(&run, mgi_span_head(rest, step));
		while (mgi_scan_next(&hit, &run)) {
			check_hit(&hit, words, text);
			sum = sum * 31 + hit.end * 67 + (uint64_t)hit.phrase;
			if (--left == 0)
				return sum;
		}
		rest = mgi_span_from(rest, step);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mgi_cursor c = mgi_cursor_of(mgi_span(data, size));
	mailguard_span spans[PHRASES];
	mgi_scan_words words = { spans, 0, (mgi_cursor_u8(&c) & 1) != 0 };
	const mgi_scan *scan;
	mailguard_span text;
	mgi_arena *arena;
	mailguard *mg;

	while (words.count < PHRASES &&
	       mgi_cursor_line(&spans[words.count], &c) &&
	       spans[words.count].len)
		words.count++;
	text = mgi_cursor_take(&c, mgi_cursor_left(&c));
	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	arena = mgi_arena_new(mg);
	if (!arena || mgi_scan_make(&scan, arena, &words, NULL) < 0)
		abort();
	if (sum_of(scan, &words, text, text.len) !=
	    sum_of(scan, &words, text, 1))
		abort();
	mgi_arena_free(arena);
	mailguard_free(mg);
	return 0;
}
