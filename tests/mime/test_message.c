/* What mime/message.c, content.c, transfer.c and digest.c promise. */
#include "fixture.h"

#include "support/armed_malloc.h"

#include <stdio.h>

static mailguard *mg;
static mailguard_buffer out;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	mgi_buf_init(&out, mg);
}

static void teardown(void)
{
	mgi_buf_done(&out);
	mailguard_free(mg);
}

TestSuite(mime_message, .init = setup, .fini = teardown);

/* The bytes of a part, from its source. */
static char *bytes_of(mailguard_message *m, int32_t number)
{
	mailguard_source *source;
	mailguard_stream *stream;
	mailguard_span s;

	mgi_buf_cut(&out, 0);
	ok(mailguard_message_part_source(&source, m, number, NULL));
	mailguard_message_ref(m);
	mailguard_message_free(m);
	ok(mailguard_source_open(&stream, source, NULL));
	while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK)
		mgi_buf_add(&out, s.data, s.len);
	mailguard_stream_free(stream);
	mailguard_source_free(source);
	return (char *)mgi_buf_text(&out);
}

#define CTE "Content-Transfer-Encoding: "

static const struct {
	const char *why, *mail;
	char *bytes;
} bodies[] = {
	{ "7bit", "A: b\n\nx=41\n", "x=41\n" },
	{ "base64", CTE "base64\n\nQUJD\nREU=\n", "ABCDE" },
	{ "base64 in odd lines", CTE "base64\n\nQ\nUJ D\n\nRE\nU=", "ABCDE" },
	{ "base64 joined", CTE "base64\n\nQQ==QkM=", "ABC" },
	{ "base64 with rubbish", CTE "base64\n\nQ!U*J-D", "ABC" },
	{ "a name behind base64", CTE "base64\n\nQUI=\nJohn\n", "AB" },
	{ "a footer behind base64", CTE "base64\n\nQUI=\n_____\nA list\n",
	  "AB" },
	{ "each line padded",
	  CTE "base64\n\nQUI=\nQ0Q=\nRUZHSElK\nSw==", "ABCDEFGHIJK" },
	{ "base64 cut", CTE "base64\n\nQUJDRE", "ABCD" },
	{ "case", CTE "BASE64\n\nQQ==", "A" },
	{ "comment", CTE "base64 (yes)\n\nQQ==", "A" },
	{ "qp", CTE "quoted-printable\n\na=3Db\n", "a=b\n" },
	{ "qp lower case", CTE "quoted-printable\n\n=c3=a9", "é" },
	{ "soft line", CTE "quoted-printable\n\na=\nb=\r\nc", "abc" },
	{ "soft with spaces", CTE "quoted-printable\n\na= \t\nb", "ab" },
	{ "spaces at the end", CTE "quoted-printable\n\na  \nb\t\r\nc ",
	  "a\nb\r\nc" },
	{ "spaces within", CTE "quoted-printable\n\na  b\n", "a  b\n" },
	{ "bad escape", CTE "quoted-printable\n\na=ZZ=4", "a=ZZ=4" },
	{ "equals at the end", CTE "quoted-printable\n\na=", "a" },
	{ "uuencode",
	  CTE "x-uuencode\n\ntext\nbegin 644 f\n#04)#\n`\nend\nmore", "ABC" },
	{ "uu spaces lost", CTE "uue\n\nbegin 644 f\n!00\n \nend\n", "A" },
};

Test(mime_message, bodies_are_decoded)
{
	size_t i;

	for (i = 0; i < ROWS(bodies); i++) {
		mailguard_message *m = message_of(mg, span_of(bodies[i].mail));

		cr_expect(eq(str, bytes_of(m, 0), bodies[i].bytes), "%s",
		          bodies[i].why);
		cr_expect(eq(int, mailguard_message_part(m, 0)->size,
		             strlen(bodies[i].bytes)),
		          "%s", bodies[i].why);
		mailguard_message_free(m);
	}
}

