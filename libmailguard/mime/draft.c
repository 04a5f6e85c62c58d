/*
 * draft.c - what a message is to say: collected, and refused where it could
 * say something else to another reader.
 */
#include "mime/draft.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "mime/date.h"

#define DAY 86400

mailguard_status mailguard_draft_new(mailguard_draft **out,
                                     mailguard *mg,
                                     const mailguard_draft_options *opts,
                                     mailguard_error *err)
{
	mailguard_draft_options own;
	mailguard_status st;
	mailguard_draft *d;
	mgi_arena *arena;
	const char *label;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	st = mgi_options_copy(&own, sizeof(own), opts, mg, err);
	if (st < 0)
		return st;
	label = own.charset ? own.charset : "utf-8";
	if (!mgi_span_is_nocase(mgi_span_of(label), "utf-8") &&
	    !mgi_span_is_nocase(mgi_span_of(label), "iso-2022-jp"))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_CHARSET, "charset", label);
	arena = mgi_arena_new(mg);
	d = arena ? mgi_arena_alloc(arena, sizeof(*d)) : NULL;
	if (!d) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	d->mg = mg;
	d->arena = arena;
	d->charset = mgi_charset_find(mgi_span_of(label));
	d->last_field = &d->fields;
	d->last_attached = &d->attached;
	*out = d;
	return MAILGUARD_OK;
}

void mailguard_draft_free(mailguard_draft *d)
{
	mgi_attached *a;

	if (!d)
		return;
	for (a = d->attached; a; a = a->next)
		mailguard_source_free(a->source);
	mgi_free(d->mg, d->misfits);
	mgi_arena_free(d->arena);
}

/* -- what is refused ------------------------------------------------------- */

static bool is_field_name(const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i < n; i++)
		if (!mgi_is_alnum((unsigned char)name[i]) && name[i] != '-' &&
		    name[i] != '_')
			return false;
	return n > 0 && n <= 60 && mgi_is_alpha((unsigned char)name[0]) &&
	       mgi_strcmp_nocase(name, "MIME-Version") != 0 &&
	       !mgi_span_starts_nocase(mgi_span_of(name), "Content-");
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

static mailguard_status check(mailguard_draft *d,
                              const char *name,
                              const char *value,
                              mailguard_error *err)
{
	if (!name || !value)
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                name ? "value" : "name");
	if (!is_field_name(name))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_FIELD_NAME, "field", name);
	if (has_control(value))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_CONTROL_CHARACTER, "field", name);
	return MAILGUARD_OK;
}

/* ASCII, in words that fit on a line. */
static bool is_plain(const char *s)
{
	size_t run = 0;

	for (; *s; s++) {
		if ((unsigned char)*s >= 0x7f)
			return false;
		run = *s == ' ' || *s == '\t' ? 0 : run + 1;
		if (run > MGI_ATOM_MAX)
			return false;
	}
	return true;
}

static bool is_address_char(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>[],;:\\\"@", c);
}

/* "local@domain" of RFC 5321's atoms; "local@[192.0.2.1]" too. */
static bool is_address(const char *s)
{
	const char *at = strchr(s, '@');
	size_t n = strlen(s), i;

	if (!at || at == s || !at[1] || n > 320)
		return false;
	if (at[1] == '[' && s[n - 1] == ']')
		n--;
	for (i = 0; i < n; i++) {
		if (s + i == at || (s + i == at + 1 && s[i] == '['))
			continue;
		if (at[1] == '[' && s + i > at && s[i] == ':')
			continue;
		if (!is_address_char((unsigned char)s[i]))
			return false;
	}
	return true;
}

static bool is_mime_type(const char *s)
{
	const char *slash = strchr(s, '/');
	size_t n = strlen(s), i;

	if (!slash || slash == s || !slash[1] || n > 127)
		return false;
	for (i = 0; i < n; i++)
		if (s + i != slash && !mgi_is_alnum((unsigned char)s[i]) &&
		    !strchr("!#$&-^_.+", s[i]))
			return false;
	return !mgi_span_starts_nocase(mgi_span_of(s), "multipart/");
}

/* -- what is collected ----------------------------------------------------- */

static mailguard_status add(mailguard_draft *d,
                            const mgi_field *like,
                            mailguard_error *err)
{
	mgi_field *f = mgi_arena_alloc(d->arena, sizeof(*f)), *same, **to;

	if (f) {
		f->kind = like->kind;
		f->name = mgi_arena_strdup(d->arena, like->name);
		f->value = mgi_arena_strdup(d->arena, like->value);
		f->address = mgi_arena_strdup(d->arena, like->address);
	}
	if (!f || mgi_arena_failed(d->arena))
		return mgi_fail_nomem(err);
	same = f->kind == MGI_FIELD_MAILBOX ? d->fields : NULL;
	while (same && (same->kind != MGI_FIELD_MAILBOX ||
	                mgi_strcmp_nocase(same->name, f->name) != 0))
		same = same->next;
	if (!same) {
		*d->last_field = f;
		d->last_field = &f->next;
		return MAILGUARD_OK;
	}
	for (to = &same->more; *to;)
		to = &(*to)->more;
	*to = f;
	return MAILGUARD_OK;
}

