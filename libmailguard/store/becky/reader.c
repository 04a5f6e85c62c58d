/*
 * reader.c - Becky!'s .bmf files as a store.
 */
#include "store/becky/bmf.h"
#include "store/check.h"
#include "store/from_line.h"

#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/os_dir.h"

/* Bits of the status field's first number, which is hexadecimal. */
enum { STATUS_READ = 1, STATUS_FORWARDED = 2, STATUS_REPLIED = 4 };
#define HEADER_MAX ((size_t)256 << 10)

typedef struct walk {
	mgi_bmf_mail mail;
	uint64_t at; /* of the mail to come */
	bool ready;  /* the file is open */
	bool fresh;  /* its ends were not looked at yet */
} walk;

static bool is_bmf_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && mgi_strcmp_nocase(name + n - 4, ".bmf") == 0;
}

static int bmf_sniff(const mgi_store_sight *sight)
{
	mgi_cursor c = mgi_cursor_of(sight->head);
	mailguard_span line;

	if (sight->is_folder)
		return mgi_files_has(sight->arena, sight->path, is_bmf_name)
		               ? 46
		               : 0;
	if (!is_bmf_name(sight->name))
		return 0;
	return mgi_cursor_line(&line, &c) && mgi_line_is_field(line) ? 80 : 20;
}

const char *mgi_bmf_folder(mgi_arena *arena, const char *path)
{
	char *own = mgi_arena_strdup(arena, path), *to = own;
	bool begins = true;

	for (; to && *path; path++) {
		if (begins && *path == '!')
			continue;
		begins = *path == '/';
		*to++ = *path;
	}
	if (to)
		*to = '\0';
	return own;
}

static mailguard_status bmf_open(mailguard_store *s, mailguard_error *err)
{
	mailguard_status st = mgi_files_open(s, is_bmf_name, err);
	size_t i;

	for (i = 0; st >= 0 && i < s->count; i++)
		s->files[i].folder =
			mgi_bmf_folder(s->arena, s->files[i].folder);
	return st;
}

static const char *bmf_format(const mailguard_store *s)
{
	return s->reader->name;
}

/* -- walked ---------------------------------------------------------------- */

static mailguard_status bmf_begin(mailguard_walk *w, mailguard_error *err)
{
	w->state = mgi_arena_alloc(w->arena, sizeof(walk));
	return w->state ? MAILGUARD_OK : mgi_fail_nomem(err);
}

static void tell(mailguard_walk *w,
                 mailguard_severity severity,
                 uint64_t item,
                 mgi_say_id text)
{
	mailguard_finding f = { severity, 0, 0, 0, item, NULL, NULL, NULL };
	const walk *own = w->state;

	f.offset = own->mail.to;
	mgi_walk_note(w, &f, text);
}

/* Is the line a single dot, with its end? */
static size_t is_end(mailguard_span line)
{
	if (mgi_span_starts(line, ".\r\n"))
		return 3;
	if (mgi_span_is(line, ".")) /* the file ends here */
		return 1;
	return mgi_span_starts(line, ".\n") ? 2 : 0;
}

/* Where the mail at `from` ends. ENOMEM, or EIO of the file. */
static mailguard_status mail_find(mgi_bmf_mail *m,
                                  mgi_file *f,
                                  uint64_t from,
                                  mailguard_error *err)
{
	uint64_t size = mgi_file_size(f), at = from;
	bool begins = true;
	mailguard_span s;

	memset(m, 0, sizeof(*m));
	m->from = from;
	m->body = m->to = m->next = size;
	m->cut = true;
	while (at < size) {
		const unsigned char *lf;
		mailguard_status st = mgi_file_rest(&s, f, at, 4, err);
		size_t n;

		if (!s.len)
			return st < 0 ? st : MAILGUARD_OK;
		n = begins ? is_end(s) : 0;
		if (n) {
			m->to = at;
			m->next = at + n;
			m->cut = false;
			break;
		}
		if (begins && m->body == size &&
		    (mgi_span_starts(s, "\r\n") || mgi_span_starts(s, "\n")))
			m->body = at;
		lf = memchr(s.data, '\n', s.len);
		begins = lf != NULL;
		at += lf ? (size_t)(lf - s.data) + 1 : s.len;
	}
	if (m->body > m->to)
		m->body = m->to;
	return MAILGUARD_OK;
}

/* The marks of a mail, from its header. */
static uint32_t flags_of(mgi_file *f, const mgi_bmf_mail *m)
{
	uint64_t n = m->body - m->from;
	uint32_t value = 0, out = 0;
	mailguard_span s, line;
	mgi_cursor c;
	size_t i;

	if (mgi_file_window(&s, f, m->from,
	                    n < HEADER_MAX ? (size_t)n : HEADER_MAX, NULL) < 0)
		return 0;
	for (c = mgi_cursor_of(s); mgi_cursor_line(&line, &c);) {
		if (!mgi_span_starts_nocase(line, MGI_BMF_STATUS))
			continue;
		line = mgi_span_trim(
			mgi_span_from(line, sizeof(MGI_BMF_STATUS) - 1));
		for (i = 0; i < line.len && i < 8; i++) {
			int digit = mgi_xdigit(line.data[i]);

			if (digit < 0)
				break;
			value = value << 4 | (uint32_t)digit;
		}
		break;
	}
	out |= value & STATUS_READ ? MAILGUARD_FLAG_SEEN : 0u;
	out |= value & STATUS_FORWARDED ? MAILGUARD_FLAG_PASSED : 0u;
	out |= value & STATUS_REPLIED ? MAILGUARD_FLAG_ANSWERED : 0u;
	return out;
}

