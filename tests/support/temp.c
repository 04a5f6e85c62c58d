#define _GNU_SOURCE
#include "support/temp.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

const char *temp_begin(void)
{
	strcpy(folder, "/tmp/mailguard-test-XXXXXX");
	return mkdtemp(folder);
}

static int drop(const char *path,
                const struct stat *sb,
                int flag,
                struct FTW *at)
{
	(void)sb;
	(void)flag;
	(void)at;
	return remove(path);
}

void temp_end(void)
{
	nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS);
}

const char *temp_write(const char *name, const void *bytes, size_t len)
{
	static char paths[16][512];
	static unsigned next;
	char *path = paths[next++ % 16], *slash;
	FILE *f;

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	for (slash = strchr(path + strlen(folder) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		abort();
	return path;
}
