/*
 * address.c - IP addresses read and written, without asking anybody.
 */
#define _GNU_SOURCE
#include "net/wire/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* A number, or the name of an interface of this machine. */
static bool zone_read(uint32_t *out, const char *text)
{
	uint64_t n;

	if (mgi_span_u64(&n, mgi_span_of(text), UINT32_MAX))
		*out = (uint32_t)n;
	else
		*out = if_nametoindex(text);
	return *out != 0;
}

bool mgi_address_read(mgi_address *out, const char *text)
{
	const char *zone = strchr(text, '%');
	size_t len = zone ? (size_t)(zone - text) : strlen(text);
	char plain[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	out->family = 4;
	if (!zone && inet_pton(AF_INET, plain, out->bytes) == 1)
		return true;
	out->family = 6;
	if (inet_pton(AF_INET6, plain, out->bytes) != 1)
		return false;
	return !zone || zone_read(&out->zone, zone + 1);
}

/* As inet_ntop(), which takes ten times as long. */
static void ipv4_write(char *out, const unsigned char *bytes)
{
	int i;

	for (i = 0; i < 4; i++) {
		unsigned n = bytes[i];

		if (n > 99)
			*out++ = (char)('0' + n / 100);
		if (n > 9)
			*out++ = (char)('0' + n / 10 % 10);
		*out++ = (char)('0' + n % 10);
		*out++ = i < 3 ? '.' : '\0';
	}
}

void mgi_address_write(char out[MGI_ADDRESS_TEXT], const mgi_address *a)
{
	size_t len;

	if (a->family == 4) {
		ipv4_write(out, a->bytes);
		return;
	}
	out[0] = '\0';
	(void)inet_ntop(AF_INET6, a->bytes, out, MGI_ADDRESS_TEXT);
	len = strlen(out);
	if (a->zone)
		(void)snprintf(out + len, MGI_ADDRESS_TEXT - len, "%%%u",
		               (unsigned)a->zone);
}

bool mgi_address_loopback(const mgi_address *a)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0,    0,
		                                  0, 0, 0, 0, 0xff, 0xff };
	static const unsigned char one[16] = { 0, 0, 0, 0, 0, 0, 0, 0,
		                               0, 0, 0, 0, 0, 0, 0, 1 };

	if (a->family == 4)
		return a->bytes[0] == 127;
	if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0)
		return a->bytes[12] == 127;
	return memcmp(a->bytes, one, sizeof(one)) == 0;
}
