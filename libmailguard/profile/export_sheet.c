/*
 * export_sheet.c - the profile as a page to print: which mail, which server,
 * which file, in which place, and what threatens it there.
 *
 * By itself: no script, nothing that is fetched, everything escaped. When each
 * file was backed up is left to be written in by hand.
 */
#include "profile/export.h"

#include <string.h>

#include "base/clock.h"
#include "base/place.h"

static const char style[] =
	"body{font-family:sans-serif;line-height:1.5;max-width:50em;"
	"margin:1em auto;padding:0 1em;color:#111;background:#fff}\n"
	"h1{font-size:1.4em}h2{font-size:1.1em;margin:1.2em 0 .2em}\n"
	"table{border-collapse:collapse;width:100%;font-size:.9em}\n"
	"th,td{border:1px solid #666;padding:.2em .5em;text-align:left;"
	"vertical-align:top;overflow-wrap:anywhere}\n"
	"th{width:11em;font-weight:normal;background:#eee}\n"
	".risk{font-weight:bold;border-left:.4em solid #b00020}\n"
	"@media print{body{margin:0;max-width:none;font-size:10pt}"
	"section{break-inside:avoid}}\n";

static void raw(const mgi_export *e, const char *markup)
{
	mgi_buf_puts(e->out, markup);
}

static const char *said(const mgi_export *e, mgi_say_id id)
{
	return mgi_say_raw(mgi_lang_of(e->out->mg), id);
}

/* The head of a row; what belongs to it follows, line by line. */
static void row_begin(const mgi_export *e, mgi_say_id head)
{
	mgi_markup_put(e->out, "<tr><th scope=\"row\">", said(e, head),
	               "</th><td>");
}

static void row_end(const mgi_export *e)
{
	raw(e, "</td></tr>\n");
}

static void row(const mgi_export *e, mgi_say_id head, const char *text)
{
	if (!text)
		return;
	row_begin(e, head);
	mgi_markup_text(e->out, text);
	row_end(e);
}

/* A further line of a row: a text with one slot. */
static void line(const mgi_export *e,
                 mgi_say_id id,
                 const char *slot,
                 const char *value)
{
	mailguard_buffer text;

	if (!value)
		return;
	mgi_buf_init(&text, e->out->mg);
	mgi_say(&text, e->out->mg, id, slot, value);
	mgi_markup_put(e->out, "<br/>", mgi_buf_text(&text), "");
	if (mgi_buf_status(&text, NULL) < 0)
		e->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&text);
}

static const char *protocol_text(mailguard_protocol protocol)
{
	return protocol == MAILGUARD_PROTOCOL_IMAP   ? "IMAP"
	       : protocol == MAILGUARD_PROTOCOL_POP3 ? "POP3"
	                                             : "SMTP";
}

static void server_put(const mgi_export *e,
                       mgi_say_id head,
                       const mailguard_server *s,
                       const char *user,
                       const char *auth)
{
	static const mgi_say_id tls[] = {
		[MAILGUARD_TLS_NONE] = MGI_SAY_PROFILE_SHEET_TLS_NONE,
		[MAILGUARD_TLS_STARTTLS] = MGI_SAY_PROFILE_SHEET_TLS_STARTTLS,
		[MAILGUARD_TLS_IMPLICIT] = MGI_SAY_PROFILE_SHEET_TLS_IMPLICIT,
	};
	mailguard_buffer text;

	if (!s) {
		row(e, head, said(e, MGI_SAY_PROFILE_SHEET_NONE));
		return;
	}
	mgi_buf_init(&text, e->out->mg);
	mgi_say(&text, e->out->mg, MGI_SAY_PROFILE_SHEET_PORT, "protocol",
	        protocol_text(s->protocol), "host", s->host, "port",
	        mgi_i64(mgi_export_port(s)).text, "tls", said(e, tls[s->tls]));
	row_begin(e, head);
	mgi_markup_text(e->out, mgi_buf_text(&text));
	if (mgi_buf_status(&text, NULL) < 0)
		e->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&text);
	line(e, MGI_SAY_PROFILE_SHEET_USER, "user", user);
	line(e, MGI_SAY_PROFILE_SHEET_AUTH, "auth", auth);
	row_end(e);
}

