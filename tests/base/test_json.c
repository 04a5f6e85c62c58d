/* What base/json.c and base/json_write.c promise. */
#include "base/json.h"

#include <string.h>

#include "base/text.h"
#include "support/armed_malloc.h"
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

TestSuite(base_json, .init = setup, .fini = teardown);

#define LONG_TEXT "0123456789012345678901234567890123456789"
#define SAMPLE                                                   \
 "{\"name\":\"" LONG_TEXT "\",\"n\":12345678901234567,\"list\":" \
 "[1,-2,true,null,{\"x\":\"\\u3042\"}],\"a key of some length\":0.5}"

static mailguard_span bytes(const char *s, size_t n)
{
	return mgi_span(s, n);
}

Test(base_json, refuses_what_is_no_strict_json_and_says_where)
{
	static const struct {
		const char *why, *text;
		char *code;
		const char *where;
	} rows[] = {
		{ "empty", "", "json.bad", "line 1" },
		{ "trailing data", "{} x", "json.bad", "line 1" },
		{ "two documents", "[1],[2]", "json.bad", "line 1" },
		{ "closes the wrapper", "1],[2", "json.bad", "line 1" },
		{ "comma at the end", "[1,\n2,]", "json.bad", "line 2" },
		{ "cut", "{\"a\":\n[1,", "json.bad", "line 2" },
		{ "cut string", "[\"abc", "json.bad", "line 1" },
		{ "same key", "{\"a\":1,\n\"a\":2}", "json.duplicate",
		  "line 2" },
		{ "bad UTF-8", "[\"a\",\n\n\"\xff\"]", "json.not-utf8",
		  "line 3" },
		{ "surrogate", "[\"\xed\xa0\x80\"]", "json.not-utf8",
		  "line 1" },
		{ "past int64", "[99999999999999999999]", "json.number",
		  "line 1" },
		{ "cut UTF-16", "\xff\xfe[\0]\0\x3d\xd8", "charset.broken",
		  "byte 7" },
	};
	static const size_t utf16_len = 8;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].text);
		mailguard_error err;
		mgi_json *v;

		if (rows[i].text[0] == '\xff')
			n = utf16_len;
		cr_expect(
			eq(int,
		           mgi_json_parse(&v, mg, bytes(rows[i].text, n), &err),
		           MAILGUARD_EFORMAT),
			"%s", rows[i].why);
		cr_expect(zero(ptr, v), "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(ne(ptr, strstr(err.message, rows[i].where), NULL),
		          "%s: %s", rows[i].why, err.message);
	}
}

Test(base_json, refuses_nesting_that_would_exhaust_the_stack)
{
	static char deep[10000];
	mailguard_error err;
	mgi_json *v;

	memset(deep, '[', sizeof(deep));
	cr_expect(eq(int,
	             mgi_json_parse(&v, mg, bytes(deep, sizeof(deep)), &err),
	             MAILGUARD_EFORMAT));
	cr_expect(eq(str, err.code, "json.too-deep"));
}

