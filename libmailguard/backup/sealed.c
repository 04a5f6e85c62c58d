/*
 * sealed.c - secrets in a backup: one JSON document, opened by a passphrase.
 */
#include "backup/bag.h"

#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/json.h"
#include "base/seal.h"

#define SEALED_MAX ((size_t)256 << 20)

static void wiped(mailguard_buffer *b)
{
	if (b->at)
		mgi_wipe(b->at, b->cap);
	mgi_buf_done(b);
}

/* Its name by the writer of JSON; what is secret never goes through that, for
 * it would not be wiped there. */
static mailguard_status secret_write(mailguard_buffer *out,
                                     const mgi_secret *s,
                                     mailguard_error *err)
{
	mailguard_status st;
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, s->is_file ? "file" : "name", s->name);
	mgi_jsonw_end(&w);
	st = mgi_jsonw_finish(&w, err);
	if (st < 0)
		return st;
	mgi_buf_cut(out, out->len - 1);
	mgi_buf_puts(out, ",\"base64\":\"");
	mgi_base64_put(out, mgi_buf_span(&s->value));
	mgi_buf_puts(out, "\"}");
	return mgi_buf_status(out, err);
}

static mailguard_status plain_write(mailguard_buffer *out,
                                    const mailguard_backup *b,
                                    mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mgi_secret *s;
	size_t n = 256;

	/* All at once: what grows leaves copies behind. */
	for (s = b->secrets; s; s = s->next)
		n += s->value.len * 2 + strlen(s->name) * 6 + 64;
	(void)mgi_buf_room(out, n);
	mgi_buf_puts(out, "{\"schema\":\"mailguard-backup-secrets-1\","
	                  "\"secrets\":[");
	for (s = b->secrets; s && st >= 0; s = s->next) {
		if (s != b->secrets)
			mgi_buf_putc(out, ',');
		st = secret_write(out, s, err);
	}
	mgi_buf_puts(out, "]}");
	return st < 0 ? st : mgi_buf_status(out, err);
}

mailguard_status mgi_sealed_write(mailguard_buffer *out,
                                  const mailguard_backup *b,
                                  mailguard_error *err)
{
	mailguard_buffer plain;
	mailguard_status st;

	mgi_buf_init(&plain, b->mg);
	st = plain_write(&plain, b, err);
	if (st >= 0)
		st = mgi_seal(out, mgi_buf_span(&plain),
		              mgi_buf_span(&b->passphrase), err);
	wiped(&plain);
	return st;
}

static mailguard_status tag_read(mailguard_buffer *out,
                                 const mailguard_backup *b,
                                 const char *name,
                                 mailguard_error *err)
{
	mailguard_buffer path;
	mailguard_status st;

	mgi_buf_init(&path, b->mg);
	mgi_buf_printf(&path, "%s/%s", b->path, name);
	st = mgi_buf_status(&path, err);
	if (st >= 0)
		st = mgi_file_slurp(out, mgi_buf_text(&path), SEALED_MAX, err);
	mgi_buf_done(&path);
	return st;
}

mailguard_status mailguard_backup_unseal(mailguard_buffer *out,
                                         const mailguard_backup *b,
                                         mailguard_span passphrase,
                                         mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	if (!b->there || !b->sealed)
		return mgi_fail(err, b->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_BACKUP_NO_SECRETS, "path", b->path);
	mgi_buf_init(&text, b->mg);
	st = tag_read(&text, b, MGI_BAG_SEALED, err);
	if (st >= 0)
		st = mgi_unseal(out, mgi_buf_span(&text), passphrase, err);
	mgi_buf_done(&text);
	return st;
}

mailguard_status mailguard_backup_profile(mailguard_buffer *out,
                                          const mailguard_backup *b,
                                          mailguard_error *err)
{
	if (!b->settings.len)
		return mgi_fail(err, b->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_BACKUP_NO_SETTINGS, "path", b->path);
	mgi_buf_add(out, b->settings.at, b->settings.len);
	return mgi_buf_status(out, err);
}