mailguard_status mailguard_draft_header(mailguard_draft *d,
                                        const char *name,
                                        const char *value,
                                        mailguard_error *err)
{
	mgi_field f = { .kind = MGI_FIELD_TEXT, .name = name, .value = value };
	mailguard_status st = check(d, name, value, err);

	return st < 0 ? st : add(d, &f, err);
}

mailguard_status mailguard_draft_field(mailguard_draft *d,
                                       const char *name,
                                       const char *value,
                                       mailguard_error *err)
{
	mgi_field f = { .kind = MGI_FIELD_PLAIN, .name = name, .value = value };
	mailguard_status st = check(d, name, value, err);

	if (st < 0)
		return st;
	if (!is_plain(value))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_NOT_ASCII, "field", name, "max",
		                mgi_u64(MGI_ATOM_MAX).text);
	return add(d, &f, err);
}

mailguard_status mailguard_draft_address(mailguard_draft *d,
                                         const char *name,
                                         const char *display,
                                         const char *address,
                                         mailguard_error *err)
{
	mgi_field f = { .kind = MGI_FIELD_MAILBOX,
		        .name = name,
		        .value = display ? display : "",
		        .address = address };
	mailguard_status st = check(d, name, f.value, err);

	if (st == MAILGUARD_OK)
		st = check(d, name, address, err);
	if (st < 0)
		return st;
	if (!is_address(address))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_ADDRESS, "field", name, "address",
		                address);
	return add(d, &f, err);
}

mailguard_status mailguard_draft_date(mailguard_draft *d,
                                      mailguard_time at,
                                      int32_t offset,
                                      mailguard_error *err)
{
	mgi_civil c = mgi_civil_of(at, offset);
	mgi_field f = { .kind = MGI_FIELD_PLAIN, .name = "Date" };
	mailguard_buffer text;
	mailguard_status st;

	if (!at || offset <= -DAY || offset >= DAY || offset % 60 ||
	    mgi_time_of(&c) != at)
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_DATE, "field", "Date");
	mgi_buf_init(&text, d->mg);
	mgi_date_put(&text, at, offset);
	f.value = mgi_buf_text(&text);
	st = mgi_buf_status(&text, err);
	if (st == MAILGUARD_OK)
		st = add(d, &f, err);
	mgi_buf_done(&text);
	return st;
}

mailguard_status mailguard_draft_text(mailguard_draft *d,
                                      mailguard_span utf8,
                                      mailguard_error *err)
{
	unsigned char *own;
	size_t i, n = 0;

	if (utf8.len && memchr(utf8.data, 0, utf8.len))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_CONTROL_CHARACTER, "field",
		                "text");
	own = mgi_arena_alloc(d->arena, utf8.len + 1);
	if (!own)
		return mgi_fail_nomem(err);
	for (i = 0; i < utf8.len; i++) {
		bool cr = utf8.data[i] == '\r';

		if (cr && i + 1 < utf8.len && utf8.data[i + 1] == '\n')
			continue;
		own[n++] = cr ? '\n' : utf8.data[i];
	}
	if (n && own[n - 1] != '\n')
		own[n++] = '\n';
	d->text = mgi_span(own, n);
	return MAILGUARD_OK;
}

mailguard_status mailguard_draft_attach(mailguard_draft *d,
                                        const char *name,
                                        const char *type,
                                        mailguard_source *source,
                                        mailguard_error *err)
{
	mgi_attached *a;

	if (!name || !name[0] || !source)
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                source ? "name" : "source");
	if (has_control(name))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_CONTROL_CHARACTER, "field",
		                "filename");
	if (type && !is_mime_type(type))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DRAFT_TYPE, "type", type);
	a = mgi_arena_alloc(d->arena, sizeof(*a));
	if (a) {
		a->name = mgi_arena_strdup(d->arena, name);
		a->type = mgi_arena_strdup(
			d->arena, type ? type : "application/octet-stream");
	}
	if (!a || mgi_arena_failed(d->arena))
		return mgi_fail_nomem(err);
	a->source = mailguard_source_ref(source);
	*d->last_attached = a;
	d->last_attached = &a->next;
	return MAILGUARD_OK;
}

const mailguard_misfit *mailguard_draft_misfit(const mailguard_draft *d,
                                               size_t i)
{
	return i < d->misfit_count ? &d->misfits[i] : NULL;
}
