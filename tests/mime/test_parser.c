/* What mime/parser.c, head.c, body.c, part.c, look.c and input.c promise. */
#include "events.h"
#include "fixture.h"

#include "support/fail_alloc.h"

#include <inttypes.h>
#include <stdio.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(mime_parser, .init = setup, .fini = teardown);

Test(mime_parser, cuts_change_nothing)
{
	static const size_t pieces[] = { 1, 2, 3, 5, 7, 16, 61, 4000 };
	mailguard_buffer whole, cut;
	size_t i, k;

	mgi_buf_init(&whole, mg);
	mgi_buf_init(&cut, mg);
	for (i = 0; i < ROWS(mails); i++) {
		mgi_buf_cut(&whole, 0);
		events(&whole, mg, mail_bytes(i), 0);
		for (k = 0; k < ROWS(pieces); k++) {
			mgi_buf_cut(&cut, 0);
			events(&cut, mg, mail_bytes(i), pieces[k]);
			cr_expect(eq(int, cut.len, whole.len), "%zu by %zu", i,
			          pieces[k]);
			cr_expect(eq(int,
			             memcmp(mgi_buf_text(&cut),
			                    mgi_buf_text(&whole), cut.len),
			             0),
			          "mail %zu by %zu:%s\n---%s", i, pieces[k],
			          mgi_buf_text(&cut), mgi_buf_text(&whole));
		}
	}
	mgi_buf_done(&whole);
	mgi_buf_done(&cut);
}

static const struct {
	const char *why, *mail, *want;
} structures[] = {
	{ "plain", "A: b\n\nx\n",
	  "\nbegin 0\nheader 0 [A][b]\nhead 6 text/plain   f4"
	  "\nbody 6 x\n\nend 8 0 6..8 size 2\nmessage 8" },
	{ "folded", "A: b\n c\n\n",
	  "\nbegin 0\nheader 0 [A][b\n c]\nhead 9 text/plain   f4"
	  "\nend 9 0 9..9 size 0\nmessage 9" },
	{ "header alone", "A: b\n",
	  "\nbegin 0\nheader 0 [A][b]\nhead 5 text/plain   f4"
	  "\nend 5 0 5..5 size 0\nmessage 5" },
	{ "torn header", "A: b\nB: c",
	  "\nbegin 0\nheader 0 [A][b]\nheader 5 [B][c]"
	  "\nhead 9 text/plain   f4\ndamage 9 cut-header x1"
	  "\nend 9 0 9..9 size 0\nmessage 9" },
	{ "garbage between fields", "A: b\ngarbage\nC: d\n\n",
	  "\nbegin 0\nheader 0 [A][b]\nheader 5 [][garbage]"
	  "\nheader 13 [C][d]\nhead 19 text/plain   f4"
	  "\ndamage 5 bad-field x1\nend 19 0 19..19 size 0"
	  "\nmessage 19" },
	{ "no blank line", "A: b\nDear all\n\nhi",
	  "\nbegin 0\nheader 0 [A][b]\nhead 5 text/plain   f4"
	  "\nbody 5 Dear all\n\nhi\ndamage 5 no-separator x1"
	  "\nend 17 0 5..17 size 12\nmessage 17" },
	{ "two parts",
	  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n"
	  "--b\nX: y\n\ntwo\n\n--b--\n",
	  "\nbegin 0\nheader 0 [Content-Type][multipart/mixed; "
	  "boundary=b]\nhead 43 multipart/mixed   f1\nbegin 47"
	  "\nhead 48 text/plain   f4\nbody 48 one\nend 51 1 48..51 "
	  "size 3\nbegin 56\nheader 56 [X][y]\nhead 62 text/plain   "
	  "f4\nbody 62 two\n\nend 66 2 62..66 size 4"
	  "\nend 73 0 43..73 size 0\nmessage 73" },
	{ "unclosed",
	  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n",
	  "\nbegin 0\nheader 0 [Content-Type][multipart/mixed; "
	  "boundary=b]\nhead 43 multipart/mixed   f1\nbegin 47"
	  "\nhead 48 text/plain   f4\nbody 48 one\n\nend 52 1 48..52 "
	  "size 4\ndamage 52 unclosed x1\nend 52 0 43..52 size 0"
	  "\nmessage 52" },
	{ "base64 breaks off", "Content-Transfer-Encoding: base64\n\nQUJDR",
	  "\nbegin 0\nheader 0 [Content-Transfer-Encoding][base64]"
	  "\nhead 35 text/plain   f4\nbody 35 ABC"
	  "\ndamage 40 base64-cut x1\nend 40 0 35..40 size 3"
	  "\nmessage 40" },
};

