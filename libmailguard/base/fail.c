/*
 * fail.c - write an error into the caller's 512 bytes.
 *
 * It cannot allocate: out of memory is one of the things it tells. The text
 * is filled in place, cut between characters if it is too long, and kept to
 * one line.
 */
#include "base/fail.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

struct line {
	char *at;
	size_t len, room;
};

static void put(void *to, const char *s, size_t n)
{
	struct line *l = to;
	size_t i;

	if (n > l->room - l->len)
		n = mgi_utf8_cut(mgi_span(s, n), l->room - l->len);
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		l->at[l->len++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	}
	l->at[l->len] = '\0';
}

/* Fill `text`; what stands for {why} is the system's reason, if there is one.
 */
static void tell(struct line *l, const char *text, const char *why, va_list ap)
{
	const char *slot = why ? strstr(text, "{why}") : NULL;
	char head[256];
	size_t n;

	if (!slot || (size_t)(slot - text) >= sizeof(head)) {
		mgi_say_fill(put, l, text, ap);
		return;
	}
	n = (size_t)(slot - text);
	memcpy(head, text, n);
	head[n] = '\0';
	mgi_say_fill(put, l, head, ap);
	put(l, why, strlen(why));
	mgi_say_fill(put, l, slot + strlen("{why}"), ap);
}

void mgi_error_set(mailguard_error *err,
                   const mailguard *mg,
                   mailguard_status st,
                   int sys,
                   mgi_say_id id,
                   ...)
{
	struct line l;
	const char *code = mgi_say_code(id), *why = NULL;
	mgi_number number = mgi_i64(sys);
	va_list ap;

	if (!err)
		return;
	memset(err, 0, sizeof(*err));
	err->status = st;
	err->sys = sys;
	memcpy(err->code, code, strlen(code)); /* mktext keeps it short */
	l.at = err->message;
	l.len = 0;
	l.room = sizeof(err->message) - 1;
	if (sys) {
		why = mgi_sys_text(mgi_lang_of(mg), sys);
		if (!why)
			why = number.text;
	}
	va_start(ap, id);
	tell(&l, mgi_say_raw(mgi_lang_of(mg), id), why, ap);
	va_end(ap);
}

void mgi_error_clear(mailguard_error *err)
{
	if (err)
		memset(err, 0, sizeof(*err));
}
