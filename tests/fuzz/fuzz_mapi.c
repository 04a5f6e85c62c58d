/*
 * fuzz_mapi.c - any bag of properties gives a mail, the same one twice, that
 * has a header and parts but none that a property brought in.
 *
 * Input: properties, each an id (2), a type (1: text, UTF-16, bytes, number,
 * time) and a length (2) with as many bytes. The message's only recipient and
 * attachment have the same; what is attached is the message without them.
 */
#include <stdlib.h>

#include <mailguard/mime.h>

#include "base/buf.h"
#include "store/fake_mapi.h"
#include "store/mapi/item.h"
#include "store/mapi/message.h"

#define VALUES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void values_read(fake_value *out, const uint8_t *data, size_t n)
{
	static const uint16_t types[] = { MGI_MAPI_STRING8, MGI_MAPI_UNICODE,
		                          MGI_MAPI_BINARY, MGI_MAPI_INT32,
		                          MGI_MAPI_TIME };
	size_t i, len, k;

	for (i = 0; i < VALUES && n >= 5; i++) {
		uint32_t id = data[0] | (uint32_t)data[1] << 8;

		len = data[3] | (size_t)data[4] << 8;
		len = len < n - 5 ? len : n - 5;
		out[i].tag = MGI_MAPI_TAG(id ? id : 1, types[data[2] % 5]);
		out[i].bytes = data + 5;
		out[i].len = len;
		for (k = 0; k < len && k < 8; k++)
			out[i].number |= (uint64_t)data[5 + k] << (8 * k);
		data += 5 + len;
		n -= 5 + len;
	}
}

static void mail_read(mailguard_buffer *out, mgi_mapi *o)
{
	mailguard_stream *stream;
	mailguard_source *source;
	mailguard_span s;

	if (mgi_mapi_source(&source, o, NULL) < 0)
		abort();
	if (mailguard_source_open(&stream, source, NULL) < 0)
		abort();
	while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK)
		mgi_buf_add(out, s.data, s.len);
	mailguard_stream_free(stream);
	mailguard_source_free(source);
}

static void mail_judge(mailguard *mg, mailguard_span text)
{
	mailguard_message *msg;
	mailguard_source *src;

	if (mailguard_source_memory(&src, mg, text, NULL, NULL, NULL) < 0 ||
	    mailguard_message_parse(&msg, mg, src, NULL) < 0)
		abort();
	if (!mailguard_message_field(msg, "MIME-Version") ||
	    !mailguard_message_field(msg, "Content-Type"))
		abort();
	mailguard_message_free(msg);
	mailguard_source_free(src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	fake_value values[VALUES + 1] = { { 0, 0, NULL, 0 } };
	fake_spec inner = { .values = values };
	fake_spec below = { .values = values, .embedded = &inner };
	const fake_spec *list[] = { &below, NULL };
	fake_spec spec = { .values = values,
		           .recipients = list,
		           .attachments = list };
	mailguard_buffer one, two;
	mailguard *mg;
	mgi_mapi *o;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	values_read(values, data, n);
	if (fake_new(&o, mg, &spec, MGI_MAPI_MESSAGE, NULL) < 0)
		abort();
	mgi_buf_init(&one, mg);
	mgi_buf_init(&two, mg);
	(void)mgi_item_kind(o);
	mail_read(&one, o);
	mail_read(&two, o);
	if (one.len != two.len || memcmp(one.at, two.at, one.len) != 0)
		abort();
	mail_judge(mg, mgi_buf_span(&one));
	mgi_buf_done(&two);
	mgi_buf_done(&one);
	mgi_mapi_free(o);
	mailguard_free(mg);
	return 0;
}
