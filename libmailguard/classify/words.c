/*
 * words.c - the wordings of data/phrases.tsv in a text: one pass, no memory.
 *
 * A phrase begins and ends where a word does. What lies wholly inside a
 * longer hit says nothing of its own: "connection refused" is silent inside
 * "connection refused by policy".
 */
#include "classify/sign.h"

#include <string.h>

#define GAP_MAX 96  /* bytes of the text that a "*" may stand for */
#define HITS_MAX 96 /* of one text; later ones are dropped */

typedef struct hit {
	const mgi_phrase_row *row;
	size_t start, end;
	bool gap;
} hit;

typedef struct search {
	const mgi_set *set;
	const mgi_folded *f;
	mgi_gap *gaps;
	uint32_t round;
	mailguard_phase phase;
	size_t count;
	hit hits[HITS_MAX];
} search;

static bool whole_words(const search *s,
                        const mgi_phrase_part *part,
                        size_t start,
                        size_t end)
{
	const mgi_folded *f = s->f;

	if (mgi_folded_word(f, start) && start && mgi_folded_word(f, start - 1))
		return false;
	return part->open || !mgi_folded_word(f, end - 1) ||
	       !mgi_folded_word(f, end);
}

/* A piece of a phrase with gaps: true, with its start, when all are there. */
static bool complete(search *s,
                     const mgi_phrase_part *part,
                     size_t *start,
                     size_t end)
{
	mgi_gap *g = &s->gaps[part->row];

	if (part->index == 0) {
		*g = (mgi_gap){ (uint32_t)*start, (uint32_t)end, 1, s->round };
		return false;
	}
	if (g->round != s->round || g->next != part->index || *start < g->end ||
	    *start - g->end > GAP_MAX)
		return false;
	g->end = (uint32_t)end;
	g->next++;
	if (part->index < part->last)
		return false;
	*start = g->start;
	g->next = 0;
	return true;
}

static void keep(search *s, const mgi_scan_hit *found)
{
	const mgi_phrase_part *part = &s->set->parts[found->phrase];
	const mgi_phrase_row *row = &s->set->phrases[part->row];
	size_t start = (size_t)found->start, end = (size_t)found->end;

	if (row->phase && row->phase != s->phase)
		return;
	if (!whole_words(s, part, start, end))
		return;
	if (part->last > 0 && !complete(s, part, &start, end))
		return;
	if (s->count < HITS_MAX)
		s->hits[s->count++] = (hit){ row, start, end, part->last > 0 };
}

static bool silenced(const search *s, const hit *h)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		const hit *o = &s->hits[i];

		if (!o->gap && o->start <= h->start && h->end <= o->end &&
		    o->end - o->start > h->end - h->start)
			return true;
	}
	return false;
}

void mgi_read_words(mgi_reading *r, mgi_gap *gaps, uint32_t *round)
{
	search s = { .f = r->folded, .gaps = gaps, .phase = r->phase };
	mgi_scan_run run;
	mgi_scan_hit found;
	size_t i;

	for (s.set = r->sets; s.set; s.set = s.set->next) {
		if (!s.set->phrase_count)
			continue;
		s.round = ++*round;
		s.count = 0;
		mgi_scan_begin(&run, s.set->scan);
		mgi_scan_feed(&run, mgi_span(s.f->text, s.f->len));
		while (mgi_scan_next(&found, &run))
			keep(&s, &found);
		for (i = 0; i < s.count; i++)
			if (!silenced(&s, &s.hits[i]))
				mgi_sign_phrase(r, s.hits[i].row,
				                s.hits[i].start, s.hits[i].end);
	}
}
