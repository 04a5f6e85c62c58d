/*
 * bulk.c - tables and Base64 over many bytes, as fast as this processor can.
 */
#include "base/bulk.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789+/";

void mgi_translate_plain(unsigned char *at, size_t n, const unsigned char *by)
{
	size_t i;

	for (i = 0; i < n; i++)
		at[i] = by[at[i]];
}

void mgi_base64_groups_plain(char *to, const unsigned char *from, size_t groups)
{
	while (groups--) {
		uint32_t v = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 |
		             from[2];

		to[0] = digits[v >> 18];
		to[1] = digits[v >> 12 & 63];
		to[2] = digits[v >> 6 & 63];
		to[3] = digits[v & 63];
		to += 4;
		from += 3;
	}
}

#if defined(__x86_64__) && defined(__GNUC__)
# include <immintrin.h>

# define AVX2 __attribute__((target("avx2")))

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

/*
 * Row by row of the table: what is not of that row gets a high bit, which
 * leaves zero.
 */
AVX2 static __m256i by_row(__m256i x, const unsigned char *by, int k)
{
	__m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128(
		(const __m128i *)(const void *)(by + (size_t)16 * (size_t)k)));

	x = _mm256_xor_si256(x, _mm256_set1_epi8((char)(16 * k)));
	x = _mm256_adds_epu8(x, _mm256_set1_epi8(0x70));
	return _mm256_shuffle_epi8(row, x);
}

# define VBMI __attribute__((target("avx512vbmi,avx512bw")))

static bool has_vbmi(void)
{
	return __builtin_cpu_supports("avx512vbmi") &&
	       __builtin_cpu_supports("avx512bw");
}

/* Each half of the table by one instruction; the high bit says which. */
VBMI static size_t translate_widest(unsigned char *at,
                                    size_t n,
                                    const unsigned char *by)
{
	__m512i table[4];
	size_t i;
	int k;

	for (k = 0; k < 4; k++)
		table[k] = _mm512_loadu_si512(by + (size_t)64 * (size_t)k);
	for (i = 0; i + 64 <= n; i += 64) {
		__m512i x = _mm512_loadu_si512(at + i);
		__m512i low = _mm512_permutex2var_epi8(table[0], x, table[1]);
		__m512i high = _mm512_permutex2var_epi8(table[2], x, table[3]);

		_mm512_storeu_si512(
			at + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(x),
		                                       low, high));
	}
	return i;
}

/* Four times 32 bytes, so that a row is fetched once for all of them. */
AVX2 static size_t translate_wide(unsigned char *at,
                                  size_t n,
                                  const unsigned char *by)
{
	size_t i;
	int k;

	for (i = 0; i + 128 <= n; i += 128) {
		__m256i *p = (__m256i *)(void *)(at + i);
		__m256i a = _mm256_loadu_si256(p), oa = by_row(a, by, 0);
		__m256i b = _mm256_loadu_si256(p + 1), ob = by_row(b, by, 0);
		__m256i c = _mm256_loadu_si256(p + 2), oc = by_row(c, by, 0);
		__m256i d = _mm256_loadu_si256(p + 3), od = by_row(d, by, 0);

		for (k = 1; k < 16; k++) {
			oa = _mm256_or_si256(oa, by_row(a, by, k));
			ob = _mm256_or_si256(ob, by_row(b, by, k));
			oc = _mm256_or_si256(oc, by_row(c, by, k));
			od = _mm256_or_si256(od, by_row(d, by, k));
		}
		_mm256_storeu_si256(p, oa);
		_mm256_storeu_si256(p + 1, ob);
		_mm256_storeu_si256(p + 2, oc);
		_mm256_storeu_si256(p + 3, od);
	}
	return i;
}

/* Which of five ranges a digit is in tells what lies between it and its code */
AVX2 static __m256i digits_of(__m256i six)
{
	const __m256i shift = _mm256_setr_epi8(
		'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
		'0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62,
		'/' - 63, 'A', 0, 0, 'a' - 26, '0' - 52, '0' - 52, '0' - 52,
		'0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
		'0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
	__m256i range = _mm256_subs_epu8(six, _mm256_set1_epi8(51));
	__m256i capital = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), six);

	range = _mm256_or_si256(
		range, _mm256_and_si256(capital, _mm256_set1_epi8(13)));
	return _mm256_add_epi8(six, _mm256_shuffle_epi8(shift, range));
}

/*
 * 24 bytes, read as two times 16, to 32 digits; how many groups were done.
 * `last`: how many must be left for it to be done once more.
 */
AVX2 static size_t base64_wide(char *to,
                               const unsigned char *from,
                               size_t groups,
                               size_t last)
{
	const __m256i spread = _mm256_setr_epi8(
		1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1,
		4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	size_t done;

	for (done = 0; done + last <= groups; done += 8) {
		const unsigned char *p = from + 3 * done;
		__m256i x = _mm256_inserti128_si256(
			_mm256_castsi128_si256(_mm_loadu_si128(
				(const __m128i *)(const void *)p)),
			_mm_loadu_si128(
				(const __m128i *)(const void *)(p + 12)),
			1);
		__m256i outer, inner;

		x = _mm256_shuffle_epi8(x, spread);
		outer = _mm256_mulhi_epu16(
			_mm256_and_si256(x, _mm256_set1_epi32(0x0fc0fc00)),
			_mm256_set1_epi32(0x04000040));
		inner = _mm256_mullo_epi16(
			_mm256_and_si256(x, _mm256_set1_epi32(0x003f03f0)),
			_mm256_set1_epi32(0x01000010));
		x = digits_of(_mm256_or_si256(outer, inner));
		_mm256_storeu_si256((__m256i *)(void *)(to + 4 * done), x);
	}
	return done;
}

#else

static bool has_avx2(void)
{
	return false;
}

static bool has_vbmi(void)
{
	return false;
}

static size_t translate_widest(unsigned char *at,
                               size_t n,
                               const unsigned char *by)
{
	(void)at;
	(void)n;
	(void)by;
	return 0;
}

static size_t translate_wide(unsigned char *at,
                             size_t n,
                             const unsigned char *by)
{
	(void)at;
	(void)n;
	(void)by;
	return 0;
}

static size_t base64_wide(char *to,
                          const unsigned char *from,
                          size_t groups,
                          size_t last)
{
	(void)last;
	(void)to;
	(void)from;
	(void)groups;
	return 0;
}
#endif

void mgi_translate(unsigned char *at, size_t n, const unsigned char *by)
{
	size_t done = has_vbmi()   ? translate_widest(at, n, by)
	              : has_avx2() ? translate_wide(at, n, by)
	                           : 0;

	mgi_translate_plain(at + done, n - done, by);
}

void mgi_base64_groups(char *to, const unsigned char *from, size_t groups)
{
	size_t done = has_avx2() ? base64_wide(to, from, groups, 10) : 0;

	mgi_base64_groups_plain(to + 4 * done, from + 3 * done, groups - done);
}

void mgi_base64_groups_over(char *to, const unsigned char *from, size_t groups)
{
	if (!has_avx2() || base64_wide(to, from, groups, 1) < groups)
		mgi_base64_groups_plain(to, from, groups);
}
