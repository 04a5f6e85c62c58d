/*
 * buf.c - bytes that grow, and remember that they could not.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

void mgi_buf_init(mailguard_buffer *b, mailguard *mg)
{
	memset(b, 0, sizeof(*b));
	b->mg = mg;
}

void mgi_buf_done(mailguard_buffer *b)
{
	if (b->at)
		mgi_free(b->mg, b->at);
	b->at = NULL;
	b->len = b->cap = 0;
}

/* Have room for `n` more and a NUL. */
static bool grow(mailguard_buffer *b, size_t n)
{
	size_t max = b->max ? b->max : MGI_BUF_MAX;
	size_t cap = b->cap ? b->cap : 128;
	char *at;

	if (b->failed)
		return false;
	if (n > max || b->len > max - n) {
		b->failed = MAILGUARD_ELIMIT;
		return false;
	}
	if (b->at && b->cap - b->len > n)
		return true;
	while (cap - b->len <= n)
		cap *= 2;
	at = mgi_resize(b->mg, b->at, cap);
	if (!at) {
		b->failed = MAILGUARD_ENOMEM;
		return false;
	}
	b->at = at;
	b->cap = cap;
	return true;
}

char *mgi_buf_room(mailguard_buffer *b, size_t n)
{
	return grow(b, n) ? b->at + b->len : NULL;
}

void mgi_buf_filled(mailguard_buffer *b, size_t n)
{
	b->len += n;
	b->at[b->len] = '\0';
}

void mgi_buf_add(mailguard_buffer *b, const void *bytes, size_t n)
{
	char *to = mgi_buf_room(b, n);

	if (!to)
		return;
	if (n)
		memcpy(to, bytes, n);
	mgi_buf_filled(b, n);
}

void mgi_buf_puts(mailguard_buffer *b, const char *s)
{
	mgi_buf_add(b, s, strlen(s));
}

void mgi_buf_putc(mailguard_buffer *b, char c)
{
	mgi_buf_add(b, &c, 1);
}

void mgi_buf_printf(mailguard_buffer *b, const char *fmt, ...)
{
	size_t spare = b->at ? b->cap - b->len : 0;
	va_list ap, again;
	char *to;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	/* As a rule there is room, then once is enough. */
	n = vsnprintf(spare ? b->at + b->len : NULL, spare, fmt, ap);
	va_end(ap);
	to = n < 0 ? NULL : mgi_buf_room(b, (size_t)n);
	if (to && (size_t)n >= spare)
		(void)vsnprintf(to, (size_t)n + 1, fmt, again);
	if (to)
		mgi_buf_filled(b, (size_t)n);
	else
		mgi_buf_cut(b, b->len); /* what was written into the room */
	va_end(again);
}

void mgi_buf_cut(mailguard_buffer *b, size_t len)
{
	if (len < b->len)
		b->len = len;
	if (b->at)
		b->at[b->len] = '\0'; /* also over what a room was used for */
}

const char *mgi_buf_text(const mailguard_buffer *b)
{
	return b->at ? b->at : "";
}

mailguard_span mgi_buf_span(const mailguard_buffer *b)
{
	mailguard_span s = { (const unsigned char *)mgi_buf_text(b), b->len };

	return s;
}

mailguard_status mgi_buf_status(const mailguard_buffer *b, mailguard_error *err)
{
	if (b->failed == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	if (b->failed)
		return mgi_fail(err, b->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_BUFFER_LIMIT, "max",
		                mgi_u64(b->max ? b->max : MGI_BUF_MAX).text);
	return MAILGUARD_OK;
}

mailguard_status mailguard_buffer_new(mailguard_buffer **out,
                                      mailguard *mg,
                                      mailguard_error *err)
{
	mailguard_buffer *b;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	b = mgi_alloc(mg, sizeof(*b));
	if (!b)
		return mgi_fail_nomem(err);
	mgi_buf_init(b, mailguard_ref(mg));
	*out = b;
	return MAILGUARD_OK;
}

const char *mailguard_buffer_text(const mailguard_buffer *buf)
{
	return mgi_buf_text(buf);
}

size_t mailguard_buffer_length(const mailguard_buffer *buf)
{
	return buf->len;
}

void mailguard_buffer_clear(mailguard_buffer *buf)
{
	mgi_buf_cut(buf, 0);
	buf->failed = MAILGUARD_OK;
}

void mailguard_buffer_free(mailguard_buffer *buf)
{
	mailguard *mg;

	if (!buf)
		return;
	mg = buf->mg;
	mgi_buf_done(buf);
	mgi_free(mg, buf);
	mailguard_free(mg);
}
