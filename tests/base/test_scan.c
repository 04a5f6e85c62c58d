/* What base/scan.c promises. The name of a test is the promise. */
#include "base/buf.h"
#include "base/scan.h"
#include "base/text.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;
static mgi_arena *arena;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	arena = mgi_arena_new(mg);
	cr_assert(ne(ptr, arena, NULL));
}

static void teardown(void)
{
	mgi_arena_free(arena);
	mailguard_free(mg);
}

TestSuite(base_scan, .init = setup, .fini = teardown);

static uint32_t seed;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static const mgi_scan *make(const char *const *phrases, size_t n, bool nocase)
{
	mgi_scan_words words = { .count = n, .nocase = nocase };
	mailguard_span spans[32];
	const mgi_scan *scan;
	size_t i;

	for (i = 0; i < n; i++)
		spans[i] = mgi_span_of(phrases[i]);
	words.phrases = spans;
	ok(mgi_scan_make(&scan, arena, &words, NULL));
	return scan;
}

/* "phrase@start-end " for each hit, the text fed `step` bytes a piece. */
static void hits_of(mailguard_buffer *out,
                    const mgi_scan *scan,
                    mailguard_span text,
                    size_t step)
{
	mgi_scan_run run;
	mgi_scan_hit hit;

	mgi_buf_cut(out, 0);
	mgi_scan_begin(&run, scan);
	while (text.len) {
		mgi_scan_feed(&run, mgi_span_head(text, step));
		while (mgi_scan_next(&hit, &run))
			mgi_buf_printf(out, "%d@%d-%d ", (int)hit.phrase,
			               (int)hit.start, (int)hit.end);
		text = mgi_span_from(text, step);
	}
}

Test(base_scan, finds_every_phrase_wherever_it_stands)
{
	static const struct {
		const char *why;
		const char *phrases[5];
		bool nocase;
		const char *text;
		char *hits;
	} rows[] = {
		{ "the textbook",
		  { "he", "she", "his", "hers" },
		  false,
		  "ushers",
		  "1@1-4 0@2-4 3@2-6 " },
		{ "inside itself",
		  { "aa" },
		  false,
		  "aaaa",
		  "0@0-2 0@1-3 0@2-4 " },
		{ "longest first",
		  { "c", "abc", "bc" },
		  false,
		  "abc",
		  "1@0-3 2@1-3 0@2-3 " },
		{ "the same twice",
		  { "ab", "b", "ab" },
		  false,
		  "ab",
		  "0@0-2 2@0-2 1@1-2 " },
		{ "none", { "x" }, false, "abc", "" },
		{ "no phrases", { NULL }, false, "abc", "" },
		{ "case told apart", { "Ab" }, false, "ab Ab AB", "0@3-5 " },
		{ "case ignored",
		  { "Ab" },
		  true,
		  "ab Ab AB",
		  "0@0-2 0@3-5 0@6-8 " },
		{ "case in the class",
		  { "@z[" },
		  true,
		  "`Z[ @Z[ @z{",
		  "0@4-7 " },
		{ "not beyond ASCII",
		  { "\xc3\x84" },
		  true,
		  "\xc3\xa4 \xc3\x84",
		  "0@3-5 " },
		{ "Japanese",
		  { "容量", "量超" },
		  true,
		  "容量超過",
		  "0@0-6 1@3-9 " },
		{ "back by fail links",
		  { "abcd", "bce", "c" },
		  false,
		  "abce",
		  "2@2-3 1@1-4 " },
	};
	mailguard_buffer got;
	size_t i, n;

	mgi_buf_init(&got, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (n = 0; n < 5 && rows[i].phrases[n]; n++)
			;
		hits_of(&got, make(rows[i].phrases, n, rows[i].nocase),
		        mgi_span_of(rows[i].text), 100);
		cr_expect(eq(str, (char *)mgi_buf_text(&got), rows[i].hits),
		          "%s", rows[i].why);
	}
	mgi_buf_done(&got);
}

Test(base_scan, zero_bytes_are_bytes)
{
	mailguard_span phrase = mgi_span("a\0b", 3);
	mgi_scan_words words = { &phrase, 1, false };
	const mgi_scan *scan;
	mailguard_buffer got;

	mgi_buf_init(&got, mg);
	ok(mgi_scan_make(&scan, arena, &words, NULL));
	hits_of(&got, scan, mgi_span("a\0ca\0b", 6), 100);
	cr_expect(eq(str, (char *)mgi_buf_text(&got), "0@3-6 "));
	mgi_buf_done(&got);
}

Test(base_scan, every_byte_value_may_occur_in_phrases)
{
	unsigned char bytes[257];
	mailguard_span phrase[2];
	mgi_scan_words words = { phrase, 2, false };
	const mgi_scan *scan;
	mailguard_buffer got;
	int i;

	for (i = 0; i < 257; i++)
		bytes[i] = (unsigned char)i;
	phrase[0] = mgi_span(bytes, 256);
	phrase[1] = mgi_span(bytes + 255, 1);
	mgi_buf_init(&got, mg);
	ok(mgi_scan_make(&scan, arena, &words, NULL));
	hits_of(&got, scan, mgi_span(bytes, 257), 7);
	cr_expect(eq(str, (char *)mgi_buf_text(&got), "0@0-256 1@255-256 "));
	mgi_buf_done(&got);
}

static unsigned char flat(unsigned char c, bool nocase)
{
	return nocase ? (unsigned char)mgi_lower(c) : c;
}

