/*
 * export.c - a profile in the words of others. A new format is a file and a
 * row in `formats`.
 */
#include "profile/export.h"

#include <string.h>

#include "base/fail.h"

static mailguard_status profile_write(const mgi_export *e, mailguard_error *err)
{
	return mailguard_profile_json(e->out, e->p, err);
}

static const struct {
	const char *name;
	mailguard_status (*write)(const mgi_export *e, mailguard_error *err);
	bool one, all; /* only one account; only all of them */
} formats[] = {
	[MAILGUARD_PROFILE_JSON] = { "profile", profile_write, false, true },
	[MAILGUARD_PROFILE_AUTOCONFIG] = { "autoconfig", mgi_export_autoconfig,
	                                   true, false },
	[MAILGUARD_PROFILE_MOBILECONFIG] = { "mobileconfig",
	                                     mgi_export_mobileconfig, false,
	                                     false },
	[MAILGUARD_PROFILE_PRF] = { "prf", mgi_export_prf, false, false },
	[MAILGUARD_PROFILE_THUNDERBIRD] = { "thunderbird",
	                                    mgi_export_thunderbird, false,
	                                    false },
	[MAILGUARD_PROFILE_SHEET] = { "sheet", mgi_export_sheet, false, false },
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

mailguard_profile_format mailguard_profile_format_find(const char *name)
{
	size_t i;

	for (i = 0; name && i < FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0)
			return (mailguard_profile_format)i;
	return -1;
}

const mailguard_account *mgi_export_next(const mgi_export *e, size_t *at)
{
	const mailguard_account *a;

	do
		a = mailguard_profile_account(e->p, (*at)++);
	while (a && e->only && a != e->only);
	return a;
}

const mailguard_server *mgi_export_server(const mgi_export *e, const char *id)
{
	return mailguard_profile_server_of(e->p, id);
}

int32_t mgi_export_port(const mailguard_server *s)
{
	return s->port ? s->port : mailguard_protocol_port(s->protocol, s->tls);
}

void mgi_markup_text(mailguard_buffer *out, const char *s)
{
	mailguard_span span = mgi_span_of(s);
	char bytes[4];
	size_t at = 0;

	while (at < span.len) {
		uint32_t c = mgi_utf8_next(span, &at);

		if (c == '&')
			mgi_buf_puts(out, "&amp;");
		else if (c == '<')
			mgi_buf_puts(out, "&lt;");
		else if (c == '>')
			mgi_buf_puts(out, "&gt;");
		else if (c == '"')
			mgi_buf_puts(out, "&quot;");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe ||
		         c == 0xffff)
			mgi_buf_putc(out, ' ');
		else
			mgi_buf_add(out, bytes, mgi_utf8_put(bytes, c));
	}
}

void mgi_markup_put(mailguard_buffer *out,
                    const char *open,
                    const char *s,
                    const char *close)
{
	mgi_buf_puts(out, open);
	mgi_markup_text(out, s);
	mgi_buf_puts(out, close);
}

/* The one account asked for, or the only one there is. */
static mailguard_status account_choose(mgi_export *e,
                                       mailguard_profile_format format,
                                       const char *account,
                                       mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(e->p->arena);

	if (account)
		e->only = mgi_profile_find(e->p, MGI_ITEM_ACCOUNT, account);
	if (account && !e->only)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_PROFILE_NO_ACCOUNT, "id", account);
	if (account && formats[format].all)
		e->only = NULL;
	if (!e->p->accounts.count)
		return formats[format].all
		               ? MAILGUARD_OK
		               : mgi_fail(err, mg, MAILGUARD_EINVAL,
		                          MGI_SAY_PROFILE_NO_ACCOUNTS);
	if (formats[format].one && !e->only && e->p->accounts.count > 1)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_PROFILE_EXPORT_ONE, "format",
		                formats[format].name);
	return MAILGUARD_OK;
}

mailguard_status mailguard_profile_export(mailguard_buffer *out,
                                          const mailguard_profile *p,
                                          mailguard_profile_format format,
                                          const char *account,
                                          mailguard_error *err)
{
	mgi_export e = { out, p, NULL };
	mailguard_status st;
	size_t before;

	if (!out || !p)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "out");
	if (format < 0 || (size_t)format >= FORMATS)
		return mgi_fail(err, mgi_arena_handle(p->arena),
		                MAILGUARD_EINVAL, MGI_SAY_PROFILE_FORMAT);
	before = out->len;
	st = account_choose(&e, format, account, err);
	if (st >= 0)
		st = formats[format].write(&e, err);
	if (st >= 0)
		st = mgi_buf_status(out, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}