Test(mime_message, values_of_a_mail_with_everything)
{
	mailguard_message *m = message_of(mg, mail_bytes(5));
	const mailguard_part *pdf = mailguard_message_attachment(m, 0);

	cr_expect(eq(str, (char *)mailguard_message_subject(m), "x"));
	cr_expect(eq(str, (char *)mailguard_message_part(m, 1)->type,
	             "text/plain"));
	cr_expect(eq(str, (char *)pdf->name, "日本.pdf"));
	cr_expect(eq(str, (char *)pdf->type, "application/pdf"));
	cr_expect(eq(int, pdf->size, 8));
	cr_expect(eq(str, bytes_of(m, pdf->number), "ABCDEFGH"));
	cr_expect(eq(str, (char *)mailguard_message_attachment(m, 1)->type,
	             "message/rfc822"));
	cr_expect(eq(ptr, (void *)mailguard_message_attachment(m, 2), NULL));
	cr_expect(eq(int, mailguard_message_part(m, 4)->parent, 3));
	cr_expect(eq(int, mailguard_message_part(m, 5)->depth, 3));
	cr_expect(eq(str, bytes_of(m, 5), "a bc\r\né"));
	/* The "é" does not say what it is. */
	cr_expect(eq(int, mailguard_message_damage(m, 0)->kind,
	             MAILGUARD_DAMAGE_UNKNOWN_CHARSET));
	cr_expect(eq(ptr, (void *)mailguard_message_damage(m, 1), NULL));
	mgi_buf_cut(&out, 0);
	ok(mailguard_message_text(&out, m, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "日本\n"));
	mailguard_message_free(m);

	m = message_of(mg, mail_bytes(4));
	cr_expect(eq(str, (char *)mailguard_message_subject(m), "日本語"));
	cr_expect(eq(str, (char *)mailguard_message_id(m), "1@example.org"));
	cr_expect(eq(str, (char *)mailguard_message_from(m),
	             "\"Ann, B.\" <ann@example.org>"));
	cr_expect(eq(ptr, (void *)mailguard_message_field(m, "Cc"), NULL));
	cr_expect(ne(ptr, (void *)mailguard_message_field(m, "TO"), NULL));
	mailguard_message_free(m);
}

#define PICTURE "\n\n--b\nContent-Type: image/png"
#define BEGIN(type) "Content-Type: multipart/" type "; boundary=b\n\n--b\n\nx"

static const struct {
	const char *why, *mail;
	size_t count;
} attached[] = {
	{ "text", "A: b\n\nx", 0 },
	{ "picture beside it", BEGIN("mixed") PICTURE "\n\ny", 1 },
	{ "text with a name",
	  BEGIN("mixed") "\n--b\nContent-Type: text/plain; name=a\n\n", 1 },
	{ "shown by its id",
	  BEGIN("related") PICTURE "; name=a\nContent-ID: <1@b>\n\ny", 0 },
	{ "id without brackets",
	  BEGIN("related") PICTURE "; name=a\nContent-ID: one\n\ny", 0 },
	{ "shown, but to be saved",
	  BEGIN("related") PICTURE
	  "\nContent-ID: <1@b>\nContent-Disposition: attachment\n\ny",
	  1 },
	{ "named, nothing shows it", BEGIN("related") PICTURE "; name=a\n\ny",
	  1 },
	{ "another way to say it", BEGIN("alternative") PICTURE "\n\ny", 0 },
	{ "a report's data",
	  BEGIN("report") "\n--b\nContent-Type: "
	                  "message/delivery-status\n\nx: y\n",
	  0 },
	{ "only the forwarded mail, not what is in it",
	  BEGIN("mixed") "\n--b\nContent-Type: message/rfc822\n\n"
	                 "Content-Type: image/png\n\ny",
	  1 },
};

