/*
 * fuzz_xml.c - any bytes as a document: a tree or a refusal. Input: a byte
 * (HTML by the lowest bit), the document.
 */
#include "base/xml.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mgi_xml_options opts = { 0 };
	mailguard_buffer text;
	mailguard *mg;
	mgi_xml *doc;

	if (!n || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	opts.html = data[0] & 1;
	mgi_buf_init(&text, mg);
	(void)mgi_xml_parse(&doc, mg, mgi_span(data + 1, n - 1), &opts, NULL);
	if (doc)
		mgi_xml_text(&text, mgi_xml_root(doc));
	mgi_xml_free(doc);
	mgi_buf_done(&text);
	mailguard_free(mg);
	return 0;
}
