/*
 * transfer.c - bytes as they were before they were made fit for mail: which
 * coding it is.
 */
#include "mime/transfer_codings.h"

#include "base/text.h"

static const struct {
	const char *name;
	mailguard_encoding encoding;
} encodings[] = {
	{ "7bit", MAILGUARD_ENCODING_7BIT },
	{ "8bit", MAILGUARD_ENCODING_8BIT },
	{ "binary", MAILGUARD_ENCODING_BINARY },
	{ "base64", MAILGUARD_ENCODING_BASE64 },
	{ "quoted-printable", MAILGUARD_ENCODING_QP },
	{ "x-uuencode", MAILGUARD_ENCODING_UU },
	{ "uuencode", MAILGUARD_ENCODING_UU },
	{ "x-uue", MAILGUARD_ENCODING_UU },
	{ "uue", MAILGUARD_ENCODING_UU },
	{ "7-bit", MAILGUARD_ENCODING_7BIT },
	{ "8-bit", MAILGUARD_ENCODING_8BIT },
	{ "", MAILGUARD_ENCODING_7BIT },
};

mailguard_encoding mgi_transfer_find(mailguard_span name)
{
	size_t i;

	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (mgi_span_is_nocase(name, encodings[i].name))
			return encodings[i].encoding;
	return MAILGUARD_ENCODING_UNKNOWN;
}

const char *mailguard_part_encoding_name(mailguard_encoding encoding)
{
	return encoding >= 0 && encoding < MAILGUARD_ENCODING_UNKNOWN
	               ? encodings[encoding].name
	               : "unknown";
}

void mgi_transfer_begin(mgi_transfer *t, mailguard_encoding encoding)
{
	t->encoding = encoding;
	t->bits = t->n = t->state = 0;
	t->held_len = 0;
	t->at = 0;
	t->harm.seen = 0;
}

void mgi_transfer_feed(mailguard_buffer *out,
                       mgi_transfer *t,
                       mailguard_span in)
{
	if (t->encoding == MAILGUARD_ENCODING_BASE64)
		mgi_transfer_base64_feed(out, t, in);
	else if (t->encoding == MAILGUARD_ENCODING_QP)
		mgi_transfer_qp_feed(out, t, in);
	else if (t->encoding == MAILGUARD_ENCODING_UU)
		mgi_transfer_uu_feed(out, t, in);
	else
		mgi_buf_add(out, in.data, in.len);
	t->at += in.len;
}

void mgi_transfer_end(mailguard_buffer *out, mgi_transfer *t)
{
	if (t->encoding == MAILGUARD_ENCODING_BASE64)
		mgi_transfer_base64_end(out, t);
	else if (t->encoding == MAILGUARD_ENCODING_QP)
		mgi_transfer_qp_end(out, t);
	else if (t->encoding == MAILGUARD_ENCODING_UU)
		mgi_transfer_uu_end(out, t);
}