Test(base_json, reads_marks_and_utf16)
{
	static const struct {
		const char *why, *text;
		size_t n;
	} rows[] = {
		{ "UTF-8", "[\"\xe3\x81\x82\"]", 7 },
		{ "mark", "\xef\xbb\xbf[\"\xe3\x81\x82\"]", 10 },
		{ "UTF-16LE, mark", "\xff\xfe[\0\"\0\x42\x30\"\0]\0", 12 },
		{ "UTF-16BE, mark", "\xfe\xff\0[\0\"\x30\x42\0\"\0]", 12 },
		{ "UTF-16LE", "[\0\"\0\x42\x30\"\0]\0", 10 },
		{ "UTF-16BE", "\0[\0\"\x30\x42\0\"\0]", 10 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_json *v;

		ok(mgi_json_parse(&v, mg, bytes(rows[i].text, rows[i].n),
		                  NULL));
		cr_expect(eq(str,
		             (char *)mgi_json_str_of(mgi_json_at(v, 0), ""),
		             "\xe3\x81\x82"),
		          "%s", rows[i].why);
		mgi_json_free(v);
	}
}

Test(base_json, gives_values_by_key_and_in_order)
{
	const mgi_json *list, *value;
	const char *key;
	mgi_json *v;

	ok(mgi_json_parse(&v, mg, mgi_span_of(SAMPLE), NULL));
	cr_expect(eq(str, (char *)mgi_json_str(v, "name", ""), LONG_TEXT));
	cr_expect(eq(int, mgi_json_int(v, "n", 0) == 12345678901234567, 1));
	cr_expect(eq(int, (int)mgi_json_int(v, "name", 7), 7));
	cr_expect(eq(int, mgi_json_bool(v, "n", true), 1));
	list = mgi_json_get(v, "list");
	cr_expect(eq(sz, mgi_json_count(list), 5));
	cr_expect(eq(int, (int)mgi_json_int_of(mgi_json_at(list, 1), 0), -2));
	cr_expect(zero(ptr, (void *)mgi_json_at(list, 5)));
	cr_expect(zero(ptr, (void *)mgi_json_get(NULL, "x")));
	cr_assert(mgi_json_member(&key, &value, v, 3));
	cr_expect(eq(str, (char *)key, "a key of some length"));
	cr_expect(eq(int, mgi_json_member(&key, &value, v, 4), 0));
	mgi_json_free(v);
}

static mailguard_status write_sample(mailguard_buffer *out)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "z", "\xe3\x81\x82");
	mgi_jsonw_span(&w, "bad",
	               mgi_span_of("a\xff"
	                           "b"));
	mgi_jsonw_fixed(&w, "p", 981, 3);
	mgi_jsonw_array(&w, "list");
	mgi_jsonw_int(&w, NULL, INT64_MIN);
	mgi_jsonw_bool(&w, NULL, true);
	mgi_jsonw_str(&w, NULL, NULL);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_end(&w);
	mgi_jsonw_end(&w);
	mgi_jsonw_time(&w, "t", 1768262400000000);
	mgi_jsonw_time(&w, "none", 0);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, NULL);
}

#define WRITTEN                                                  \
 "{\"z\":\"\xe3\x81\x82\",\"bad\":\"a\xef\xbf\xbd"               \
 "b\",\"p\":0.981,\"list\":[-9223372036854775808,true,null,{}]," \
 "\"t\":\"2026-01-13T00:00:00Z\",\"none\":null}"

Test(base_json, writes_in_order_on_one_line)
{
	mailguard_buffer out;

	mgi_buf_init(&out, mg);
	mgi_buf_puts(&out, "before ");
	ok(write_sample(&out));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "before " WRITTEN));
	mgi_buf_done(&out);
}

Test(base_json, writes_numbers_and_odd_letters_as_others_read_them)
{
	static const struct {
		const char *why;
		int64_t n;
		int digits;
		char *text;
	} rows[] = {
		{ "nothing", 0, 6, "0.0" },
		{ "small", 16, 6, "0.000016" },
		{ "whole", 5000000, 6, "5.0" },
		{ "below zero", -1500, 3, "-1.5" },
		{ "no digits", 7, 0, "7.0" },
		{ "the largest", INT64_MAX, 6, "9223372036854.775807" },
		{ "the least", INT64_MIN, 0, "-9223372036854775808.0" },
	};
	mailguard_buffer out;
	mgi_jsonw w;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_buf_init(&out, mg);
		mgi_jsonw_init(&w, &out);
		mgi_jsonw_fixed(&w, NULL, rows[i].n, rows[i].digits);
		ok(mgi_jsonw_finish(&w, NULL));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].text),
		          "%s", rows[i].why);
		mgi_buf_done(&out);
	}
	mgi_buf_init(&out, mg);
	mgi_jsonw_init(&w, &out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_span(&w, "a \"key\"",
	               mgi_span("\"\\/\b\f\n\r\t\0\x1f\x7f\xc3\xa9\xc3", 14));
	mgi_jsonw_end(&w);
	ok(mgi_jsonw_finish(&w, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&out),
	             "{\"a \\\"key\\\"\":\"\\\"\\\\/\\b\\f\\n\\r\\t"
	             "\\u0000\\u001F\x7f\xc3\xa9\xef\xbf\xbd\"}"));
	mgi_buf_done(&out);
}

