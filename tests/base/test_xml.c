/* What base/xml.c promises. */
#include "base/xml.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "support/armed_malloc.h"
#include "support/corpora.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(base_xml, .init = setup, .fini = teardown);

/* All text of a document, or the code of the error. */
static char *text_of(const char *s, size_t n, const mgi_xml_options *opts)
{
	static char got[1024];
	mailguard_buffer text;
	mailguard_error err;
	mgi_xml *doc;

	if (mgi_xml_parse(&doc, mg, mgi_span(s, n), opts, &err) < 0) {
		(void)snprintf(got, sizeof(got), "%s", err.code);
		return got;
	}
	mgi_buf_init(&text, mg);
	mgi_xml_text(&text, mgi_xml_root(doc));
	(void)snprintf(got, sizeof(got), "%s", mgi_buf_text(&text));
	mgi_buf_done(&text);
	mgi_xml_free(doc);
	return got;
}

Test(base_xml, reads_or_refuses)
{
	static const struct {
		const char *why, *text;
		char *got;
		bool html;
		const char *charset;
	} rows[] = {
		{ "plain", "<a>x<b>y</b>z</a>", "xyz", false, NULL },
		{ "declaration",
		  "\n <?xml version='1.0' "
		  "encoding='Shift_JIS'?><a>\x87\x40</a>",
		  "①", false, NULL },
		{ "double quotes",
		  "<?xml version=\"1.0\" encoding=\"KOI8-R\"?><a>\xc1</a>", "а",
		  false, NULL },
		{ "single quotes",
		  "<?xml version='1.0' encoding='KOI8-R'?><a>\xc1</a>", "а",
		  false, NULL },
		{ "meta in double quotes", "<meta charset=\"KOI8-R\"><p>\xc1",
		  "а", true, NULL },
		{ "meta in single quotes", "<meta charset='KOI8-R'><p>\xc1",
		  "а", true, NULL },
		{ "meta bare", "<meta charset=KOI8-R><p>\xc1", "а", true,
		  NULL },
		{ "sender wins",
		  "<?xml version='1.0' encoding='utf-8'?>"
		  "<a>\xad\xa1</a>",
		  "①", false, "euc-jp" },
		{ "CDATA, refs", "<a><![CDATA[<x>]]>&amp;&#12354;</a>",
		  "<x>&あ", false, NULL },
		{ "control", "<a>x\x0by</a>", "x y", false, NULL },
		{ "comment", "<a>x<!-- no -->y<?pi no?></a>", "xy", false,
		  NULL },
		{ "not closed", "<a><b></a>", "xml.bad", false, NULL },
		{ "no root", "<?xml version='1.0'?>", "xml.empty", false,
		  NULL },
		{ "no text", " \n", "xml.empty", false, NULL },
		{ "meta", "<meta charset=\"x-sjis\"><p>\x87\x8a", "㈱", true,
		  NULL },
		{ "meta http",
		  "<html><head><meta http-equiv='Content-Type' "
		  "content='text/html; charset=Shift_JIS'>"
		  "<body>\x87\x40\x81\x60",
		  "①～", true, NULL },
		{ "torn HTML", "<p>a<b>b</p>c&nbsp;&lt;", "abc\xc2\xa0<", true,
		  NULL },
		{ "file entity",
		  "<!DOCTYPE a [<!ENTITY x SYSTEM "
		  "'file:///etc/hostname'>]><a>p&x;q</a>",
		  "pq", false, NULL },
		{ "file DTD",
		  "<!DOCTYPE a SYSTEM 'file:///etc/hostname'>"
		  "<a>p</a>",
		  "p", false, NULL },
		{ "parameter entity",
		  "<!DOCTYPE a [<!ENTITY % x SYSTEM "
		  "'file:///etc/hostname'> %x;]><a>p</a>",
		  "p", false, NULL },
		{ "laughs",
		  "<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m "
		  "'&l;&l;&l;'>]><a>&m;</a>",
		  "xml.entities", false, NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_xml_options o = { .html = rows[i].html,
			              .charset = rows[i].charset };

		cr_expect(eq(str,
		             text_of(rows[i].text, strlen(rows[i].text), &o),
		             rows[i].got),
		          "%s", rows[i].why);
	}
}

Test(base_xml, keeps_its_limits)
{
	mgi_xml_options bytes = { .max_bytes = 10 };
	mgi_xml_options depth = { .max_depth = 3 };
	mgi_xml_options nodes = { .max_nodes = 4 };
	mgi_xml_options html = { .html = true, .max_depth = 5 };
	static const char *deep = "<a><b><c><d/></c></b></a>";
	static const char *wide = "<a><b x='1' y='2'/><c/></a>";
	static const char *page = "<p><b><b><b><b><b>x";

	cr_expect(eq(str, text_of(deep, strlen(deep), &bytes),
	             "xml.limit-bytes"));
	cr_expect(eq(str, text_of(deep, strlen(deep), &depth),
	             "xml.limit-depth"));
	cr_expect(eq(str, text_of(wide, strlen(wide), &nodes),
	             "xml.limit-nodes"));
	cr_expect(
		eq(str, text_of(page, strlen(page), &html), "xml.limit-depth"));
	nodes.max_nodes = 5;
	depth.max_depth = 4;
	cr_expect(eq(str, text_of(wide, strlen(wide), &nodes), ""));
	cr_expect(eq(str, text_of(deep, strlen(deep), &depth), ""));
}

#define FEED                                                        \
 "<r:RDF xmlns:r='u'><channel r:about='x&amp;y'><Title>one</Title>" \
 "</channel><item><title>a title that is rather long</title>"       \
 "</item></r:RDF>"

Test(base_xml, walks_by_local_name)
{
	static char names[256];
	const mgi_xml_node *root, *n;
	mailguard_buffer b;
	mgi_xml *doc;

	ok(mgi_xml_parse(&doc, mg, mgi_span_of(FEED), NULL, NULL));
	root = mgi_xml_root(doc);
	for (n = root; n; n = mgi_xml_walk(n, root)) {
		strncat(names, mgi_xml_name(n), 20);
		strncat(names, " ", 2);
	}
	cr_expect(eq(str, names, "RDF channel Title item title "));
	n = mgi_xml_child(root, "CHANNEL");
	mgi_buf_init(&b, mg);
	cr_expect(mgi_xml_attr(&b, n, "about"));
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "x&y"));
	cr_expect(eq(int, mgi_xml_attr(&b, n, "none"), 0));
	cr_expect(zero(ptr, (void *)mgi_xml_walk(mgi_xml_first(n), n)));
	cr_expect(eq(str, (char *)mgi_xml_name(mgi_xml_next(n)), "item"));
	cr_expect(zero(ptr, (void *)mgi_xml_next(mgi_xml_next(n))));
	cr_expect(zero(ptr, (void *)mgi_xml_child(NULL, "x")));
	mgi_buf_done(&b);
	mgi_xml_free(doc);
}