static bool stands(mailguard_span text,
                   size_t at,
                   mailguard_span phrase,
                   bool nocase)
{
	size_t i;

	for (i = 0; i < phrase.len; i++)
		if (flat(text.data[at + i], nocase) !=
		    flat(phrase.data[i], nocase))
			return false;
	return true;
}

/* By comparing everything everywhere; in the order that is promised. */
static void naive(mailguard_buffer *out,
                  const mgi_scan_words *w,
                  mailguard_span text)
{
	size_t end, len, p;

	mgi_buf_cut(out, 0);
	for (end = 1; end <= text.len; end++)
		for (len = end; len > 0; len--)
			for (p = 0; p < w->count; p++)
				if (w->phrases[p].len == len &&
				    stands(text, end - len, w->phrases[p],
				           w->nocase))
					mgi_buf_printf(out, "%d@%d-%d ", (int)p,
					               (int)(end - len),
					               (int)end);
}

Test(base_scan, agrees_with_a_naive_matcher, .timeout = 120)
{
	unsigned char room[40 * 12], text[200];
	mailguard_buffer want, got;
	mailguard_span spans[40];
	uint32_t round, i, j;

	mgi_buf_init(&want, mg);
	mgi_buf_init(&got, mg);
	for (round = 0; round < 400; round++) {
		mgi_scan_words words = { spans, 1 + any(40), any(2) == 1 };
		mailguard_span whole = mgi_span(text, 1 + any(200));
		uint32_t letters = 2 + any(5);
		const mgi_scan *scan;

		for (i = 0; i < words.count; i++) {
			spans[i] = mgi_span(room + i * 12, 1 + any(12));
			for (j = 0; j < spans[i].len; j++)
				room[i * 12 + j] = "abAB\xe3z"[any(letters)];
		}
		for (i = 0; i < whole.len; i++)
			text[i] = "abAB\xe3z?"[any(letters + 1)];
		ok(mgi_scan_make(&scan, arena, &words, NULL));
		naive(&want, &words, whole);
		hits_of(&got, scan, whole, whole.len);
		cr_assert(eq(str, (char *)mgi_buf_text(&got),
		             (char *)mgi_buf_text(&want)),
		          "round %u, whole", round);
		hits_of(&got, scan, whole, 1);
		cr_assert(eq(str, (char *)mgi_buf_text(&got),
		             (char *)mgi_buf_text(&want)),
		          "round %u, byte by byte", round);
		mgi_arena_empty(arena);
	}
	mgi_buf_done(&want);
	mgi_buf_done(&got);
}

Test(base_scan, an_empty_phrase_is_refused_by_its_number)
{
	mailguard_span spans[] = { mgi_span_of("a"), mgi_span_of("") };
	mgi_scan_words words = { spans, 2, false };
	const mgi_scan *scan = (const mgi_scan *)spans;
	mailguard_error err;

	cr_expect(eq(int, mgi_scan_make(&scan, arena, &words, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, (void *)scan, NULL));
	cr_expect(eq(str, err.code, "scan.empty-phrase"));
	cr_expect(ne(ptr, strstr(err.message, "phrase 2"), NULL));
}

Test(base_scan, more_bytes_than_the_limit_are_refused)
{
	static const char much[MGI_SCAN_BYTES_MAX];
	mailguard_span spans[] = { mgi_span(much, sizeof(much)),
		                   mgi_span("a", 1) };
	mgi_scan_words words = { spans, 2, false };
	const mgi_scan *scan;
	mailguard_error err;

	cr_expect(eq(int, mgi_scan_make(&scan, arena, &words, &err),
	             MAILGUARD_ELIMIT));
	cr_expect(eq(str, err.code, "scan.too-large"));
}

/* Tables of 2,000 phrases must stay small enough to be compiled in. */
Test(base_scan, two_thousand_phrases_take_less_than_2_mib)
{
	static char room[2000][40];
	static mailguard_span spans[2000];
	mgi_scan_words words = { spans, 2000, true };
	const mgi_scan *scan;
	size_t i, j;

	for (i = 0; i < 2000; i++) {
		for (j = 0; j < 28; j++)
			room[i][j] = (char)('a' + any(26));
		spans[i] = mgi_span(room[i], 28);
	}
	ok(mgi_scan_make(&scan, arena, &words, NULL));
	cr_expect(lt(sz, (size_t)scan->slot_count * sizeof(*scan->slots),
	             (size_t)2 << 20));
}

Test(base_scan, survives_every_allocation_failure)
{
	static mailguard_span spans[200];
	static char room[200][8];
	mgi_scan_words words = { spans, 200, true };
	const mgi_scan *scan;
	mailguard_status st;
	mailguard *tight;
	mgi_arena *a;
	int i, j, n = 0;

	for (i = 0; i < 200; i++) {
		for (j = 0; j < 8; j++)
			room[i][j] = (char)any(256);
		spans[i] = mgi_span(room[i], 8);
	}
	do {
		st = mailguard_new(&tight, fail_alloc_at(n++), NULL);
		if (st < 0)
			continue;
		a = mgi_arena_new(tight);
		st = a ? mgi_scan_make(&scan, a, &words, NULL)
		       : MAILGUARD_ENOMEM;
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mgi_arena_free(a);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);

	cr_expect(lt(int, 6, n));
	cr_expect(zero(int, fail_alloc_live()));
}
