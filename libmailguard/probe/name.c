/*
 * name.c - names and the text of records, as zone files write them.
 */
#include "base/text.h"
#include "probe/zone.h"

#include <string.h>

enum { LABEL_MAX = 63 };

/* As net asks: letters, digits, "-", "_", "/". */
static bool may_stand(int c)
{
	return mgi_is_alnum(c) || c == '-' || c == '_' || c == '/';
}

bool mgi_name_tidy(char out[MGI_NAME_MAX], const char *name)
{
	size_t i, n = strlen(name), label = 0;

	out[0] = '\0';
	if (n && name[n - 1] == '.')
		n--;
	if (!n || n > 253)
		return false;
	for (i = 0; i < n; i++) {
		int c = (unsigned char)name[i];

		if (c == '.' ? !label : !may_stand(c))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
		out[i] = (char)mgi_lower(c);
	}
	out[n] = '\0';
	return label > 0;
}

bool mgi_name_below(const char *a, const char *above)
{
	size_t n = strlen(a), m = strlen(above);

	return n >= m && strcmp(a + n - m, above) == 0 &&
	       (n == m || a[n - m - 1] == '.');
}

void mgi_name_join(char out[MGI_NAME_MAX], const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	out[0] = '\0';
	if (n + m + 2 > MGI_NAME_MAX)
		return;
	memcpy(out, a, n);
	out[n] = '.';
	memcpy(out + n + 1, b, m + 1);
}

bool mgi_fact_any(const mgi_fact *f)
{
	return f && f->known && !f->failed && f->count > 0;
}

void mgi_record_host(char out[MGI_NAME_MAX], const mailguard_record *r)
{
	size_t n = strlen(r->data), from, i;

	if (n && r->data[n - 1] == '.')
		n--;
	for (from = n; from && r->data[from - 1] != ' ';)
		from--;
	if (n - from >= MGI_NAME_MAX)
		from = n;
	for (i = 0; i < n - from; i++)
		out[i] = (char)mgi_lower((unsigned char)r->data[from + i]);
	out[i] = '\0';
}

/* One byte of a quoted string: as it is, "\"" or "\123". */
static unsigned char byte_of(const char **at)
{
	const char *s = *at;

	if (*s != '\\' || !s[1]) {
		*at = s + 1;
		return (unsigned char)*s;
	}
	if (mgi_is_digit(s[1]) && mgi_is_digit(s[2]) && mgi_is_digit(s[3])) {
		*at = s + 4;
		return (unsigned char)((s[1] - '0') * 100 + (s[2] - '0') * 10 +
		                       (s[3] - '0'));
	}
	*at = s + 2;
	return (unsigned char)s[1];
}

mailguard_span mgi_record_txt(const mailguard_record *r, mgi_arena *a)
{
	const char *s = r->data;
	unsigned char *out = mgi_arena_alloc(a, strlen(s) + 1);
	size_t n = 0;

	while (out && *s) {
		if (*s++ != '"')
			continue;
		while (*s && *s != '"')
			out[n++] = byte_of(&s);
		s += *s == '"';
	}
	return mgi_span(out ? out : (const unsigned char *)"", n);
}
