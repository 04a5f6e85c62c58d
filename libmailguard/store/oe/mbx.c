/*
 * mbx.c - Outlook Express 4: messages one behind the other, each with a mark
 * and two lengths before it.
 */
#include "store/driver.h"

#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"

#define FIRST 0x54
#define HEAD 16
#define MARK 0x7f007f00u
#define LOOK ((size_t)64 << 10)

typedef struct walk {
	uint64_t at; /* of the record to come; 0: not begun */
} walk;

static int mbx_sniff(const mgi_store_sight *sight)
{
	return !sight->is_folder && (mgi_span_starts(sight->head, "JMF6") ||
	                             mgi_span_starts(sight->head, "JMF9"))
	               ? 100
	               : 0;
}

static mailguard_status mbx_open(mailguard_store *s, mailguard_error *err)
{
	mgi_store_file f = { s->path, "", 0, NULL };

	(void)err;
	(void)mgi_store_file_add(s, &f);
	s->folders = 1;
	return MAILGUARD_OK;
}

static mailguard_status mbx_begin(mailguard_walk *w, mailguard_error *err)
{
	w->state = mgi_arena_alloc(w->arena, sizeof(walk));
	return w->state ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/* The next mark from `at` on; the file's size if there is none. */
static uint64_t mark_find(mgi_file *f, uint64_t at)
{
	static const unsigned char mark[] = { 0x00, 0x7f, 0x00, 0x7f };
	mailguard_span s;
	size_t i;

	while (mgi_file_window(&s, f, at, LOOK, NULL) >= 0 && s.len >= 4) {
		for (i = 0; i + 4 <= s.len; i++)
			if (memcmp(s.data + i, mark, 4) == 0)
				return at + i;
		at += s.len - 3;
	}
	return mgi_file_size(f);
}

static void harm_note(mailguard_walk *w, uint64_t at)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, NULL, NULL
	};

	f.offset = at;
	f.where = w->store->path;
	mgi_walk_note(w, &f, MGI_SAY_MBX_RECORD);
}

/* One record's lengths; false if there is none whole at `at`. */
static bool record_at(uint32_t *record,
                      uint32_t *text,
                      mgi_file *f,
                      uint64_t at)
{
	mailguard_span s;
	mgi_cursor c;

	if (mgi_file_window(&s, f, at, HEAD, NULL) < 0)
		return false;
	c = mgi_cursor_of(s);
	if (mgi_cursor_u32le(&c) != MARK)
		return false;
	mgi_cursor_skip(&c, 4);
	*record = mgi_cursor_u32le(&c);
	*text = mgi_cursor_u32le(&c);
	return !c.failed && *record >= HEAD && *text <= *record - HEAD;
}

static mailguard_status mbx_next(mailguard_item *out,
                                 mailguard_walk *w,
                                 mailguard_error *err)
{
	uint64_t size, left;
	uint32_t record, text;
	walk *own = w->state;
	mailguard_status st;

	w->tapped = w->torn = false;
	if (!own->at) {
		st = mgi_walk_file(w, err);
		if (st < 0)
			return st;
		own->at = FIRST;
	}
	size = mgi_file_size(w->file);
	while (own->at < size && !record_at(&record, &text, w->file, own->at)) {
		harm_note(w, own->at);
		own->at = mark_find(w->file, own->at + 1);
	}
	if (own->at >= size)
		return MAILGUARD_ITEROVER;
	w->done++;
	left = size - own->at - HEAD;
	out->folder = "";
	out->file = w->store->path;
	out->offset = own->at + HEAD;
	out->size = text < left ? text : left;
	if (text > left)
		harm_note(w, own->at);
	own->at += record;
	return MAILGUARD_OK;
}

const mgi_store_reader mgi_store_mbx = {
	.name = "mbx",
	.sniff = mbx_sniff,
	.open = mbx_open,
	.begin = mbx_begin,
	.next = mbx_next,
};
