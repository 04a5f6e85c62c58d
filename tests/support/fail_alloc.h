#ifndef FAIL_ALLOC_H
#define FAIL_ALLOC_H
#include <mailguard/base.h>
/* Options whose allocator fails once, at allocation n (from 0; -1 never). */
const mailguard_options *fail_alloc_at(int n);
/* Blocks not given back. */
int fail_alloc_live(void);
#endif
