/*
 * bench_scan - what the automaton of base/scan.c costs.
 *
 *	$ bench_scan [phrases] [MiB]
 *	2000 phrases, 49870 bytes: built in 4.1 ms, 812345 bytes of tables
 *	text 16 MiB, 12345 hits: 5.1 ns a byte
 *
 * Phrases are made of common words, so that they share heads and tails as
 * those of a table of reply texts do; half of the text is made of them.
 */
#include "base/scan.h"
#include "base/text.h"
#include "scan_emit.h"

#include <string.h>
#include <time.h>

static uint32_t seed = 20260113;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static const char *const words[] = {
	"mailbox",     "full",      "quota",     "exceeded",   "user",
	"unknown",     "rejected",  "policy",    "message",    "too",
	"large",       "relay",     "access",    "denied",     "temporary",
	"failure",     "host",      "not",       "found",      "spam",
	"blocked",     "blacklist", "address",   "invalid",    "account",
	"disabled",    "sender",    "recipient", "connection", "timed",
	"out",         "try",       "again",     "later",      "service",
	"unavailable", "メール",    "容量",      "宛先",       "不明",
	"拒否",        "一時的",
};

static double now(void)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t phrase(char *out, size_t room, uint32_t number)
{
	size_t len = 0, parts = 2 + any(4), i;

	for (i = 0; i < parts; i++) {
		const char *w = words[any(sizeof(words) / sizeof(words[0]))];
		int n = snprintf(out + len, room - len, "%s ", w);

		len += (size_t)n;
	}
	return len + (size_t)snprintf(out + len, room - len, "%u", number % 97);
}

static void fill(char *text, size_t size)
{
	size_t at = 0;

	while (at + 256 < size) {
		at += phrase(text + at, size - at, any(1000));
		while (any(24))
			text[at++] = (char)(' ' + any(95));
	}
	memset(text + at, '\n', size - at);
}

static void run(const mgi_scan *scan, const char *text, size_t size)
{
	double begun = now();
	mgi_scan_run walk;
	mgi_scan_hit hit;
	uint64_t hits = 0;

	mgi_scan_begin(&walk, scan);
	mgi_scan_feed(&walk, mgi_span(text, size));
	while (mgi_scan_next(&hit, &walk))
		hits++;
	printf("text %zu MiB, %" PRIu64 " hits: %.2f ns a byte\n", size >> 20,
	       hits, 1e9 * (now() - begun) / (double)size);
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
	size_t size = (argc > 2 ? strtoul(argv[2], NULL, 10) : 16) << 20;
	mailguard_span *spans = calloc(count + 1, sizeof(*spans));
	char *room = malloc(count * 128 + 128), *text = malloc(size);
	mgi_scan_memory memory = scan_memory();
	mgi_scan_words list = { spans, count, true };
	mgi_scan_parts p;
	mgi_scan scan;
	size_t i, bad, bytes = 0;
	double begun;

	if (!spans || !room || !text)
		return 2;
	for (i = 0; i < count; i++) {
		size_t n = phrase(room + bytes, 128, (uint32_t)i);

		spans[i] = mgi_span(room + bytes, n);
		bytes += n;
	}
	begun = now();
	if (mgi_scan_build(&p, &list, &memory, &bad) < 0)
		return 2;
	printf("%zu phrases, %zu bytes: built in %.1f ms, %zu bytes of "
	       "tables\n",
	       count, bytes, 1e3 * (now() - begun),
	       (size_t)p.slot_count * sizeof(*p.slots) +
	               (size_t)p.end_count * sizeof(*p.ends) + 256);
	scan = (mgi_scan){ p.slots, p.ends, p.classes, p.slot_count,
		           p.end_count };
	fill(text, size);
	run(&scan, text, size);
	mgi_scan_parts_free(&p, &memory);
	free(text);
	free(room);
	free(spans);
	return 0;
}
