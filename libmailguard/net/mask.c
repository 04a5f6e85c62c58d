/*
 * mask.c - forms of a secret, and text without them.
 */
#include "net/mask.h"

#include <string.h>

#include "base/text.h"
#include "base/base64.h"

void mgi_mask_init(mgi_mask *m, mailguard *mg)
{
	memset(m, 0, sizeof(*m));
	m->mg = mg;
}

void mgi_mask_add(mgi_mask *m, mailguard_span form)
{
	unsigned char *own;

	if (!form.len)
		return;
	own = m->count < MGI_MASK_FORMS ? mgi_alloc(m->mg, form.len) : NULL;
	if (!own) {
		m->failed = true;
		return;
	}
	memcpy(own, form.data, form.len);
	m->forms[m->count].at = own;
	m->forms[m->count++].len = form.len;
}

/* As a quoted string of IMAP has it. */
static void quote(mailguard_buffer *out, mailguard_span s)
{
	size_t i;

	(void)mgi_buf_room(out, 2 * s.len);
	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '"' || s.data[i] == '\\')
			mgi_buf_putc(out, '\\');
		mgi_buf_add(out, s.data + i, 1);
	}
}

void mgi_mask_secret(mgi_mask *m, mailguard_span secret)
{
	mailguard_buffer form;

	mgi_buf_init(&form, m->mg);
	mgi_mask_add(m, secret);
	quote(&form, secret);
	if (form.len != secret.len)
		mgi_mask_add(m, mgi_buf_span(&form));
	mgi_mask_wipe(&form);
	mgi_base64_put(&form, secret);
	mgi_mask_add(m, mgi_buf_span(&form));
	if (form.failed)
		m->failed = true;
	mgi_mask_wipe(&form);
	mgi_buf_done(&form);
}

static bool in_word(mailguard_span s, size_t at)
{
	return at < s.len && (mgi_is_alnum(s.data[at]) || s.data[at] >= 0x80);
}

static bool is_at(mailguard_span s, size_t at, mailguard_span form)
{
	if (s.len - at < form.len || s.data[at] != form.data[0] ||
	    memcmp(s.data + at, form.data, form.len) != 0)
		return false;
	return form.len >= MGI_MASK_SHORT ||
	       !(in_word(s, at - 1) || in_word(s, at + form.len));
}

/* How long the longest form is that begins there; 0: none does. */
static size_t hit(const mgi_mask *m, mailguard_span s, size_t at)
{
	size_t i, longest = 0;

	for (i = 0; i < m->count; i++) {
		mailguard_span form = { m->forms[i].at, m->forms[i].len };

		if (form.len > longest && is_at(s, at, form))
			longest = form.len;
	}
	return longest;
}

void mgi_mask_put(mailguard_buffer *out, const mgi_mask *m, mailguard_span s)
{
	size_t at = m->count ? 0 : s.len, shown = 0, n;

	while (at < s.len) {
		n = hit(m, s, at);
		if (!n) {
			at++;
			continue;
		}
		mgi_buf_add(out, s.data + shown, at - shown);
		mgi_buf_puts(out, MGI_MASK_SHOWN);
		at += n;
		shown = at;
	}
	mgi_buf_add(out, s.data + shown, at - shown);
}

void mgi_mask_done(mgi_mask *m)
{
	size_t i;

	for (i = 0; i < m->count; i++) {
		mgi_wipe(m->forms[i].at, m->forms[i].len);
		mgi_free(m->mg, m->forms[i].at);
	}
	m->count = 0;
}

void mgi_mask_wipe(mailguard_buffer *b)
{
	if (b->at)
		mgi_wipe(b->at, b->cap);
	b->len = 0;
}
