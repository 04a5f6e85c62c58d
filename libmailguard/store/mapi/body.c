/*
 * body.c - the text of a message, in every form it is kept in.
 *
 * Outlook keeps up to three: plain text, HTML, and compressed RTF that is its
 * own or hides the HTML or text the mail came with ([MS-OXRTFEX]).
 */
#include "store/mapi/plan.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/code_page.h"
#include "store/mapi/rtf.h"
#include "store/mapi/tags.h"
#include "store/mapi/who.h"

static mailguard_status plain_get(mgi_body *b,
                                  mgi_plan *p,
                                  uint16_t id,
                                  mailguard_error *err)
{
	mgi_mapi_value v;
	mailguard_status st;

	st = mgi_mapi_get(&v, p->message, MGI_MAPI_TAG(id, MGI_MAPI_UNICODE),
	                  err);
	if (st != MAILGUARD_OK)
		return mgi_who_only_memory(st, err);
	b->huge_plain = !v.bytes.len && v.size > MGI_MAPI_VALUE_MAX;
	b->has_plain = v.bytes.len > 0 || b->huge_plain;
	return mgi_mapi_value_text(&b->plain, p->message, &v, err);
}

/* The bytes as they came if they are in a charset with a name. */
static mailguard_status html_bytes(mgi_body *b,
                                   mgi_plan *p,
                                   mailguard_span s,
                                   mailguard_error *err)
{
	int64_t page =
		mgi_mapi_number(p->message, MGI_TAG_INTERNET_CODE_PAGE, 0);
	const mgi_charset *cs = page > 0 && page < 0x10000
	                                ? mgi_code_page((uint32_t)page)
	                                : NULL;

	while (s.len && !s.data[s.len - 1])
		s.len--;
	if (cs && mgi_charset_is_wide(cs)) {
		b->html_charset = "utf-8";
		return mgi_charset_decode(&b->html, NULL, cs, s, err);
	}
	if (!cs)
		cs = mgi_charset_sniff(s);
	b->html_charset = cs ? mgi_charset_name(cs) : "";
	mgi_buf_add(&b->html, s.data, s.len);
	return mgi_buf_status(&b->html, err);
}

static mailguard_status html_get(mgi_body *b, mgi_plan *p, mailguard_error *err)
{
	mgi_mapi_value v;
	mailguard_status st;

	st = mgi_mapi_get(&v, p->message,
	                  MGI_MAPI_TAG(MGI_TAG_HTML, MGI_MAPI_ANY), err);
	if (st != MAILGUARD_OK)
		return mgi_who_only_memory(st, err);
	b->huge_html = !v.bytes.len && v.size > MGI_MAPI_VALUE_MAX;
	b->has_html = v.bytes.len > 0 || b->huge_html;
	if (MGI_MAPI_TYPE(v.tag) == MGI_MAPI_BINARY)
		return html_bytes(b, p, v.bytes, err);
	return mgi_mapi_value_text(&b->html, p->message, &v, err);
}

/* What the RTF hides, where the message does not have it openly. */
static mailguard_status rtf_get(mgi_body *b, mgi_plan *p, mailguard_error *err)
{
	mgi_rtf_kind kind;
	mgi_mapi_value v;
	mailguard_status st;

	st = mgi_mapi_get(&v, p->message,
	                  MGI_MAPI_TAG(MGI_TAG_RTF_COMPRESSED, MGI_MAPI_BINARY),
	                  err);
	if (st == MAILGUARD_OK && v.bytes.len)
		st = mgi_rtf_unpack(&b->rtf, v.bytes, err);
	if (st == MAILGUARD_EFORMAT)
		mgi_mapi_harmed(p->message);
	if (st != MAILGUARD_OK || !b->rtf.len)
		return mgi_who_only_memory(st, err);
	kind = mgi_rtf_kind_of(mgi_buf_span(&b->rtf));
	if (kind == MGI_RTF_HTML) {
		b->has_html = true;
		b->html_charset = "utf-8";
		return mgi_rtf_text(&b->html, mgi_buf_span(&b->rtf), kind, err);
	}
	b->has_rtf = kind == MGI_RTF_OWN;
	if (b->has_plain)
		return MAILGUARD_OK;
	st = mgi_rtf_text(&b->plain, mgi_buf_span(&b->rtf), kind, err);
	b->has_plain = b->plain.len > 0;
	return st;
}

mailguard_status mgi_body_get(mgi_body *b, mgi_plan *p, mailguard_error *err)
{
	mailguard_status st;

	memset(b, 0, sizeof(*b));
	mgi_buf_init(&b->plain, p->mg);
	mgi_buf_init(&b->html, p->mg);
	mgi_buf_init(&b->rtf, p->mg);
	mgi_buf_init(&b->item, p->mg);
	b->html_charset = "utf-8";
	st = plain_get(b, p, MGI_TAG_BODY, err);
	if (st >= 0 && !b->has_plain)
		st = plain_get(b, p, MGI_TAG_REPORT_TEXT, err);
	if (st >= 0)
		st = html_get(b, p, err);
	if (st >= 0 && !b->has_html)
		st = rtf_get(b, p, err);
	if (st < 0)
		return st;
	b->has_item = mgi_item_get(&b->item_part, &b->item, p->message);
	return mgi_buf_status(&b->item, err);
}

