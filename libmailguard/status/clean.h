#ifndef MGI_CLEAN_H
#define MGI_CLEAN_H
/*
 * clean.h - text of strangers as text: markup and control characters gone.
 */
#include "base/buf.h"

/*
 * Append `raw` without HTML tags, with entities replaced, breaks as line
 * feeds (or spaces), runs of space as one, markdown's stars and link targets
 * dropped, at most `max` bytes. Bad UTF-8 becomes U+FFFD.
 */
void mgi_clean(mailguard_buffer *out,
               mailguard_span raw,
               size_t max,
               bool one_line);
/*
 * Append `text` as dictionaries want it: full-width ASCII as ASCII, ASCII
 * letters small, ideographic space as space, every kind of wave as "~".
 */
void mgi_fold_text(mailguard_buffer *out, mailguard_span text);
/* "ja" if there is kana, else "en" if there are Latin letters, else "". */
const char *mgi_lang_guess(const char *text);

#endif
