/*
 * again.c - a file is as it was if its size, time and number on the disk are,
 * and its first and last bytes; a Maildir's file, which nobody writes to again,
 * without a look into it.
 *
 * One that was written in the last seconds before the manifest is read anew:
 * a clock that ticks too slowly could not tell a later change.
 */
#include "store/again.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/os_stat.h"
#include "store/maildir.h"

#define SLOW INT64_C(2000000) /* FAT counts in two seconds */

typedef struct place {
	uint64_t key, line;
} place;

struct mgi_again {
	const mailguard_store *store;
	mgi_manifest *manifest;
	place *at; /* by key */
	size_t count, room;
};

/* A Maildir's file may get flags behind its name, or another folder. */
static uint64_t key_of(const mailguard_store *s, const char *below)
{
	const char *name = strrchr(below, '/'), *flags;
	mailguard_span all = mgi_span_of(below);

	if (s->reader == &mgi_store_maildir) {
		all = mgi_span_of(name ? name + 1 : below);
		flags = strstr((const char *)all.data, ":2,");
		if (!flags)
			flags = strstr((const char *)all.data, ";2,");
		if (flags)
			all.len = (size_t)(flags - (const char *)all.data);
	}
	return mgi_mark_add(MGI_MARK, all);
}

static bool keep(mgi_again *a, uint64_t key, uint64_t line)
{
	if (a->count == a->room) {
		size_t room = a->room ? a->room * 2 : 256;
		place *more =
			mgi_resize(a->store->mg, a->at, room * sizeof(*more));

		if (!more)
			return false;
		a->at = more;
		a->room = room;
	}
	a->at[a->count].key = key;
	a->at[a->count++].line = line;
	return true;
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const place *)a)->key, y = ((const place *)b)->key;

	return (x > y) - (x < y);
}

static mailguard_status fill(mgi_again *a, mailguard_error *err)
{
	mgi_manifest_line line;
	mailguard_status st;

	while ((st = mgi_manifest_next(&line, a->manifest, err)) ==
	       MAILGUARD_OK) {
		/* What could not be read then is tried again. */
		if (line.kind == MGI_MANIFEST_LOST && a->count)
			a->at[a->count - 1].line = 0;
		if (line.kind == MGI_MANIFEST_FILE &&
		    !keep(a, key_of(a->store, line.file.path), line.at))
			return mgi_fail_nomem(err);
	}
	if (a->count)
		qsort(a->at, a->count, sizeof(*a->at), by_key);
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_again_new(mgi_again **out,
                               const mailguard_store *s,
                               mgi_manifest *m,
                               mailguard_error *err)
{
	mgi_again *a = mgi_alloc(s->mg, sizeof(*a));
	mailguard_status st;

	*out = NULL;
	if (!a)
		return mgi_fail_nomem(err);
	a->store = s;
	a->manifest = m;
	st = fill(a, err);
	if (st < 0) {
		mgi_again_free(a);
		return st;
	}
	*out = a;
	return MAILGUARD_OK;
}

void mgi_again_free(mgi_again *a)
{
	if (!a)
		return;
	mgi_free(a->store->mg, a->at);
	mgi_free(a->store->mg, a);
}

bool mgi_file_record_now(mgi_file_record *out,
                         const mailguard_store *s,
                         size_t i)
{
	mgi_stat st;

	memset(out, 0, sizeof(*out));
	out->path = mgi_store_below(s, s->files[i].path);
	out->folder = s->files[i].folder;
	if (mgi_os_stat(&st, s->files[i].path) || st.kind != MGI_ENTRY_FILE)
		return false;
	out->size = st.size;
	out->number = st.number;
	out->changed = st.changed;
	return true;
}

/* Are the ends of the first `size` bytes what they were? */
static bool same_ends(const mgi_again *a, size_t i, const mgi_file_record *then)
{
	mgi_file *f;
	bool same;

	if (mgi_file_open(&f, a->store->mg, a->store->files[i].path, NULL) < 0)
		return false;
	same = mgi_mark_of_ends(f, then->size) == then->ends;
	mgi_file_close(f);
	return same;
}

static mgi_known compare(const mgi_again *a,
                         size_t i,
                         const mgi_file_record *then)
{
	bool sealed = a->store->reader == &mgi_store_maildir;
	mgi_file_record now;

	if (!mgi_file_record_now(&now, a->store, i) ||
	    now.number != then->number || now.size < then->size ||
	    then->changed > mgi_manifest_written(a->manifest) - SLOW)
		return MGI_KNOWN_NOT;
	if (now.size == then->size) {
		if (now.changed != then->changed ||
		    (sealed && mgi_maildir_name_of(now.path).odd !=
		                       mgi_maildir_name_of(then->path).odd))
			return MGI_KNOWN_NOT;
		return sealed || same_ends(a, i, then) ? MGI_KNOWN_ALL
		                                       : MGI_KNOWN_NOT;
	}
	return a->store->reader == &mgi_store_mbox && same_ends(a, i, then)
	               ? MGI_KNOWN_HEAD
	               : MGI_KNOWN_NOT;
}

mailguard_status mgi_again_find(mgi_known *out,
                                mgi_again *a,
                                size_t i,
                                mailguard_error *err)
{
	uint64_t key = key_of(
		a->store, mgi_store_below(a->store, a->store->files[i].path));
	size_t low = 0, high = a->count;

	*out = MGI_KNOWN_NOT;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->at[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < a->count && a->at[low].key == key; low++) {
		mgi_manifest_line line;
		mailguard_status st;

		if (!a->at[low].line)
			continue;
		mgi_manifest_seek(a->manifest, a->at[low].line);
		st = mgi_manifest_next(&line, a->manifest, err);
		if (st < 0)
			return st;
		*out = compare(a, i, &line.file);
		if (*out != MGI_KNOWN_NOT)
			break;
	}
	return MAILGUARD_OK;
}
