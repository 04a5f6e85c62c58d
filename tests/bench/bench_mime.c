/*
 * bench_mime - CPU seconds and MB/s of reading FILE, an mbox, as one message
 * after another, cut where a line begins with "From ": structure and headers,
 * then every part decoded, then as messages that can be asked; and the same
 * with GMime in the same run, if it was there at build time. Without FILE,
 * 200 MB of mails made here. tests/bench/bench_mime.py gives the same file to
 * Python's email package.
 *
 *	bench_mime [--write FILE | FILE]
 */
#define _GNU_SOURCE /* memmem */
#include <mailguard/mime.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_GMIME
# include <gmime/gmime.h>
#endif

#define MADE ((size_t)200 << 20)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t put(char *to, const char *s)
{
	size_t n = strlen(s);

	memcpy(to, s, n);
	return n;
}

static size_t put_header(char *to, size_t i)
{
	size_t n, k;

	n = put(to, "From ann@example.org Thu Jan  1 00:00:00 2026\n");
	for (k = 0; k < 5; k++)
		n += (size_t)sprintf(
			to + n,
			"Received: from a%zu.example (a.example [192.0.2.%zu])"
			"\n\tby b.example with ESMTP id %zu;\n\tTue, 13 Jan "
			"2026 09:00:0%zu +0900\n",
			k, k, i, k);
	return n +
	       (size_t)sprintf(
		       to + n,
		       "DKIM-Signature: v=1; a=rsa-sha256; d=example.org;\n"
		       "\th=from:to:subject:date; bh=47DEQpj8HBSa+/TImW+5JCe"
		       "uQeRkm5NMpJWZG3hSuFU=;\n\tb=AuUoFEfDxTDkHlLXSZEpZj7"
		       "9LICEps6eda7W3deTVFOk4yAUoqOB4nujc7YopdG5\n"
		       "From: =?utf-8?B?5pel5pys?= <ann@example.org>\n"
		       "To: bob@example.com, \"Bee, Ann\" <c@example.net>\n"
		       "Subject: =?utf-8?B?5pel5pys?= %zu\n"
		       "Date: Tue, 13 Jan 2026 09:00:00 +0900\n"
		       "Message-ID: <%zu@example.org>\nMIME-Version: 1.0\n",
		       i, i);
}

/* A Japanese text of `k` lines: quoted-printable, ISO-2022-JP or 8bit. */
static size_t put_text(char *to, size_t kind, size_t k)
{
	static const char *const heads[] = {
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: quoted-printable\n\n",
		"Content-Type: text/plain; charset=iso-2022-jp\n"
		"Content-Transfer-Encoding: 7bit\n\n",
		"Content-Type: text/html; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\n"
	};
	static const char *const lines[] = {
		"=E6=97=A5=E6=9C=AC and some words of English text=\n "
		"that go on - as texts do - for a while.\n",
		"\x1b$B>c32$N$*CN$i$;!'%a!<%k$r<u?.$G$-$^$;$s!#\x1b(B\n",
		"<p>障害のお知らせ: some <b>words</b> in English, too</p>\n"
	};
	size_t n = put(to, heads[kind]);

	while (k--)
		n += put(to + n, lines[kind]);
	return n;
}

/* One mail: a header, a text or two, an attachment of `lines` lines. */
static size_t make(char *to, size_t i, size_t lines)
{
	static const char line[] = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZW"
				   "ZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\n";
	size_t n = put_header(to, i), k;

	if (i % 3 == 0) /* no parts */
		return n + put_text(to + n, i % 2, 60);
	n += (size_t)sprintf(to + n,
	                     "Content-Type: multipart/mixed; "
	                     "boundary=\"=_b%zu\"\n\n--=_b%zu\n",
	                     i, i);
	n += put_text(to + n, i % 2, 40);
	n += (size_t)sprintf(to + n, "--=_b%zu\n", i);
	n += put_text(to + n, 2, 60);
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
	size_t sum = 0;
	int i;

	opts.flags = flags;
	if (mailguard_parser_new(&p, mg, NULL, &opts, NULL) < 0)
		exit(1);
	for (i = 0; i < 2; i++) {
		if (mailguard_parser_feed(p, s, NULL) < 0)
			exit(1);
		while (mailguard_parser_next(&e, p, NULL) == MAILGUARD_OK)
			sum += e->data.len;
		s.len = 0;
	}
	mailguard_parser_free(p);
	return sum;
}

