/*
 * find_render.c - what was found, as JSON, for people, and as a row of CSV.
 */
#include "checkup/find.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/json.h"
#include "checkup/checkup.h"

static const char *state_name(int32_t state)
{
	switch (state) {
	case MAILGUARD_FOUND_MAIL:
		return "read";
	case MAILGUARD_FOUND_NOT_READ:
		return "not-read-yet";
	default:
		return "passed-over";
	}
}

static const char *newest_name(int32_t from)
{
	switch (from) {
	case MAILGUARD_NEWEST_MAIL:
		return "mail";
	case MAILGUARD_NEWEST_FILE:
		return "file";
	default:
		return NULL;
	}
}

mailguard_status mailguard_find_json(mailguard_buffer *out,
                                     const mailguard_find *f,
                                     const mailguard_found *found,
                                     mailguard_error *err)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "path", found->path);
	mgi_jsonw_str(&w, "owner_path", found->owner_path);
	mgi_jsonw_str(&w, "kind", found->kind);
	mgi_jsonw_str(&w, "state", state_name(found->state));
	mgi_jsonw_str(&w, "client", found->client);
	mgi_jsonw_int(&w, "files", (int64_t)found->files);
	mgi_jsonw_int(&w, "size", (int64_t)found->bytes);
	mgi_jsonw_time(&w, "newest", found->newest);
	mgi_jsonw_str(&w, "newest_from", newest_name(found->newest_from));
	mgi_jsonw_str(&w, "place", mailguard_place_name(found->place));
	mgi_jsonw_str(&w, "cloud", found->cloud);
	mgi_jsonw_str(&w, "store", found->store);
	mgi_jsonw_str(&w, "account", found->account);
	if (f->profile)
		mgi_jsonw_bool(&w, "orphan", found->orphan != 0);
	else
		mgi_jsonw_null(&w, "orphan");
	mgi_jsonw_str(&w, "text", found->text);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

/* "12.3 MB": steps of 1024, one digit behind the point. */
static void size_put(mailguard_buffer *out, uint64_t bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	uint64_t tenths = bytes * 10;
	size_t u = 0;

	if (bytes < 1024) {
		mgi_buf_printf(out, "%s B", mgi_u64(bytes).text);
		return;
	}
	if (bytes > UINT64_MAX / 10)
		tenths = UINT64_MAX;
	while (tenths >= 10240 && u + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1024;
		u++;
	}
	mgi_buf_printf(out, "%s.%c %s", mgi_u64(tenths / 10).text,
	               (char)('0' + tenths % 10), units[u]);
}

/* "2026-01-13 09:00" in the handle's zone. */
static void minute_put(mailguard_buffer *out,
                       const mailguard *mg,
                       mailguard_time t)
{
	mgi_civil c = mgi_civil_of(t, mgi_utc_offset(mg, t));

	mgi_buf_printf(out, "%04d-%02d-%02d %02d:%02d", (int)c.year,
	               (int)c.month, (int)c.day, (int)c.hour, (int)c.minute);
}

const char *mgi_find_kind_text(const mailguard *mg, const char *kind)
{
	size_t i;

	for (i = 0; i < MGI_FIND_KINDS; i++)
		if (strcmp(mgi_find_kinds[i].name, kind) == 0)
			return mgi_say_raw(mgi_lang_of(mg),
			                   mgi_find_kinds[i].words);
	return kind;
}

static void what_put(mailguard_buffer *out,
                     const mailguard_find *f,
                     const mailguard_found *found)
{
	mailguard_buffer size, when;

	mgi_buf_init(&size, f->mg);
	mgi_buf_init(&when, f->mg);
	size_put(&size, found->bytes);
	minute_put(&when, f->mg, found->newest);
	mgi_say(out, f->mg,
	        found->files > 1 ? MGI_SAY_FIND_SIZE_FILES : MGI_SAY_FIND_SIZE,
	        "kind", mgi_find_kind_text(f->mg, found->kind), "size",
	        mgi_buf_text(&size), "count", mgi_u64(found->files).text);
	if (found->newest) {
		mgi_buf_puts(out, "; ");
		mgi_say(out, f->mg,
		        found->newest_from == MAILGUARD_NEWEST_MAIL
		                ? MGI_SAY_FIND_NEWEST_MAIL
		                : MGI_SAY_FIND_NEWEST_FILE,
		        "when", mgi_buf_text(&when));
	}
	if (mgi_buf_status(&size, NULL) < 0 || mgi_buf_status(&when, NULL) < 0)
		out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&size);
	mgi_buf_done(&when);
}