static void leave_put(const mgi_export *e, const mailguard_account *a)
{
	mailguard_buffer text;

	if (a->leave_on_server < 0)
		return;
	mgi_buf_init(&text, e->out->mg);
	mgi_say(&text, e->out->mg,
	        !a->leave_on_server ? MGI_SAY_PROFILE_SHEET_LEAVE_NO
	        : a->leave_days     ? MGI_SAY_PROFILE_SHEET_LEAVE_DAYS
	                            : MGI_SAY_PROFILE_SHEET_LEAVE_YES,
	        "days", mgi_i64(a->leave_days).text);
	row(e, MGI_SAY_PROFILE_SHEET_LEAVE, mgi_buf_text(&text));
	if (mgi_buf_status(&text, NULL) < 0)
		e->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&text);
}

/* Every bit of what threatens a file where its owner keeps it. */
static void risks_put(const mgi_export *e, uint32_t risks)
{
	uint32_t bit, count = 0;

	if (!risks)
		return;
	mgi_markup_put(e->out, "<tr><th scope=\"row\">",
	               said(e, MGI_SAY_PROFILE_SHEET_RISK),
	               "</th><td class=\"risk\">");
	for (bit = 1; bit && bit <= risks; bit <<= 1)
		if (risks & bit)
			mgi_markup_put(e->out, count++ ? "<br/>" : "",
			               mgi_place_risk_text(e->out->mg, bit),
			               "");
	row_end(e);
}

static void store_put(const mgi_export *e, const mailguard_storage *s)
{
	static const mgi_say_id places[] = {
		[MAILGUARD_PLACE_UNKNOWN] = MGI_SAY_PROFILE_SHEET_PLACE_UNKNOWN,
		[MAILGUARD_PLACE_LOCAL] = MGI_SAY_PROFILE_SHEET_PLACE_LOCAL,
		[MAILGUARD_PLACE_CLOUD] = MGI_SAY_PROFILE_SHEET_PLACE_CLOUD,
		[MAILGUARD_PLACE_SHARE] = MGI_SAY_PROFILE_SHEET_PLACE_SHARE,
		[MAILGUARD_PLACE_USB] = MGI_SAY_PROFILE_SHEET_PLACE_USB,
	};
	mgi_place place;

	if (!s) {
		row(e, MGI_SAY_PROFILE_SHEET_STORE,
		    said(e, MGI_SAY_PROFILE_SHEET_NONE));
		return;
	}
	place = mgi_place_of_path(mgi_span_of(s->path));
	row_begin(e, MGI_SAY_PROFILE_SHEET_STORE);
	mgi_markup_text(e->out, s->path);
	if (s->kind || s->client) {
		mgi_markup_put(e->out, "<br/>", s->kind ? s->kind : "", " ");
		mgi_markup_put(e->out, "", s->client ? s->client : "", " ");
		mgi_markup_text(e->out, s->version ? s->version : "");
	}
	row_end(e);
	row_begin(e, MGI_SAY_PROFILE_SHEET_PLACE);
	mgi_markup_text(e->out, said(e, places[s->place]));
	if (s->place == MAILGUARD_PLACE_CLOUD && place.name[0])
		mgi_markup_put(e->out, " (", place.name, ")");
	row_end(e);
	if (s->place == MAILGUARD_PLACE_CLOUD)
		place.risks |= MGI_RISK_SYNCED;
	if (s->place == MAILGUARD_PLACE_SHARE)
		place.risks |= MGI_RISK_REMOTE;
	if (s->place == MAILGUARD_PLACE_USB)
		place.risks |= MGI_RISK_REMOVABLE;
	risks_put(e, place.risks);
	row(e, MGI_SAY_PROFILE_SHEET_SAVED, "");
}

static void provider_put(const mgi_export *e, const mailguard_account *a)
{
	const mailguard_provider *v =
		mailguard_profile_provider_of(e->p, a->provider);

	if (!v)
		return;
	row_begin(e, MGI_SAY_PROFILE_SHEET_PROVIDER);
	mgi_markup_text(e->out, v->name ? v->name : v->id);
	line(e, MGI_SAY_PROFILE_SHEET_PHONE, "phone", v->phone);
	line(e, MGI_SAY_PROFILE_SHEET_STATUS, "url", v->status);
	row_end(e);
}

