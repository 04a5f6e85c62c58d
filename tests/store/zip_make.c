#include "store/zip_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "support/ok.h"

static void raw(zip *z, const void *bytes, size_t n)
{
	while (z->len + n > z->room) {
		z->room = z->room ? z->room * 2 : 65536;
		z->at = realloc(z->at, z->room);
		if (!z->at)
			abort();
	}
	if (n)
		memcpy(z->at + z->len, bytes, n);
	z->len += n;
}

static void number(zip *z, uint64_t value, size_t bytes)
{
	unsigned char b[8];
	size_t i;

	for (i = 0; i < bytes; i++)
		b[i] = (unsigned char)(value >> (8 * i));
	raw(z, b, bytes);
}

/* Bare deflate: a zlib stream without its head and sum. */
static size_t deflate(unsigned char *to, size_t room, const void *s, size_t n)
{
	mgi_pack *pack;
	mailguard *mg;
	size_t got;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mgi_pack_new(&pack, mg, NULL));
	got = mgi_pack_into(to, room, pack, mgi_span(s, n));
	mgi_pack_free(pack);
	mailguard_free(mg);
	memmove(to, to + 2, got - 6);
	return got - 6;
}

static void fixed(zip *z, size_t i, int what)
{
	int how = z->members[i].how, late = how & ZIP_LATE && what == 1;

	number(z, 20, 2);
	number(z, (how & ZIP_LOCKED ? 1U : 0U) | (how & ZIP_LATE ? 8U : 0U), 2);
	number(z, how & ZIP_PACKED ? 8 : 0, 2);
	number(z, 0x5a210000, 4);
	number(z, late ? 0 : z->members[i].crc, 4);
	number(z, late ? 0 : z->members[i].packed, 4);
	number(z, late ? 0 : z->members[i].size, 4);
	number(z, strlen(z->members[i].name), 2);
	number(z, 0, 2);
}

void zip_put(zip *z, const char *name, const void *bytes, size_t n, int how)
{
	size_t i = z->count++, room = n + n / 8 + 1024, packed = n;
	unsigned char *to = malloc(room);

	if (!to || i >= sizeof(z->members) / sizeof(z->members[0]))
		abort();
	if (how & ZIP_PACKED)
		packed = deflate(to, room, bytes, n);
	else if (n)
		memcpy(to, bytes, n);
	z->members[i].at = z->len;
	z->members[i].crc =
		mgi_crc32(UINT32_MAX, mgi_span(bytes, n)) ^ UINT32_MAX;
	z->members[i].packed = (uint32_t)packed;
	z->members[i].size = (uint32_t)n;
	z->members[i].how = how;
	snprintf(z->members[i].name, sizeof(z->members[i].name), "%s", name);
	number(z, 0x04034b50, 4);
	fixed(z, i, 1);
	raw(z, name, strlen(name));
	raw(z, to, packed);
	if (how & ZIP_LATE) {
		number(z, 0x08074b50, 4);
		number(z, z->members[i].crc, 4);
		number(z, packed, 4);
		number(z, n, 4);
	}
	free(to);
}

void zip_end(zip *z)
{
	size_t i, end;

	z->list = z->len;
	for (i = 0; i < z->count; i++) {
		number(z, 0x02014b50, 4);
		number(z, 0x0314, 2); /* Unix */
		fixed(z, i, 2);
		number(z, 0, 2); /* comment */
		number(z, 0, 2);
		number(z, 0, 2);
		number(z,
		       z->members[i].how & ZIP_LINK ? 0xa1ff0000 : 0x81a40000,
		       4);
		number(z, z->members[i].at, 4);
		raw(z, z->members[i].name, strlen(z->members[i].name));
	}
	end = z->len;
	number(z, 0x06054b50, 4);
	number(z, 0, 4);
	number(z, z->count, 2);
	number(z, z->count, 2);
	number(z, end - z->list, 4);
	number(z, z->list, 4);
	number(z, 0, 2);
}

void zip_free(zip *z)
{
	free(z->at);
	memset(z, 0, sizeof(*z));
}
