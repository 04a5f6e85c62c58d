#include "support/make_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* -- chance that is the same everywhere ----------------------------------- */

static uint64_t chance(uint64_t *seed)
{
	uint64_t x = (*seed += UINT64_C(0x9e3779b97f4a7c15));

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static size_t below(uint64_t *seed, size_t n)
{
	return (size_t)(chance(seed) % n);
}

typedef struct maker {
	char *at;
	uint64_t seed, number;
	int small;
} maker;

static void say(maker *m, const char *text)
{
	size_t n = strlen(text);

	memcpy(m->at, text, n);
	m->at += n;
}

#define TELL(m, ...) (m)->at += sprintf((m)->at, __VA_ARGS__)

/* -- texts ---------------------------------------------------------------- */

typedef struct tongue {
	const char *charset, *encoding;
	const char *words[8]; /* as they stand in the file */
} tongue;

static const tongue tongues[] = {
	{ "us-ascii",
	  "7bit",
	  { "server", "outage", "invoice", "schedule", "regards", "attached",
	    "customer", "restore" } },
	{ "utf-8",
	  "8bit",
	  { "caf\xc3\xa9", "r\xc3\xa9union", "tr\xc3\xa8s", "probl\xc3\xa8me",
	    "bient\xc3\xb4t", "re\xc3\xa7u", "serveur",
	    "pi\xc3\xa8"
	    "ce" } },
	{ "iso-2022-jp",
	  "7bit",
	  { "\x1b$B%a!<%k\x1b(B", "\x1b$B>c32\x1b(B", "\x1b$BI|5l\x1b(B",
	    "\x1b$B@_Dj\x1b(B", "\x1b$B3NG'\x1b(B", "\x1b$BE:IU\x1b(B",
	    "\x1b$BJs9p\x1b(B", "\x1b$B2q<R\x1b(B" } },
	{ "utf-8",
	  "quoted-printable",
	  { "=E6=97=A5=E6=9C=AC", "=E9=9A=9C=E5=AE=B3", "=E5=A0=B1=E5=91=8A",
	    "=E5=BE=A9=E6=97=A7", "=E8=A8=AD=E5=AE=9A", "=E7=A2=BA=E8=AA=8D",
	    "mail", "=E6=B7=BB=E4=BB=98" } },
	{ "koi8-r",
	  "8bit",
	  { "\xd0\xcf\xde\xd4\xc1", "\xd3\xc5\xd2\xd7\xc5\xd2",
	    "\xcf\xdb\xc9\xc2\xcb\xc1", "\xcf\xd4\xde\xc5\xd4",
	    "\xd3\xd0\xc1\xd3\xc9\xc2\xcf", "mail", "server",
	    "\xc4\xcf\xc7\xcf\xd7\xcf\xd2" } },
};

#define TONGUES (sizeof(tongues) / sizeof(tongues[0]))

static void base64_line(maker *m, size_t digits)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				       "mnopqrstuvwxyz0123456789+/";
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < digits; i++) {
		if (i % 10 == 0)
			bits = chance(&m->seed);
		*m->at++ = alphabet[bits & 63];
		bits >>= 6;
	}
	*m->at++ = '\n';
}

/* `size` bytes of a file as base64. */
static void base64_put(maker *m, size_t size)
{
	size_t digits = (size + 2) / 3 * 4;

	for (; digits > 76; digits -= 76)
		base64_line(m, 76);
	base64_line(m, digits);
}

static void text_put(maker *m, const tongue *t, size_t words, int html)
{
	size_t i, k = 0;

	if (html)
		say(m, "<html><body><p>");
	for (i = 0; i < words; i++) {
		TELL(m, "%s ", t->words[below(&m->seed, 8)]);
		if (++k < 9)
			continue;
		k = 0;
		say(m, html ? "<br>\n" : ".\n");
		if (!html && below(&m->seed, 100) == 0)
			say(m, ">From the desk of the administrator.\n");
		if (below(&m->seed, 40) == 0)
			say(m, "\n");
	}
	say(m, html ? "</p></body></html>\n" : "\n");
}

static void part_put(maker *m, const tongue *t, int html)
{
	size_t words =
		html ? 200 + below(&m->seed, 1300) : 20 + below(&m->seed, 380);

	TELL(m,
	     "Content-Type: text/%s; charset=%s\n"
	     "Content-Transfer-Encoding: %s\n\n",
	     html ? "html" : "plain", t->charset, t->encoding);
	text_put(m, t, words, html);
}

/* -- messages ------------------------------------------------------------- */