static void account_put(const mgi_export *e, const mailguard_account *a)
{
	const mailguard_account *other =
		mgi_profile_find(e->p, MGI_ITEM_ACCOUNT, a->backup);
	const mailguard_server *in = mgi_export_server(e, a->server_in);

	mgi_markup_put(e->out, "<section>\n<h2>", a->address,
	               "</h2>\n<table>\n<tbody>\n");
	row(e, MGI_SAY_PROFILE_SHEET_LABEL, a->label);
	row(e, MGI_SAY_PROFILE_SHEET_NAME, a->name);
	row(e, MGI_SAY_PROFILE_SHEET_REPLY, a->reply_to);
	server_put(e, MGI_SAY_PROFILE_SHEET_IN, in, a->user_in, a->auth_in);
	server_put(e, MGI_SAY_PROFILE_SHEET_OUT,
	           mgi_export_server(e, a->server_out), a->user_out,
	           a->auth_out);
	if (in && in->protocol == MAILGUARD_PROTOCOL_POP3)
		leave_put(e, a);
	store_put(e, mailguard_profile_storage_of(e->p, a->store));
	row(e, MGI_SAY_PROFILE_SHEET_WEBMAIL, a->webmail);
	provider_put(e, a);
	row(e, MGI_SAY_PROFILE_SHEET_BACKUP, other ? other->address : NULL);
	raw(e, "</tbody>\n</table>\n</section>\n");
}

static bool is_used(const mgi_export *e, const mailguard_storage *s)
{
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(e->p, i)) != NULL; i++)
		if (a->store && strcmp(a->store, s->id) == 0)
			return true;
	return false;
}

/* A file nobody's settings name any more may hold the mail that is missed. */
static void others_put(const mgi_export *e)
{
	const mailguard_storage *s;
	bool open = false;
	size_t i;

	for (i = 0; (s = mailguard_profile_storage(e->p, i)) != NULL; i++) {
		if (is_used(e, s))
			continue;
		if (!open)
			mgi_markup_put(e->out, "<section>\n<h2>",
			               said(e, MGI_SAY_PROFILE_SHEET_OTHERS),
			               "</h2>\n");
		raw(e, "<table>\n<tbody>\n");
		store_put(e, s);
		raw(e, "</tbody>\n</table>\n");
		open = true;
	}
	if (open)
		raw(e, "</section>\n");
}

static void head_put(const mgi_export *e)
{
	raw(e, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
	       "lang=\"");
	raw(e, mgi_lang_of(e->out->mg) == MGI_JA ? "ja" : "en");
	raw(e,
	    "\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n<title>");
	mgi_markup_text(e->out, said(e, MGI_SAY_PROFILE_SHEET_TITLE));
	raw(e, "</title>\n<style>\n");
	raw(e, style);
	mgi_markup_put(e->out, "</style>\n</head>\n<body>\n<main>\n<h1>",
	               said(e, MGI_SAY_PROFILE_SHEET_TITLE), "</h1>\n");
	mgi_markup_put(e->out, "<p>", said(e, MGI_SAY_PROFILE_SHEET_HOW),
	               "</p>\n");
}

static void made_put(const mgi_export *e)
{
	mailguard *mg = e->out->mg;
	mailguard_time now = mgi_now(mg) / 1000000 * 1000000;
	mailguard_buffer when;

	mgi_buf_init(&when, mg);
	mgi_time_rfc3339(&when, now, mgi_utc_offset(mg, now));
	raw(e, "<p>");
	line(e, MGI_SAY_PROFILE_SHEET_MADE, "when", mgi_buf_text(&when));
	raw(e, "</p>\n</main>\n</body>\n</html>\n");
	if (mgi_buf_status(&when, NULL) < 0)
		e->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&when);
}

mailguard_status mgi_export_sheet(const mgi_export *e, mailguard_error *err)
{
	const mailguard_account *a;
	size_t at = 0;

	head_put(e);
	while ((a = mgi_export_next(e, &at)) != NULL)
		account_put(e, a);
	if (!e->only)
		others_put(e);
	made_put(e);
	return mgi_buf_status(e->out, err);
}
