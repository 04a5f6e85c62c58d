/* What mime/words.c, params.c, date.c and ids.c promise. */
#include "fixture.h"

#include "base/clock.h"

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

TestSuite(mime_header, .init = setup, .fini = teardown);

static const struct {
	const char *why, *value;
	char *text;
} texts[] = {
	{ "plain", "Hello", "Hello" },
	{ "empty", "", "" },
	{ "trimmed", "  a b \r\n", "a b" },
	{ "folded", "a\r\n b\r\n\tc", "a b c" },
	{ "base64", "=?utf-8?B?5pel5pys?=", "日本" },
	{ "quoted", "=?iso-8859-1?Q?caf=E9_au_lait?=", "café au lait" },
	{ "lower case", "=?UTF-8?q?=c3=a9?=", "é" },
	{ "neighbours lose their space",
	  "=?utf-8?Q?a?= \r\n =?utf-8?Q?b?=", "ab" },
	{ "text between keeps it", "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c" },
	{ "no white space around", "x=?utf-8?Q?a?=y", "xay" },
	{ "a character cut in two",
	  "=?utf-8?B?5pel5g==?= =?utf-8?B?nKw=?=", "日本" },
	{ "cut in Q", "=?utf-8?Q?=E6=97?=\n =?utf-8?Q?=A5?=", "日" },
	{ "B and Q of one charset",
	  "=?utf-8?B?5pel5g==?= =?utf-8?Q?=9C=AC?=", "日本" },
	{ "a base64 group cut in two",
	  "=?utf-8?B?5pel5py?= =?utf-8?B?s?=", "日本" },
	{ "missing padding", "=?utf-8?B?YWI?= =?utf-8?B?Y2Q=?=", "abcd" },
	{ "two charsets", "=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=", "éé" },
	{ "language", "=?utf-8*ja?B?5pel?=", "日" },
	{ "JIS closed", "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本" },
	{ "JIS not closed",
	  "=?iso-2022-jp?B?GyRCRnw=?= =?iso-2022-jp?B?S1w=?=", "日本" },
	{ "JIS with NEC row 13", "=?iso-2022-jp?B?GyRCLSEtahsoQg==?=", "①㈱" },
	{ "Shift_JIS label", "=?Shift_JIS?B?k/qWew==?=", "日本" },
	{ "EUC", "=?euc-jp?Q?=C6=FC=CB=DC?=", "日本" },
	{ "gb2312 is GB18030", "=?gb2312?B?yNWxvg==?=", "日本" },
	{ "koi8-r", "=?koi8-r?B?8NLJ18XU?=", "Привет" },
	{ "unknown charset", "=?x-none?B?5pel5pys?=", "日本" },
	{ "wrong UTF-8 label", "=?utf-8?B?k/qWe4LMg4GBW4OL?=", "日本のメール" },
	{ "fold within a word", "=?utf-8?B?5pel\r\n 5pys?=", "日本" },
	{ "space within a word", "=?utf-8?Q?a b?=", "a b" },
	{ "not closed", "=?utf-8?B?5pel", "=?utf-8?B?5pel" },
	{ "not a word", "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" },
	{ "equals sign in Q kept", "=?utf-8?Q?a=ZZ?=", "a=ZZ" },
	{ "question mark", "Why =? what", "Why =? what" },
	{ "raw UTF-8", "日本", "日本" },
	{ "raw Shift_JIS", "\x93\xfa\x96\x7b\x82\xcc\x83\x81\x81\x5b\x83\x8b",
	  "日本のメール" },
	{ "raw EUC", "\xc6\xfc\xcb\xdc\xa4\xce\xa5\xe1", "日本のメ" },
	{ "raw JIS", "\x1b$BF|K\\\x1b(B", "日本" },
	{ "raw Latin",
	  "Fr\xf6sche und K\xe4"
	  "fer",
	  "Frösche und Käfer" },
	{ "raw Latin in a word", "=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche" },
	{ "raw UTF-8 around a word", "日 =?utf-8?B?5pys?= 日", "日 本 日" },
	{ "line end in a word is no line end", "=?utf-8?Q?a=0D=0Ab?=", "a  b" },
	{ "NUL in a word", "=?utf-8?Q?a=00b?=", "a b" },
};

Test(mime_header, text_is_what_people_read)
{
	size_t i;

	for (i = 0; i < ROWS(texts); i++) {
		mgi_buf_cut(&out, 0);
		ok(mailguard_header_text(&out, span_of(texts[i].value), NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), texts[i].text),
		          "%s", texts[i].why);
	}
}