Test(mime_message, what_a_text_shows_is_no_attachment)
{
	size_t i, n;

	for (i = 0; i < ROWS(attached); i++) {
		mailguard_message *m =
			message_of(mg, span_of(attached[i].mail));

		for (n = 0; mailguard_message_attachment(m, n);)
			n++;
		cr_expect(eq(int, n, attached[i].count), "%s", attached[i].why);
		mailguard_message_free(m);
	}
}

Test(mime_message, files_in_a_text_are_attachments)
{
	static const char mail[] =
		"Subject: x\r\n\r\nbegin with me\r\nbegin 644 is no file\r\n"
		"begin 644 =?utf-8?B?5pel?= 1.txt\r\n#04)#\r\n#1$5&\r\n`\r\n"
		"end\r\nmore\r\nbegin 0600 b\r\n!00  \r\n`\r\nend\r\n";
	mailguard_message *m = message_of(mg, span_of(mail));
	const mailguard_part *a = mailguard_message_attachment(m, 0);
	const mailguard_part *b = mailguard_message_attachment(m, 1);

	cr_assert(ne(ptr, (void *)b, NULL));
	cr_expect(eq(ptr, (void *)mailguard_message_attachment(m, 2), NULL));
	cr_expect(eq(ptr, (void *)mailguard_message_damage(m, 0), NULL));
	cr_expect(eq(str, (char *)a->name, "日 1.txt"));
	cr_expect(eq(int, a->parent, 0));
	cr_expect(eq(int, a->size, 6));
	cr_expect(eq(str, bytes_of(m, a->number), "ABCDEF"));
	cr_expect(eq(str, (char *)b->name, "b"));
	cr_expect(eq(str, bytes_of(m, b->number), "A"));
	mgi_buf_cut(&out, 0);
	ok(mailguard_message_text(&out, m, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&out),
	             "begin with me\nbegin 644 is no file\n\nmore\n\n"));
	mailguard_message_free(m);
}

Test(mime_message, old_macintosh_mail_is_read)
{
	static const char mail[] =
		"Subject: x\rContent-Type: multipart/mixed; "
		"boundary=b\r\r--b\r\r"
		"one\rtwo\r--b\rContent-Transfer-Encoding: quoted-printable\r"
		"Content-Disposition: attachment\r\ra=\rb=20\rc\r--b--\r";
	mailguard_message *m = message_of(mg, span_of(mail));

	mgi_buf_cut(&out, 0);
	ok(mailguard_message_text(&out, m, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "one\ntwo"));
	cr_expect(eq(str, bytes_of(m, 2), "ab \nc"));
	cr_expect(eq(int, mailguard_message_part(m, 2)->size, 5));
	cr_expect(eq(ptr, (void *)mailguard_message_damage(m, 1), NULL));
	mailguard_message_free(m);
}

#define CHARSET(c, text)                                                 \
 "Content-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=" c \
 "\n\n" text

/* "日本語のメール" */
#define IN_SJIS "\x93\xfa\x96{\x8c\xea\x82\xcc\x83\x81\x81[\x83\x8b"
#define IN_EUC "\xc6\xfc\xcb\xdc\xb8\xec\xa4\xce\xa5\xe1\xa1\xbc\xa5\xeb"
#define IN_UTF8 "日本語のメール"
#define IN_JIS "\x1b$BF|K\\8l$N%a!<%k\x1b(B"

