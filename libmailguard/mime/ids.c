/*
 * ids.c - Message-ID and lists of it (RFC 5322, 3.6.4).
 */
#include <mailguard/mime.h>

#include <string.h>

#include "base/text.h"

/* The word with an "@" from *at on; empty if there is none. */
static mailguard_span bare_id(mailguard_span s, size_t *at)
{
	size_t i = *at, begin;

	while (i < s.len) {
		mailguard_span word;

		while (i < s.len && (mgi_is_space(s.data[i]) ||
		                     s.data[i] == ',' || s.data[i] == '>'))
			i++;
		begin = i;
		while (i < s.len && !mgi_is_space(s.data[i]) &&
		       s.data[i] != ',' && s.data[i] != '<' && s.data[i] != '>')
			i++;
		word = mgi_span(s.data + begin, i - begin);
		*at = i;
		if (word.len && memchr(word.data, '@', word.len))
			return word;
		if (i < s.len && s.data[i] == '<')
			break;
	}
	return mgi_span(s.data, 0);
}

mailguard_status mailguard_header_id(mailguard_span *out,
                                     mailguard_span value,
                                     size_t *at)
{
	while (*at < value.len) {
		const unsigned char *close, *open;

		*out = bare_id(value, at);
		if (out->len)
			return MAILGUARD_OK;
		open = value.data + *at;
		if (*at >= value.len || *open != '<')
			break;
		*at += 1;
		close = memchr(open, '>', value.len - *at + 1);
		if (!close)
			close = value.data + value.len;
		*out = mgi_span_trim(
			mgi_span(open + 1, (size_t)(close - open - 1)));
		*at = (size_t)(close - value.data);
		if (*at < value.len)
			*at += 1;
		if (out->len)
			return MAILGUARD_OK;
	}
	*at = value.len;
	*out = mgi_span("", 0);
	return MAILGUARD_ITEROVER;
}
