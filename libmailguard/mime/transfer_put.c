/*
 * transfer_put.c - bytes made fit for mail: base64 and quoted-printable.
 */
#include "mime/transfer.h"

#include "base/text.h"

#define LINE 76

/* How the byte at `i` is written; its length. */
static size_t qp_unit(char unit[3], mailguard_span text, size_t i, size_t col)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c = text.data[i];
	bool last = i + 1 == text.len || text.data[i + 1] == '\n';
	bool plain = c > ' ' && c < 0x7f && c != '=';

	if ((c == ' ' || c == '\t') && !last)
		plain = true;
	/* What a reader of mbox or SMTP might take for its own. */
	if (col == 0 && (c == '.' || c == 'F' || c == '-'))
		plain = false;
	if (plain) {
		unit[0] = (char)c;
		return 1;
	}
	unit[0] = '=';
	unit[1] = hex[c >> 4];
	unit[2] = hex[c & 15];
	return 3;
}

void mgi_qp_put(mailguard_buffer *out, mailguard_span text)
{
	size_t i, n, col = 0;
	char unit[3];

	for (i = 0; i < text.len; i++) {
		if (text.data[i] == '\n') {
			mgi_buf_puts(out, "\r\n");
			col = 0;
			continue;
		}
		n = qp_unit(unit, text, i, col);
		if (col + n > LINE - 1) {
			mgi_buf_puts(out, "=\r\n");
			col = 0;
			n = qp_unit(unit, text, i, col);
		}
		mgi_buf_add(out, unit, n);
		col += n;
	}
}