Test(mime_parser, tells_structure_and_damage)
{
	mailguard_buffer got;
	size_t i;

	mgi_buf_init(&got, mg);
	for (i = 0; i < ROWS(structures); i++) {
		mgi_buf_cut(&got, 0);
		events(&got, mg, span_of(structures[i].mail), 0);
		cr_expect(
			eq(str, (char *)mgi_buf_text(&got), structures[i].want),
			"%s", structures[i].why);
	}
	mgi_buf_done(&got);
}

/* The kinds of damage of a mail, each with its offset. */
static char *damages_of(mailguard_span s)
{
	static char text[512];
	mailguard_message *m = message_of(mg, s);
	const mailguard_damage *d;
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; (d = mailguard_message_damage(m, i)) != NULL; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		                      "%s%s@%" PRIu64, i ? " " : "",
		                      mailguard_damage_name(d->kind),
		                      d->offset);
	mailguard_message_free(m);
	return text;
}

#define CTE "Content-Transfer-Encoding: "
#define LONG_MULTI "Content-Type: multipart/mixed; boundary=\"=_part_0012_a\""
#define UTF8 "Content-Type: text/plain; charset=utf-8\n"
#define LATIN "Content-Type: text/plain; charset=iso-8859-1\n"
#define MULTI "Content-Type: multipart/mixed; boundary=b"

