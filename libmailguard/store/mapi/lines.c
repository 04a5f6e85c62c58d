/*
 * lines.c - content lines of iCalendar and vCard, and the properties they come
 * from.
 */
#include "store/mapi/lines.h"

#include "base/clock.h"
#include "base/text.h"

#define FOLD 75
#define HOUR INT64_C(3600000000)
#define EAST_MOST 13 /* hours ahead of UTC that an all-day event may be */

/* -- named properties ------------------------------------------------------ */

#define SET(low) MGI_MAPI_GUID_OF(0x00000000 | (low), 0x0000, 0x0000)

/* [MS-OXPROPS] 1.3.2 */
static const unsigned char sets[][16] = {
	{ 0 },
	SET(0x00062002),
	SET(0x00062003),
	SET(0x00062004),
	SET(0x00062008),
	{ 0x90, 0xda, 0xd8, 0x6e, 0x0b, 0x45, 0x1b, 0x10, 0x98, 0xda, 0x00,
	  0xaa, 0x00, 0x3f, 0x13, 0x05 },
};

uint16_t mgi_set_id(mgi_mapi *o, mgi_set set, uint32_t id)
{
	mgi_mapi_name name;
	size_t i;

	if (set == MGI_SET_NONE)
		return (uint16_t)id;
	for (i = 0; i < sizeof(name.guid); i++)
		name.guid[i] = sets[set][i];
	name.number = id;
	name.text = mgi_span(NULL, 0);
	return mgi_mapi_name_find(o, &name);
}

/* -- lines ----------------------------------------------------------------- */

/* What stands in `line`, folded and closed. */
static void fold(mailguard_buffer *out, mailguard_span line)
{
	size_t room = FOLD;

	while (line.len > room) {
		size_t n = mgi_utf8_cut(line, room);

		n = n ? n : room;
		mgi_buf_add(out, line.data, n);
		mgi_buf_puts(out, "\n ");
		line = mgi_span_from(line, n);
		room = FOLD - 1;
	}
	mgi_buf_add(out, line.data, line.len);
	mgi_buf_putc(out, '\n');
}

static void escape(mailguard_buffer *out, mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = s.data[i];

		if (c == '\\' || c == ';' || c == ',')
			mgi_buf_putc(out, '\\');
		if (c == '\n')
			mgi_buf_puts(out, "\\n");
		else if (c >= ' ' || c == '\t')
			mgi_buf_putc(out, (char)c);
	}
}

static void close_line(mailguard_buffer *out, mailguard_buffer *line)
{
	fold(out, mgi_buf_span(line));
	if (line->failed && !out->failed)
		out->failed = line->failed;
	mgi_buf_done(line);
}

void mgi_line_raw(mailguard_buffer *out, const char *name, const char *value)
{
	mailguard_buffer line;

	mgi_buf_init(&line, out->mg);
	mgi_buf_printf(&line, "%s:%s", name, value);
	close_line(out, &line);
}

void mgi_line_text(mailguard_buffer *out, const char *name, mailguard_span text)
{
	mailguard_buffer line;

	mgi_buf_init(&line, out->mg);
	mgi_buf_puts(&line, name);
	mgi_buf_putc(&line, ':');
	escape(&line, text);
	close_line(out, &line);
}

/* A failure for want of memory is the buffer's; the rest is none. */
static void text_of(mailguard_buffer *out, mgi_mapi *o, uint16_t id)
{
	if (id && mgi_mapi_text(out, o, id, NULL) == MAILGUARD_ENOMEM &&
	    !out->failed)
		out->failed = MAILGUARD_ENOMEM;
}

void mgi_line_of(mailguard_buffer *out,
                 const char *name,
                 mgi_mapi *o,
                 uint16_t id)
{
	mailguard_buffer text;

	mgi_buf_init(&text, out->mg);
	text_of(&text, o, id);
	if (text.len)
		mgi_line_text(out, name, mgi_buf_span(&text));
	if (text.failed && !out->failed)
		out->failed = text.failed;
	mgi_buf_done(&text);
}

void mgi_line_parts(mailguard_buffer *out,
                    const char *name,
                    mgi_mapi *o,
                    const uint16_t *ids,
                    size_t count)
{
	mailguard_buffer line, text;
	bool any = false;
	size_t i;

	mgi_buf_init(&line, out->mg);
	mgi_buf_init(&text, out->mg);
	mgi_buf_printf(&line, "%s:", name);
	for (i = 0; i < count; i++) {
		mgi_buf_cut(&text, 0);
		text_of(&text, o, ids[i]);
		any |= text.len > 0;
		if (i)
			mgi_buf_putc(&line, ';');
		escape(&line, mgi_buf_span(&text));
	}
	if (text.failed && !out->failed)
		out->failed = text.failed;
	mgi_buf_done(&text);
	if (any)
		close_line(out, &line);
	else
		mgi_buf_done(&line);
}

void mgi_line_time(mailguard_buffer *out,
                   const char *name,
                   mailguard_time t,
                   bool day_only)
{
	mgi_civil c;

	if (!t)
		return;
	c = mgi_civil_of(day_only ? t + EAST_MOST * HOUR : t, 0);
	if (day_only)
		mgi_buf_printf(out, "%s;VALUE=DATE:%04d%02d%02d\n", name,
		               c.year, c.month, c.day);
	else
		mgi_buf_printf(out, "%s:%04d%02d%02dT%02d%02d%02dZ\n", name,
		               c.year, c.month, c.day, c.hour, c.minute,
		               c.second);
}
