/*
 * fuzz_bounce.c - any bytes as a mail that may be a bounce. The bytes that
 * decided must lie in it, and every record can be printed.
 */
#include <mailguard/classify.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const mailguard_bounce_record *r, size_t size)
{
	if (r->offset > size || r->length > size - r->offset)
		abort();
	if (r->kind == MAILGUARD_BOUNCE_NONE || r->confidence > 99)
		abort();
}

static void tell(mailguard *mg, const mailguard_bounce *b, size_t size)
{
	const mailguard_bounce_record *r;
	mailguard_buffer *buf = NULL;
	size_t i;

	if (mailguard_buffer_new(&buf, mg, NULL) < 0)
		return;
	for (i = 0; (r = mailguard_bounce_record_at(b, i)) != NULL; i++) {
		check(r, size);
		(void)mailguard_bounce_json(buf, b, i, "-", 1, NULL);
		(void)mailguard_bounce_text(buf, b, i, NULL);
		(void)mailguard_bounce_csv(buf, b, i, "-", 1, NULL);
	}
	mailguard_buffer_free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_classifier *c = NULL;
	mailguard_source *source = NULL;
	mailguard_bounce *b = NULL;
	mailguard *mg = NULL;
	mailguard_span span = { data, size };

	if (mailguard_new(&mg, NULL, NULL) == MAILGUARD_OK &&
	    mailguard_classifier_new(&c, mg, NULL) == MAILGUARD_OK &&
	    mailguard_source_memory(&source, mg, span, NULL, NULL, NULL) ==
	            MAILGUARD_OK &&
	    mailguard_bounce_read(&b, c, source, NULL) == MAILGUARD_OK)
		tell(mg, b, size);
	mailguard_bounce_free(b);
	mailguard_source_free(source);
	mailguard_classifier_free(c);
	mailguard_free(mg);
	return 0;
}
