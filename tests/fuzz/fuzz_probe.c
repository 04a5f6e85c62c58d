/*
 * fuzz_probe.c - any bytes as a recorded session: what can be parsed can be
 * read, and the answer is whole: a known reason, a message in UTF-8, JSON, a
 * text, evidence a case takes.
 */
#include "base/json.h"
#include "base/text.h"

#include <mailguard/probe.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void tell(mailguard *mg, const mailguard_answer *a)
{
	mailguard_buffer *buf;
	mgi_json *root;
	mailguard_span text;

	must(mailguard_buffer_new(&buf, mg, NULL) == MAILGUARD_OK);
	must(mailguard_answer_text(buf, a, NULL) == MAILGUARD_OK);
	must(mgi_utf8_valid(mgi_span_of(mailguard_buffer_text(buf))));
	mailguard_buffer_clear(buf);
	must(mailguard_answer_json(buf, a, 0, NULL) == MAILGUARD_OK);
	text = mgi_span(mailguard_buffer_text(buf),
	                mailguard_buffer_length(buf));
	must(mgi_json_parse(&root, mg, text, NULL) == MAILGUARD_OK);
	mgi_json_free(root);
	must(mailguard_answer_json(buf, a, MAILGUARD_ANSWER_TRANSCRIPT, NULL) ==
	     MAILGUARD_OK);
	mailguard_buffer_free(buf);
}

static void check(mailguard *mg, const mailguard_answer *a)
{
	const mailguard_cause *c = mailguard_answer_cause(a);
	const mailguard_evidence *e = mailguard_answer_evidence(a);

	must(mailguard_reason_fault(c->reason) == c->fault);
	must(mailguard_answer_ok(a) == (c->reason == MAILGUARD_REASON_SUCCESS));
	must(mailguard_answer_ok(a) == (e->outcome == MAILGUARD_OUTCOME_OK));
	must(mailguard_answer_message(a)[0] != '\0');
	must(mgi_utf8_valid(mgi_span_of(mailguard_answer_message(a))));
	tell(mg, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_span text = { data, size };
	mailguard_transcript *heard = NULL;
	mailguard_classifier *words;
	mailguard_answer *a;
	mailguard *mg;

	opts.lang = size % 2 ? "ja" : "en";
	if (size > 65536 || mailguard_new(&mg, &opts, NULL) < 0)
		return 0;
	must(mailguard_classifier_new(&words, mg, NULL) == MAILGUARD_OK);
	if (mailguard_transcript_parse(&heard, mg, text, NULL) ==
	    MAILGUARD_OK) {
		must(mailguard_answer_read(&a, words, heard, NULL, NULL) ==
		     MAILGUARD_OK);
		check(mg, a);
		mailguard_answer_free(a);
	}
	mailguard_transcript_free(heard);
	mailguard_classifier_free(words);
	mailguard_free(mg);
	return 0;
}
