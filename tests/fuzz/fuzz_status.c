/*
 * fuzz_status.c - any bytes as a status page: read, matched, told.
 */
#include <mailguard/status.h>

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell(mailguard *mg, const mailguard_incidents *list)
{
	static const char *const addresses[] = { "192.0.2.9", NULL };
	mailguard_subject me = MAILGUARD_SUBJECT_INIT;
	mailguard_buffer *buf = NULL;

	me.host = "www2148.example.jp";
	me.provider = "p";
	me.addresses = addresses;
	if (mailguard_buffer_new(&buf, mg, NULL) == MAILGUARD_OK) {
		(void)mailguard_incidents_json(buf, list, &me, 1, NULL);
		(void)mailguard_incidents_text(buf, list, &me, 1, NULL);
	}
	mailguard_buffer_free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_incidents_options opts = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	mailguard_options how = MAILGUARD_OPTIONS_INIT;
	mailguard_span page = { data, size };
	mailguard_incidents *list = NULL;
	mailguard *mg = NULL;

	how.lang = size % 2 ? "ja" : "en";
	opts.fetched_at = INT64_C(1770080400000000);
	opts.url = "https://status.example.jp/";
	if (size > 65536 || mailguard_new(&mg, &how, NULL) < 0)
		return 0;
	if (mailguard_incidents_parse(&list, mg, page, &opts, NULL) ==
	    MAILGUARD_OK)
		tell(mg, list);
	mailguard_incidents_free(list);
	mailguard_free(mg);
	return 0;
}
