/*
 * finding.c - findings in the order they were made.
 *
 * A torn file can hold millions of one kind; past a limit they are counted
 * and no longer kept, so memory does not grow with the damage.
 */
#include "base/finding.h"

#include <string.h>

enum { FIRST_BLOCK = 4, PER_BLOCK = 64 }; /* most lists are short */

struct tally {
	struct tally *next;
	const char *code;
	uint64_t seen;
};

struct block {
	struct block *next;
	size_t used, room;
	mailguard_finding at[];
};

struct mgi_findings {
	mgi_arena *arena;
	struct block *first, *last;
	struct tally *tallies;
	size_t count;
	uint32_t max_of_a_code;
	mailguard_severity worst;
};

mgi_findings *mgi_findings_new(mgi_arena *a, uint32_t max_of_a_code)
{
	mgi_findings *fs = mgi_arena_alloc(a, sizeof(*fs));

	if (!fs)
		return NULL;
	fs->arena = a;
	fs->max_of_a_code =
		max_of_a_code ? max_of_a_code : MGI_FINDINGS_OF_A_CODE;
	fs->worst = -1;
	return fs;
}

static struct tally *tally_of(mgi_findings *fs, const char *code)
{
	struct tally *t;

	for (t = fs->tallies; t; t = t->next)
		if (strcmp(t->code, code) == 0)
			return t;
	t = mgi_arena_alloc(fs->arena, sizeof(*t));
	if (!t)
		return NULL;
	t->code = mgi_arena_strdup(fs->arena, code);
	if (!t->code)
		return NULL;
	t->next = fs->tallies;
	fs->tallies = t;
	return t;
}

static mailguard_finding *slot_new(mgi_findings *fs)
{
	struct block *b = fs->last;

	if (!b || b->used == b->room) {
		size_t room = b ? PER_BLOCK : FIRST_BLOCK;

		b = mgi_arena_alloc(fs->arena,
		                    sizeof(*b) + room * sizeof(*b->at));
		if (!b)
			return NULL;
		b->room = room;
		if (fs->last)
			fs->last->next = b;
		else
			fs->first = b;
		fs->last = b;
	}
	return &b->at[b->used++];
}

void mgi_findings_add(mgi_findings *fs, const mailguard_finding *f)
{
	struct tally *t = tally_of(fs, f->code);
	mailguard_finding own = *f, *slot;

	if (f->severity > fs->worst)
		fs->worst = f->severity;
	if (!t || ++t->seen > fs->max_of_a_code)
		return;
	own.code = t->code;
	own.where = mgi_arena_strdup(fs->arena, f->where ? f->where : "");
	own.text = mgi_arena_strdup(fs->arena, f->text ? f->text : "");
	if (!own.where || !own.text)
		return;
	slot = slot_new(fs);
	if (!slot)
		return;
	*slot = own;
	fs->count++;
}

size_t mgi_findings_count(const mgi_findings *fs)
{
	return fs->count;
}

const mailguard_finding *mgi_findings_at(const mgi_findings *fs, size_t i)
{
	const struct block *b = fs->first;

	if (i >= fs->count)
		return NULL;
	for (; i >= b->room; b = b->next)
		i -= b->room;
	return &b->at[i];
}

mailguard_severity mgi_findings_worst(const mgi_findings *fs)
{
	return fs->worst;
}
