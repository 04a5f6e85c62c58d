/*
 * attach.c - attachments as parts: their bytes, the message one is, or where
 * a file lies that was only pointed to.
 */
#include "store/mapi/plan.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/tags.h"
#include "store/mapi/who.h"

#define ATTACH_SHOWN 4 /* PidTagAttachFlags: attRenderedInBody */

/* -- which there are ------------------------------------------------------- */

/* A name the HTML may call the attachment by, without what cannot be one. */
static bool label_get(mailguard_buffer *out, mgi_mapi *o, uint16_t id)
{
	mailguard_span s;
	size_t i;

	mgi_buf_cut(out, 0);
	if (mgi_who_text(out, o, id, NULL) != MAILGUARD_OK)
		return false;
	s = mgi_span_trim(mgi_buf_span(out));
	if (s.len > 1 && s.data[0] == '<' && s.data[s.len - 1] == '>')
		s = mgi_span(s.data + 1, s.len - 2);
	for (i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f || s.data[i] == '<' ||
		    s.data[i] == '>')
			return false;
	if (!s.len || s.len > MGI_ATOM_MAX)
		return false;
	memmove(out->at, s.data, s.len);
	mgi_buf_cut(out, s.len);
	return true;
}

/* Only what the HTML names is shown by it, whatever the flags say. */
static bool is_shown(mgi_plan *p, const mgi_body *b, mgi_mapi *o)
{
	mailguard_buffer id;
	bool named;

	if (!b->has_html)
		return false;
	if (b->huge_html)
		return mgi_mapi_number(o, MGI_TAG_ATTACH_FLAGS, 0) &
		       ATTACH_SHOWN;
	mgi_buf_init(&id, p->mg);
	named = (label_get(&id, o, MGI_TAG_ATTACH_CONTENT_ID) ||
	         label_get(&id, o, MGI_TAG_ATTACH_CONTENT_LOCATION)) &&
	        mgi_span_find_nocase(mgi_buf_span(&b->html),
	                             mgi_buf_text(&id)) >= 0;
	mgi_plan_failed(p, &id);
	mgi_buf_done(&id);
	return named;
}

static mailguard_status grow(mgi_attached_object **list,
                             size_t count,
                             mgi_plan *p,
                             mailguard_error *err)
{
	mgi_attached_object *more;

	if (count & (count - 1)) /* room is a power of two */
		return MAILGUARD_OK;
	more = mgi_resize(p->mg, *list,
	                  (count ? 2 * count : 1) * sizeof(*more));
	if (!more)
		return mgi_fail_nomem(err);
	*list = more;
	return MAILGUARD_OK;
}

mailguard_status mgi_attached_get(mgi_attached_object **out,
                                  size_t *count,
                                  mgi_plan *p,
                                  const mgi_body *b,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < MGI_MAPI_LIST_MAX; i++) {
		mgi_attached_object a;

		memset(&a, 0, sizeof(a));
		st = mgi_mapi_attachment(&a.object, p->message, i, err);
		if (st == MAILGUARD_ITEROVER)
			return MAILGUARD_OK;
		if (st != MAILGUARD_OK) {
			st = mgi_who_only_memory(st, err);
			continue;
		}
		st = grow(out, *count, p, err);
		if (st < 0) {
			mgi_mapi_free(a.object);
			return st;
		}
		a.method = (int32_t)mgi_mapi_number(
			a.object, MGI_TAG_ATTACH_METHOD, MGI_ATTACH_BY_VALUE);
		a.shown = is_shown(p, b, a.object);
		(*out)[(*count)++] = a;
	}
	return st;
}

void mgi_attached_done(mgi_attached_object *list, size_t count)
{
	mailguard *mg = count ? list[0].object->mg : NULL;
	size_t i;

	if (!count)
		return;
	mailguard_ref(mg);
	for (i = 0; i < count; i++)
		mgi_mapi_free(list[i].object);
	mgi_free(mg, list);
	mailguard_free(mg);
}

/* -- one as a part --------------------------------------------------------- */

