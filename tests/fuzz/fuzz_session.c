/*
 * fuzz_session.c - any bytes as a recorded session: what can be read is
 * written, read again and written the same, and is JSON.
 */
#include "base/json.h"
#include "base/text.h"

#include <mailguard/net.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

/* Our own reader takes no U+0000, which is good JSON. */
static void write_json(mailguard *mg, const mailguard_transcript *t)
{
	mailguard_buffer out;
	mgi_json *root;

	mgi_buf_init(&out, mg);
	must(mailguard_transcript_json(&out, t, NULL) == MAILGUARD_OK);
	if (!strstr(mgi_buf_text(&out), "\\u0000")) {
		must(mgi_json_parse(&root, mg, mgi_buf_span(&out), NULL) ==
		     MAILGUARD_OK);
		mgi_json_free(root);
	}
	mgi_buf_done(&out);
}

static void walk(const mailguard_transcript *t)
{
	const mailguard_step *s;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++)
		must(s->said && s->heard.data);
	for (i = 0; mailguard_transcript_record(t, i); i++)
		must(mailguard_transcript_record(t, i)->data != NULL);
	must(mailguard_transcript_address(t) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_buffer text, again;
	mailguard_transcript *t, *back;
	mailguard_error err;
	mailguard *mg;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	if (mailguard_transcript_parse(&t, mg, mgi_span(data, size), &err) <
	    0) {
		must(err.status == MAILGUARD_EFORMAT && !t);
		mailguard_free(mg);
		return 0;
	}
	mgi_buf_init(&text, mg);
	mgi_buf_init(&again, mg);
	must(mailguard_transcript_text(&text, t, NULL) == MAILGUARD_OK);
	must(mailguard_transcript_parse(&back, mg, mgi_buf_span(&text), NULL) ==
	     MAILGUARD_OK);
	must(mailguard_transcript_text(&again, back, NULL) == MAILGUARD_OK);
	must(text.len == again.len &&
	     memcmp(mgi_buf_text(&text), mgi_buf_text(&again), text.len) == 0);
	walk(back);
	write_json(mg, back);
	mailguard_transcript_free(t);
	mailguard_transcript_free(back);
	mgi_buf_done(&text);
	mgi_buf_done(&again);
	mailguard_free(mg);
	return 0;
}