Test(base_json, tells_a_document_out_of_order_and_writes_nothing)
{
	mailguard_buffer out;
	mgi_jsonw w;
	int i, k;

	for (k = 0; k < 7; k++) {
		mgi_buf_init(&out, mg);
		mgi_jsonw_init(&w, &out);
		if (k == 0)
			mgi_jsonw_object(&w, NULL); /* never closed */
		if (k == 1)
			mgi_jsonw_end(&w);
		for (i = 0; k == 2 && i <= MGI_JSONW_DEPTH; i++)
			mgi_jsonw_array(&w, NULL);
		if (k == 3)
			mgi_jsonw_int(&w, "key outside", 1);
		/* k == 4: nothing at all */
		for (i = 0; k == 5 && i < 2; i++)
			mgi_jsonw_int(&w, NULL, 1); /* two documents */
		if (k == 6) {
			mgi_jsonw_object(&w, NULL);
			mgi_jsonw_int(&w, "no \xff key", 1);
			mgi_jsonw_end(&w);
		}
		cr_expect(eq(int, mgi_jsonw_finish(&w, NULL), MAILGUARD_EINVAL),
		          "%d", k);
		cr_expect(eq(sz, out.len, 0));
		mgi_buf_done(&out);
	}
}

Test(base_json, survives_every_allocation_failure)
{
	mailguard_status st, wst;
	mailguard_buffer out;
	mailguard *tight;
	mgi_json *v;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		mgi_buf_init(&out, tight);
		st = mgi_json_parse(&v, tight, mgi_span_of(SAMPLE), NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		wst = write_sample(&out);
		cr_assert(wst == MAILGUARD_OK || wst == MAILGUARD_ENOMEM);
		if (wst < 0)
			cr_expect(eq(sz, out.len, 0));
		mgi_json_free(v);
		mgi_buf_done(&out);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK || wst != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	cr_expect(lt(int, 5, n));
}

Test(base_json, a_failed_allocation_never_gives_a_wrong_tree)
{
	mgi_json *v;
	int n = 0, hit;

	if (!armed_malloc_works())
		cr_skip_test("the sanitizer has its own malloc");
	do {
		mailguard_status st;

		armed_malloc_at(n++);
		st = mgi_json_parse(&v, mg, mgi_span_of(SAMPLE), NULL);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		if (st < 0)
			continue;
		cr_expect(
			eq(str, (char *)mgi_json_str(v, "name", ""), LONG_TEXT),
			"%d", n);
		cr_expect(mgi_json_int(v, "n", 0) == 12345678901234567);
		cr_expect(eq(sz, mgi_json_count(v), 4));
		cr_expect(eq(sz, mgi_json_count(mgi_json_get(v, "list")), 5));
		mgi_json_free(v);
	} while (hit);
	cr_expect(lt(int, 10, n));
}

Test(base_json, a_failed_allocation_never_writes_half_a_document)
{
	mailguard_buffer out;
	int n = 0, hit;

	if (!armed_malloc_works())
		cr_skip_test("the sanitizer has its own malloc");
	do {
		mailguard_status st;

		mgi_buf_init(&out, mg);
		armed_malloc_at(n++);
		st = write_sample(&out);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		cr_expect(eq(str, (char *)mgi_buf_text(&out),
		             st == MAILGUARD_OK ? WRITTEN : ""));
		mgi_buf_done(&out);
	} while (hit);
	cr_expect(lt(int, 1, n)); /* the buffer has to grow */
}