static bool is_type(mailguard_span s)
{
	size_t i, slash = 0;

	for (i = 0; i < s.len; i++) {
		slash += s.data[i] == '/';
		if (s.data[i] != '/' && !mgi_is_alnum(s.data[i]) &&
		    !strchr("!#$&-^_.+", s.data[i]))
			return false;
	}
	return slash == 1 && s.len > 2 && s.len < 128 && s.data[0] != '/' &&
	       s.data[s.len - 1] != '/';
}

/* A type whose bytes may be encoded (RFC 2045, 6.4): no multipart, no mail. */
static mailguard_status type_put(mgi_plan *p, mgi_mapi *o, mailguard_error *err)
{
	mailguard_buffer type;
	mailguard_status st;
	const char *name;

	mgi_buf_init(&type, p->mg);
	st = mgi_who_text(&type, o, MGI_TAG_ATTACH_MIME_TAG, err);
	name = mgi_buf_text(&type);
	if (st != MAILGUARD_OK || !is_type(mgi_buf_span(&type)) ||
	    mgi_span_starts_nocase(mgi_buf_span(&type), "multipart/") ||
	    mgi_span_starts_nocase(mgi_buf_span(&type), "message/"))
		name = "application/octet-stream";
	mgi_buf_printf(&p->ready, "Content-Type: %s\n", name);
	mgi_buf_done(&type);
	return mgi_who_only_memory(st, err);
}

/* The name people saw: the long one, the short one, or what it is shown as. */
static mailguard_status name_get(mailguard_buffer *out,
                                 mgi_mapi *o,
                                 mailguard_error *err)
{
	static const uint16_t ids[] = { MGI_TAG_ATTACH_LONG_FILENAME,
		                        MGI_TAG_ATTACH_FILENAME,
		                        MGI_TAG_DISPLAY_NAME };
	mailguard_status st;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		mgi_buf_cut(out, 0);
		st = mgi_who_text(out, o, ids[i], err);
		if (st == MAILGUARD_OK && out->len)
			return MAILGUARD_OK;
		st = mgi_who_only_memory(st, err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_OK;
}

static mailguard_status disposition_put(mgi_plan *p,
                                        const mgi_attached_object *a,
                                        mailguard_error *err)
{
	mailguard_buffer name, text;
	mailguard_status st;

	mgi_buf_init(&name, p->mg);
	mgi_buf_init(&text, p->mg);
	st = name_get(&name, a->object, err);
	if (st >= 0 && name.len)
		st = mgi_draft_put_filename(&text, p->draft,
		                            mgi_buf_text(&name), err);
	mgi_buf_printf(&p->ready, "Content-Disposition: %s",
	               a->shown ? "inline" : "attachment");
	mgi_plan_lf(&p->ready, mgi_buf_span(&text));
	mgi_buf_putc(&p->ready, '\n');
	if (label_get(&name, a->object, MGI_TAG_ATTACH_CONTENT_ID))
		mgi_buf_printf(&p->ready, "Content-ID: <%s>\n",
		               mgi_buf_text(&name));
	if (label_get(&name, a->object, MGI_TAG_ATTACH_CONTENT_LOCATION))
		mgi_buf_printf(&p->ready, "Content-Location: %s\n",
		               mgi_buf_text(&name));
	mgi_plan_failed(p, &name);
	mgi_plan_failed(p, &text);
	mgi_buf_done(&name);
	mgi_buf_done(&text);
	return st;
}

/* In sections of no more than a line, no character cut (RFC 2231, 3 and 4). */
static void path_encode(mailguard_buffer *out,
                        const char *param,
                        mailguard_span path)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i, col = 0, section = 0;

	for (i = 0; i < path.len; i++) {
		unsigned char c = path.data[i];

		if (!i || (col > 50 && (c & 0xc0) != 0x80)) {
			mgi_buf_printf(out, "%s %s*%s*=%s", i ? ";\n" : "",
			               param, mgi_u64(section++).text,
			               i ? "" : "utf-8''");
			col = 0;
		}
		if (mgi_is_alnum(c) || c == '.' || c == '-' || c == '_') {
			mgi_buf_putc(out, (char)c);
			col++;
		} else {
			mgi_buf_putc(out, '%');
			mgi_buf_putc(out, digits[c >> 4]);
			mgi_buf_putc(out, digits[c & 15]);
			col += 3;
		}
	}
	mgi_buf_putc(out, '\n');
}