static const struct {
	const char *why, *mail;
	size_t len;
	char *want;
} damaged[] = {
#define ROW(why, mail, want)        \
 {                                  \
  why, mail, sizeof(mail) - 1, want \
 }
	ROW("whole", "A: b\n\nx\n", ""),
	ROW("empty", "", "no-header@0"),
	ROW("NUL", "A: b\n\nx\0\0y\n", "nul@7"),
	ROW("NUL in a header", "A: \0\n\n", "nul@3"),
	ROW("bare CR", "A: b\n\nx\ry\n", "bare-cr@7"),
	ROW("CR at the end", "A: b\n\nx\r", "bare-cr@7"),
	ROW("mixed ends", "A: b\n\nx\r\ny\nz\r\n", "mixed-ends@10"),
	ROW("8-bit header", "A: \xe9\n\n", "8bit-header@3"),
	ROW("8-bit body", "A: b\n\n\xe9\n", "8bit-body@6 unknown-charset@6"),
	ROW("8-bit body that says so", CTE "8bit\n" LATIN "\n\xe9\n", ""),
	ROW("not in its charset",
	    CTE "8bit\n" UTF8 "\n\x93\xfa\x96{\x82\xcc\x83\x81",
	    "wrong-charset@73"),
	ROW("charset nobody knows",
	    CTE "8bit\nContent-Type: text/plain; charset=x-y\n\n\xe9\n",
	    "unknown-charset@71"),
	ROW("a byte of UTF-8 is gone",
	    CTE "8bit\n" UTF8 "\n日本語の文字は\xe3\x81です\n",
	    "bad-text@94"),
	ROW("byte order mark",
	    "\xef\xbb\xbf"
	    "A: b\n\nx\n",
	    "bom@0"),
	ROW("old Macintosh", "A: b\rC: d\r\rx\ry", "cr-ends@4"),
	ROW("old Macintosh, folded", "A: b\r c\r\rx\r", "cr-ends@4"),
	ROW("a CR in a field is no line end", "A: b\rc\n\nx\n", "bare-cr@4"),
	ROW("lines torn out of a field",
	    "A: b\ntorn\nand torn\nSubject: c\n\nx\n",
	    "bad-field@5"),
	ROW("lines before words with a colon",
	    "A: b\ntorn\nand torn\nnote: c\n\nx\n",
	    "no-separator@5"),
	ROW("boundary lost in the header",
	    "Content-Type: multipart/mixed\n\n--=_part_12\n\none\n--=_part_12"
	    "\n\ntwo\n--=_part_12--\n",
	    "no-boundary@31 guessed-boundary@31"),
	ROW("boundary of another byte in the header",
	    LONG_MULTI "\n\n--=_part_0012_b\n\none\n--=_part_0012_b\n\ntwo\n"
	               "--=_part_0012_b--\n",
	    "guessed-boundary@57"),
	ROW("boundary of another byte at the first part",
	    LONG_MULTI "\n\n--=_part_0012_b\n\none\n--=_part_0012_a\n\ntwo\n"
	               "--=_part_0012_a--\n",
	    "guessed-boundary@57"),
	ROW("boundary of another byte between parts",
	    LONG_MULTI "\n\n--=_part_0012_a\n\none\n--=_part_0012_b\n\ntwo\n"
	               "--=_part_0012_a--\n",
	    "near-boundary@78"),
	ROW("closing boundary of another byte",
	    LONG_MULTI "\n\n--=_part_0012_a\n\none\n--=_part_0012_a-~\n",
	    "near-boundary@78 unclosed@96"),
	ROW("From as RFC 822 wrote it", "From : a@b.c\nA: b\n\n", ""),
	ROW("boundary doubled", MULTI "\n\n--b\n--b\n\nx\n--b\n--b--\n", ""),
	ROW("uuencode in a text cut",
	    "A: b\n\nbegin 644 f\n#04)#\nx x x\n",
	    "uuencode@24 uuencode-cut@23"),
	ROW("no header", "\ntext", "no-header@1"),
	ROW("text alone", "text\nmore", "no-header@0"),
	ROW("no boundary",
	    "Content-Type: multipart/mixed\n\nx\n",
	    "no-boundary@31"),
	ROW("boundary that never comes", MULTI "\n\nx\n", "no-parts@45"),
	ROW("encoded multipart",
	    CTE "base64\n" MULTI "\n\n--b\n\n--b--\n",
	    "encoded-multipart@77"),
	ROW("unknown encoding", CTE "base65\n\nx\n", "unknown-encoding@35"),
	ROW("foreign characters", CTE "base64\n\nQU!JD\n", "base64-chars@37"),
	ROW("behind the end", CTE "base64\n\nQQ==QQ==\n", "base64-after@39"),
	ROW("quoted-printable",
	    CTE "quoted-printable\n\n=ZZ=41\n",
	    "quoted-printable@46"),
	ROW("uuencode cut",
	    CTE "uuencode\n\nbegin 644 f\n#04)#\n",
	    "uuencode-cut@55"),
	ROW("part torn in its header",
	    MULTI "\n\n--b\nX: y\n--b--\n",
	    "cut-header@52"),
};

Test(mime_parser, names_each_kind_of_damage_and_where)
{
	size_t i;

	for (i = 0; i < ROWS(damaged); i++)
		cr_expect(eq(str,
		             damages_of(
				     mgi_span(damaged[i].mail, damaged[i].len)),
		             damaged[i].want),
		          "%s", damaged[i].why);
}

Test(mime_parser, every_damage_has_its_own_name_and_words)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard *ja;
	int32_t i, k;

	opts.lang = "ja";
	ok(mailguard_new(&ja, &opts, NULL));
	for (i = 1; i <= MAILGUARD_DAMAGE_NEAR_BOUNDARY; i++) {
		const char *name = mailguard_damage_name(i);

		for (k = 0; k < i; k++)
			cr_expect(ne(str, (char *)name,
			             (char *)mailguard_damage_name(k)));
		cr_expect(ne(str, (char *)mailguard_damage_text(mg, i),
		             (char *)mailguard_damage_text(ja, i)));
		cr_expect(ne(str, (char *)mailguard_damage_text(mg, i),
		             (char *)mailguard_damage_text(mg, 0)));
	}
	cr_expect(eq(str, (char *)mailguard_damage_name(i), "unknown"));
	cr_expect(eq(str, (char *)mailguard_damage_name(-1), "unknown"));
	cr_expect(eq(int, mailguard_damage_severity(MAILGUARD_DAMAGE_NUL),
	             MAILGUARD_SEVERITY_LOSS));
	mailguard_free(ja);
}