/* A line that names an attachment; is it there? */
static bool line_is_lost(mailguard_walk *w, mailguard_span line)
{
	mgi_arena *arena;
	const char *path;
	bool lost;

	if (!mgi_span_starts_nocase(line, MGI_BMF_INCLUDE))
		return false;
	arena = mgi_arena_new(w->store->mg);
	path = arena ? mgi_bmf_include(arena, mgi_file_path(w->file), line)
	             : NULL;
	lost = !path || mgi_path_kind(path) != MGI_ENTRY_FILE;
	mgi_arena_free(arena);
	return lost;
}

/* Are all attachments there that lie in files of their own? */
static bool is_lacking(mailguard_walk *w, const mgi_bmf_mail *m)
{
	uint64_t at = m->body;
	bool begins = true;
	mailguard_span s;

	while (at < m->to) {
		const unsigned char *lf;
		size_t n;

		(void)mgi_file_rest(&s, w->file, at, 2048, NULL);
		if (s.len > m->to - at)
			s.len = (size_t)(m->to - at);
		if (!s.len)
			return false;
		lf = memchr(s.data, '\n', s.len);
		n = lf ? (size_t)(lf - s.data) + 1 : s.len;
		if (begins && line_is_lost(w, mgi_span_head(s, n)))
			return true;
		begins = lf != NULL;
		at += n;
	}
	return false;
}

/* The next mail of the file; false behind the last. */
static mailguard_status file_next(bool *has,
                                  mailguard_walk *w,
                                  mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st;

	*has = false;
	if (!own->ready) {
		st = mgi_walk_file(w, err);
		own->ready = own->fresh = true;
		own->at = 0;
		if (st < 0)
			return st;
	}
	while (w->file && own->at < mgi_file_size(w->file)) {
		st = mail_find(&own->mail, w->file, own->at, err);
		own->at = st < 0 ? mgi_file_size(w->file) : own->mail.next;
		if (st < 0)
			return st;
		*has = own->mail.to > own->mail.from;
		if (*has)
			break;
	}
	return MAILGUARD_OK;
}

static mailguard_status bmf_next(mailguard_item *out,
                                 mailguard_walk *w,
                                 mailguard_error *err)
{
	walk *own = w->state;
	bool has = false;

	w->tapped = w->torn = false;
	for (; !has && w->at < w->store->count; w->at += !has) {
		mailguard_status st = file_next(&has, w, err);

		out->folder = w->store->files[w->at].folder;
		out->file = w->store->files[w->at].path;
		if (st < 0)
			return st;
		own->ready = has;
	}
	if (!has)
		return MAILGUARD_ITEROVER;
	w->done++;
	out->offset = own->mail.from;
	out->size = own->mail.to - own->mail.from;
	out->flags = flags_of(w->file, &own->mail);
	if (own->mail.cut) {
		tell(w, MAILGUARD_SEVERITY_LOSS, out->index + 1,
		     MGI_SAY_BMF_CUT);
		out->state = MAILGUARD_ITEM_DAMAGED;
	}
	if (is_lacking(w, &own->mail)) {
		tell(w, MAILGUARD_SEVERITY_LOSS, out->index + 1,
		     MGI_SAY_BMF_INCLUDE);
		out->state = MAILGUARD_ITEM_DAMAGED;
	}
	return MAILGUARD_OK;
}

static mailguard_status bmf_source(mailguard_source **out,
                                   mailguard_walk *w,
                                   mailguard_error *err)
{
	const walk *own = w->state;

	*out = NULL;
	if (!own->ready)
		return mgi_fail(err, w->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	return mgi_bmf_source(out, w->file, &own->mail, err);
}

static void bmf_settle(mailguard_item *item, mailguard_walk *w)
{
	(void)item;
	(void)w;
}

static mailguard_status bmf_check(mailguard_check *c, mailguard_error *err)
{
	uint64_t damaged = c->sum.damaged, lost = c->sum.lost;
	mailguard_status st = mgi_check_message(c, err);
	walk *own = c->walk->state;

	if (st != MAILGUARD_OK)
		return st;
	if (own->fresh && c->walk->file) {
		own->fresh = false;
		mgi_check_ends(c, c->walk->file);
	}
	if (c->walk->item.state == MAILGUARD_ITEM_DAMAGED &&
	    c->sum.damaged == damaged && c->sum.lost == lost) {
		c->sum.damaged++;
		c->sum.intact--;
	}
	return st;
}

static void bmf_check_end(mailguard_check *c)
{
	(void)c;
}

static void bmf_walk_end(mailguard_walk *w)
{
	(void)w;
}

static void bmf_close(mailguard_store *s)
{
	(void)s;
}

static const mgi_store_more more = {
	.format = bmf_format,
	.source = bmf_source,
	.settle = bmf_settle,
	.check = bmf_check,
	.check_end = bmf_check_end,
	.walk_end = bmf_walk_end,
	.close = bmf_close,
};

const mgi_store_reader mgi_store_bmf = {
	.name = "bmf",
	.sniff = bmf_sniff,
	.open = bmf_open,
	.begin = bmf_begin,
	.next = bmf_next,
	.more = &more,
};
