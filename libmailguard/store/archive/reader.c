/*
 * reader.c - an archive as a store: the stores in it, one behind the other.
 */
#include "store/archive/archive.h"
#include "store/check.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"

typedef struct walk {
	mailguard_walk *inner; /* of the part under way */
	size_t part;           /* to come */
	mailguard_buffer folder, file;
	uint64_t total;
} walk;

/* What a check keeps: the check of the part under way. */
typedef struct exam {
	mailguard_check *inner;
	size_t part;    /* to come */
	uint64_t items; /* of the parts before */
} exam;

static int archive_sniff(const mgi_store_sight *sight)
{
	return !sight->is_folder && mgi_arc_likely(sight->head) ? 60 : 0;
}

static mailguard_status archive_open(mailguard_store *s, mailguard_error *err)
{
	mgi_archive *a = mgi_arena_alloc(s->arena, sizeof(*a));
	mgi_store_file f = { s->path, "", 0, NULL };
	mailguard_status st;
	size_t i;

	if (!a || !mgi_store_file_add(s, &f))
		return mgi_fail_nomem(err);
	a->arena = s->arena;
	s->own = a;
	st = mgi_archive_unpack(a, s->mg, s->path, err);
	if (st >= 0)
		st = mgi_archive_find(a, s->mg, err);
	for (i = 0; st >= 0 && i < a->count; i++)
		s->folders += a->parts[i].store->folders;
	/* What holds neither mail nor anything refused is none of ours. */
	if (st >= 0 && !a->count && !a->gaps)
		st = mgi_fail(err, s->mg, MAILGUARD_EFORMAT,
		              MGI_SAY_STORE_UNKNOWN, "path", s->path);
	return st;
}

static void archive_close(mailguard_store *s)
{
	mgi_archive *a = s->own;
	mgi_arena *arena;
	size_t i;

	for (i = 0; a && i < a->count; i++)
		mailguard_store_free(a->parts[i].store);
	if (!a || !a->root)
		return;
	arena = mgi_arena_new(s->mg);
	mgi_archive_clear(arena ? arena : s->arena, a->root);
	mgi_arena_free(arena);
}

static const char *archive_format(const mailguard_store *s)
{
	return s->reader->name;
}

/* -- walked ---------------------------------------------------------------- */

static mailguard_status archive_begin(mailguard_walk *w, mailguard_error *err)
{
	const mgi_archive *a = w->store->own;
	walk *own = mgi_arena_alloc(w->arena, sizeof(*own));

	if (!own)
		return mgi_fail_nomem(err);
	mgi_buf_init(&own->folder, w->store->mg);
	mgi_buf_init(&own->file, w->store->mg);
	w->state = own;
	w->gaps = a->gaps;
	return MAILGUARD_OK;
}

/* "Mail/Inbox.mbox" and what the part itself says. */
static void name_make(mailguard_buffer *out,
                      const char *above,
                      const char *below,
                      const char *root)
{
	size_t n = root ? strlen(root) : 0;

	if (n && strncmp(below, root, n) == 0)
		below += n + (below[n] == '/');
	mgi_buf_cut(out, 0);
	mgi_buf_puts(out, above);
	if (above[0] && below[0])
		mgi_buf_putc(out, '/');
	mgi_buf_puts(out, below);
}

/* The inner item as the outer one, under the archive's names. */
static mailguard_status item_take(mailguard_item *out,
                                  mailguard_walk *w,
                                  mailguard_error *err)
{
	const mgi_archive *a = w->store->own;
	walk *own = w->state;
	const mailguard_item *item = &own->inner->item;
	uint64_t index = out->index;
	mailguard_status st;

	*out = *item;
	out->index = index;
	name_make(&own->folder, a->parts[own->part - 1].folder,
	          item->folder ? item->folder : "", NULL);
	name_make(&own->file, w->store->path, item->file ? item->file : "",
	          a->root);
	out->folder = mgi_buf_text(&own->folder);
	out->file = mgi_buf_text(&own->file);
	st = mgi_buf_status(&own->folder, err);
	return st < 0 ? st : mgi_buf_status(&own->file, err);
}

static mailguard_status archive_next(mailguard_item *out,
                                     mailguard_walk *w,
                                     mailguard_error *err)
{
	const mgi_archive *a = w->store->own;
	walk *own = w->state;
	const mailguard_item *item;
	mailguard_status st, named;

	for (;;) {
		if (!own->inner && own->part == a->count)
			return MAILGUARD_ITEROVER;
		if (!own->inner) {
			st = mailguard_store_walk(&own->inner,
			                          a->parts[own->part].store,
			                          NULL, err);
			if (st < 0)
				return st;
			own->part++;
			own->total += own->inner->total;
		}
		st = mailguard_walk_next(&item, own->inner, err);
		if (st != MAILGUARD_ITEROVER)
			break;
		w->gaps |= own->inner->gaps;
		mailguard_walk_free(own->inner);
		own->inner = NULL;
	}
	w->done++;
	w->total = own->total > w->done ? own->total : w->done;
	named = st == MAILGUARD_OK || st == MAILGUARD_EIO
	                ? item_take(out, w, st == MAILGUARD_OK ? err : NULL)
	                : st;
	return named < 0 ? named : st;
}