static void path_put(mailguard_buffer *out,
                     const char *param,
                     mailguard_span path)
{
	size_t i;

	for (i = 0; i < path.len; i++)
		if (path.data[i] < ' ' || path.data[i] >= 0x7f) {
			path_encode(out, param, path);
			return;
		}
	mgi_buf_printf(out, " %s=\"", param);
	for (i = 0; i < path.len; i++) {
		if (path.data[i] == '"' || path.data[i] == '\\')
			mgi_buf_putc(out, '\\');
		mgi_buf_putc(out, (char)path.data[i]);
	}
	mgi_buf_puts(out, "\"\n");
}

/* Only where the file lies was kept (RFC 2046, 5.2.3; RFC 2017). */
static mailguard_status pointer_put(mgi_plan *p,
                                    const mgi_attached_object *a,
                                    mailguard_error *err)
{
	bool web = a->method == MGI_ATTACH_BY_WEB_REFERENCE;
	mailguard_buffer path;
	mailguard_status st;

	mgi_buf_init(&path, p->mg);
	st = mgi_who_text(&path, a->object, MGI_TAG_ATTACH_LONG_PATHNAME, err);
	if (st != MAILGUARD_OK || !path.len)
		st = mgi_who_text(&path, a->object, MGI_TAG_ATTACH_PATHNAME,
		                  err);
	mgi_buf_printf(&p->ready,
	               "Content-Type: message/external-body; access-type=%s;\n",
	               web ? "URL" : "local-file");
	path_put(&p->ready, web ? "URL" : "name", mgi_buf_span(&path));
	mgi_plan_failed(p, &path);
	mgi_buf_done(&path);
	st = mgi_who_only_memory(st, err);
	if (st >= 0)
		st = disposition_put(p, a, err);
	mgi_buf_puts(&p->ready, "\nContent-Type: application/octet-stream\n\n");
	return st;
}

static mailguard_status mail_put(mgi_plan *p,
                                 const mgi_attached_object *a,
                                 mailguard_error *err)
{
	mgi_piece piece = { MGI_PIECE_MAIL, 0, 0, NULL, 0, NULL };
	mailguard_status st;

	mgi_buf_puts(&p->ready, "Content-Type: message/rfc822\n");
	st = disposition_put(p, a, err);
	mgi_buf_putc(&p->ready, '\n');
	piece.object = a->object;
	return st < 0 ? st : mgi_plan_put(p, &piece, err);
}

static mailguard_status bytes_put(mgi_plan *p,
                                  const mgi_attached_object *a,
                                  mailguard_error *err)
{
	mgi_piece piece = { MGI_PIECE_BASE64,    0,   0, NULL,
		            MGI_TAG_ATTACH_DATA, NULL };
	mailguard_status st;

	st = type_put(p, a->object, err);
	mgi_buf_puts(&p->ready, "Content-Transfer-Encoding: base64\n");
	if (st >= 0)
		st = disposition_put(p, a, err);
	mgi_buf_putc(&p->ready, '\n');
	piece.object = a->object;
	return st < 0 ? st : mgi_plan_put(p, &piece, err);
}

mailguard_status mgi_attached_put(mgi_plan *p,
                                  const mgi_attached_object *a,
                                  mailguard_error *err)
{
	mgi_mapi_value v;
	bool has;

	if (a->method == MGI_ATTACH_EMBEDDED)
		return mail_put(p, a, err);
	has = mgi_mapi_get(&v, a->object,
	                   MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_ANY),
	                   NULL) == MAILGUARD_OK;
	if (!has && a->method >= MGI_ATTACH_BY_REFERENCE &&
	    a->method != MGI_ATTACH_STORAGE)
		return pointer_put(p, a, err);
	return bytes_put(p, a, err);
}
