/*
 * bench_mime - MB/s of parsing FILE as one message after another, cut where a
 * line begins with "From ": events alone, then with every part decoded.
 * Without FILE, 100 MB of mails made here. tests/bench/bench_mime.py gives the
 * same file to Python's email package.
 *
 *	bench_mime [--write FILE | FILE]
 */
#define _GNU_SOURCE /* memmem */
#include <mailguard/mime.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MADE ((size_t)100 << 20)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One mail: a header, a Japanese text, an attachment of `lines` lines. */
static size_t make(char *to, size_t i, size_t lines)
{
	static const char line[] = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZW"
				   "ZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\n";
	size_t n, k;

	n = (size_t)sprintf(
		to,
		"From ann@example.org Thu Jan  1 00:00:00 2026\n"
		"Received: from a.example (a.example [192.0.2.1])\n\tby "
		"b.example with ESMTP id %zu;\n\tTue, 13 Jan 2026 09:00:00 "
		"+0900\nFrom: =?utf-8?B?5pel5pys?= <ann@example.org>\n"
		"To: bob@example.com\nSubject: =?utf-8?B?5pel5pys?= %zu\n"
		"Message-ID: <%zu@example.org>\nMIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"=_b%zu\"\n\n"
		"--=_b%zu\nContent-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: quoted-printable\n\n",
		i, i, i, i, i);
	for (k = 0; k < 40; k++)
		n += (size_t)sprintf(
			to + n,
			"=E6=97=A5=E6=9C=AC and some words of English text=\n "
			"that go on - as texts do - for a while.\n");
	n += (size_t)sprintf(to + n,
	                     "--=_b%zu\nContent-Type: application/pdf; "
	                     "name=a.pdf\n"
	                     "Content-Transfer-Encoding: base64\n\n",
	                     i);
	for (k = 0; k < lines; k++) {
		memcpy(to + n, line, sizeof(line) - 1);
		n += sizeof(line) - 1;
	}
	return n + (size_t)sprintf(to + n, "--=_b%zu--\n\n", i);
}

static char *load(size_t *size, const char *path)
{
	FILE *f = path ? fopen(path, "rb") : NULL;
	char *all;
	size_t i;

	if (path && !f)
		return NULL;
	if (!f) {
		all = malloc(MADE + (1 << 20));
		for (i = *size = 0; all && *size < MADE; i++)
			*size += make(all + *size, i, i % 7 ? 30 : 3000);
		return all;
	}
	(void)fseek(f, 0, SEEK_END);
	*size = (size_t)ftell(f);
	rewind(f);
	all = malloc(*size + 1);
	if (all && fread(all, 1, *size, f) != *size)
		*size = 0;
	fclose(f);
	return all;
}

static size_t parse(mailguard *mg, mailguard_span s, uint32_t flags)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;
	const mailguard_parser_event *e;
	mailguard_parser *p;
	size_t bytes = 0;
	int i;

	opts.flags = flags;
	if (mailguard_parser_new(&p, mg, NULL, &opts, NULL) < 0)
		exit(1);
	for (i = 0; i < 2; i++) {
		if (mailguard_parser_feed(p, s, NULL) < 0)
			exit(1);
		while (mailguard_parser_next(&e, p, NULL) == MAILGUARD_OK)
			bytes += e->data.len;
		s.len = 0;
	}
	mailguard_parser_free(p);
	return bytes;
}

static void run(mailguard *mg, const char *all, size_t size, uint32_t flags)
{
	const char *at = all, *end = all + size, *next;
	double begin = now(), took;
	size_t mails = 0, bytes = 0;
	mailguard_span s;

	for (; at < end; at = next) {
		next = memmem(at + 1, (size_t)(end - at) - 1, "\n\nFrom ", 7);
		next = next ? next + 2 : end;
		s.data = (const unsigned char *)at;
		s.len = (size_t)(next - at);
		bytes += parse(mg, s, flags);
		mails++;
	}
	took = now() - begin;
	printf("%-8s %zu mails, %zu bytes of bodies: %.3f s, %.0f MB/s\n",
	       flags ? "decoded" : "events", mails, bytes, took,
	       (double)size / took / 1e6);
}

int main(int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : NULL;
	mailguard *mg;
	size_t size;
	char *all = load(&size, path);
	FILE *f;

	if (!all || mailguard_new(&mg, NULL, NULL) < 0)
		return 1;
	if (argc == 3) {
		f = fopen(argv[2], "wb");
		if (!f || fwrite(all, 1, size, f) != size || fclose(f))
			return 1;
		return 0;
	}
	run(mg, all, size, 0);
	run(mg, all, size, MAILGUARD_PARSER_DECODE);
	mailguard_free(mg);
	free(all);
	return 0;
}
