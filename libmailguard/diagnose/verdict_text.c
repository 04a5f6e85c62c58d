/*
 * verdict_text.c - a verdict as one screen for people: its lines under their
 * heads.
 */
#include "diagnose/lines.h"

#include "base/fail.h"

enum { LINES_TOLD = 6 }; /* of a list of advice */

static void line_put(mailguard_buffer *out, const mgi_line *l, size_t n)
{
	switch (l->section) {
	case MGI_SECTION_FAULT:
		break;
	case MGI_SECTION_KNOWN:
		if (l->id != MGI_SAY_VERDICT_KNOWN)
			mgi_buf_puts(out, "  "); /* the way round it */
		break;
	case MGI_SECTION_NEXT:
		mgi_buf_printf(out, "  %zu. ", n);
		break;
	case MGI_SECTION_BECAUSE:
	case MGI_SECTION_POSSIBLE:
	case MGI_SECTION_CLEARED:
		mgi_buf_puts(out, "  ");
		break;
	default:
		mgi_buf_puts(out, "  - ");
	}
	mgi_buf_puts(out, l->text);
	mgi_buf_putc(out, '\n');
}

static bool is_capped(mgi_section s)
{
	return s == MGI_SECTION_MEANWHILE || s == MGI_SECTION_AVOID ||
	       s == MGI_SECTION_UNLOOKED;
}

static void lines_put(mailguard_buffer *out, const mgi_lines *ls)
{
	size_t i, n = 0;

	for (i = 0; i < ls->count; i++) {
		const mgi_line *l = &ls->at[i];
		bool first = i == 0 || ls->at[i - 1].section != l->section;
		const char *head = mgi_section_head(mgi_arena_handle(ls->arena),
		                                    l->section);

		n = first ? 1 : n + 1;
		if (first && head) {
			mgi_buf_puts(out, head);
			mgi_buf_putc(out, '\n');
		}
		if (!is_capped(l->section) || n <= LINES_TOLD)
			line_put(out, l, n);
	}
}

mailguard_status mailguard_verdict_text(mailguard_buffer *out,
                                        const mailguard_verdict *v,
                                        mailguard_error *err)
{
	mailguard_status st;
	mgi_arena *arena;
	mgi_lines lines;
	size_t before;

	if (!out || !v)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "verdict");
	arena = mgi_arena_new(mgi_arena_handle(v->world.arena));
	if (!arena)
		return mgi_fail_nomem(err);
	before = mailguard_buffer_length(out);
	st = mgi_lines_make(&lines, arena, v, err);
	if (st == MAILGUARD_OK) {
		if (v->world.id) {
			mgi_buf_puts(out, v->world.id);
			mgi_buf_putc(out, '\n');
		}
		lines_put(out, &lines);
		st = mgi_buf_status(out, err);
	}
	if (st < 0)
		mgi_buf_cut(out, before);
	mgi_arena_free(arena);
	return st;
}
