/* Explanations as values and as JSON, and every built-in row on its own. */
#include "classify/fixture.h"
#include "classify/table.h"

TestSuite(classify_explain, .init = setup, .fini = teardown);

static mailguard_explanation *explained(const char *text)
{
	mailguard_explanation *e;

	ok(mailguard_explain(&e, c, MAILGUARD_PHASE_NONE, span(text), NULL));
	return e;
}

static const mailguard_meaning *meaning(const mailguard_explanation *e,
                                        const char *space)
{
	const mailguard_meaning *m;
	size_t i;

	for (i = 0; (m = mailguard_explanation_meaning(e, i)); i++)
		if (strcmp(m->space, space) == 0)
			return m;
	return NULL;
}

Test(classify_explain, every_built_in_code_explains_to_itself)
{
	uint32_t i;

	for (i = 0; i < mgi_code_count; i++) {
		const mgi_code_row *row = &mgi_codes[i];
		const mailguard_cause *k;
		char text[1024];

		snprintf(text, sizeof(text), "%s %s", row->space, row->code);
		k = cause_of(text, MAILGUARD_PHASE_NONE);
		cr_expect(eq(i32, k->reason, row->reason), "%s -> %s", text,
		          k->rule);
		snprintf(text, sizeof(text), "%s/%s", row->space, row->code);
		if (strlen(text) < 180)
			cr_expect(eq(str, (char *)k->rule, text));
	}
}

Test(classify_explain, every_built_in_phrase_is_found_in_a_sentence)
{
	uint32_t i;

	for (i = 0; i < mgi_phrase_count; i++) {
		const mgi_phrase_row *row = &mgi_phrases[i];
		mailguard_explanation *e;
		const mailguard_meaning *m;
		char text[1024];
		bool any = false;
		size_t k;

		snprintf(text, sizeof(text), "(%s)", row->phrase);
		ok(mailguard_explain(&e, c, row->phase, span(text), NULL));
		for (k = 0; (m = mailguard_explanation_meaning(e, k)); k++)
			any = any || m->reason == row->reason;
		cr_expect(any, "%s", row->phrase);
		mailguard_explanation_free(e);
	}
}

Test(classify_explain, a_bare_number_has_every_name_space_as_candidate)
{
	mailguard_explanation *e = explained("7");
	uint32_t i;

	for (i = 0; i < mgi_code_count; i++)
		if (strcmp(mgi_codes[i].code, "7") == 0)
			cr_expect(ne(ptr,
			             (void *)meaning(e, mgi_codes[i].space),
			             NULL),
			          "%s", mgi_codes[i].space);
	cr_expect(le(i32, mailguard_explanation_cause(e)->confidence, 50));
	mailguard_explanation_free(e);
}

Test(classify_explain, meanings_are_strongest_first_and_end)
{
	mailguard_explanation *e = explained("0x800CCC0E Socket Error: 10060");
	const mailguard_meaning *m = mailguard_explanation_meaning(e, 0);
	size_t n;

	for (n = 0; mailguard_explanation_meaning(e, n); n++)
		cr_assert_not_null(mailguard_explanation_meaning(e, n)->space,
		                   "%zu", n);
	cr_assert(eq(str, (char *)m->space, "winsock"));
	cr_expect(eq(str, (char *)m->symbol, "WSAETIMEDOUT"));
	cr_expect(ne(ptr, (void *)meaning(e, "outlook-ixp"), NULL));
	cr_expect(eq(ptr, (void *)mailguard_explanation_meaning(e, 99), NULL));
	mailguard_explanation_free(e);
}

Test(classify_explain, outlives_its_classifier_and_handle)
{
	mailguard_explanation *e = explained("winsock 10060");

	mailguard_classifier_free(c);
	c = NULL;
	mailguard_free(mg);
	mg = NULL;
	cr_expect(eq(str, (char *)mailguard_explanation_cause(e)->rule,
	             "winsock/10060"));
	mailguard_explanation_free(e);
}

