/*
 * mbox_hints.c - Status, X-Status, X-Mozilla-Status and Content-Length.
 */
#include "store/mbox_hints.h"

#include <mailguard/store.h>

#include <string.h>

typedef struct letter {
	char letter;
	uint32_t flag;
} letter;

/* mailx, Pine, mutt and Dovecot agree on these. */
static const letter status[] = {
	{ 'R', MAILGUARD_FLAG_SEEN },    { 'A', MAILGUARD_FLAG_ANSWERED },
	{ 'F', MAILGUARD_FLAG_FLAGGED }, { 'D', MAILGUARD_FLAG_DELETED },
	{ 'T', MAILGUARD_FLAG_DRAFT },
};

/* Bits of X-Mozilla-Status. */
static const letter mozilla[] = {
	{ 0x01, MAILGUARD_FLAG_SEEN },
	{ 0x02, MAILGUARD_FLAG_ANSWERED },
	{ 0x04, MAILGUARD_FLAG_FLAGGED },
	{ 0x08, MAILGUARD_FLAG_DELETED },
};
#define MOZILLA_FORWARDED 0x1000U

static uint32_t letters_of(mailguard_span value)
{
	uint32_t flags = 0;
	size_t i, k;

	for (i = 0; i < value.len; i++)
		for (k = 0; k < sizeof(status) / sizeof(status[0]); k++)
			if (value.data[i] == (unsigned char)status[k].letter)
				flags |= status[k].flag;
	return flags;
}

static uint32_t bits_of(mailguard_span value)
{
	uint32_t bits = 0, flags = 0;
	size_t i;

	for (i = 0; i < value.len && mgi_is_xdigit(value.data[i]); i++)
		bits = bits << 4 | (uint32_t)mgi_xdigit(value.data[i]);
	for (i = 0; i < sizeof(mozilla) / sizeof(mozilla[0]); i++)
		if (bits & (uint32_t)mozilla[i].letter)
			flags |= mozilla[i].flag;
	if (bits & MOZILLA_FORWARDED)
		flags |= MAILGUARD_FLAG_PASSED;
	return flags;
}

static void field_take(mgi_mbox_hints *h, mailguard_span line)
{
	const unsigned char *colon = memchr(line.data, ':', line.len);
	mailguard_span name, value;

	if (!colon)
		return;
	name = mgi_span_head(line, (size_t)(colon - line.data));
	value = mgi_span_trim(mgi_span_from(line, name.len + 1));
	if (mgi_span_is_nocase(name, "Status") ||
	    mgi_span_is_nocase(name, "X-Status"))
		h->flags |= letters_of(value);
	else if (mgi_span_is_nocase(name, "X-Mozilla-Status"))
		h->flags |= bits_of(value);
	else if (mgi_span_is_nocase(name, "Content-Length") && !h->has_length)
		h->has_length = mgi_span_u64(&h->length, value, INT64_MAX);
}

mgi_mbox_hints mgi_mbox_hints_of(mailguard_span head)
{
	mgi_mbox_hints h = { 0, false, false, 0, 0 };
	size_t at = 0;

	while (at < head.len) {
		mailguard_span line = mgi_span_from(head, at);
		const unsigned char *lf = memchr(line.data, '\n', line.len);

		if (!lf)
			break;
		line.len = (size_t)(lf - line.data);
		at += line.len + 1;
		if (!line.len || (line.len == 1 && line.data[0] == '\r')) {
			h.ends = true;
			h.body = at;
			break;
		}
		/* Only these letters begin a field that tells something. */
		if (strchr("SsXxCc", line.data[0]) && line.data[0])
			field_take(&h, line);
	}
	return h;
}