static mailguard_status archive_source(mailguard_source **out,
                                       mailguard_walk *w,
                                       mailguard_error *err)
{
	walk *own = w->state;

	*out = NULL;
	if (!own->inner)
		return mgi_fail(err, w->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	return mailguard_walk_source(out, own->inner, err);
}

static void archive_settle(mailguard_item *item, mailguard_walk *w)
{
	mailguard_walk *inner = ((walk *)w->state)->inner;

	if (!inner || !inner->store->reader->more)
		return;
	inner->item.size = item->size;
	inner->store->reader->more->settle(&inner->item, inner);
	item->state = inner->item.state;
}

static void archive_walk_end(mailguard_walk *w)
{
	walk *own = w->state;

	mailguard_walk_free(own->inner);
	mgi_buf_done(&own->folder);
	mgi_buf_done(&own->file);
}

/* -- checked --------------------------------------------------------------- */

static void refusals_tell(mailguard_check *c)
{
	const mgi_archive *a = c->store->own;
	size_t i;

	for (i = 0; i < a->refusals; i++) {
		mailguard_finding f = { a->refused[i].severity,
			                0,
			                MAILGUARD_NOWHERE,
			                0,
			                0,
			                NULL,
			                NULL,
			                NULL };

		const char *name = a->refused[i].name;
		const char *text = mgi_say_raw(mgi_lang_of(c->store->mg),
		                               a->refused[i].text);

		f.code = mgi_say_code(a->refused[i].text);
		f.where = c->store->path;
		f.text = text;
		if (name) {
			f.where = mgi_arena_printf(c->arena, "%s/%s", f.where,
			                           name);
			f.text = mgi_arena_printf(c->arena, "%s: %s", name,
			                          text);
		}
		mgi_check_tell(c, &f);
	}
}

static mailguard_status part_begin(mailguard_check *c, mailguard_error *err)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	const mgi_archive *a = c->store->own;
	exam *own = c->own;

	opts.quick = c->opts.quick;
	opts.max_of_a_code = c->opts.max_of_a_code;
	opts.progress = c->opts.progress;
	opts.payload = c->opts.payload;
	return mailguard_store_check(&own->inner, a->parts[own->part++].store,
	                             &opts, err);
}

/* A finding of a part under the archive's name. Its place is no news. */
static mailguard_status finding_take(mailguard_check *c,
                                     const mailguard_finding *f,
                                     mailguard_error *err)
{
	const mgi_archive *a = c->store->own;
	const exam *own = c->own;
	mailguard_finding out = *f;
	mailguard_buffer where;
	mailguard_status st;

	if (strcmp(f->code, "store.place") == 0)
		return MAILGUARD_OK;
	mgi_buf_init(&where, c->store->mg);
	name_make(&where, c->store->path, f->where ? f->where : "", a->root);
	out.where = mgi_buf_text(&where);
	if (f->item)
		out.item = f->item + own->items;
	st = mgi_buf_status(&where, err);
	if (st >= 0)
		mgi_findings_add(c->found, &out);
	mgi_buf_done(&where);
	return st;
}

static void part_sum(mailguard_check *c)
{
	exam *own = c->own;
	const mailguard_check_summary *s = mailguard_check_result(own->inner);
	size_t i;

	c->sum.messages += s->messages;
	c->sum.attachments += s->attachments;
	c->sum.intact += s->intact;
	c->sum.damaged += s->damaged;
	c->sum.lost += s->lost;
	if (s->newest > c->sum.newest)
		c->sum.newest = s->newest;
	for (i = 0; i < own->inner->times.count; i++)
		mgi_times_add(
			&c->times, c->arena,
			own->inner->times.arrived ? own->inner->times.at[i] : 0,
			own->inner->times.at[i], c->latest);
	own->items += s->messages;
	mailguard_check_free(own->inner);
	own->inner = NULL;
}

static mailguard_status archive_check(mailguard_check *c, mailguard_error *err)
{
	const mgi_archive *a = c->store->own;
	const mailguard_finding *f;
	exam *own = c->own;
	mailguard_status st;

	if (!own) {
		c->own = own = mgi_arena_alloc(c->arena, sizeof(*own));
		if (!own)
			return mgi_fail_nomem(err);
		refusals_tell(c);
	}
	if (!own->inner && own->part == a->count)
		return MAILGUARD_ITEROVER;
	if (!own->inner)
		return part_begin(c, err);
	st = mailguard_check_next(&f, own->inner, err);
	if (st == MAILGUARD_OK)
		return finding_take(c, f, err);
	if (st == MAILGUARD_ITEROVER) {
		part_sum(c);
		st = MAILGUARD_OK;
	}
	return st;
}

static void archive_check_end(mailguard_check *c)
{
	if (c->own)
		mailguard_check_free(((exam *)c->own)->inner);
}

static const mgi_store_more more = {
	.format = archive_format,
	.source = archive_source,
	.settle = archive_settle,
	.check = archive_check,
	.check_end = archive_check_end,
	.walk_end = archive_walk_end,
	.close = archive_close,
};

const mgi_store_reader mgi_store_archive = {
	.name = "archive",
	.sniff = archive_sniff,
	.open = archive_open,
	.begin = archive_begin,
	.next = archive_next,
	.more = &more,
};