static const struct {
	const char *why, *value, *name;
	char *text; /* NULL: there is none */
} params[] = {
	{ "token", "text/plain; charset=utf-8", "charset", "utf-8" },
	{ "quoted", "a/b; name=\"a b.pdf\"", "name", "a b.pdf" },
	{ "escaped", "a/b; name=\"a\\\"b\"", "name", "a\"b" },
	{ "semicolon in quotes", "a/b; x=\"1;2\"; name=c", "name", "c" },
	{ "case", "a/b; CharSet=X", "charset", "X" },
	{ "spaces", "a/b ; charset = x ; y=z", "charset", "x" },
	{ "missing", "a/b; x=y", "charset", NULL },
	{ "no parameters", "a/b", "charset", NULL },
	{ "extended", "x; filename*=utf-8''%E6%97%A5.txt", "filename",
	  "日.txt" },
	{ "pieces",
	  "x; filename*0*=utf-8'ja'%E6%97; filename*1*=%A5; "
	  "filename*2=\".txt\"",
	  "filename", "日.txt" },
	{ "pieces out of order", "x; f*1=b; f*0=a", "f", "ab" },
	{ "plain pieces", "x; filename*0=\"a b\"; filename*1=c", "filename",
	  "a bc" },
	{ "extended beats plain", "x; filename=a; filename*=utf-8''b",
	  "filename", "b" },
	{ "JIS pieces",
	  "x; filename*0*=iso-2022-jp''%1B%24BF%7C; filename*1*=K%5C%1B(B",
	  "filename", "日本" },
	{ "no charset", "x; filename*=%E6%97%A5", "filename", "日" },
	{ "quote missing", "x; filename*=utf-8'%41", "filename", "utf-8'A" },
	{ "percent alone", "x; f*=utf-8''100%", "f", "100%" },
	{ "encoded word in quotes", "x; filename=\"=?utf-8?B?5pel?=.txt\"",
	  "filename", "日.txt" },
	{ "encoded word bare", "x; filename==?utf-8?B?5pel?=", "filename",
	  "日" },
	{ "raw Shift_JIS with a backslash byte",
	  "x; filename=\"\x95\x5c\x8e\xa6\x82\xcc\x83\x81.txt\"", "filename",
	  "表示のメ.txt" },
	{ "spaces without quotes", "x; filename=my own file.txt; a=b",
	  "filename", "my own file.txt" },
	{ "semicolon missing", "text/plain charset=utf-8 format=flowed",
	  "charset", "utf-8" },
	{ "comment", "text/plain; charset=us-ascii (plain)", "charset",
	  "us-ascii" },
	{ "not closed", "x; filename=\"abc", "filename", "abc" },
	{ "empty", "x; filename=\"\"", "filename", "" },
	{ "disposition only", "; filename=a", "filename", "a" },
	{ "folded", "x;\r\n\tboundary=\"--=_a\r\n b\"", "boundary", "--=_a b" },
};

Test(mime_header, parameters_are_joined_and_decoded)
{
	size_t i;

	for (i = 0; i < ROWS(params); i++) {
		mailguard_status st;

		mgi_buf_cut(&out, 0);
		st = mailguard_header_param(&out, span_of(params[i].value),
		                            params[i].name, NULL);
		cr_expect(
			eq(int, st,
		           params[i].text ? MAILGUARD_OK : MAILGUARD_ITEROVER),
			"%s", params[i].why);
		cr_expect(eq(str, (char *)mgi_buf_text(&out),
		             params[i].text ? params[i].text : (char *)""),
		          "%s", params[i].why);
	}
}

Test(mime_header, tokens_are_lower_case)
{
	static const struct {
		const char *why, *value;
		char *token;
	} rows[] = {
		{ "type", "Text/PLAIN; charset=x", "text/plain" },
		{ "spaces", "text / plain", "text/plain" },
		{ "comment", "text/plain (or so)", "text/plain" },
		{ "semicolon missing", "text/plain charset=x", "text/plain" },
		{ "folded", "\r\n multipart/mixed;", "multipart/mixed" },
		{ "disposition", "Attachment", "attachment" },
		{ "empty", "", "" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mgi_buf_cut(&out, 0);
		ok(mailguard_header_token(&out, span_of(rows[i].value), NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].token),
		          "%s", rows[i].why);
	}
}

