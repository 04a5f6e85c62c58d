/* What base/charset*.c and base/iso2022jp.c promise. */
#include "base/charset.h"

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

TestSuite(base_charset, .init = setup, .fini = teardown);

#define FFFD "\xef\xbf\xbd"

static const mgi_charset *cs(const char *label)
{
	return mgi_charset_find(mgi_span_of(label));
}

Test(base_charset, takes_labels_as_browsers_do)
{
	static const struct {
		const char *label;
		char *name;
	} rows[] = {
		{ "Shift_JIS", "shift_jis" },
		{ "x-sjis", "shift_jis" },
		{ "windows-31j", "shift_jis" },
		{ "MS932", "shift_jis" },
		{ " \"EUC-JP\" ", "euc-jp" },
		{ "csISO2022JP", "iso-2022-jp" },
		{ "gb2312", "gb18030" },
		{ "ks_c_5601-1987", "euc-kr" },
		{ "us-ascii", "windows-1252" },
		{ "iso-8859-1", "windows-1252" },
		{ "iso-8859-11", "windows-874" },
		{ "koi8-u", "koi8-u" },
		{ "UTF8", "utf-8" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert(ne(ptr, (void *)cs(rows[i].label), NULL));
		cr_expect(eq(str, (char *)mgi_charset_name(cs(rows[i].label)),
		             rows[i].name));
	}
	cr_expect(zero(ptr, (void *)cs("x-unknown")));
	cr_expect(zero(ptr, (void *)cs("")));
}

/* Bad bytes: how many, and where the first is (-1: none). */
static const struct {
	const char *why, *label, *bytes;
	size_t n;
	char *utf8;
	uint64_t bad;
	int first;
} decoded[] = {
	{ "NEC row 13", "shift_jis", "\x87\x40\x87\x8a", 4, "①㈱", 0, -1 },
	{ "IBM ext", "shift_jis", "\xfb\xfc\xfa\xb1", 4, "髙﨑", 0, -1 },
	{ "wave, minus", "shift_jis", "\x81\x60\x81\x7c\xb1", 5, "～－ｱ", 0,
	  -1 },
	{ "bad trail", "shift_jis",
	  "A\x82\x20"
	  "B",
	  4, "A" FFFD " B", 1, 1 },
	{ "empty cell", "shift_jis", "\xeb\x9f\x82\xa0", 4, FFFD "あ", 1, 0 },
	{ "cut", "shift_jis", "\x82\xa0\x82", 3, "あ" FFFD, 1, 2 },
	{ "no lead", "shift_jis", "\x80\x82\xa0", 3, FFFD "あ", 1, 0 },
	{ "JIS row 13", "iso-2022-jp", "\x1b$B-!-j\x1b(B", 10, "①㈱", 0, -1 },
	{ "JIS row 92", "iso-2022-jp", "\x1b$B|byu\x1b(B", 10, "髙﨑", 0, -1 },
	{ "JIS wave", "iso-2022-jp", "\x1b$B!A!]\x1b(B", 10, "～－", 0, -1 },
	{ "JIS kana", "iso-2022-jp",
	  "\x1b(I1\x1b(B1\x0e"
	  "1\x0f"
	  "1",
	  12, "ｱ1ｱ1", 0, -1 },
	{ "JIS roman", "iso-2022-jp", "\x1b(J\\~\x1b(B\\", 9, "¥‾\\", 0, -1 },
	{ "JIS line end", "iso-2022-jp", "\x1b$B$\"\nab", 8, "あ\nab", 0, -1 },
	{ "JIS 8 bit", "iso-2022-jp", "a\xffz", 3, "a" FFFD "z", 1, 1 },
	{ "JIS cut", "iso-2022-jp", "\x1b$B$", 4, FFFD, 1, 3 },
	{ "JIS odd escape", "iso-2022-jp", "\x1b[m", 3, FFFD "[m", 1, 0 },
	{ "EUC", "euc-jp", "\xad\xa1\x8e\xb1\x8f\xb0\xa1", 7, "①ｱ丂", 0, -1 },
	{ "EUC empty", "euc-jp", "\x8f\xa1\xa1\xa4\xa2", 5, FFFD "あ", 1, 0 },
	{ "latin1", "iso-8859-1", "\xe9\x80\x81", 3, "é€" FFFD, 1, 2 },
	{ "korean", "ks_c_5601-1987", "\x8c\x63\xb0\xa1", 4, "똠가", 0, -1 },
	{ "UTF-7", "utf-7", "a+MEI-~\\+MEI-", 13, "aあ~\\あ", 0, -1 },
	{ "UTF-7 plus", "utf-7", "1+-1+MEI", 8, "1+1あ", 0, -1 },
	{ "UTF-7 pair", "utf-7", "+2D3eAA-", 8, "😀", 0, -1 },
	{ "UTF-7 torn pair", "utf-7", "+2D0-a", 6, FFFD "a", 1, 4 },
	{ "UTF-7 cut", "utf-7", "a+ME", 4, "a" FFFD, 1, 4 },
	{ "UTF-7 nothing shifted", "utf-7", "a+ b", 4, "a" FFFD " b", 1, 2 },
	{ "UTF-7 8 bit", "utf-7", "+MEI\xff", 5, "あ" FFFD, 1, 4 },
	{ "joins", "windows-1258",
	  "a\xcc\xd2"
	  "a\xff",
	  5,
	  "à\xcc\x89"
	  "aÿ",
	  0, -1 },
	{ "UTF-8 mark", "utf-8",
	  "\xef\xbb\xbf"
	  "a\xef\xbb\xbf",
	  7, "a\xef\xbb\xbf", 0, -1 },
	{ "UTF-8 bad", "utf-8", "a\xe3\x81z\xc0\x80", 6,
	  "a" FFFD FFFD "z" FFFD FFFD, 4, 1 },
	{ "UTF-8 U+FFFD", "utf-8", FFFD, 3, FFFD, 0, -1 },
	{ "UTF-16 mark", "utf-16", "\xfe\xff\x30\x42", 4, "あ", 0, -1 },
	{ "UTF-16 pair", "utf-16le", "\x3d\xd8\x00\xde", 4, "😀", 0, -1 },
	{ "UTF-16 torn", "utf-16le",
	  "\x3d\xd8"
	  "A\0\x42",
	  5, FFFD "A" FFFD, 2, 0 },
	{ "UTF-32", "utf-32be", "\0\0\x30\x42\0\x11\0\0", 8, "あ" FFFD, 1, 4 },
	{ "big5 joins", "big5",
	  "\x88\x62\xff"
	  "A",
	  4, "Ê̄" FFFD "A", 1, 2 },
};

Test(base_charset, decodes_and_tells_the_first_bad_byte)
{
	size_t i;

	for (i = 0; i < sizeof(decoded) / sizeof(decoded[0]); i++) {
		mailguard_buffer out;
		mgi_damage d;

		mgi_buf_init(&out, mg);
		ok(mgi_charset_decode(&out, &d, cs(decoded[i].label),
		                      mgi_span(decoded[i].bytes, decoded[i].n),
		                      NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), decoded[i].utf8),
		          "%s", decoded[i].why);
		cr_expect(eq(u64, d.count, decoded[i].bad), "%s",
		          decoded[i].why);
		cr_expect(eq(i64, (int64_t)d.first, decoded[i].first), "%s",
		          decoded[i].why);
		mgi_buf_done(&out);
	}
}

