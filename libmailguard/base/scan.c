/*
 * scan.c - walk the automaton that scan_build.c made. It knows nothing of
 * what the phrases mean.
 */
#include "base/fail.h"
#include "base/scan.h"

#include <string.h>

static void *resize(void *p, size_t n, void *payload)
{
	mailguard *mg = payload;

	if (n > 0)
		return mgi_resize(mg, p, n);
	mgi_free(mg, p);
	return NULL;
}

static const void *keep(mgi_arena *a, const void *from, size_t n)
{
	void *to = mgi_arena_alloc(a, n);

	if (to)
		memcpy(to, from, n);
	return to;
}

static mgi_scan *settle(mgi_arena *a, const mgi_scan_parts *p)
{
	mgi_scan *scan = mgi_arena_alloc(a, sizeof(*scan));

	if (!scan)
		return NULL;
	scan->slot_count = p->slot_count;
	scan->end_count = p->end_count;
	scan->classes = keep(a, p->classes, sizeof(p->classes));
	scan->slots =
		keep(a, p->slots, (size_t)p->slot_count * sizeof(*p->slots));
	if (p->end_count)
		scan->ends = keep(a, p->ends,
		                  (size_t)p->end_count * sizeof(*p->ends));
	return mgi_arena_failed(a) ? NULL : scan;
}

mailguard_status mgi_scan_make(const mgi_scan **out,
                               mgi_arena *a,
                               const mgi_scan_words *words,
                               mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(a);
	mgi_scan_memory memory = { resize, mg };
	mgi_scan_parts parts;
	mailguard_status st;
	size_t bad = 0;

	*out = NULL;
	st = mgi_scan_build(&parts, words, &memory, &bad);
	if (st == MAILGUARD_EINVAL)
		return mgi_fail(err, mg, st, MGI_SAY_SCAN_EMPTY_PHRASE, "row",
		                mgi_u64(bad + 1).text);
	if (st == MAILGUARD_ELIMIT)
		return mgi_fail(err, mg, st, MGI_SAY_SCAN_TOO_LARGE, "limit",
		                mgi_u64(MGI_SCAN_BYTES_MAX).text);
	if (st < 0)
		return mgi_fail_nomem(err);

	*out = settle(a, &parts);
	mgi_scan_parts_free(&parts, &memory);
	return *out ? MAILGUARD_OK : mgi_fail_nomem(err);
}

void mgi_scan_begin(mgi_scan_run *run, const mgi_scan *scan)
{
	*run = (mgi_scan_run){ .scan = scan, .end = -1 };
}

void mgi_scan_feed(mgi_scan_run *run, mailguard_span piece)
{
	run->at = piece.data;
	run->stop = piece.len ? piece.data + piece.len : piece.data;
}

/* Go on to the next place where a phrase ends. */
static void walk(mgi_scan_run *run)
{
	const mgi_scan_slot *slots = run->scan->slots;
	const uint8_t *classes = run->scan->classes;
	const unsigned char *at = run->at;
	int32_t end = -1, state = run->state;

	while (at < run->stop && end < 0) {
		int32_t class = classes[*at++];
		int32_t to = slots[state].base + class;

		while (slots[to].check != state && state) {
			state = slots[state].fail;
			to = slots[state].base + class;
		}
		state = slots[to].check == state ? to : 0;
		end = slots[state].out;
	}
	run->offset += (uint64_t)(at - run->at);
	run->at = at;
	run->state = state;
	run->end = end;
}

bool mgi_scan_next(mgi_scan_hit *out, mgi_scan_run *run)
{
	const mgi_scan_end *e;

	if (run->end < 0 && run->at != run->stop)
		walk(run);
	if (run->end < 0)
		return false;
	e = &run->scan->ends[run->end];
	*out = (mgi_scan_hit){ .start = run->offset - (uint64_t)e->length,
		               .end = run->offset,
		               .phrase = run->end };
	run->end = e->next;
	return true;
}
