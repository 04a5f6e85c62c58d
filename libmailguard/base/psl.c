/*
 * psl.c - the Public Suffix List. The only file that sees libpsl.
 */
#include "base/psl.h"

#include <stddef.h>

#if MAILGUARD_HAVE_PSL

# include <libpsl.h>

const char *mgi_psl_registered(const char *name)
{
	const psl_ctx_t *list = psl_builtin();

	return list ? psl_registrable_domain(list, name) : NULL;
}

bool mgi_psl_present(void)
{
	return psl_builtin() != NULL;
}

#else

const char *mgi_psl_registered(const char *name)
{
	(void)name;
	return NULL;
}

bool mgi_psl_present(void)
{
	return false;
}

#endif
