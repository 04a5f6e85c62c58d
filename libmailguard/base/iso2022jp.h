#ifndef MGI_ISO2022JP_H
#define MGI_ISO2022JP_H
/*
 * iso2022jp.h - ISO-2022-JP (RFC 1468) to and from the bytes of CP932, with
 * what mailers send beyond it: NEC row 13, the IBM extensions in rows 89-92,
 * half-width katakana by ESC ( I or by SO and SI. Pure: knows no iconv.
 */
#include <mailguard/base.h>

typedef enum mgi_jis_set {
	MGI_JIS_ASCII = 0,
	MGI_JIS_ROMAN, /* JIS X 0201: yen and overline */
	MGI_JIS_KANA,  /* JIS X 0201, half-width */
	MGI_JIS_KANJI, /* JIS X 0208 and the vendors' rows */
	MGI_JIS_HOJO   /* JIS X 0212: recognised, not decoded */
} mgi_jis_set;

/* All zero at the beginning of a text. */
typedef struct mgi_jis {
	mgi_jis_set set;
	mgi_jis_set before_so; /* where SI leads back to */
} mgi_jis;

typedef enum mgi_jis_kind {
	MGI_JIS_NOTHING = 0, /* an escape sequence */
	MGI_JIS_CHAR,        /* `c` */
	MGI_JIS_SJIS,        /* `sjis`, two bytes of CP932 */
	MGI_JIS_BAD
} mgi_jis_kind;

typedef struct mgi_jis_item {
	mgi_jis_kind kind;
	uint32_t c;
	unsigned char sjis[2];
} mgi_jis_item;

/* The next item; how many bytes it took, 0 if more are needed to tell. */
size_t mgi_jis_next(mgi_jis_item *out,
                    mgi_jis *state,
                    const unsigned char *at,
                    size_t n);

/*
 * The character `c`, which CP932 writes as the `n` bytes at `sjis`, with the
 * escape sequence it needs. How many bytes; 0 if it has no place. Half-width
 * katakana and the Roman set are found from `c` and need no bytes.
 */
size_t mgi_jis_put(unsigned char out[8],
                   mgi_jis *state,
                   uint32_t c,
                   const unsigned char *sjis,
                   size_t n);
/* Back to ASCII, as the end of a text must be. */
size_t mgi_jis_end(unsigned char out[8], mgi_jis *state);

#endif