Test(classify_explain, json_has_every_promised_key)
{
	static const char *const keys[] = {
		"input",        "namespace", "code",   "candidates",
		"fault_domain", "also",      "reason", "transient",
		"confidence",   "meaning",   "action", "rule",
		"source",       "evidence",
	};
	static const char *const texts[] = { "550 user unknown", "ねこ" };
	mailguard_buffer *buf;
	char key[40];
	size_t i, k;

	ok(mailguard_buffer_new(&buf, mg, NULL));
	for (k = 0; k < 2; k++) {
		mailguard_explanation *e = explained(texts[k]);

		mailguard_buffer_clear(buf);
		ok(mailguard_explanation_json(buf, e, NULL));
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			snprintf(key, sizeof(key), "\"%s\":", keys[i]);
			cr_expect(ne(ptr,
			             strstr(mailguard_buffer_text(buf), key),
			             NULL),
			          "%s", key);
		}
		mailguard_explanation_free(e);
	}
	mailguard_buffer_free(buf);
}

Test(classify_explain, speaks_the_language_of_the_handle)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_explanation *e;
	mailguard_classifier *ja;
	mailguard_buffer *buf;
	mailguard *jp;

	opts.lang = "ja";
	ok(mailguard_new(&jp, &opts, NULL));
	ok(mailguard_classifier_new(&ja, jp, NULL));
	ok(mailguard_explain(&e, ja, 0, span("550 user unknown"), NULL));
	ok(mailguard_buffer_new(&buf, jp, NULL));
	ok(mailguard_explanation_text(buf, e, NULL));
	cr_expect(ne(ptr, strstr(mailguard_buffer_text(buf), "原因: "), NULL));
	cr_expect(ne(ptr,
	             strstr(mailguard_buffer_text(buf),
	                    mailguard_reason_text(
				    jp, MAILGUARD_REASON_USER_UNKNOWN)),
	             NULL));
	mailguard_buffer_free(buf);
	mailguard_explanation_free(e);
	mailguard_classifier_free(ja);
	mailguard_free(jp);
}

Test(classify_explain, people_never_read_the_names_of_programs)
{
	mailguard_explanation *e = explained("0x800CCC0F");
	const mailguard_cause *cause = mailguard_explanation_cause(e);
	mailguard_buffer *buf;
	int i;

	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_explanation_text(buf, e, NULL));
	cr_assert(ne(int, cause->also[0], 0));
	for (i = 0; i < 3 && cause->also[i]; i++) {
		const char *text = mailguard_fault_text(mg, cause->also[i]);

		cr_expect(
			ne(ptr, strstr(mailguard_buffer_text(buf), text), NULL),
			"%s", text);
	}
	cr_expect(eq(ptr, strstr(mailguard_buffer_text(buf), "server_overload"),
	             NULL));
	mailguard_buffer_free(buf);
	mailguard_explanation_free(e);
}

Test(classify_explain, every_fault_has_a_text_of_its_own)
{
	mailguard_fault a, b;

	for (a = 0; a <= MAILGUARD_FAULT_NONE; a++)
		for (b = 0; b < a; b++)
			cr_expect(ne(str, (char *)mailguard_fault_text(NULL, a),
			             (char *)mailguard_fault_text(NULL, b)),
			          "%d %d", a, b);
	cr_expect(eq(str, (char *)mailguard_fault_text(NULL, -1), "not known"));
	cr_expect(eq(str, (char *)mailguard_fault_text(NULL, 18), "not known"));
}

Test(classify_explain, reasons_and_faults_are_found_by_name)
{
	uint32_t i;

	for (i = 0; i < mgi_reason_count; i++) {
		int32_t n = mgi_reasons[i].number;

		cr_expect(eq(i32,
		             mailguard_reason_find(mailguard_reason_name(n)),
		             n));
		cr_expect(eq(i32, mailguard_reason_fault(n), n / 100));
		cr_expect(
			eq(i32,
		           mailguard_fault_find(mailguard_fault_name(n / 100)),
		           n / 100));
	}
	cr_expect(eq(i32, mailguard_reason_find("nyan"), -1));
	cr_expect(eq(i32, mailguard_reason_find(NULL), -1));
	cr_expect(eq(i32, mailguard_fault_find("nyan"), -1));
	cr_expect(eq(str, (char *)mailguard_reason_name(99999), "unknown"));
	cr_expect(eq(str, (char *)mailguard_fault_name(99), "unknown"));
	cr_expect(eq(i32, mailguard_reason_fault(1399),
	             MAILGUARD_FAULT_RECIPIENT));
	cr_expect(eq(i32, mailguard_reason_hard(MAILGUARD_REASON_USER_UNKNOWN),
	             1));
	cr_expect(eq(
		str,
		(char *)mailguard_reason_sisimai(MAILGUARD_REASON_MAILBOX_FULL),
		"mailboxfull"));
}
