/* What base/say.c and base/fail.c promise, in the names of the tests. */
#include "base/fail.h"
#include "base/text.h"
#include "support/ok.h"

#include <errno.h>
#include <string.h>

static mailguard *en, *ja;
static mailguard_buffer b;

static void setup(void)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;

	ok(mailguard_new(&en, NULL, NULL));
	opts.lang = "ja";
	ok(mailguard_new(&ja, &opts, NULL));
	mgi_buf_init(&b, en);
}

static void teardown(void)
{
	mgi_buf_done(&b);
	mailguard_free(en);
	mailguard_free(ja);
}

TestSuite(base_say, .init = setup, .fini = teardown);

Test(base_say, every_code_stands_once_and_has_words_in_both_languages)
{
	const char *before = "";
	int id, n = 0;

	for (id = 0; id < MGI_SAY_COUNT; id++) {
		const char *code = mgi_say_code((mgi_say_id)id);

		cr_expect(lt(int, strcmp(before, code), 0), "%s", code);
		before = code;
		cr_expect(lt(sz, strlen(code), (size_t)48), "%s", code);
		cr_expect(ne(chr, mgi_say_raw(MGI_EN, id)[0], '\0'));
		cr_expect(ne(chr, mgi_say_raw(MGI_JA, id)[0], '\0'));
		n++;
	}
	cr_expect(lt(int, 50, n));
}

Test(base_say, slots_are_filled_in_the_handles_language)
{
	mgi_say(&b, en, MGI_SAY_SCAN_EMPTY_PHRASE, "row", "7");
	cr_expect(eq(str, (char *)mgi_buf_text(&b),
	             "phrase 7 is empty; remove it or fill it in"));
	mgi_buf_cut(&b, 0);
	mgi_say(&b, ja, MGI_SAY_SCAN_EMPTY_PHRASE, "row", "7");
	cr_expect(eq(int, mgi_span_starts(mgi_buf_span(&b), "7 番目"), 1));
	mgi_buf_cut(&b, 0);
	mgi_say(&b, en, MGI_SAY_SCAN_EMPTY_PHRASE, "other", "7");
	cr_expect(ne(ptr, strstr(mgi_buf_text(&b), "{row}"), NULL));
}

Test(base_say, what_fills_a_slot_is_not_read_as_slots)
{
	mgi_say(&b, en, MGI_SAY_SCAN_EMPTY_PHRASE, "row", "{row}%s");
	cr_expect(eq(int,
	             mgi_span_starts(mgi_buf_span(&b), "phrase {row}%s is"),
	             1));
}

Test(base_say, an_error_holds_status_code_and_one_line)
{
	mailguard_error err;

	cr_expect(eq(int,
	             mgi_fail(&err, en, MAILGUARD_EINVAL,
	                      MGI_SAY_SCAN_EMPTY_PHRASE, "row", "a\nb"),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, err.status, MAILGUARD_EINVAL));
	cr_expect(zero(int, err.sys));
	cr_expect(eq(str, err.code, "scan.empty-phrase"));
	cr_expect(eq(str, err.message,
	             "phrase a b is empty; remove it or fill it in"));
	mgi_error_clear(&err);
	cr_expect(zero(int, err.status));
	mgi_error_clear(NULL);
	cr_expect(eq(int, mgi_fail_nomem(NULL), MAILGUARD_ENOMEM));
}

Test(base_say, the_systems_reason_is_told_in_words)
{
	mailguard_error err;

	cr_expect(eq(int,
	             mgi_fail_sys(&err, en, ENOENT, MGI_SAY_FILE_UNREADABLE,
	                          "path", "{why}"),
	             MAILGUARD_EIO));
	cr_expect(eq(int, err.sys, ENOENT));
	cr_expect(eq(str, err.message,
	             "{why}: cannot be read: no such file or folder; "
	             "check the name"));
	(void)mgi_fail_sys(&err, en, 99999, MGI_SAY_FILE_UNREADABLE, "path",
	                   "x");
	cr_expect(ne(ptr, strstr(err.message, "99999"), NULL));
}

Test(base_say, a_message_too_long_is_cut_between_characters)
{
	char path[1000];
	mailguard_error err;
	size_t i;

	for (i = 0; i + 3 < sizeof(path); i += 3)
		memcpy(path + i, "あ", 4);
	(void)mgi_fail_sys(&err, ja, EIO, MGI_SAY_FILE_UNREADABLE, "path",
	                   path);
	cr_expect(lt(sz, strlen(err.message), sizeof(err.message)));
	cr_expect(lt(sz, (size_t)450, strlen(err.message)));
	cr_expect(eq(int, mgi_utf8_valid(mgi_span_of(err.message)), 1));
}

Test(base_say, numbers_are_whole)
{
	cr_expect(eq(str, mgi_u64(UINT64_MAX).text, "18446744073709551615"));
	cr_expect(eq(str, mgi_i64(INT64_MIN).text, "-9223372036854775808"));
}