/* Reports and manifests of years ago hold them. */
Test(mime_parser, numbers_and_names_of_damage_never_change)
{
	static const struct {
		int32_t kind;
		char *name;
		int32_t severity;
	} rows[] = {
		{ 1, "nul", MAILGUARD_SEVERITY_LOSS },
		{ 2, "bare-cr", MAILGUARD_SEVERITY_NOTE },
		{ 3, "mixed-ends", MAILGUARD_SEVERITY_NOTE },
		{ 4, "long-line", MAILGUARD_SEVERITY_NOTE },
		{ 5, "8bit-header", MAILGUARD_SEVERITY_NOTE },
		{ 6, "bad-field", MAILGUARD_SEVERITY_WARN },
		{ 7, "no-separator", MAILGUARD_SEVERITY_WARN },
		{ 8, "cut-header", MAILGUARD_SEVERITY_LOSS },
		{ 9, "long-header", MAILGUARD_SEVERITY_WARN },
		{ 10, "no-boundary", MAILGUARD_SEVERITY_WARN },
		{ 11, "no-parts", MAILGUARD_SEVERITY_LOSS },
		{ 12, "unclosed", MAILGUARD_SEVERITY_WARN },
		{ 13, "too-deep", MAILGUARD_SEVERITY_WARN },
		{ 14, "too-many-parts", MAILGUARD_SEVERITY_WARN },
		{ 15, "encoded-multipart", MAILGUARD_SEVERITY_NOTE },
		{ 16, "unknown-encoding", MAILGUARD_SEVERITY_WARN },
		{ 17, "base64-chars", MAILGUARD_SEVERITY_WARN },
		{ 18, "base64-cut", MAILGUARD_SEVERITY_LOSS },
		{ 19, "base64-after", MAILGUARD_SEVERITY_NOTE },
		{ 20, "quoted-printable", MAILGUARD_SEVERITY_NOTE },
		{ 21, "uuencode", MAILGUARD_SEVERITY_WARN },
		{ 22, "uuencode-cut", MAILGUARD_SEVERITY_LOSS },
		{ 23, "8bit-body", MAILGUARD_SEVERITY_NOTE },
		{ 24, "no-header", MAILGUARD_SEVERITY_WARN },
		{ 25, "bom", MAILGUARD_SEVERITY_NOTE },
		{ 26, "cr-ends", MAILGUARD_SEVERITY_NOTE },
		{ 27, "wrong-charset", MAILGUARD_SEVERITY_NOTE },
		{ 28, "unknown-charset", MAILGUARD_SEVERITY_NOTE },
		{ 29, "bad-text", MAILGUARD_SEVERITY_WARN },
		{ 30, "guessed-boundary", MAILGUARD_SEVERITY_WARN },
		{ 31, "near-boundary", MAILGUARD_SEVERITY_WARN },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		cr_expect(eq(str, (char *)mailguard_damage_name(rows[i].kind),
		             rows[i].name));
		cr_expect(eq(int, mailguard_damage_severity(rows[i].kind),
		             rows[i].severity),
		          "%s", rows[i].name);
	}
}

