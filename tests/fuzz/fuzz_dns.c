/*
 * fuzz_dns.c - any bytes as an answer of DNS: the walk over its records ends,
 * names and data are printable ASCII, and nothing outside is read.
 *
 * Input: the message.
 */
#include "net/wire/dns_message.h"

#include <stdlib.h>
#include <string.h>

#define DATA_MAX ((size_t)5 << 16) /* four characters a byte, and quotes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void printable(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static mailguard *mg;
	mailguard_span bytes = { data, size };
	mailguard_buffer text;
	mailguard_status st;
	mgi_dns_message m;
	mgi_dns_record r;

	if (!mg && mailguard_new(&mg, NULL, NULL) < 0)
		abort();
	if (!mgi_dns_message_open(&m, bytes))
		return 0;
	mgi_buf_init(&text, mg);
	while ((st = mgi_dns_message_next(&r, &m, &text)) == MAILGUARD_OK) {
		printable(r.name);
		printable(r.data);
		if (!r.name[0] || strlen(r.data) > DATA_MAX)
			abort();
	}
	if (st != MAILGUARD_ITEROVER && st != MAILGUARD_EFORMAT)
		abort();
	mgi_buf_done(&text);
	return 0;
}
