#ifndef MGI_SAY_H
#define MGI_SAY_H
/*
 * say.h - words for people, from data/text/<room>.tsv, in the handle's
 * language.
 *
 * A row is `id, en, ja`; a text names its slots in braces: "{path}: {why}".
 * The id "file.unreadable" is MGI_SAY_FILE_UNREADABLE here. Slots are given as
 * name, value, name, value ...; the macros close the list.
 */
#include <stdarg.h>

#include "base/buf.h"
#include "base/handle.h"

#include "say_ids.h" /* generated: mgi_say_id */

/* "file.unreadable" */
const char *mgi_say_code(mgi_say_id id);
/* The text as it stands in the table, slots unfilled. */
const char *mgi_say_raw(mgi_lang lang, mgi_say_id id);

void mgi_say_args(mailguard_buffer *out, mgi_lang lang, mgi_say_id id, ...)
	__attribute__((sentinel));
/* Append one text: mgi_say(buf, mg, MGI_SAY_X, "path", path). */
#define mgi_say(out, mg, ...) \
 mgi_say_args((out), mgi_lang_of(mg), __VA_ARGS__, (const char *)NULL)

/* Fill the slots of `text` by the pairs in `ap`, piece by piece into `put`. */
typedef void (*mgi_say_put)(void *to, const char *s, size_t n);
void mgi_say_fill(mgi_say_put put, void *to, const char *text, va_list ap);

/* A number as a slot wants it. */
typedef struct mgi_number {
	char text[24];
} mgi_number;
mgi_number mgi_u64(uint64_t n);
mgi_number mgi_i64(int64_t n);

/* What an errno means, as a sentence part; never strerror(). */
const char *mgi_sys_text(mgi_lang lang, int sys);

#endif