static mailguard_status feed(mailguard *h, const char *why, int n)
{
	mailguard_buffer b;
	mailguard_status st;
	mgi_xml *doc;

	st = mgi_xml_parse(&doc, h, mgi_span_of(FEED), NULL, NULL);
	cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%s %d: %d",
	          why, n, st);
	if (st < 0)
		return st;
	mgi_buf_init(&b, mg);
	mgi_xml_text(&b, mgi_xml_root(doc));
	cr_expect(eq(str, (char *)mgi_buf_text(&b),
	             "onea title that is rather long"),
	          "%s %d", why, n);
	mgi_buf_cut(&b, 0);
	cr_expect(mgi_xml_attr(&b, mgi_xml_first(mgi_xml_root(doc)), "about"));
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "x&y"), "%s %d", why, n);
	mgi_buf_done(&b);
	mgi_xml_free(doc);
	return st;
}

Test(base_xml, a_failed_allocation_never_gives_a_wrong_tree)
{
	mailguard_status st;
	mailguard *tight;
	int n = 1, hit;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = feed(tight, "ours", n);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	for (n = 0, hit = armed_malloc_works(); hit; n++) {
		mailguard_buffer b;
		mgi_xml *doc;

		armed_malloc_at(n);
		st = mgi_xml_parse(&doc, mg, mgi_span_of(FEED), NULL, NULL);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
		if (st < 0)
			continue;
		mgi_buf_init(&b, mg);
		mgi_xml_text(&b, mgi_xml_root(doc));
		(void)mgi_xml_attr(&b, mgi_xml_first(mgi_xml_root(doc)),
		                   "about");
		cr_expect(eq(str, (char *)mgi_buf_text(&b),
		             "onea title that is rather longx&y"),
		          "%d", n);
		mgi_buf_done(&b);
		mgi_xml_free(doc);
	}
}

TestSuite(base_xml_corpora, .init = setup, .fini = teardown);

Test(base_xml_corpora, a_provider_page_is_read_to_its_end)
{
	mgi_xml_options html = { .html = true };
	mailguard_buffer file;
	char path[4096];

	if (!corpora())
		cr_skip_test("no corpora");
	(void)snprintf(path, sizeof(path), "%s/status/%s", corpora(),
	               "jp_hoster_sjis_label_cp932.html");
	mgi_buf_init(&file, mg);
	ok(mgi_file_slurp(&file, path, 1 << 20, NULL));
	cr_expect(ne(ptr,
	             strstr(text_of(file.at, file.len, &html), "23時58分掲載"),
	             NULL));
	mgi_buf_done(&file);
}

Test(base_xml, a_failed_html_allocation_neither_kills_nor_hangs, .timeout = 30)
{
	mgi_xml_options html = { .html = true };
	int n, hit;

	if (!armed_malloc_works())
		cr_skip_test("the sanitizer has its own malloc");
	for (n = 0, hit = 1; hit; n++) {
		mailguard_status st;
		mgi_xml *doc;

		armed_malloc_at(n);
		st = mgi_xml_parse(&doc, mg, mgi_span_of(FEED), &html, NULL);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM ||
		                  st == MAILGUARD_EFORMAT,
		          "%d", n);
		mgi_xml_free(doc);
	}
	cr_expect(lt(int, 10, n));
}