static void same_in_pieces(const mgi_charset *c, mailguard_span s, size_t piece)
{
	mailguard_buffer whole, fed;
	mgi_damage d, e;
	mgi_decoder *dec;
	size_t at;

	mgi_buf_init(&whole, mg);
	mgi_buf_init(&fed, mg);
	ok(mgi_charset_decode(&whole, &d, c, s, NULL));
	ok(mgi_decoder_new(&dec, mg, c, NULL));
	for (at = 0; at < s.len; at += piece)
		ok(mgi_decoder_feed(dec, &fed,
		                    mgi_span_head(mgi_span_from(s, at), piece),
		                    NULL));
	ok(mgi_decoder_end(dec, &fed, NULL));
	e = mgi_decoder_damage(dec);
	cr_assert(eq(sz, whole.len, fed.len), "%s", mgi_charset_name(c));
	cr_assert(eq(int, memcmp(whole.at, fed.at, fed.len), 0));
	cr_assert(eq(u64, d.count, e.count), "%s", mgi_charset_name(c));
	cr_assert(eq(u64, d.first, e.first), "%s", mgi_charset_name(c));
	cr_assert(mgi_utf8_valid(mgi_buf_span(&whole)));
	mgi_decoder_free(dec);
	mgi_buf_done(&whole);
	mgi_buf_done(&fed);
}

