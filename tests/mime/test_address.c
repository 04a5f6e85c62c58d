/* What mime/address.c promises. */
#include "fixture.h"

#include "support/fail_alloc.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(mime_address, .init = setup, .fini = teardown);

/* "name|address|group" of each, "!" before a broken one, joined by " ; ". */
static mailguard_status told(mailguard_buffer *out,
                             mailguard *by,
                             const char *value)
{
	mailguard_address_walk *walk;
	const mailguard_address *a;
	mailguard_status st;

	st = mailguard_address_walk_new(&walk, by, span_of(value), NULL);
	if (st < 0)
		return st;
	while ((st = mailguard_address_walk_next(&a, walk, NULL)) ==
	       MAILGUARD_OK)
		mgi_buf_printf(out, "%s%s%s|%s|%s", out->len ? " ; " : "",
		               a->broken ? "!" : "", a->name, a->address,
		               a->group);
	mailguard_address_walk_free(walk);
	return st < 0 ? st : MAILGUARD_OK;
}

static const struct {
	const char *why, *value;
	char *want;
} rows[] = {
	{ "bare", "ann@example.org", "|ann@example.org|" },
	{ "brackets", "<ann@example.org>", "|ann@example.org|" },
	{ "name", "Ann Bee <ann@example.org>", "Ann Bee|ann@example.org|" },
	{ "quoted", "\"Bee, Ann\" <ann@example.org>",
	  "Bee, Ann|ann@example.org|" },
	{ "escaped", "\"A \\\"B\\\" C\" <a@b.c>", "A \"B\" C|a@b.c|" },
	{ "two", "a@b.c, d@e.f", "|a@b.c| ; |d@e.f|" },
	{ "folded", "a@b.c,\r\n d@e.f", "|a@b.c| ; |d@e.f|" },
	{ "empty pieces", ",, a@b.c ,,", "|a@b.c|" },
	{ "comment is a name", "a@b.c (Ann)", "Ann|a@b.c|" },
	{ "comment between", "Ann (the first) <a@b.c>", "Ann|a@b.c|" },
	{ "nested comment", "a@b.c (Ann (x) Bee)", "Ann (x) Bee|a@b.c|" },
	{ "comma in a comment", "a@b.c (Bee, Ann), d@e.f",
	  "Bee, Ann|a@b.c| ; |d@e.f|" },
	{ "encoded word", "=?utf-8?B?5pel5pys?= <a@b.c>", "日本|a@b.c|" },
	{ "encoded word in quotes", "\"=?utf-8?B?5pel5pys?=\" <a@b.c>",
	  "日本|a@b.c|" },
	{ "encoded comma", "=?utf-8?Q?a=2Cb?= <a@b.c>", "a,b|a@b.c|" },
	{ "raw UTF-8", "日本 <a@b.c>", "日本|a@b.c|" },
	{ "raw JIS with brackets in it", "\x1b$B%\\<%\x1b(B <a@b.c>",
	  "ボ璽|a@b.c|" },
	{ "UTF-8 address", "用户@例え.jp", "|用户@例え.jp|" },
	{ "quoted local part", "\"a b\"@c.d", "|\"a b\"@c.d|" },
	{ "domain literal", "a@[192.0.2.1]", "|a@[192.0.2.1]|" },
	{ "IPv6 literal", "a@[IPv6:2001:db8::1]", "|a@[IPv6:2001:db8::1]|" },
	{ "spaces around", "ann @ example . org", "|ann@example.org|" },
	{ "route", "<@x.y,@z.w:a@b.c>", "|a@b.c|" },
	{ "group", "Team: a@b.c, Ann <d@e.f>;",
	  "|a@b.c|Team ; Ann|d@e.f|Team" },
	{ "behind a group", "Team: a@b.c;, d@e.f", "|a@b.c|Team ; |d@e.f|" },
	{ "empty group", "undisclosed-recipients:;",
	  "||undisclosed-recipients" },
	{ "empty group, then one", "none:;, a@b.c", "||none ; |a@b.c|" },
	{ "group not closed", "Team: a@b.c", "|a@b.c|Team" },
	{ "semicolons between", "a@b.c; d@e.f", "|a@b.c| ; |d@e.f|" },
	{ "dot in a name", "A. B. See <a@b.c>", "A. B. See|a@b.c|" },
	{ "bracket not closed", "Ann <a@b.c, d@e.f", "!Ann|a@b.c| ; |d@e.f|" },
	{ "brackets twice", "Ann <x@y.z> <a@b.c>", "!Ann <x@y.z>|a@b.c|" },
	{ "brackets missing", "Ann Bee ann@example.org",
	  "!Ann Bee|ann@example.org|" },
	{ "no at", "ann", "!|ann|" },
	{ "name alone", "Ann Bee", "!|Ann Bee|" },
	{ "no at, as archives write it", "ann at example.org (Ann)",
	  "!Ann|ann at example.org|" },
	{ "comma missing", "Ann <a@b.c> Bob <d@e.f>",
	  "Ann|a@b.c| ; Bob|d@e.f|" },
	{ "comma missing, folded", "a@b.c\r\n d@e.f", "|a@b.c| ; |d@e.f|" },
	{ "raw bytes in an encoded word", "=?iso-8859-1?Q?J\xfcrgen?= <a@b.c>",
	  "Jürgen|a@b.c|" },
	{ "two ats", "a@b@c.d", "!|a@b@c.d|" },
	{ "empty brackets", "Ann <>", "!Ann||" },
	{ "quote not closed", "\"Ann <a@b.c>, d@e.f", "Ann|a@b.c| ; |d@e.f|" },
	{ "comma within an encoded word", "=?utf-8?Q?Bee,_Ann?= <a@b.c>",
	  "Bee, Ann|a@b.c|" },
	{ "all of it encoded", "=?utf-8?Q?Ann_=3Ca=40b.c=3E?=", "!Ann|a@b.c|" },
	{ "line end in a name", "=?utf-8?Q?A=0D=0ABcc:_x?= <a@b.c>",
	  "A  Bcc: x|a@b.c|" },
	{ "empty", "", "" },
	{ "comma alone", ",", "" },
};

Test(mime_address, every_mailbox_is_found)
{
	mailguard_buffer out;
	size_t i;

	mgi_buf_init(&out, mg);
	for (i = 0; i < ROWS(rows); i++) {
		mgi_buf_cut(&out, 0);
		ok(told(&out, mg, rows[i].value));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].want),
		          "%s", rows[i].why);
	}
	mgi_buf_done(&out);
}

Test(mime_address, every_allocation_may_fail)
{
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_status st;
		mailguard_buffer out;
		mailguard *tight;
		int n = 1;

		mgi_buf_init(&out, mg);
		do {
			ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
			mgi_buf_cut(&out, 0);
			st = told(&out, tight, rows[i].value);
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
			mailguard_free(tight);
			cr_assert(eq(int, fail_alloc_live(), 0), "%s",
			          rows[i].why);
		} while (st != MAILGUARD_OK);
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].want));
		mgi_buf_done(&out);
	}
}
