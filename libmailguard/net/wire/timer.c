/*
 * timer.c - a pairing heap of timers; knows no clock.
 *
 * `child` is the first child, `next` the next sibling, `back` the sibling
 * before or, for a first child, the parent. The root has neither.
 */
#include "net/wire/timer.h"

static mgi_timer *meld(mgi_timer *a, mgi_timer *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (b->at < a->at) {
		mgi_timer *later = a;

		a = b;
		b = later;
	}
	b->back = a;
	b->next = a->child;
	if (a->child)
		a->child->back = b;
	a->child = b;
	return a;
}

/* Two by two from the left, then all together from the right. */
static mgi_timer *meld_all(mgi_timer *first)
{
	mgi_timer *pairs = NULL, *root = NULL;

	while (first) {
		mgi_timer *a = first, *b = a->next, *pair;

		first = b ? b->next : NULL;
		a->next = a->back = NULL;
		if (b)
			b->next = b->back = NULL;
		pair = meld(a, b);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		mgi_timer *rest = pairs->next;

		pairs->next = NULL;
		root = meld(root, pairs);
		pairs = rest;
	}
	return root;
}

void mgi_heap_add(mgi_timer **root, mgi_timer *t)
{
	t->child = t->next = t->back = NULL;
	t->set = true;
	*root = meld(*root, t);
}

void mgi_heap_drop(mgi_timer **root, mgi_timer *t)
{
	mgi_timer *below = meld_all(t->child);

	if (t == *root) {
		*root = below;
	} else {
		if (t->back->child == t)
			t->back->child = t->next;
		else
			t->back->next = t->next;
		if (t->next)
			t->next->back = t->back;
		*root = meld(*root, below);
	}
	t->child = t->next = t->back = NULL;
	t->set = false;
}
