/*
 * html.c - one page by itself, to read, print or hand on: well-formed also as
 * XML, no script, nothing that is fetched, everything escaped.
 */
#include "report/report.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"

static const char style[] =
	"body{font-family:sans-serif;line-height:1.5;max-width:60em;"
	"margin:1em auto;padding:0 1em;color:#111;background:#fff}\n"
	"h1{font-size:1.4em}h2{font-size:1.1em;margin-bottom:.2em}\n"
	".fault{border-left:.4em solid #b00020;padding-left:.8em}\n"
	".fault.fine{border-color:#1b5e20}\n"
	".fault p{font-weight:bold;margin:.3em 0}ul,ol{margin:.2em 0}\n"
	"table{border-collapse:collapse;width:100%;font-size:.9em}\n"
	"th,td{border:1px solid #666;padding:.2em .5em;text-align:left;"
	"vertical-align:top;overflow-wrap:anywhere}\n"
	"caption{text-align:left;font-weight:bold;padding:.3em 0}\n"
	"@media print{body{margin:0;max-width:none}"
	"li,tr{break-inside:avoid}}\n";

typedef struct page {
	mailguard_buffer *out;
	const mailguard_report *r;
	mgi_arena *arena;
} page;

static void raw(const page *p, const char *markup)
{
	mgi_buf_puts(p->out, markup);
}

static void text(const page *p, const char *s)
{
	mailguard_span span = mgi_span_of(s);
	char bytes[4];
	size_t at = 0;

	while (at < span.len) {
		uint32_t c = mgi_utf8_next(span, &at);

		if (c == '&')
			raw(p, "&amp;");
		else if (c == '<')
			raw(p, "&lt;");
		else if (c == '>')
			raw(p, "&gt;");
		else if (c == '"')
			raw(p, "&quot;");
		else if (c == '\'')
			raw(p, "&#39;");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c >= 0xfffe)
			mgi_buf_putc(p->out, ' ');
		else
			mgi_buf_add(p->out, bytes, mgi_utf8_put(bytes, c));
	}
}

static void said(const page *p, mgi_say_id id)
{
	text(p, mgi_say_raw(mgi_lang_of(p->r->mg), id));
}

static void element(const page *p,
                    const char *open,
                    const char *s,
                    const char *close)
{
	raw(p, open);
	text(p, s);
	raw(p, close);
}

static void head_put(const page *p)
{
	raw(p, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
	       "lang=\"");
	raw(p, mgi_lang_of(p->r->mg) == MGI_JA ? "ja" : "en");
	raw(p,
	    "\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n<title>");
	said(p, MGI_SAY_REPORT_TITLE);
	raw(p, "</title>\n<style>\n");
	raw(p, style);
	raw(p, "</style>\n</head>\n<body>\n<main>\n<h1>");
	said(p, MGI_SAY_REPORT_TITLE);
	raw(p, "</h1>\n");
	if (p->r->v->world.id)
		element(p, "<p>", p->r->v->world.id, "</p>\n");
}

static void made_put(const page *p)
{
	mailguard_time now = mgi_now(p->r->mg) / 1000000 * 1000000;
	mailguard_buffer when, line;

	mgi_buf_init(&when, p->r->mg);
	mgi_buf_init(&line, p->r->mg);
	mgi_time_rfc3339(&when, now, mgi_utc_offset(p->r->mg, now));
	mgi_say(&line, p->r->mg, MGI_SAY_REPORT_MADE, "when",
	        mgi_buf_text(&when), "version", mailguard_version());
	element(p, "<p>", mgi_buf_text(&line), "</p>\n");
	if (mgi_buf_status(&when, NULL) < 0 || mgi_buf_status(&line, NULL) < 0)
		p->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&when);
	mgi_buf_done(&line);
}

/* What is at fault: sentences, each with what belongs to it under it. */
static size_t fault_put(const page *p)
{
	const mgi_rows *rows = &p->r->rows;
	bool list = false;
	size_t i;

	raw(p, p->r->v->fault == MAILGUARD_FAULT_NONE
	               ? "<section class=\"fault fine\">\n"
	               : "<section class=\"fault\">\n");
	for (i = 0;
	     i < rows->count && rows->at[i].section < MGI_SECTION_CLEARED;
	     i++) {
		bool item = rows->at[i].level > 0;

		if (item != list)
			raw(p, item ? "<ul>\n" : "</ul>\n");
		list = item;
		element(p, item ? "<li>" : "<p>", rows->at[i].text,
		        item ? "</li>\n" : "</p>\n");
	}
	raw(p, list ? "</ul>\n</section>\n" : "</section>\n");
	return i;
}

/* Items; what is of level 2 becomes lines of the item before it. */
static void sections_put(const page *p, size_t i)
{
	const mgi_rows *rows = &p->r->rows;

	while (i < rows->count) {
		mgi_section s = rows->at[i].section;
		bool ordered = s == MGI_SECTION_NEXT, open = false;

		element(p, "<section>\n<h2>", mgi_section_head(p->r->mg, s),
		        ordered ? "</h2>\n<ol>\n" : "</h2>\n<ul>\n");
		for (; i < rows->count && rows->at[i].section == s; i++) {
			if (open && rows->at[i].level < 2)
				raw(p, "</li>\n");
			raw(p,
			    open && rows->at[i].level == 2 ? "<br/>" : "<li>");
			text(p, rows->at[i].text);
			open = true;
		}
		raw(p, ordered ? "</li>\n</ol>\n</section>\n"
		               : "</li>\n</ul>\n</section>\n");
	}
}

static void table_put(const page *p)
{
	static const mgi_say_id heads[] = {
		MGI_SAY_REPORT_COL_NAME,    MGI_SAY_REPORT_COL_ID,
		MGI_SAY_REPORT_COL_ACCOUNT, MGI_SAY_REPORT_COL_OUTCOME,
		MGI_SAY_REPORT_COL_TEXT,
	};
	mgi_things at = { .r = p->r, .arena = p->arena };
	mgi_thing t;
	size_t i;

	raw(p, "<table>\n<caption>");
	said(p, MGI_SAY_REPORT_TABLE);
	raw(p, "</caption>\n<thead>\n<tr>");
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		raw(p, "<th scope=\"col\">");
		said(p, heads[i]);
		raw(p, "</th>");
	}
	raw(p, "</tr>\n</thead>\n<tbody>\n");
	while (mgi_things_next(&t, &at)) {
		element(p, "<tr><th scope=\"row\">", t.name, "</th>");
		element(p, "<td>", t.id, "</td>");
		element(p, "<td>", t.account, "</td>");
		element(p, "<td>", mgi_outcome_text(p->r->mg, t.result),
		        "</td>");
		element(p, "<td>", t.text, "</td></tr>\n");
	}
	raw(p, "</tbody>\n</table>\n");
}

mailguard_status mgi_report_html(mailguard_buffer *out,
                                 const mailguard_report *r,
                                 mailguard_error *err)
{
	page p = { out, r, mgi_arena_new(r->mg) };
	mailguard_status st;

	if (!p.arena)
		return mgi_fail_nomem(err);
	head_put(&p);
	sections_put(&p, fault_put(&p));
	if (r->step_count || r->v->world.seen_count)
		table_put(&p);
	made_put(&p);
	mgi_buf_puts(out, "</main>\n</body>\n</html>\n");
	st = mgi_arena_failed(p.arena) ? mgi_fail_nomem(err)
	                               : mgi_buf_status(out, err);
	mgi_arena_free(p.arena);
	return st;
}
