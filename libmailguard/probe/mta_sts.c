/*
 * mta_sts.c - MTA-STS: the record that announces a policy, and the policy
 * (RFC 8461).
 */
#include "base/cursor.h"
#include "base/text.h"
#include "probe/policy.h"

static const char *const modes[] = { "none", "testing", "enforce", "unknown" };

const char *mgi_sts_name(mgi_sts_mode m)
{
	return modes[m];
}

/* 3.1: the id is 1 to 32 letters and digits. */
bool mgi_sts_is(mailguard_span txt)
{
	mailguard_span id;
	size_t i;

	if (!mgi_tag_first(txt, "v", "STSv1") || !mgi_tag_get(&id, txt, "id") ||
	    !id.len || id.len > 32)
		return false;
	for (i = 0; i < id.len; i++)
		if (!mgi_is_alnum(id.data[i]))
			return false;
	return true;
}

/* "key: value" of a line; false if it is another key. */
static bool line_is(mailguard_span *value, mailguard_span line, const char *key)
{
	size_t n = strlen(key);

	if (!mgi_span_starts(line, key) || line.len <= n || line.data[n] != ':')
		return false;
	*value = mgi_span_trim(mgi_span(line.data + n + 1, line.len - n - 1));
	return true;
}

static mgi_sts_mode mode_of(mailguard_span value)
{
	size_t i;

	for (i = 0; i < MGI_STS_UNKNOWN; i++)
		if (mgi_span_is(value, modes[i]))
			break;
	return (mgi_sts_mode)i;
}

/* Of keys that stand twice the first counts; others mean nothing (3.2). */
void mgi_sts_read(mgi_sts *out, mailguard_span text)
{
	mgi_cursor c = mgi_cursor_of(text);
	bool version = false, age = false, mode = false;
	mailguard_span line, value;
	size_t at = 0;

	*out = (mgi_sts){ .mode = MGI_STS_UNKNOWN, .text = text };
	while (mgi_cursor_line(&line, &c)) {
		if (line_is(&value, line, "version"))
			version |= mgi_span_is(value, "STSv1");
		else if (line_is(&value, line, "mode") && !mode) {
			out->mode = mode_of(value);
			mode = true;
		} else if (line_is(&value, line, "max_age") && !age)
			age = mgi_span_u64(&out->max_age, value,
			                   MGI_STS_AGE_MAX);
	}
	out->good = version && age && out->mode != MGI_STS_UNKNOWN &&
	            (out->mode == MGI_STS_NONE || mgi_sts_mx(&value, out, &at));
}

bool mgi_sts_mx(mailguard_span *out, const mgi_sts *s, size_t *at)
{
	mailguard_span line;
	mgi_cursor c;

	if (*at >= s->text.len)
		return false;
	c = mgi_cursor_of(mgi_span(s->text.data + *at, s->text.len - *at));
	while (mgi_cursor_line(&line, &c)) {
		*at = s->text.len - mgi_cursor_left(&c);
		if (line_is(out, line, "mx"))
			return true;
	}
	*at = s->text.len;
	return false;
}

/* 4.1: "*." stands for exactly one label. */
static bool fits(mailguard_span pattern, const char *host)
{
	if (mgi_span_starts(pattern, "*.")) {
		host = strchr(host, '.');
		if (!host)
			return false;
		pattern = mgi_span(pattern.data + 1, pattern.len - 1);
	}
	return mgi_span_is_nocase(pattern, host);
}

bool mgi_sts_allows(const mgi_sts *s, const char *host)
{
	mailguard_span mx;
	size_t at = 0;

	while (mgi_sts_mx(&mx, s, &at))
		if (fits(mx, host))
			return true;
	return false;
}