static void head_put(maker *m)
{
	uint64_t n = m->number;
	size_t i, hops = 1 + below(&m->seed, 4);

	TELL(m, "Return-Path: <user%" PRIu64 "@host%" PRIu64 ".example>\n",
	     n % 977, n % 400);
	for (i = 0; i < hops; i++)
		TELL(m,
		     "Received: from mx%zu.example.org (mx%zu.example.org "
		     "[192.0.2.%zu])\n\tby in%zu.example.com (Postfix) with "
		     "ESMTPS id %08" PRIX32
		     "\n\tfor <me@example.com>; Tue, 13 Jan 2026 09:%02zu:00 "
		     "+0900\n",
		     i, i, 1 + below(&m->seed, 254), i,
		     (uint32_t)chance(&m->seed), i);
	TELL(m,
	     "Message-ID: <%016" PRIx64 ".%" PRIu64 "@example.net>\n"
	     "Date: %d Jan 2026 %02d:%02d:00 +0900\n"
	     "From: =?utf-8?B?5pel5pys?= <user%" PRIu64 "@example.net>\n"
	     "To: <me@example.com>\nSubject: =?utf-8?B?5pel5pys?= %" PRIu64
	     "\nMIME-Version: 1.0\n",
	     chance(&m->seed), n, (int)(1 + n % 28), (int)(n % 24),
	     (int)(n % 60), n % 977, n);
	if (below(&m->seed, 5))
		return;
	say(m, "X-Long: ");
	i = 900 + below(&m->seed, 3000);
	memset(m->at, 'x', i);
	m->at += i;
	say(m, "\n");
}

static void alternative_put(maker *m, const tongue *t)
{
	TELL(m,
	     "Content-Type: multipart/alternative; boundary=\"=_a%" PRIu64
	     "\"\n\n--=_a%" PRIu64 "\n",
	     m->number, m->number);
	part_put(m, t, 0);
	TELL(m, "\n--=_a%" PRIu64 "\n", m->number);
	part_put(m, t, 1);
	TELL(m, "\n--=_a%" PRIu64 "--\n", m->number);
}

/* Few are large, but the large ones are most of all the bytes. */
static size_t attachment_size(maker *m)
{
	size_t n;

	if (m->small)
		return 2000 + below(&m->seed, 18000);
	n = 26000 * 65536 / (1 + below(&m->seed, 65536));
	return n < 6000000 ? n : 6000000;
}

static void mixed_put(maker *m, const tongue *t)
{
	size_t i, files = 1 + below(&m->seed, 3);

	TELL(m,
	     "Content-Type: multipart/mixed; boundary=\"=_m%" PRIu64
	     "\"\n\nThis is a multi-part message in MIME format.\n"
	     "--=_m%" PRIu64 "\n",
	     m->number, m->number);
	alternative_put(m, t);
	for (i = 0; i < files; i++) {
		TELL(m,
		     "\n--=_m%" PRIu64
		     "\nContent-Type: application/pdf; name=\"f%zu.bin\"\n"
		     "Content-Disposition: attachment; filename=\"f%zu.bin\"\n"
		     "Content-Transfer-Encoding: base64\n\n",
		     m->number, i, i);
		base64_put(m, attachment_size(m));
	}
	if (below(&m->seed, 20) == 0)
		TELL(m,
		     "\n--=_m%" PRIu64
		     "\nContent-Type: message/rfc822\n\nFrom: a@example.org\n"
		     "Subject: nested\n\n>From here on\nnested body\n",
		     m->number);
	if (below(&m->seed, 100))
		TELL(m, "\n--=_m%" PRIu64 "--\n", m->number);
}

size_t make_message(char *to, uint64_t number, int small)
{
	maker m = { to, number * 2654435761U, number, small };
	const tongue *t = &tongues[below(&m.seed, TONGUES)];
	size_t kind = below(&m.seed, 100);

	head_put(&m);
	if (kind < 45)
		part_put(&m, t, 0);
	else if (kind < 72)
		alternative_put(&m, t);
	else
		mixed_put(&m, t);
	return (size_t)(m.at - to);
}

uint64_t make_mbox(const char *path, uint64_t size)
{
	char *text = malloc(MAKE_MAX);
	FILE *f = fopen(path, "wb");
	uint64_t done = 0, n = 0;
	int bad = !text || !f;

	for (; !bad && done < size; n++) {
		size_t from = (size_t)sprintf(text,
		                              "From user%" PRIu64
		                              "@example.net Tue Jan %2d "
		                              "%02d:%02d:00 2026\n",
		                              n % 977, (int)(1 + n % 28),
		                              (int)(n % 24), (int)(n % 60));
		size_t len = from + make_message(text + from, n, 0);

		text[len++] = '\n';
		bad = fwrite(text, 1, len, f) != len;
		done += len;
	}
	if (f && fclose(f))
		bad = 1;
	free(text);
	return bad ? 0 : n;
}

int make_maildir(const char *path, uint64_t count)
{
	static const char *const rooms[] = { "", "/cur", "/new", "/tmp" };
	char *text = malloc(MAKE_MAX), name[512];
	uint64_t n;
	size_t i;

	for (i = 0; text && i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, rooms[i]);
		(void)mkdir(name, 0700);
	}
	for (n = 0; text && n < count; n++) {
		size_t len = make_message(text, n, 1);
		FILE *f;
		int bad;

		snprintf(name, sizeof(name),
		         "%s/%s/%" PRIu64 ".M%" PRIu64 "P7.host,S=%zu%s", path,
		         n % 10 ? "cur" : "new", 1400000000 + n,
		         n * 37 % 999983, len, n % 10 ? ":2,S" : "");
		f = fopen(name, "wb");
		bad = !f || fwrite(text, 1, len, f) != len;
		if (f && fclose(f))
			bad = 1;
		if (bad)
			break;
	}
	free(text);
	return text && n == count ? 0 : -1;
}
