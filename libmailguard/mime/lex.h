#ifndef MGI_LEX_H
#define MGI_LEX_H
/*
 * lex.h - the words of structured header fields (RFC 5322, 3.2), read as
 * mailers write them.
 */
#include "base/buf.h"
#include "base/charset.h"

#include <stdbool.h>

/*
 * Behind the comment, quoted string, domain literal, encoded word or escaped
 * character that begins at `at`, or behind the one byte there. A comment or
 * literal that is not closed ends with the value.
 */
size_t mgi_lex_skip(mailguard_span s, size_t at);
/* Where the first of `stops` stands outside of all these; s.len if nowhere. */
size_t mgi_lex_find(mailguard_span s, size_t at, const char *stops);
/* Append without comments, and with one space for each run of white space. */
void mgi_lex_uncomment(mailguard_buffer *out, mailguard_span s);
/* Append a quoted string's content (the quotes at both ends are optional). */
void mgi_lex_unquote(mailguard_buffer *out, mailguard_span s);

/*
 * Before quotes and brackets are looked for: the second byte of a character of
 * Shift_JIS or ISO-2022-JP may look like one. If `value` is not ASCII, it is
 * read into `utf8` and set to what stands there.
 */
mailguard_status mgi_text_utf8(mailguard_buffer *utf8,
                               mailguard_span *value,
                               mailguard_error *err);
/* As mailguard_header_text(). `doubted`, which may be NULL, becomes true if a
 * label was not believed. */
mailguard_status mgi_text_decode(mailguard_buffer *out,
                                 mailguard_span value,
                                 bool *doubted,
                                 mailguard_error *err);
/*
 * Append bytes of a label's charset; without one, or if it is unknown or
 * cannot be right, by the likeliest.
 */
mailguard_status mgi_text_labelled(mailguard_buffer *out,
                                   mailguard_span label,
                                   mailguard_span bytes,
                                   bool *doubted,
                                   mailguard_error *err);
/* Append bytes of that charset; as UTF-8 where this system lacks it. */
mailguard_status mgi_text_as(mailguard_buffer *out,
                             const mgi_charset *cs,
                             mailguard_span raw,
                             mailguard_error *err);
/* A space for each control character from `from` on. */
void mgi_text_calm(mailguard_buffer *out, size_t from);

#endif
