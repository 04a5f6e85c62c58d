#define _GNU_SOURCE
#include "backup/place.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"
#include "support/temp.h"

static char other[64];
static bool apart;
static int count;

void place_begin(void)
{
	struct stat a, b;
	const char *here = temp_begin();

	strcpy(other, "/dev/shm/mailguard-test-XXXXXX");
	if (!mkdtemp(other)) {
		strcpy(other, "/tmp/mailguard-test-XXXXXX");
		if (!mkdtemp(other))
			abort();
	}
	apart = stat(here, &a) == 0 && stat(other, &b) == 0 &&
	        a.st_dev != b.st_dev;
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

void place_end(void)
{
	nftw(other, drop, 16, FTW_DEPTH | FTW_PHYS);
	temp_end();
}

const char *place_dest(const char *name)
{
	static char paths[64][256];
	static unsigned next;
	char path[256];
	unsigned i;

	snprintf(path, sizeof(path), "%s/%s", other, name);
	for (i = 0; i < 64; i++)
		if (strcmp(paths[i], path) == 0)
			return paths[i];
	memcpy(paths[next % 64], path, sizeof(path));
	return paths[next++ % 64];
}

bool place_apart(void)
{
	return apart;
}

uint32_t place_allow(void)
{
	return apart ? 0 : MAILGUARD_BACKUP_SAME_DISK;
}

const char *place_maildir(void)
{
	static char path[512];
	const char *file = temp_write("Mail/cur/1.a.host:2,S", MAIL("3"),
	                              strlen(MAIL("3")));

	snprintf(path, sizeof(path), "%.*s",
	         (int)(strstr(file, "/cur/") - file), file);
	temp_write("Mail/new/2.b.host", MAIL("4"), strlen(MAIL("4")));
	mkdir(strcat(path, "/tmp"), 0700);
	path[strlen(path) - 4] = '\0';
	return path;
}

char *place_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, (size_t)8 << 20);

	if (!f || !text) {
		free(text);
		if (f)
			fclose(f);
		return NULL;
	}
	*len = fread(text, 1, ((size_t)8 << 20) - 1, f);
	fclose(f);
	return text;
}

static bool files_same(const char *a, const char *b)
{
	size_t n = 0, m = 1;
	char *x = place_read(a, &n), *y = place_read(b, &m);
	bool same = x && y && n == m && memcmp(x, y, n) == 0;

	free(x);
	free(y);
	return same;
}

bool place_same(const char *a, const char *b)
{
	const struct dirent *e;
	struct stat x, y;
	bool same = true;
	DIR *dir;

	if (stat(a, &x) || stat(b, &y) ||
	    S_ISDIR(x.st_mode) != S_ISDIR(y.st_mode))
		return false;
	if (!S_ISDIR(x.st_mode))
		return x.st_mtim.tv_sec == y.st_mtim.tv_sec &&
		       x.st_mtim.tv_nsec == y.st_mtim.tv_nsec &&
		       x.st_mode == y.st_mode && files_same(a, b);
	dir = opendir(a);
	while (dir && same && (e = readdir(dir)) != NULL) {
		char one[1024], two[1024];

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(one, sizeof(one), "%s/%s", a, e->d_name);
		snprintf(two, sizeof(two), "%s/%s", b, e->d_name);
		same = place_same(one, two);
	}
	if (dir)
		closedir(dir);
	return same && place_count(a) == place_count(b);
}

static int add(const char *path,
               const struct stat *sb,
               int flag,
               struct FTW *at)
{
	(void)path;
	(void)sb;
	(void)flag;
	(void)at;
	count++;
	return 0;
}

int place_count(const char *path)
{
	count = -1; /* without itself */
	nftw(path, add, 16, FTW_PHYS);
	return count;
}

static void hash_put(FILE *to, const char *bag, const char *name)
{
	unsigned char sum[MGI_SHA256_BYTES];
	char path[1024], hex[MGI_SHA256_HEX];
	mailguard *mg;
	size_t n = 0;
	char *text;

	snprintf(path, sizeof(path), "%s/%s", bag, name);
	text = place_read(path, &n);
	if (!text || mailguard_new(&mg, NULL, NULL) < 0)
		abort();
	(void)mgi_sha256(sum, mg, mgi_span(text, n), NULL);
	mgi_hex(hex, mgi_span(sum, sizeof(sum)));
	fprintf(to, "%s  %s\n", hex, name);
	mailguard_free(mg);
	free(text);
}

void place_reseal(const char *bag)
{
	char path[1024], line[2048], *old;
	const char *at;
	size_t n;
	FILE *to;

	snprintf(path, sizeof(path), "%s/tagmanifest-sha256.txt", bag);
	old = place_read(path, &n);
	to = fopen(path, "wb");
	if (!old || !to)
		abort();
	for (at = old; sscanf(at, "%*64s %2047[^\n]", line) == 1;
	     at = strchr(at, '\n') + 1)
		hash_put(to, bag, line + strspn(line, " "));
	fclose(to);
	free(old);
}