static const struct {
	const char *why, *value;
	char *time; /* RFC 3339 in its own zone; "": none */
} dates[] = {
	{ "RFC 5322", "Tue, 13 Jan 2026 09:00:00 +0900",
	  "2026-01-13T09:00:00+09:00" },
	{ "no weekday", "13 Jan 2026 09:00:00 +0900",
	  "2026-01-13T09:00:00+09:00" },
	{ "no seconds", "13 Jan 2026 09:00 -0500",
	  "2026-01-13T09:00:00-05:00" },
	{ "comment", "Tue, 13 Jan 2026 09:00:00 +0900 (JST)",
	  "2026-01-13T09:00:00+09:00" },
	{ "folded", "Tue, 13 Jan 2026\r\n 09:00:00 +0900",
	  "2026-01-13T09:00:00+09:00" },
	{ "GMT", "Tue, 13 Jan 2026 09:00:00 GMT", "2026-01-13T09:00:00Z" },
	{ "JST", "Tue, 13 Jan 2026 09:00:00 JST", "2026-01-13T09:00:00+09:00" },
	{ "EST", "Tue, 13 Jan 26 09:00:00 EST", "2026-01-13T09:00:00-05:00" },
	{ "GMT with an offset", "Tue, 13 Jan 2026 09:00:00 GMT+0900",
	  "2026-01-13T09:00:00+09:00" },
	{ "colon in the zone", "Tue, 13 Jan 2026 09:00:00 +09:00",
	  "2026-01-13T09:00:00+09:00" },
	{ "unknown zone", "Tue, 13 Jan 2026 09:00:00 XYZ",
	  "2026-01-13T09:00:00Z" },
	{ "no zone", "Tue, 13 Jan 2026 09:00:00", "2026-01-13T09:00:00Z" },
	{ "impossible zone", "Tue, 13 Jan 2026 09:00:00 +9000",
	  "2026-01-13T09:00:00Z" },
	{ "two digits", "Mon, 5 Apr 99 09:00:00 +0000",
	  "1999-04-05T09:00:00Z" },
	{ "three digits", "Sat, 1 Jan 100 09:00:00 +0000",
	  "2000-01-01T09:00:00Z" },
	{ "RFC 850", "Tuesday, 13-Jan-26 09:00:00 GMT",
	  "2026-01-13T09:00:00Z" },
	{ "ctime", "Tue Jan 13 09:00:00 2026", "2026-01-13T09:00:00Z" },
	{ "ctime with a zone", "Tue Jan  6 09:00:00 JST 2026",
	  "2026-01-06T09:00:00+09:00" },
	{ "ISO 8601", "2026-01-13T09:00:00Z", "2026-01-13T09:00:00Z" },
	{ "ISO with a space", "2026-01-13 09:00:00 +0900",
	  "2026-01-13T09:00:00+09:00" },
	{ "fraction", "2026-01-13T09:00:00.25+09:00",
	  "2026-01-13T09:00:00.25+09:00" },
	{ "slashes", "2026/01/13 09:00:00", "2026-01-13T09:00:00Z" },
	{ "PM", "13 Jan 2026 9:00:00 PM +0000", "2026-01-13T21:00:00Z" },
	{ "midnight at the end", "13 Jan 2026 24:00:00 +0000",
	  "2026-01-14T00:00:00Z" },
	{ "leap second", "31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z" },
	{ "wrong weekday", "Mon, 13 Jan 2026 09:00:00 +0000",
	  "2026-01-13T09:00:00Z" },
	{ "one digit of an hour", "13 Jan 2026 9:5:7 +0000",
	  "2026-01-13T09:05:07Z" },
	{ "long month", "January 13, 2026 09:00:00 +0000",
	  "2026-01-13T09:00:00Z" },
	{ "obsolete", "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600",
	  "1997-11-21T09:55:06-06:00" },
	{ "a day of three digits", "Mon, 029 Apr 2019 23:34:45 -0800",
	  "2019-04-29T23:34:45-08:00" },
	{ "day before month", "29-04-2017 23:34", "2017-04-29T23:34:00Z" },
	{ "month before day", "04/29/2017 23:34", "2017-04-29T23:34:00Z" },
	{ "dots", "29.4.2017 23:34:00 +0200", "2017-04-29T23:34:00+02:00" },
	{ "31 February", "31 Feb 2026 09:00:00 +0000", "" },
	{ "hour 25", "13 Jan 2026 25:00:00 +0000", "" },
	{ "no time", "13 Jan 2026", "" },
	{ "day or month", "01/02/2026 09:00:00", "" },
	{ "words", "yesterday at noon", "" },
	{ "empty", "", "" },
};

Test(mime_header, dates_are_times_or_none)
{
	size_t i;

	for (i = 0; i < ROWS(dates); i++) {
		int32_t offset;
		mailguard_time t =
			mailguard_header_date(&offset, span_of(dates[i].value));

		mgi_buf_cut(&out, 0);
		mgi_time_rfc3339(&out, t, offset);
		cr_expect(eq(str, (char *)mgi_buf_text(&out), dates[i].time),
		          "%s", dates[i].why);
	}
}

Test(mime_header, ids_are_found_in_any_list)
{
	static const struct {
		const char *why, *value;
		char *ids;
	} rows[] = {
		{ "one", "<a@b>", "a@b " },
		{ "three", "<a@b> <c@d>\r\n\t<e@f>", "a@b c@d e@f " },
		{ "no space", "<a@b><c@d>", "a@b c@d " },
		{ "commas", "<a@b>, <c@d>", "a@b c@d " },
		{ "no brackets", "a@b", "a@b " },
		{ "words between", "Your message <a@b> of Monday", "a@b " },
		{ "not closed", "<a@b", "a@b " },
		{ "empty brackets", "<> <a@b>", "a@b " },
		{ "no at", "<abc>", "abc " },
		{ "empty", "", "" },
		{ "words", "of Monday", "" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_span id;
		size_t at = 0;

		mgi_buf_cut(&out, 0);
		while (mailguard_header_id(&id, span_of(rows[i].value), &at) ==
		       MAILGUARD_OK) {
			mgi_buf_add(&out, id.data, id.len);
			mgi_buf_putc(&out, ' ');
		}
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].ids),
		          "%s", rows[i].why);
	}
}