Test(mime_message, labels_are_believed_until_bytes_refute_them)
{
	static const struct {
		const char *mail;
		char *read_as, *text;
		int kind;
	} rows[] = {
		{ CHARSET("shift_jis", IN_SJIS), "shift_jis", IN_UTF8, 0 },
		{ CHARSET("us-ascii", IN_SJIS), "shift_jis", IN_UTF8, 27 },
		{ CHARSET("utf-8", IN_SJIS), "shift_jis", IN_UTF8, 27 },
		{ CHARSET("iso-8859-1", IN_SJIS), "shift_jis", IN_UTF8, 27 },
		{ CHARSET("euc-jp", IN_SJIS), "shift_jis", IN_UTF8, 27 },
		{ CHARSET("us-ascii", IN_EUC), "euc-jp", IN_UTF8, 27 },
		{ CHARSET("utf-8", IN_EUC), "euc-jp", IN_UTF8, 27 },
		{ CHARSET("iso-8859-1", IN_EUC), "euc-jp", IN_UTF8, 27 },
		{ CHARSET("iso-2022-jp", IN_EUC), "euc-jp", IN_UTF8, 27 },
		{ CHARSET("shift_jis", IN_EUC), "euc-jp", IN_UTF8, 27 },
		{ CHARSET("us-ascii", IN_UTF8), "utf-8", IN_UTF8, 27 },
		{ CHARSET("iso-8859-1", IN_UTF8), "utf-8", IN_UTF8, 27 },
		{ CHARSET("shift_jis", IN_UTF8), "utf-8", IN_UTF8, 27 },
		{ CHARSET("gb2312", IN_UTF8), "utf-8", IN_UTF8, 27 },
		{ CHARSET("us-ascii", IN_JIS), "iso-2022-jp", IN_UTF8, 27 },
		{ CHARSET("utf-8", IN_JIS), "iso-2022-jp", IN_UTF8, 27 },
		{ CHARSET("x-nobody", IN_UTF8), "utf-8", IN_UTF8, 28 },
		{ "A: b\n\n" IN_JIS, "iso-2022-jp", IN_UTF8, 28 },
		{ CHARSET("iso-8859-1", "caf\xe9"), "windows-1252", "café", 0 },
		{ CHARSET("us-ascii", "caf\xe9"), "windows-1252", "café", 27 },
		{ CHARSET("iso-8859-1", "\xc3\xa9"), "windows-1252", "Ã©", 0 },
		{ CHARSET("iso-8859-1", "Grüße"), "utf-8", "Grüße", 27 },
		{ CHARSET("koi8-r", "\xd0\xd2\xc9\xd7\xc5\xd4"), "koi8-r",
		  "привет", 0 },
		{ CHARSET("us-ascii", "\x83\x65\x83\x58\x83\x67"), "shift_jis",
		  "テスト", 27 },
		/* 的是不了在有人 in GB 2312, 的是不了 in Big5 */
		{ CHARSET("us-ascii",
		          "\xb5\xc4\xca\xc7\xb2\xbb\xc1\xcb\xd4\xda"),
		  "gb18030", "的是不了在", 27 },
		{ CHARSET("us-ascii", "\xaa\xba\xac\x4f\xa4\xa3\xa4\x46"),
		  "big5", "的是不了", 27 },
		/* Kanji alone may be Chinese: taken for Japanese. */
		{ CHARSET("us-ascii", "\xb2\xf1\xb5\xc4\xbb\xf1\xce\xc1"),
		  "euc-jp", "会議資料", 27 },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_message *m = message_of(mg, span_of(rows[i].mail));
		const mailguard_damage *d = mailguard_message_damage(m, 0);

		if (d && d->kind == MAILGUARD_DAMAGE_8BIT_BODY)
			d = mailguard_message_damage(m, 1);
		mgi_buf_cut(&out, 0);
		ok(mailguard_message_text(&out, m, NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].text),
		          "row %zu", i);
		cr_expect(eq(str, (char *)mailguard_message_part(m, 0)->read_as,
		             rows[i].read_as),
		          "row %zu", i);
		cr_expect(eq(int, d ? d->kind : 0, rows[i].kind), "row %zu", i);
		mailguard_message_free(m);
	}
}

Test(mime_message, a_subject_in_another_charset_than_it_says_is_told)
{
	mailguard_message *m = message_of(
		mg,
		span_of("Subject: =?us-ascii?B?k/qWe4zqgsyDgYFbg4s=?=\n\n"));

	cr_expect(eq(str, (char *)mailguard_message_subject(m), IN_UTF8));
	cr_expect(eq(int, mailguard_message_damage(m, 0)->kind,
	             MAILGUARD_DAMAGE_WRONG_CHARSET));
	mailguard_message_free(m);
}

