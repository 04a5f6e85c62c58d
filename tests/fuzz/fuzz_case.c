/*
 * fuzz_case.c - any bytes as a case file: parse, weigh, tell. Small cases
 * only, so that time goes into variety.
 */
#include <mailguard/diagnose.h>

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell(mailguard *mg, const mailguard_case *c)
{
	mailguard_verdict *v = NULL;
	mailguard_buffer *buf = NULL;

	if (mailguard_case_weigh(&v, c, NULL) == MAILGUARD_OK &&
	    mailguard_buffer_new(&buf, mg, NULL) == MAILGUARD_OK) {
		(void)mailguard_verdict_json(buf, v, NULL);
		(void)mailguard_verdict_text(buf, v, NULL);
	}
	mailguard_buffer_free(buf);
	mailguard_verdict_free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_span text = { data, size };
	mailguard_cases *cases = NULL;
	mailguard *mg = NULL;
	mailguard_case *c;
	int left = 8;

	opts.lang = size % 2 ? "ja" : "en";
	if (size > 16384 || mailguard_new(&mg, &opts, NULL) < 0)
		return 0;
	if (mailguard_cases_parse(&cases, mg, text, NULL) == MAILGUARD_OK)
		while (left-- > 0 && mailguard_cases_next(&c, cases, NULL) !=
		                             MAILGUARD_ITEROVER) {
			if (c)
				tell(mg, c);
			mailguard_case_free(c);
		}
	mailguard_cases_free(cases);
	mailguard_free(mg);
	return 0;
}
