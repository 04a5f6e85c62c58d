#ifndef MGI_TIMER_H
#define MGI_TIMER_H
/*
 * timer.h - timers by the time they run out: a pairing heap that lives in the
 * timers themselves, so that nothing is allocated (Fredman et al., 1986).
 */
#include "net/wire/loop.h"

/* `t->at` is set, `t->set` is not. */
void mgi_heap_add(mgi_timer **root, mgi_timer *t);
/* It is in the heap. */
void mgi_heap_drop(mgi_timer **root, mgi_timer *t);

#endif
