/*
 * enhanced.c - enhanced status codes, "5.1.1" (RFC 3463, 2).
 */
#include "base/text.h"

#include <mailguard/proto.h>

/* One to three digits without a needless zero at `*at`, which moves on. */
static bool take_number(int32_t *out, mailguard_span s, size_t *at)
{
	size_t begin = *at;

	*out = 0;
	while (*at < s.len && *at - begin < 3 && mgi_is_digit(s.data[*at]))
		*out = *out * 10 + (s.data[(*at)++] - '0');
	return *at > begin && (*at - begin == 1 || s.data[begin] != '0');
}

static bool take_dot(mailguard_span s, size_t *at)
{
	return *at < s.len && s.data[(*at)++] == '.';
}

/* A version, an address or a longer word is no code. */
static bool ends_here(mailguard_span s, size_t at)
{
	int c;

	if (at == s.len)
		return true;
	c = s.data[at];
	return !mgi_is_alnum(c) && c != '.' && c != '-' && c != '_' && c < 0x80;
}

size_t mailguard_enhanced_parse(mailguard_enhanced *out, mailguard_span text)
{
	static const mailguard_enhanced none;
	mailguard_enhanced e;
	size_t at = 0;

	*out = none;
	if (!take_number(&e.status_class, text, &at) || at != 1 ||
	    !take_dot(text, &at) || !take_number(&e.subject, text, &at) ||
	    !take_dot(text, &at) || !take_number(&e.detail, text, &at) ||
	    !ends_here(text, at))
		return 0;
	if (e.status_class != 2 && e.status_class != 4 && e.status_class != 5)
		return 0;
	*out = e;
	return at;
}
