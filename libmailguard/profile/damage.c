/*
 * damage.c - what is told of settings that are cut off or broken: always with
 * the file's name and the place in it, never with a value.
 */
#include "profile/import.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/xml.h"

static void tell(mailguard_profile *p,
                 const char *path,
                 mgi_say_id id,
                 uint64_t line,
                 uint64_t offset)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	mailguard_finding f = { 0 };
	mailguard_buffer text;

	mgi_buf_init(&text, mg);
	mgi_say(&text, mg, id, "path", path, "line", mgi_u64(line).text,
	        "offset", mgi_u64(offset).text);
	f.severity = MAILGUARD_SEVERITY_WARN;
	f.offset = offset;
	f.item = line;
	f.code = mgi_say_code(id);
	f.where = path;
	f.text = mgi_buf_text(&text);
	mgi_findings_add(p->findings, &f);
	mgi_buf_done(&text);
}

void mgi_import_line_note(mailguard_profile *p, const char *path, uint64_t line)
{
	tell(p, path, MGI_SAY_PROFILE_BAD_LINE, line, MAILGUARD_NOWHERE);
}

void mgi_import_bytes_note(mailguard_profile *p,
                           const char *path,
                           uint64_t offset)
{
	tell(p, path, MGI_SAY_PROFILE_BAD_BYTES, 0, offset);
}

void mgi_import_end_check(mailguard_profile *p,
                          const char *path,
                          mailguard_span text,
                          bool blank)
{
	uint64_t line = 1;
	size_t i, ends = 0;

	for (i = 0; i < text.len; i++)
		line += text.data[i] == '\n';
	for (i = text.len;
	     i && (text.data[i - 1] == '\n' || text.data[i - 1] == '\r'); i--)
		ends += text.data[i - 1] == '\n';
	if (text.len && ends < (blank ? 2 : 1))
		tell(p, path, MGI_SAY_PROFILE_CUT, line, text.len);
}

mailguard_status mgi_import_nomem(mailguard_profile *p, mailguard_error *err)
{
	(void)mgi_arena_array(p->arena, SIZE_MAX, 2); /* it remembers */
	return mgi_fail_nomem(err);
}

mailguard_status mgi_import_xml(mgi_xml **out,
                                mailguard_profile *p,
                                mailguard_span text,
                                const char *path,
                                mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	mgi_xml_options opts = { false, "utf-8", 0, 0, 0 };
	mailguard_error own;
	mailguard_status st;

	mgi_error_clear(&own);
	st = mgi_xml_parse(out, mg, text, &opts, &own);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	if (st < 0) /* base does not know the file's name */
		return mgi_fail(err, mg, st, MGI_SAY_PROFILE_BROKEN, "path",
		                path, "why", own.message);
	return st;
}
