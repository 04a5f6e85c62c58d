#ifndef MGI_PSL_H
#define MGI_PSL_H
/*
 * psl.h - which part of a name someone registered, by the Public Suffix List
 * as libpsl has it built in.
 */
#include <stdbool.h>

/*
 * The end of `name` that is one label below a public suffix:
 * "a.b.example.co.jp" gives "example.co.jp". `name` is ASCII in lower case and
 * without a last dot; IDNs in their xn-- form. NULL: it is a public suffix
 * itself, or there is no list (-DMAILGUARD_PSL=OFF).
 */
const char *mgi_psl_registered(const char *name);
/* Is there a list? */
bool mgi_psl_present(void);

#endif