Test(base_charset, decodes_alike_wherever_the_pieces_are_cut, .timeout = 60)
{
	static const char *all[] = {
		"utf-8",       "utf-16",       "utf-16be",      "utf-32le",
		"utf-7",       "iso-2022-jp",  "iso-2022-jp-2", "shift_jis",
		"euc-jp",      "gb18030",      "big5",          "euc-kr",
		"iso-2022-kr", "windows-1252", "windows-1255",  "windows-1258",
		"koi8-r",      "johab",        "euc-tw"
	};
	static const unsigned char favour[] = "\x1b$B(I\x0e\x0f\n+-a\xfe\xff";
	unsigned char noise[5000];
	uint32_t seed = 1;
	size_t i, k;

	for (i = 0; i < sizeof(decoded) / sizeof(decoded[0]); i++)
		same_in_pieces(cs(decoded[i].label),
		               mgi_span(decoded[i].bytes, decoded[i].n), 1);
	for (k = 0; k < 8 * sizeof(all) / sizeof(all[0]); k++) {
		for (i = 0; i < sizeof(noise); i++) {
			seed = seed * 1664525 + 1013904223;
			noise[i] = (unsigned char)(seed >> 24);
			if (seed >> 8 & 1)
				noise[i] = favour[noise[i] % 13];
		}
		same_in_pieces(cs(all[k / 8]), mgi_span(noise, sizeof(noise)),
		               1 + k % 8);
	}
}

Test(base_charset, encodes_and_names_what_does_not_fit)
{
	static const struct {
		const char *label, *utf8;
		char *bytes;
		uint64_t count;
		uint32_t c;
		uint64_t at;
	} rows[] = {
		{ "iso-2022-jp", "①㈱髙﨑", "\x1b$B-!-j|byu\x1b(B", 0, 0, 0 },
		{ "iso-2022-jp", "～－ｱ¥\\",
		  "\x1b$B!A!]\x1b(I1\x1b(J\\\x1b(B\\", 0, 0, 0 },
		{ "iso-2022-jp", "あé😀", "\x1b$B$\"\x1b(B", 2, 0xe9, 3 },
		{ "iso-2022-jp", "a\x1b$Bz", "a$Bz", 1, 0x1b, 1 },
		{ "shift_jis", "髙é", "\xfb\xfc", 1, 0xe9, 3 },
		{ "shift_jis", "a\xf3\xa0\x81\x81z", "az", 1, 0xe0041, 1 },
		{ "iso-8859-1", "é€あ", "\xe9\x80", 1, 0x3042, 5 },
		{ "utf-8", "a\xff", "a", 1, 0xfffd, 1 },
		{ "utf-7", "あ", "+MEI-", 0, 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer out;
		mgi_misfits m;

		mgi_buf_init(&out, mg);
		ok(mgi_charset_encode(&out, &m, cs(rows[i].label),
		                      mgi_span_of(rows[i].utf8), NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].bytes),
		          "%s", rows[i].utf8);
		cr_expect(eq(u64, m.count, rows[i].count));
		cr_expect(eq(u32, m.list[0].c, rows[i].c));
		cr_expect(eq(u64, m.list[0].at, rows[i].at));
		mgi_buf_done(&out);
	}
}

/* Every cell of CP932 that a vendor filled twice leads to one character. */
Test(base_charset, iso2022jp_carries_every_character_of_cp932)
{
	unsigned int lead, trail, all = 0;

	for (lead = 0x81; lead <= 0xfc; lead++) {
		for (trail = 0x40; trail <= 0xfc; trail++) {
			unsigned char sjis[2] = { (unsigned char)lead,
				                  (unsigned char)trail };
			mailguard_buffer u, j, back;
			mgi_misfits m;
			mgi_damage d;

			if ((lead >= 0xa0 && lead < 0xe0) || lead == 0x80 ||
			    (lead >= 0xf0 && lead < 0xfa))
				continue;
			mgi_buf_init(&u, mg);
			mgi_buf_init(&j, mg);
			mgi_buf_init(&back, mg);
			ok(mgi_charset_decode(&u, &d, cs("shift_jis"),
			                      mgi_span(sjis, 2), NULL));
			if (d.count == 0) {
				all++;
				ok(mgi_charset_encode(&j, &m, cs("iso-2022-jp"),
				                      mgi_buf_span(&u), NULL));
				cr_expect(eq(u64, m.count, 0), "%02x%02x", lead,
				          trail);
				ok(mgi_charset_decode(&back, NULL,
				                      cs("iso-2022-jp"),
				                      mgi_buf_span(&j), NULL));
				cr_expect(eq(str, (char *)mgi_buf_text(&back),
				             (char *)mgi_buf_text(&u)));
			}
			mgi_buf_done(&u);
			mgi_buf_done(&j);
			mgi_buf_done(&back);
		}
	}
	cr_expect(lt(uint, 7500, all));
}

