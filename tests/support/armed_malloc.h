#ifndef ARMED_MALLOC_H
#define ARMED_MALLOC_H
/*
 * Fails one malloc, calloc or realloc of this process: for third parties
 * that do not take the handle's allocator. Off under sanitizers, where
 * armed_malloc_works() is 0 and such a test skips.
 */
int armed_malloc_works(void);
/* Fail the n-th allocation from now, counted from 0. */
void armed_malloc_at(int n);
/* Stop; 1 if an allocation was failed since. */
int armed_malloc_off(void);
#endif
