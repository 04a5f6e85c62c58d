#ifndef MGI_TEXT_H
#define MGI_TEXT_H
/*
 * text.h - ASCII without a locale, UTF-8, and spans as words.
 */
#include <mailguard/base.h>

#include <stdbool.h>
#include <string.h>

/*
 * Called for every byte of every mail: they are worth no call. Space is space,
 * tab, CR, LF, VT, FF; NULL is an empty span.
 */
static inline bool mgi_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool mgi_is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool mgi_is_alnum(int c)
{
	return mgi_is_alpha(c) || mgi_is_digit(c);
}

static inline bool mgi_is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline int mgi_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static inline int mgi_upper(int c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static inline mailguard_span mgi_span(const void *data, size_t len)
{
	mailguard_span s = { data, len };

	return s;
}

static inline mailguard_span mgi_span_of(const char *s)
{
	return mgi_span(s ? s : "", s ? strlen(s) : 0);
}

static inline mailguard_span mgi_span_from(mailguard_span s, size_t n)
{
	if (n > s.len)
		n = s.len;
	return n ? mgi_span(s.data + n, s.len - n) : s;
}

/* Is it one of the characters of `set`? NUL never is. */
static inline bool mgi_is_one_of(int c, const char *set)
{
	return c && strchr(set, c);
}

static inline mailguard_span mgi_span_head(mailguard_span s, size_t n)
{
	return mgi_span(s.data, n < s.len ? n : s.len);
}

bool mgi_is_xdigit(int c);
/* 0..15, or -1. */
int mgi_xdigit(int c);

bool mgi_span_is(mailguard_span s, const char *word);
bool mgi_span_is_nocase(mailguard_span s, const char *word);
bool mgi_span_starts(mailguard_span s, const char *word);
bool mgi_span_starts_nocase(mailguard_span s, const char *word);
/* Without white space at both ends. */
/* The first run of bytes that are no space, and `rest` behind the spaces;
   empty if there is none. */
mailguard_span mgi_span_word(mailguard_span *rest);
mailguard_span mgi_span_trim(mailguard_span s);
/* Where `word` begins in `s`, ASCII case ignored; -1 if nowhere. */
ptrdiff_t mgi_span_find_nocase(mailguard_span s, const char *word);
/* All of `s` as a decimal number up to `max`; false if it is none. */
bool mgi_span_u64(uint64_t *out, mailguard_span s, uint64_t max);
/* <0, 0, >0; ASCII case ignored. */
int mgi_strcmp_nocase(const char *a, const char *b);

/* The character at `*at`, which moves on; U+FFFD for a bad byte, one step. */
uint32_t mgi_utf8_next(mailguard_span s, size_t *at);
/* 1..4 bytes into `out`; U+FFFD for what is no scalar value. */
size_t mgi_utf8_put(char out[4], uint32_t c);
bool mgi_utf8_valid(mailguard_span s);
/* The longest head of `s` of at most `max` bytes that splits no character. */
size_t mgi_utf8_cut(mailguard_span s, size_t max);

#endif
