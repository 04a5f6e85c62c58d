/*
 * replay.c - a main() for a fuzz target where there is no libFuzzer.
 *
 * Each file of the corpus is given as it is, cut short at every length (or at
 * many, if it is long), and with bytes changed: the same inputs on every run
 * and every machine, so a failure here can be looked for.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CUTS 256
#define MOST_FLIPS 512
#define MOST_BYTES ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly `n` bytes, so that one byte too far is seen by ASan. */
static void give(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void give_cut(const uint8_t *data, size_t n)
{
	size_t step = n / MOST_CUTS + 1;
	size_t i;

	for (i = 0; i < n; i += step)
		give(data, i);
}

/* Numbers that look random and are always the same (Knuth's MMIX). */
static uint32_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void give_changed(uint8_t *data, size_t n)
{
	static const uint8_t odd[] = { 0x00, 0x09, 0x0a, 0x0d, 0x1b, '%',
		                       '{',  0x7f, 0x80, 0xc3, 0xe3, 0xff };
	uint64_t state = n;
	int i;

	for (i = 0; n && i < MOST_FLIPS; i++) {
		size_t at = next(&state) % n;
		uint8_t was = data[at];
		uint32_t how = next(&state);

		if (how & 1)
			data[at] = odd[(how >> 1) % sizeof(odd)];
		else
			data[at] ^= (uint8_t)(1u << ((how >> 1) & 7));
		give(data, n);
		data[at] = was;
	}
}

static int replay(const char *path)
{
	uint8_t *data = malloc(MOST_BYTES);
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f || !data) {
		fprintf(stderr, "%s: cannot be read\n", path);
		free(data);
		if (f)
			fclose(f);
		return -1;
	}
	n = fread(data, 1, MOST_BYTES, f);
	fclose(f);
	give(data, n);
	give_cut(data, n);
	give_changed(data, n);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	char path[4096];
	int files = 0;
	DIR *dir;

	dir = argc == 2 ? opendir(argv[1]) : NULL;
	if (!dir) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (replay(path) < 0)
			return 2;
		files++;
	}
	closedir(dir);
	printf("%d files, whole, cut and changed\n", files);
	return files ? 0 : 1;
}
