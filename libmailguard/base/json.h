#ifndef MGI_JSON_H
#define MGI_JSON_H
/*
 * json.h - JSON: read by jansson, which nobody else sees; written by us.
 *
 * Reading: strict (bad UTF-8, duplicate keys, trailing data are EFORMAT with
 * line and column), a BOM and UTF-16 tolerated. Writing: into a buffer, by
 * calls that remember a failure; jansson has no part in it.
 */
#include "base/buf.h"

typedef struct json_t mgi_json; /* borrowed from its root unless said so */

/* Yours; free with mgi_json_free(). */
mailguard_status mgi_json_parse(mgi_json **out,
                                mailguard *mg,
                                mailguard_span text,
                                mailguard_error *err);
void mgi_json_free(mgi_json *root);

bool mgi_json_is_object(const mgi_json *v);
bool mgi_json_is_array(const mgi_json *v);
bool mgi_json_is_bool(const mgi_json *v);
/* NULL if there is none, or `v` is NULL or no object / no array. */
const mgi_json *mgi_json_get(const mgi_json *v, const char *key);
const mgi_json *mgi_json_at(const mgi_json *v, size_t i);
size_t mgi_json_count(const mgi_json *v); /* of an array or object, else 0 */
/* The i-th member of an object in its order; false past the end. */
bool mgi_json_member(const char **key,
                     const mgi_json **value,
                     const mgi_json *v,
                     size_t i);
/* `none` if there is no such member, or it is not of that kind. */
const char *mgi_json_str(const mgi_json *v, const char *key, const char *none);
int64_t mgi_json_int(const mgi_json *v, const char *key, int64_t none);
bool mgi_json_bool(const mgi_json *v, const char *key, bool none);
/* The value itself. */
const char *mgi_json_str_of(const mgi_json *v, const char *none);
int64_t mgi_json_int_of(const mgi_json *v, int64_t none);
bool mgi_json_bool_of(const mgi_json *v, bool none);

/*
 * A writer: objects and arrays are opened and closed in order; keys stand in
 * the order they were given, each once. Strings that are not UTF-8 get U+FFFD.
 * The document grows behind the buffer's end, which is the writer's alone until
 * mgi_jsonw_finish(): that tells a failure, and takes half a document away.
 */
#define MGI_JSONW_DEPTH 32

typedef struct mgi_jsonw {
	mailguard_buffer *out;
	size_t begin; /* of the document in `out` */
	uint32_t depth;
	uint32_t arrays; /* a bit for each that is open: no object */
	uint32_t filled; /* and: something stands in it */
	bool whole;      /* the outermost value was told */
	bool misused;    /* out of order, or too deep: the caller's defect */
} mgi_jsonw;

void mgi_jsonw_init(mgi_jsonw *w, mailguard_buffer *out);
void mgi_jsonw_object(mgi_jsonw *w, const char *key); /* key NULL in arrays */
void mgi_jsonw_array(mgi_jsonw *w, const char *key);
void mgi_jsonw_end(mgi_jsonw *w); /* of the innermost */
void mgi_jsonw_str(mgi_jsonw *w,
                   const char *key,
                   const char *s); /* NULL: null */
void mgi_jsonw_span(mgi_jsonw *w, const char *key, mailguard_span s);
void mgi_jsonw_int(mgi_jsonw *w, const char *key, int64_t n);
void mgi_jsonw_bool(mgi_jsonw *w, const char *key, bool b);
void mgi_jsonw_null(mgi_jsonw *w, const char *key);
/* n / 10^digits: (w, "p", 981, 3) prints 0.981. */
void mgi_jsonw_fixed(mgi_jsonw *w, const char *key, int64_t n, int digits);
/* RFC 3339 in UTC with as many digits as it needs; null for 0. */
void mgi_jsonw_time(mgi_jsonw *w, const char *key, mailguard_time t);
/* Must be called, also after a failure. One line, no line end. */
mailguard_status mgi_jsonw_finish(mgi_jsonw *w, mailguard_error *err);

#endif
