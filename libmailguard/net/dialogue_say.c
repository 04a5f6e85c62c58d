/*
 * dialogue_say.c - what goes out, and beside it what is recorded of it.
 */
#include "base/text.h"
#include "net/dialogue_own.h"

#include <string.h>

void mgi_say_span(mgi_dialogue *d, mailguard_span text)
{
	mgi_buf_add(d->out, text.data, text.len);
	mgi_buf_add(&d->shown, text.data, text.len);
}

void mgi_say_text(mgi_dialogue *d, const char *text)
{
	mgi_say_span(d, mgi_span_of(text));
}

void mgi_say_hidden(mgi_dialogue *d, mailguard_span secret)
{
	mgi_buf_add(d->out, secret.data, secret.len);
	d->hides = true;
	if (secret.len)
		mgi_buf_puts(&d->shown, MGI_MASK_SHOWN);
}

void mgi_say_line(mgi_dialogue *d)
{
	mailguard_buffer masked;

	mgi_buf_puts(d->out, "\r\n");
	/* A user name may hold the secret, or be the same. */
	mgi_buf_init(&masked, d->mg);
	mgi_mask_put(&masked, &d->mask, mgi_buf_span(&d->shown));
	mgi_script_said(d->script, mgi_buf_span(&masked),
	                d->hides ? masked.len + 2 : d->out->len - d->out_from);
	d->hides = false;
	if (masked.failed || d->shown.failed)
		mgi_script_fail(d->script, MAILGUARD_ENOMEM, MGI_SAY_NO_MEMORY);
	mgi_buf_done(&masked);
	mgi_buf_cut(&d->shown, 0);
	d->out_from = d->out->len;
}

void mgi_say_tag(mgi_dialogue *d)
{
	mgi_number n = mgi_u64(++d->tags);

	d->tag[0] = 'a';
	memcpy(d->tag + 1, n.text, strlen(n.text) + 1);
	mgi_say_text(d, d->tag);
	mgi_say_text(d, " ");
}