/* As a message that can be asked. */
static size_t whole(mailguard *mg, mailguard_span s, uint32_t flags)
{
	mailguard_source *source;
	mailguard_message *m;
	size_t parts = 0;

	(void)flags;
	if (mailguard_source_memory(&source, mg, s, NULL, NULL, NULL) < 0 ||
	    mailguard_message_parse(&m, mg, source, NULL) < 0)
		exit(1);
	while (mailguard_message_part(m, parts))
		parts++;
	mailguard_message_free(m);
	mailguard_source_free(source);
	return parts;
}

static mailguard_span *mails;
static size_t count, bytes;

/* Before the clock runs: neither of them is measured as a reader of mbox. */
static int split(const char *all, size_t size)
{
	const char *at = all, *end = all + size, *next;

	mails = malloc((size / 64 + 1) * sizeof(*mails));
	for (; mails && at < end; at = next) {
		next = memmem(at + 1, (size_t)(end - at) - 1, "\nFrom ", 6);
		next = next ? next + 1 : end;
		mails[count].data = (const unsigned char *)at;
		mails[count++].len = (size_t)(next - at);
	}
	bytes = size;
	return mails != NULL;
}

static void told(const char *what, double took)
{
	printf("%-28s %zu mails: %.3f s, %.0f MB/s\n", what, count, took,
	       (double)bytes / took / 1e6);
}

static double run(const char *what,
                  mailguard *mg,
                  size_t (*read)(mailguard *, mailguard_span, uint32_t),
                  uint32_t flags)
{
	double begin = now(), took;
	size_t i, sum = 0;

	for (i = 0; i < count; i++)
		sum += read(mg, mails[i], flags);
	took = now() - begin;
	told(what, took);
	return sum ? took : 0;
}

#ifdef HAVE_GMIME
static void decode(GMimeObject *parent, GMimeObject *part, gpointer null)
{
	GMimeDataWrapper *content;

	(void)parent;
	if (!GMIME_IS_PART(part))
		return;
	content = g_mime_part_get_content(GMIME_PART(part));
	if (content)
		(void)g_mime_data_wrapper_write_to_stream(content, null);
}

static size_t read_gmime(mailguard_span s, int decoding, GMimeStream *null)
{
	GMimeStream *mem =
		g_mime_stream_mem_new_with_buffer((const char *)s.data, s.len);
	GMimeParser *parser = g_mime_parser_new_with_stream(mem);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);

	if (m && decoding)
		g_mime_message_foreach(m, decode, null);
	if (m)
		g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(mem);
	return m != NULL;
}

static double run_gmime(const char *what, int decoding)
{
	GMimeStream *null = g_mime_stream_null_new();
	double begin = now(), took;
	size_t i, sum = 0;

	for (i = 0; i < count; i++)
		sum += read_gmime(mails[i], decoding, null);
	took = now() - begin;
	told(what, took);
	g_object_unref(null);
	return sum == count ? took : 0;
}

static void beside_gmime(const double ours[3])
{
	double plain, decoded;

	g_mime_init();
	plain = run_gmime("GMime, structure", 0);
	decoded = run_gmime("GMime, decoded", 1);
	printf("of GMime's time: structure %.2f (limit 0.33), decoded %.2f "
	       "(0.50), messages %.2f\n",
	       ours[0] / plain, ours[1] / decoded, ours[2] / decoded);
	g_mime_shutdown();
}
#else
static void beside_gmime(const double ours[3])
{
	(void)ours;
	printf("not beside GMime: libgmime-3.0-dev was not installed\n");
}
#endif

int main(int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : NULL;
	double ours[3];
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
	if (!split(all, size))
		return 1;
	ours[0] = run("structure and headers", mg, parse, 0);
	ours[1] = run("every part decoded", mg, parse, MAILGUARD_PARSER_DECODE);
	ours[2] = run("messages", mg, whole, 0);
	beside_gmime(ours);
	mailguard_free(mg);
	free(mails);
	free(all);
	return 0;
}