Test(mime_message, text_is_utf8_whatever_it_was)
{
	static const struct {
		const char *why, *mail;
		char *text;
	} rows[] = {
		{ "none said", "A: b\n\n日本\r\nx\r", "日本\nx\n" },
		{ "Shift_JIS",
		  "Content-Type: text/plain; "
		  "charset=Shift_JIS\n\n\x93\xfa\x96{",
		  "日本" },
		{ "Shift_JIS said to be UTF-8",
		  "Content-Type: text/plain; charset=utf-8\n\n"
		  "\x93\xfa\x96{\x82\xcc\x83\x81\x81[\x83\x8b",
		  "日本のメール" },
		{ "JIS without a word", "A: b\n\n\x1b$BF|K\\\x1b(B", "日本" },
		{ "unknown", "Content-Type: text/plain; charset=x-y\n\n日本",
		  "日本" },
		{ "html alone", "Content-Type: text/html\n\n<p>x", "<p>x" },
		{ "plain before html",
		  "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
		  "Content-Type: text/html\n\n<p>\n--b\n\nplain\n--b--\n",
		  "plain" },
		{ "attached text is not it",
		  "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		  "Content-Disposition: attachment\n\nno\n--b\n\nyes\n--b--\n",
		  "yes" },
		{ "boundary that never comes",
		  "Content-Type: multipart/mixed; boundary=b\n\nall\n",
		  "all\n" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_message *m = message_of(mg, span_of(rows[i].mail));

		mgi_buf_cut(&out, 0);
		ok(mailguard_message_text(&out, m, NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].text),
		          "%s", rows[i].why);
		mailguard_message_free(m);
	}
}

