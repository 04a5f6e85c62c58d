/*
 * transfer_base64_wide.c - base64 by 32 characters, where the processor can.
 *
 * What is odd is left to transfer_base64.c, which can do without this.
 */
#include "mime/transfer_codings.h"

#include "base/wide.h"

#if MGI_AVX2

# include <immintrin.h>

# define AVX2 __attribute__((target("avx2")))

/* All ones in each byte from `first` to `first` + `last`. */
AVX2 static inline __m256i range(__m256i c, char first, char last)
{
	__m256i from = _mm256_sub_epi8(c, _mm256_set1_epi8(first));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8(last)),
	                         from);
}

AVX2 static inline __m256i put(__m256i mask, char step)
{
	return _mm256_and_si256(mask, _mm256_set1_epi8(step));
}

/* Values of characters; bit k of `*known`: character k has one. */
AVX2 static inline __m256i values_of(uint32_t *known, __m256i c)
{
	__m256i up = range(c, 'A', 25), low = range(c, 'a', 25);
	__m256i digit = range(c, '0', 9);
	__m256i plus = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('+'));
	__m256i slash = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('/'));
	__m256i letters = _mm256_or_si256(up, low);
	__m256i others = _mm256_or_si256(digit, _mm256_or_si256(plus, slash));
	__m256i step = _mm256_or_si256(put(up, -'A'), put(low, 26 - 'a'));

	step = _mm256_or_si256(step, put(digit, 52 - '0'));
	step = _mm256_or_si256(step, put(plus, 62 - '+'));
	step = _mm256_or_si256(step, put(slash, 63 - '/'));
	*known = (uint32_t)_mm256_movemask_epi8(
		_mm256_or_si256(letters, others));
	return _mm256_add_epi8(c, step);
}

/* Four values of six bits are three bytes; 24 of them stand first. */
AVX2 static inline __m256i bytes_of(__m256i v)
{
	const __m256i turn = _mm256_setr_epi8(
		2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0,
		6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);

	v = _mm256_maddubs_epi16(v, _mm256_set1_epi16(0x0140));
	v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));
	return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(v, turn), join);
}

/* Whole groups and the line ends behind them. */
AVX2 static size_t run(char **to, const unsigned char *p, size_t len)
{
	size_t i = 0;

	while (len - i >= MGI_BASE64_WIDE) {
		uint32_t known, n = MGI_BASE64_WIDE;
		__m256i v;

		v = _mm256_loadu_si256((const __m256i_u *)(p + i));
		v = values_of(&known, v);
		if (known != UINT32_MAX)
			n = (uint32_t)__builtin_ctz(~known);
		_mm256_storeu_si256((__m256i_u *)*to, bytes_of(v));
		*to += n / 4 * 3;
		i += n / 4 * 4;
		if (n == MGI_BASE64_WIDE)
			continue;
		if (p[i] == '\r' && len - i > 1)
			i++;
		if (p[i] != '\n')
			break;
		i++;
	}
	return i;
}

size_t mgi_transfer_base64_wide(char **to, const unsigned char *p, size_t len)
{
	return __builtin_cpu_supports("avx2") ? run(to, p, len) : 0;
}

#else

size_t mgi_transfer_base64_wide(char **to, const unsigned char *p, size_t len)
{
	(void)to;
	(void)p;
	(void)len;
	return 0;
}

#endif