static void whose_put(mailguard_buffer *out,
                      const mailguard_find *f,
                      const mailguard_found *found)
{
	mgi_say(out, f->mg, MGI_SAY_FIND_PLACE, "place",
	        mgi_say_raw(mgi_lang_of(f->mg),
	                    mgi_checkup_place_row(found->place)));
	if (found->cloud)
		mgi_buf_printf(out, " (%s)", found->cloud);
	if (!f->profile)
		return;
	mgi_buf_puts(out, "; ");
	if (found->account)
		mgi_say(out, f->mg, MGI_SAY_FIND_ACCOUNT, "account",
		        found->account);
	else if (found->store)
		mgi_say(out, f->mg, MGI_SAY_FIND_STORE, "store", found->store);
	else
		mgi_say(out, f->mg, MGI_SAY_FIND_ORPHAN);
}

mailguard_status mailguard_find_text(mailguard_buffer *out,
                                     const mailguard_find *f,
                                     const mailguard_found *found,
                                     mailguard_error *err)
{
	if (found->state == MAILGUARD_FOUND_PASSED) {
		mgi_say(out, f->mg, MGI_SAY_FIND_PASSED, "path", found->path,
		        "why", found->text);
		return mgi_buf_status(out, err);
	}
	mgi_buf_puts(out, found->owner_path ? found->owner_path : found->path);
	mgi_buf_puts(out, "\n  ");
	what_put(out, f, found);
	mgi_buf_puts(out, "\n  ");
	whose_put(out, f, found);
	if (found->text)
		mgi_buf_printf(out, "\n  %s", found->text);
	return mgi_buf_status(out, err);
}

/* RFC 4180: quoted where it must be. */
static void cell(mailguard_buffer *out, const char *s)
{
	if (out->len && out->at[out->len - 1] != '\n')
		mgi_buf_putc(out, ',');
	if (!s)
		return;
	if (!strpbrk(s, ",\"\r\n")) {
		mgi_buf_puts(out, s);
		return;
	}
	mgi_buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			mgi_buf_putc(out, '"');
		mgi_buf_putc(out, *s);
	}
	mgi_buf_putc(out, '"');
}

mailguard_status mailguard_find_csv(mailguard_buffer *out,
                                    const mailguard_find *f,
                                    const mailguard_found *found,
                                    mailguard_error *err)
{
	mailguard_buffer newest;

	if (!found) {
		mgi_buf_puts(out, "path,owner_path,kind,state,client,files,"
		                  "size,newest,newest_from,place,cloud,store,"
		                  "account,orphan,text");
		return mgi_buf_status(out, err);
	}
	mgi_buf_init(&newest, f->mg);
	mgi_time_rfc3339(&newest, found->newest, 0);
	cell(out, found->path);
	cell(out, found->owner_path);
	cell(out, found->kind);
	cell(out, state_name(found->state));
	cell(out, found->client);
	cell(out, mgi_u64(found->files).text);
	cell(out, mgi_u64(found->bytes).text);
	cell(out, mgi_buf_text(&newest));
	cell(out, newest_name(found->newest_from));
	cell(out, mailguard_place_name(found->place));
	cell(out, found->cloud);
	cell(out, found->store);
	cell(out, found->account);
	cell(out, f->profile ? found->orphan ? "1" : "0" : NULL);
	cell(out, found->text);
	if (mgi_buf_status(&newest, NULL) < 0)
		out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&newest);
	return mgi_buf_status(out, err);
}