Test(mime_message, no_text_and_no_part_are_told)
{
	mailguard_message *m =
		message_of(mg, span_of("Content-Type: image/png\n\nx"));
	mailguard_source *source;
	mailguard_error err;

	cr_expect(eq(int, mailguard_message_text(&out, m, NULL),
	             MAILGUARD_ITEROVER));
	cr_expect(eq(int, mailguard_message_part_source(&source, m, 1, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "message.no-part"));
	cr_expect(eq(ptr, source, NULL));
	cr_expect(eq(int, mailguard_message_part_text(&out, m, -1, NULL),
	             MAILGUARD_EINVAL));
	mailguard_message_free(m);
}

Test(mime_message, outlives_what_it_was_made_from)
{
	mailguard_message *m = message_of(mg, mail_bytes(4));
	mailguard_source *source;
	mailguard_stream *stream;
	mailguard_span s;

	ok(mailguard_message_source(&source, mailguard_message_ref(m), NULL));
	mailguard_message_free(m);
	mailguard_message_free(m);
	ok(mailguard_source_open(&stream, source, NULL));
	ok(mailguard_stream_next(&s, stream, NULL));
	cr_expect(eq(int, s.len, mail_bytes(4).len));
	mailguard_stream_free(stream);
	mailguard_source_free(source);
}

/* -- digests --------------------------------------------------------------- */

/* The test vectors of docs/rooms/mime.md. */
#define EMPTY "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"

static const struct {
	const char *why, *mail, *same_as;
} same[] = {
	{ "CRLF", "A: b\r\n\r\nx\r\n", "A: b\n\nx\n" },
	{ "no line end at the end", "A: b\n\nx", "A: b\n\nx\n" },
	{ "blank lines at the end", "A: b\n\nx\n\r\n\n", "A: b\n\nx\n" },
	{ "From_ line", "From a Thu Jan  1 00:00:00 2026\nA: b\n\nx\n",
	  "A: b\n\nx\n" },
	{ "quoted From_ line", ">From a\nA: b\n\nx\n", "A: b\n\nx\n" },
	{ "mboxo", "A: b\n\n>From x\n", "A: b\n\nFrom x\n" },
	{ "mboxrd", "A: b\n\n>>From x\n", "A: b\n\n>From x\n" },
	{ "Mozilla",
	  "X-Mozilla-Status: 0001\nX-Mozilla-Keys: \n  \nA: b\n\nx\n",
	  "A: b\n\nx\n" },
	{ "mbox readers", "A: b\nStatus: RO\nX-UID: 5\n\t6\nLines: 1\n\nx\n",
	  "A: b\n\nx\n" },
	{ "mboxcl", "content-length: 2\nA: b\n\nx\n", "A: b\n\nx\n" },
	{ "Takeout", "X-GM-THRID: 1\nX-Gmail-Labels: a,\n b\nA: b\n\nx\n",
	  "A: b\n\nx\n" },
	{ "Evolution and KMail",
	  "X-Evolution: 1\nX-Evolution-Source: 2\nX-KMail-Fcc: 3\nA: b\n\nx\n",
	  "A: b\n\nx\n" },
	{ "no body", "A: b\n", "A: b\n\n" },
	{ "blank body", "A: b\n\n\n\n", "A: b\n\n" },
}, other[] = {
	{ "text", "A: b\n\nx\n", "A: b\n\ny\n" },
	{ "blank line within", "A: b\n\nx\n\ny\n", "A: b\n\nx\ny\n" },
	{ "blank line before", "A: b\n\n\nx\n", "A: b\n\nx\n" },
	{ "field order", "A: b\nC: d\n\n", "C: d\nA: b\n\n" },
	{ "folding", "A: b\n c\n\n", "A: b c\n\n" },
	{ "case", "a: b\n\n", "A: b\n\n" },
	{ "status in the text", "A: b\n\nStatus: RO\n", "A: b\n\n" },
	{ "bare CR", "A: b\n\nx\ry\n", "A: b\n\nx\ny\n" },
	{ "two CRs", "A: b\n\nx\r\r\n", "A: b\n\nx\n" },
	{ "other field", "X-Mozilla: x\nA: b\n\n", "A: b\n\n" },
	{ "From as RFC 822 wrote it", "From : a\nA: b\n\n", "A: b\n\n" },
	{ "Evolution is no head of a name", "X-Evolutionary: 1\nA: b\n\n",
	  "A: b\n\n" },
	{ "From within the header", "A: b\nFrom c\n\n", "A: b\n\n" },
};

static char *digest_of(const char *mail)
{
	static char two[2][MAILGUARD_DIGEST_SIZE];
	static int n;
	mailguard_message *m = message_of(mg, span_of(mail));

	n = !n;
	ok(mailguard_message_digest(two[n], m, NULL));
	mailguard_message_free(m);
	return two[n];
}

Test(mime_message, digest_is_what_the_mail_says)
{
	size_t i;

	for (i = 0; i < ROWS(same); i++)
		cr_expect(eq(str, digest_of(same[i].mail),
		             digest_of(same[i].same_as)),
		          "%s", same[i].why);
	for (i = 0; i < ROWS(other); i++)
		cr_expect(ne(str, digest_of(other[i].mail),
		             digest_of(other[i].same_as)),
		          "%s", other[i].why);
}

/* As each kind of store holds the mail that was delivered as `lines`. */
static void stored(mailguard_buffer *b, const char *lines, int kind)
{
	static const char from[] = "From ann@example.org Thu Jan  1 00:00:00 "
				   "2026\n";
	const char *at, *end;

	mgi_buf_cut(b, 0);
	if (kind < 4)
		mgi_buf_puts(b, from);
	if (kind == 2)
		mgi_buf_puts(b, "X-Mozilla-Status: 0001\n");
	for (at = lines; *at; at = end) {
		size_t quotes = strspn(at, ">");
		bool is_from = strncmp(at + quotes, "From ", 5) == 0;

		end = strchr(at, '\n') + 1;
		/* mboxo quotes "From " alone, mboxrd ">From ", too. */
		if (is_from && (kind == 1 || (kind < 4 && !quotes)))
			mgi_buf_putc(b, '>');
		mgi_buf_add(b, at, (size_t)(end - at) - 1);
		mgi_buf_puts(b, kind == 3 || kind == 5 ? "\r\n" : "\n");
	}
	if (kind < 4)
		mgi_buf_putc(b, '\n'); /* mboxes have one between mails */
}

Test(mime_message, digest_is_the_same_in_every_store)
{
	static const char *const kinds[] = { "mboxo",       "mboxrd",
		                             "Thunderbird", "mbox with CRLF",
		                             "Maildir",     "EML with CRLF" };
	static const char *const texts[] = {
		"text\n",
		"From here on\n",
		"a\n>From b\n",
		"\n>>From c\n\n",
		"From a\n>From b\n>>From c\n>>>From d\n",
		"",
	};
	mailguard_buffer b;
	size_t i, k;

	mgi_buf_init(&b, mg);
	for (i = 0; i < ROWS(texts); i++) {
		char first[MAILGUARD_DIGEST_SIZE] = "";

		for (k = 0; k < ROWS(kinds); k++) {
			char mail[200];
			const char *digest;

			snprintf(mail, sizeof(mail),
			         "Subject: x\nFrom: a\n\n%s", texts[i]);
			stored(&b, mail, (int)k);
			digest = digest_of(mgi_buf_text(&b));
			if (!k)
				memcpy(first, digest, sizeof(first));
			cr_expect(eq(str, (char *)digest, first), "%s: %s",
			          kinds[k], texts[i]);
		}
	}
	mgi_buf_done(&b);
}

Test(mime_message, digest_and_sha256_are_these)
{
	mailguard_message *m;
	unsigned char sha[32];

	/* SHA-256 of "\n", of "A: b\n\nx\n" and of "abc". */
	cr_expect(eq(str, digest_of(""), "mg1:" EMPTY));
	cr_expect(eq(str, digest_of("From x\nA: b\r\nStatus: R\r\n\r\nx"),
	             "mg1:c951ce7b67bdf1fc725f0b506422637c56104e24cd5177b023"
	             "0f679e11b0dc84"));
	cr_expect(eq(str,
	             digest_of("From x\nX-Mozilla-Status: 0001\nA: b\n\n"
	                       ">>From c\n>x\n\n"),
	             "mg1:aacbb066cfdb3d6508a34f585302bfa635e61ce7"
	             "20e5cd4a98dc9a49c4977621"));
	m = message_of(mg, span_of("abc"));
	ok(mailguard_message_sha256(sha, m, NULL));
	cr_expect(eq(int, sha[0], 0xba));
	cr_expect(eq(int, sha[31], 0xad));
	mailguard_message_free(m);
}

Test(mime_message, iconv_without_memory_is_survived)
{
	static const char mail[] =
		"Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\nContent-Type: "
		"text/plain; charset=euc-jp\n\n\xc6\xfc\xcb\xdc\n";
	int n, hit;

	if (!armed_malloc_works())
		cr_skip_test("a sanitizer has its own malloc");
	for (n = 0, hit = 1; hit; n++) {
		mailguard_message *m = NULL;
		mailguard_source *source = NULL;
		mailguard_status st;

		armed_malloc_at(n);
		st = mailguard_source_memory(&source, mg, span_of(mail), NULL,
		                             NULL, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_message_parse(&m, mg, source, NULL);
		mgi_buf_cut(&out, 0);
		if (st == MAILGUARD_OK)
			st = mailguard_message_text(&out, m, NULL);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		if (st == MAILGUARD_OK)
			cr_expect(
				eq(str, (char *)mgi_buf_text(&out), "日本\n"));
		out.failed = MAILGUARD_OK;
		mailguard_message_free(m);
		mailguard_source_free(source);
	}
}
