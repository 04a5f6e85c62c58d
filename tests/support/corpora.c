#include "support/corpora.h"

#include <stdlib.h>
#include <unistd.h>

const char *corpora(void)
{
	const char *dir = getenv("MAILGUARD_CORPORA");

	if (!dir || !dir[0])
		dir = MAILGUARD_SOURCE_DIR "/../shared/corpora";
	return access(dir, R_OK | X_OK) == 0 ? dir : NULL;
}