void mgi_body_done(mgi_body *b)
{
	mgi_buf_done(&b->plain);
	mgi_buf_done(&b->html);
	mgi_buf_done(&b->rtf);
	mgi_buf_done(&b->item);
}

/* -- as parts -------------------------------------------------------------- */

/* What is over the limit of a value in memory: read when its turn comes. */
static mailguard_status huge_put(mgi_plan *p,
                                 const char *type,
                                 uint16_t id,
                                 mailguard_error *err)
{
	mgi_piece piece = { MGI_PIECE_TEXT, 0, 0, NULL, id, NULL };
	mgi_mapi_value v;

	piece.object = p->message;
	if (mgi_mapi_get(&v, p->message, MGI_MAPI_TAG(id, MGI_MAPI_ANY),
	                 NULL) == MAILGUARD_OK &&
	    MGI_MAPI_TYPE(v.tag) == MGI_MAPI_UNICODE)
		piece.charset = mgi_charset_find(mgi_span_of("utf-16le"));
	else
		piece.charset = mgi_code_page(mgi_mapi_code_page(p->message));
	if (!piece.charset)
		piece.charset = mgi_code_page(1252);
	mgi_buf_printf(&p->ready,
	               "Content-Type: %s; charset=utf-8\n"
	               "Content-Transfer-Encoding: base64\n\n",
	               type);
	return mgi_plan_put(p, &piece, err);
}

static mailguard_status plain_put(mgi_plan *p,
                                  const mgi_body *b,
                                  mailguard_error *err)
{
	if (b->huge_plain)
		return huge_put(p, "text/plain", MGI_TAG_BODY, err);
	mgi_plan_text(p, "text/plain", "utf-8", "", mgi_buf_span(&b->plain));
	return mgi_buf_status(&p->ready, err);
}

static mailguard_status html_put(mgi_plan *p,
                                 const mgi_body *b,
                                 mailguard_error *err)
{
	if (b->huge_html)
		return huge_put(p, "text/html", MGI_TAG_HTML, err);
	mgi_plan_text(p, "text/html", b->html_charset, "",
	              mgi_buf_span(&b->html));
	return mgi_buf_status(&p->ready, err);
}

bool mgi_body_has_file(const mgi_body *b)
{
	return b->has_item && !b->item_part.method[0];
}

void mgi_body_put_file(mgi_plan *p, const mgi_body *b)
{
	mailguard_buffer more;

	mgi_buf_init(&more, p->mg);
	mgi_buf_printf(&more,
	               "Content-Disposition: attachment; filename=\"%s\"\n",
	               b->item_part.name);
	mgi_plan_text(p, b->item_part.type, "utf-8", mgi_buf_text(&more),
	              mgi_buf_span(&b->item));
	mgi_plan_failed(p, &more);
	mgi_buf_done(&more);
}

/* An invitation, as RFC 6047 sends it. */
static void invitation_put(mgi_plan *p, const mgi_body *b)
{
	mailguard_buffer type;

	mgi_buf_init(&type, p->mg);
	mgi_buf_printf(&type, "%s; method=%s", b->item_part.type,
	               b->item_part.method);
	mgi_plan_text(p, mgi_buf_text(&type), "utf-8", "",
	              mgi_buf_span(&b->item));
	mgi_plan_failed(p, &type);
	mgi_buf_done(&type);
}

static mailguard_status alternatives_put(mgi_plan *p,
                                         const mgi_body *b,
                                         mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_multi m;

	mgi_multi_begin(&m, p, "alternative", "");
	if (b->has_plain) {
		mgi_multi_next(&m, p);
		st = plain_put(p, b, err);
	}
	if (b->has_rtf) {
		mgi_multi_next(&m, p);
		mgi_plan_text(p, "text/rtf", "", "", mgi_buf_span(&b->rtf));
	}
	if (st >= 0 && b->has_html) {
		mgi_multi_next(&m, p);
		st = html_put(p, b, err);
	}
	if (b->has_item && b->item_part.method[0]) {
		mgi_multi_next(&m, p);
		invitation_put(p, b);
	}
	mgi_multi_end(&m, p);
	return st < 0 ? st : mgi_buf_status(&p->ready, err);
}

mailguard_status mgi_body_put(mgi_plan *p,
                              const mgi_body *b,
                              mailguard_error *err)
{
	bool invites = b->has_item && b->item_part.method[0];

	if (!b->has_html && !b->has_rtf && !invites)
		return plain_put(p, b, err);
	if (!b->has_plain && b->has_html && !invites)
		return html_put(p, b, err);
	return alternatives_put(p, b, err);
}
