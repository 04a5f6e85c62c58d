/*
 * read_words.c - the values of a case file: words, texts, and where they stand
 * if they are none.
 */
#include "diagnose/read.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* Where the reader is with one more step behind it, into `out`. */
static const char *place(mailguard_buffer *out,
                         const mgi_case_reader *r,
                         const char *key)
{
	const char *const steps[] = { r->in[0], r->in[1], key };
	size_t i;

	mgi_buf_puts(out, r->where);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!steps[i] || !steps[i][0])
			continue;
		if (out->len)
			mgi_buf_putc(out, '.');
		mgi_buf_puts(out, steps[i]);
	}
	return mgi_buf_text(out);
}

mailguard_status mgi_case_shape(mgi_case_reader *r,
                                const char *key,
                                const char *what)
{
	mailguard_buffer b;

	mgi_buf_init(&b, r->mg);
	mgi_error_set(r->err, r->mg, MAILGUARD_EFORMAT, 0, MGI_SAY_CASE_SHAPE,
	              "where", place(&b, r, key), "what", what,
	              (const char *)NULL);
	mgi_buf_done(&b);
	return MAILGUARD_EFORMAT;
}

/* A word that is missing ("") or not among those of `list`. */
mailguard_status mgi_case_bad_word(mgi_case_reader *r,
                                   const char *key,
                                   const char *value,
                                   const char *(*list)(int32_t i))
{
	mailguard_buffer b, words;
	int32_t i;

	mgi_buf_init(&b, r->mg);
	mgi_buf_init(&words, r->mg);
	for (i = 0; list(i); i++) {
		mgi_buf_puts(&words, i ? ", " : "");
		mgi_buf_puts(&words, list(i));
	}
	mgi_error_set(r->err, r->mg, MAILGUARD_EFORMAT, 0,
	              value[0] ? MGI_SAY_CASE_WORD : MGI_SAY_CASE_MISSING,
	              "where", place(&b, r, key), "value", value, "words",
	              mgi_buf_text(&words), (const char *)NULL);
	mgi_buf_done(&b);
	mgi_buf_done(&words);
	return MAILGUARD_EFORMAT;
}

/* A member that is a string if it is there at all. */
mailguard_status mgi_case_text(const char **out,
                               mgi_case_reader *r,
                               const mgi_json *v,
                               const char *key)
{
	const mgi_json *x = mgi_json_get(v, key);

	*out = mgi_json_str_of(x, NULL);
	if (!x || *out)
		return MAILGUARD_OK;
	if (mgi_json_is_object(x) || mgi_json_is_array(x) ||
	    mgi_json_int_of(x, 0) == mgi_json_int_of(x, 1))
		return mgi_case_shape(r, key, "\"…\"");
	return MAILGUARD_OK; /* null and the like: not told */
}

/* A member that is one of some words; `*out` stays if it is not there. */
mailguard_status mgi_case_word(int32_t *out,
                               mgi_case_reader *r,
                               const mgi_json *v,
                               const char *key,
                               const char *(*list)(int32_t i))
{
	const char *word;
	mailguard_status st = mgi_case_text(&word, r, v, key);
	int32_t i;

	if (st < 0 || !word)
		return st;
	for (i = 0; list(i); i++)
		if (strcmp(list(i), word) == 0) {
			*out = i;
			return MAILGUARD_OK;
		}
	return mgi_case_bad_word(r, key, word, list);
}

void mgi_case_note(mgi_case_reader *r, mgi_say_id id, const char *name)
{
	mailguard_finding f = { .severity = MAILGUARD_SEVERITY_NOTE,
		                .offset = MAILGUARD_NOWHERE,
		                .code = mgi_say_code(id) };
	mailguard_buffer where, text;

	mgi_buf_init(&where, r->mg);
	mgi_buf_init(&text, r->mg);
	f.where = place(&where, r, NULL);
	mgi_say(&text, r->mg, id, "where", where.len ? f.where : "JSON", "name",
	        name);
	f.text = mgi_buf_text(&text);
	if (mgi_buf_status(&where, NULL) < 0 || mgi_buf_status(&text, NULL) < 0)
		r->failed = true;
	else if (r->notes)
		mgi_findings_add(r->notes, &f);
	mgi_buf_done(&where);
	mgi_buf_done(&text);
}

/* Told, not refused: a later version may know it, and yet a slip of the pen
 * must not decide in silence. */
void mgi_case_keys(mgi_case_reader *r,
                   const mgi_json *v,
                   const char *const *known)
{
	const mgi_json *value;
	const char *key;
	size_t i, k;

	for (i = 0; mgi_json_member(&key, &value, v, i); i++) {
		for (k = 0; known[k] && strcmp(known[k], key) != 0; k++)
			;
		if (!known[k])
			mgi_case_note(r, MGI_SAY_CASE_KEY_UNKNOWN, key);
	}
}