Test(mime_parser, limits_bound_what_is_kept)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;
	static char mail[40000];
	const mailguard_parser_event *e;
	mailguard_parser *p;
	size_t n = 0, i, longest = 0, damage = 0;

	opts.field_max = 1000;
	opts.header_max = 5000;
	opts.parts_max = 5;
	opts.depth_max = 3;
	n += (size_t)sprintf(mail, "A: ");
	memset(mail + n, 'x', 3000);
	n += 3000;
	for (i = 0; i < 6; i++)
		n += (size_t)sprintf(mail + n,
		                     "\nContent-Type: multipart/mixed; "
		                     "boundary=b%zu\n\n--b%zu",
		                     i, i);
	for (i = 0; i < 100; i++)
		n += (size_t)sprintf(mail + n, "\n--b0\nX: %zu\n\n", i);
	ok(mailguard_parser_new(&p, mg, NULL, &opts, NULL));
	ok(mailguard_parser_feed(p, mgi_span(mail, n), NULL));
	for (i = 0; i < 2; i++) {
		while (mailguard_parser_next(&e, p, NULL) == MAILGUARD_OK) {
			if (e->kind == MAILGUARD_PARSER_DAMAGE)
				damage |= (size_t)1 << e->damage.kind;
			if (e->header.raw.len > longest)
				longest = e->header.raw.len;
		}
		if (!i)
			ok(mailguard_parser_feed(p, mgi_span("", 0), NULL));
	}
	cr_expect(eq(int, longest, 1000));
	cr_expect(eq(ptr, (void *)mailguard_parser_part(p, 5), NULL));
	cr_expect(ne(ptr, (void *)mailguard_parser_part(p, 4), NULL));
	cr_expect(ne(int, damage >> MAILGUARD_DAMAGE_LONG_HEADER & 1, 0));
	cr_expect(ne(int, damage >> MAILGUARD_DAMAGE_TOO_DEEP & 1, 0));
	cr_expect(ne(int, damage >> MAILGUARD_DAMAGE_TOO_MANY_PARTS & 1, 0));
	mailguard_parser_free(p);
}

Test(mime_parser, a_cut_mail_is_read_as_far_as_it_goes)
{
	size_t i, n;

	for (i = 0; i < ROWS(mails); i++) {
		mailguard_span s = mail_bytes(i);

		for (n = 0; n <= s.len; n++) {
			mailguard_message *m =
				message_of(mg, mgi_span_head(s, n));

			cr_expect(eq(int, mailguard_message_size(m), n),
			          "mail %zu cut at %zu", i, n);
			mailguard_message_free(m);
		}
	}
}

Test(mime_parser, feeding_out_of_turn_is_refused)
{
	mailguard_source *source;
	mailguard_parser *p;
	mailguard_error err;

	ok(mailguard_parser_new(&p, mg, NULL, NULL, NULL));
	ok(mailguard_parser_feed(p, span_of("A: b\n"), NULL));
	cr_expect(eq(int, mailguard_parser_feed(p, span_of("x"), &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "parser.not-asked"));
	mailguard_parser_free(p);
	ok(mailguard_source_memory(&source, mg, span_of("x"), NULL, NULL,
	                           NULL));
	ok(mailguard_parser_new(&p, mg, source, NULL, NULL));
	cr_expect(eq(int, mailguard_parser_feed(p, span_of("x"), NULL),
	             MAILGUARD_EINVAL));
	mailguard_parser_free(p);
	mailguard_source_free(source);
}

static mailguard_status read_everything(mailguard *tight, mailguard_span s)
{
	char digest[MAILGUARD_DIGEST_SIZE];
	mailguard_buffer *text = NULL;
	mailguard_message *m = NULL;
	mailguard_source *source;
	mailguard_status st;

	st = mailguard_source_memory(&source, tight, s, NULL, NULL, NULL);
	if (st < 0)
		return st;
	st = mailguard_message_parse(&m, tight, source, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&text, tight, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_message_text(text, m, NULL);
	if (st >= 0)
		st = mailguard_message_digest(digest, m, NULL);
	mailguard_buffer_free(text);
	mailguard_message_free(m);
	mailguard_source_free(source);
	return st;
}

Test(mime_parser, every_allocation_may_fail)
{
	size_t i;

	for (i = 0; i < ROWS(mails); i++) {
		mailguard_status st;
		mailguard *tight;
		int n = 1;

		do {
			ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
			st = read_everything(tight, mail_bytes(i));
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "mail %zu allocation %d: %d", i, n, st);
			mailguard_free(tight);
			cr_assert(eq(int, fail_alloc_live(), 0),
			          "mail %zu allocation %d", i, n);
		} while (st != MAILGUARD_OK);
	}
}