Test(base_charset, sniffs_japanese)
{
	static const char text[] = "障害のお知らせ：メールを受信できません。";
	static const char *labels[] = { "utf-8", "shift_jis", "euc-jp",
		                        "iso-2022-jp" };
	size_t i, cut;

	for (i = 0; i < 4; i++) {
		mailguard_buffer b;
		mgi_misfits m;

		mgi_buf_init(&b, mg);
		ok(mgi_charset_encode(&b, &m, cs(labels[i]), mgi_span_of(text),
		                      NULL));
		for (cut = 0; cut < 3; cut++)
			cr_expect(eq(ptr,
			             (void *)mgi_charset_sniff(mgi_span_head(
					     mgi_buf_span(&b), b.len - cut)),
			             (void *)cs(labels[i])),
			          "%s, %zu cut", labels[i], cut);
		mgi_buf_done(&b);
	}
	cr_expect(zero(ptr, (void *)mgi_charset_sniff(
				    mgi_span("\xff\xff\xfe\x80\xff", 5))));
}

Test(base_charset, sniffs_what_is_not_japanese)
{
	static const struct {
		const char *text, *in;
	} rows[] = {
		{ "我们的邮件不能发送到这个地址", "gb18030" },
		{ "我們的郵件不能發送到這個地址", "big5" },
		{ "메일을 보낼 수 없습니다", "euc-kr" },
		{ "Ваше сообщение не доставлено", "koi8-r" },
		{ "Ваше сообщение не доставлено", "windows-1251" },
		{ "Ваше сообщение не доставлено", "utf-8" },
		{ "会議の資料", "euc-jp" },
		{ "会議資料送付", "euc-jp" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer b;
		mgi_misfits m;

		mgi_buf_init(&b, mg);
		ok(mgi_charset_encode(&b, &m, cs(rows[i].in),
		                      mgi_span_of(rows[i].text), NULL));
		cr_expect(eq(ptr, (void *)mgi_charset_sniff(mgi_buf_span(&b)),
		             (void *)cs(rows[i].in)),
		          "%s in %s", rows[i].text, rows[i].in);
		mgi_buf_done(&b);
	}
}

static mailguard_status both_ways(mailguard *h, mailguard_buffer *out)
{
	mailguard_buffer u;
	mgi_misfits m;
	mailguard_status st;

	mgi_buf_init(&u, h);
	st = mgi_charset_decode(&u, NULL, cs("koi8-r"),
	                        mgi_span("\xf0\xd2\xc9\x87", 4), NULL);
	if (st == MAILGUARD_OK)
		st = mgi_charset_encode(out, &m, cs("iso-2022-jp"),
		                        mgi_buf_span(&u), NULL);
	mgi_buf_done(&u);
	return st;
}

#define BOTH_WAYS "\x1b$B'1'b'Z()\x1b(B"

Test(base_charset, survives_every_failed_allocation)
{
	mailguard_status st;
	mailguard_buffer out;
	mailguard *tight;
	int n = 1, hit;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		mgi_buf_init(&out, tight);
		st = both_ways(tight, &out);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		if (st < 0)
			cr_expect(eq(sz, out.len, 0));
		mgi_buf_done(&out);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	cr_expect(lt(int, 3, n));

	for (n = 0, hit = armed_malloc_works(); hit; n++) {
		mgi_buf_init(&out, mg);
		armed_malloc_at(n);
		st = both_ways(mg, &out);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%d",
		          n);
		if (st == MAILGUARD_OK)
			cr_expect(
				eq(str, (char *)mgi_buf_text(&out), BOTH_WAYS));
		mgi_buf_done(&out);
	}
}

TestSuite(base_charset_corpora, .init = setup, .fini = teardown);

Test(base_charset_corpora, reads_provider_pages_whole)
{
	static const struct {
		const char *file, *label, *has;
	} rows[] = {
		{ "jp_hoster_sjis_label_cp932.html", "shift_jis", "㈱例の" },
		{ "jp_hoster_sjis_label_cp932.html", "shift_jis", "髙島様" },
		{ "jp_hoster_eucjp.html", "euc-jp", "高島様" },
		{ "jp_rss_sjis_label_cp932.rdf", "shift_jis", "メール①" },
	};
	size_t i;

	if (!corpora())
		cr_skip_test("no corpora");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer file, out;
		mgi_damage d;
		char path[4096];

		(void)snprintf(path, sizeof(path), "%s/status/%s", corpora(),
		               rows[i].file);
		mgi_buf_init(&file, mg);
		mgi_buf_init(&out, mg);
		ok(mgi_file_slurp(&file, path, 1 << 20, NULL));
		cr_expect(eq(ptr,
		             (void *)mgi_charset_sniff(mgi_buf_span(&file)),
		             (void *)cs(rows[i].label)),
		          "%s", rows[i].file);
		ok(mgi_charset_decode(&out, &d, cs(rows[i].label),
		                      mgi_buf_span(&file), NULL));
		cr_expect(eq(u64, d.count, 0), "%s", rows[i].file);
		cr_expect(
			ne(ptr, strstr(mgi_buf_text(&out), rows[i].has), NULL));
		mgi_buf_done(&file);
		mgi_buf_done(&out);
	}
}
