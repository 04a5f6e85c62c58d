/*
 * fuzz_explain.c - any bytes as a pasted text; what follows a zero byte is a
 * user's own table. The deciding bytes must lie inside the text.
 */
#include <mailguard/classify.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const mailguard_cause *cause, size_t size)
{
	if (cause->offset > size || cause->length > size - cause->offset)
		abort();
	if ((cause->confidence == 0) != (cause->rule[0] == '\0'))
		abort();
}

static void tell(mailguard *mg, mailguard_classifier *c, mailguard_span text)
{
	mailguard_explanation *e = NULL;
	mailguard_buffer *buf = NULL;

	if (mailguard_explain(&e, c, MAILGUARD_PHASE_NONE, text, NULL) ==
	            MAILGUARD_OK &&
	    mailguard_buffer_new(&buf, mg, NULL) == MAILGUARD_OK) {
		check(mailguard_explanation_cause(e), text.len);
		(void)mailguard_explanation_json(buf, e, NULL);
		(void)mailguard_explanation_text(buf, e, NULL);
	}
	mailguard_buffer_free(buf);
	mailguard_explanation_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	size_t n = zero ? (size_t)(zero - data) : size;
	mailguard_classifier *c = NULL;
	mailguard *mg = NULL;

	if (mailguard_new(&mg, NULL, NULL) == MAILGUARD_OK &&
	    mailguard_classifier_new(&c, mg, NULL) == MAILGUARD_OK) {
		if (zero)
			(void)mailguard_classifier_add(
				c, (mailguard_span){ zero + 1, size - n - 1 },
				NULL);
		tell(mg, c, (mailguard_span){ data, n });
	}
	mailguard_classifier_free(c);
	mailguard_free(mg);
	return 0;
}
