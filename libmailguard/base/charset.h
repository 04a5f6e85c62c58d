#ifndef MGI_CHARSET_H
#define MGI_CHARSET_H
/*
 * charset.h - text in any charset of mail or web to UTF-8 and back, by iconv,
 * which nobody else sees.
 *
 * Labels mean what browsers take them for (WHATWG Encoding Standard): what is
 * labelled iso-8859-1 is windows-1252, shift_jis is Microsoft's CP932, gb2312
 * is GB18030. ISO-2022-JP is read and written through CP932 (iso2022jp.h), so
 * the vendors' characters live.
 */
#include "base/buf.h"

#include <stdbool.h>

/* One charset. They live as long as the program. */
typedef struct mgi_charset mgi_charset;

/* By label; case, quotes, space, `-` and `_` do not count. NULL: unknown. */
const mgi_charset *mgi_charset_find(mailguard_span label);
const mgi_charset *mgi_charset_utf8(void);
/* The label to write: what was asked for as "ms932" is "shift_jis". */
const char *mgi_charset_name(const mgi_charset *cs);
/* UTF-16 or UTF-32, so that ASCII in it is not ASCII to look at. */
bool mgi_charset_is_wide(const mgi_charset *cs);
/*
 * What a byte order mark says, or, for UTF-16 that begins with ASCII, the zero
 * bytes. `*skip` is the length of the mark. NULL if the bytes do not say.
 */
const mgi_charset *mgi_charset_marked(mailguard_span bytes, size_t *skip);
/*
 * The likeliest charset of text without a label: UTF-8, also for plain ASCII,
 * ISO-2022-JP, Shift_JIS, EUC-JP, GB18030, Big5, EUC-KR, KOI8-R, windows-1251;
 * NULL if it is like none of them. The last character may be cut.
 */
const mgi_charset *mgi_charset_sniff(mailguard_span bytes);

#define MGI_SNIFF_SAMPLE 4096

/* The same for text that comes in pieces. */
typedef struct mgi_sniff {
	uint64_t at;              /* bytes fed */
	uint64_t odd;             /* bytes above 127 */
	uint64_t side;            /* ... right behind another one */
	uint64_t escapes;         /* ESC */
	uint64_t good, long_good; /* characters of UTF-8; of three bytes up */
	uint64_t bad;             /* bytes that cannot be UTF-8, */
	uint64_t bad_at;          /* the first of them, or MAILGUARD_NOWHERE */
	uint64_t begin;           /* of a character not whole yet */
	unsigned need, length;    /* how much of it is to come */
	unsigned char low, high;  /* what its next byte must be */
	unsigned char last;       /* byte */
	size_t sample_len;
	unsigned char sample[MGI_SNIFF_SAMPLE]; /* from the first odd byte on */
} mgi_sniff;

void mgi_sniff_begin(mgi_sniff *s);
void mgi_sniff_feed(mgi_sniff *s, mailguard_span bytes);
/* Mostly: a byte here and there may be broken. */
bool mgi_sniff_is_utf8(const mgi_sniff *s);
/* Sure: even if a label says something else. */
const mgi_charset *mgi_sniff_likeliest(const mgi_sniff *s, bool *sure);

/* What could not be decoded. */
typedef struct mgi_damage {
	uint64_t count; /* U+FFFD put in for bytes that mean nothing */
	uint64_t first; /* offset of the first, or MAILGUARD_NOWHERE */
} mgi_damage;

/*
 * Append `bytes` to `out` as UTF-8. Bad bytes are no failure: each becomes
 * U+FFFD (a lead byte with its trail one) and is counted. A byte order mark
 * of the charset itself is dropped. `damage` may be NULL.
 *
 * EUNSUPPORTED if this system's iconv does not have the charset. On failure
 * `out` is as long as before.
 */
mailguard_status mgi_charset_decode(mailguard_buffer *out,
                                    mgi_damage *damage,
                                    const mgi_charset *cs,
                                    mailguard_span bytes,
                                    mailguard_error *err);

/*
 * The same piece by piece; where the pieces are cut does not matter. Free with
 * mgi_decoder_free(). It borrows the handle.
 */
typedef struct mgi_decoder mgi_decoder;
mailguard_status mgi_decoder_new(mgi_decoder **out,
                                 mailguard *mg,
                                 const mgi_charset *cs,
                                 mailguard_error *err);
/* A failure is the buffer's: the decoder has gone on. */
mailguard_status mgi_decoder_feed(mgi_decoder *d,
                                  mailguard_buffer *out,
                                  mailguard_span bytes,
                                  mailguard_error *err);
/* Tell what was cut off at the end. The decoder may then begin anew. */
mailguard_status mgi_decoder_end(mgi_decoder *d,
                                 mailguard_buffer *out,
                                 mailguard_error *err);
/* Since the decoder was made, or last began anew. */
mgi_damage mgi_decoder_damage(const mgi_decoder *d);
void mgi_decoder_free(mgi_decoder *d);

#define MGI_MISFITS_MAX 64

/* A character that the charset does not have. */
typedef struct mgi_misfit {
	uint32_t c;  /* U+FFFD also for bytes that are no UTF-8 */
	uint64_t at; /* offset in the UTF-8 text */
} mgi_misfit;

typedef struct mgi_misfits {
	uint64_t count; /* all of them; `list` holds the first */
	mgi_misfit list[MGI_MISFITS_MAX];
} mgi_misfits;

/*
 * Append UTF-8 text to `out` in `cs`. What does not fit is left out and told:
 * nothing is ever replaced. Three habits of Japanese encoders are kept: in
 * CP932 the yen sign and overline are 0x5C and 0x7E, and U+301C U+2212 U+2014
 * U+2016 share the cells of U+FF5E U+FF0D U+2015 U+2225. ISO-2022-JP ends in
 * ASCII, and half-width katakana are sent as such (ESC ( I).
 *
 * EUNSUPPORTED as above. On failure `out` is as long as before.
 */
mailguard_status mgi_charset_encode(mailguard_buffer *out,
                                    mgi_misfits *misfits,
                                    const mgi_charset *cs,
                                    mailguard_span utf8,
                                    mailguard_error *err);

#endif
