/*
 * pack.c - CRC-32 and zlib streams by libdeflate.
 */
#include "base/pack.h"

#include <libdeflate.h>

#include "base/fail.h"

#define LEVEL 6

struct mgi_pack {
	mailguard *mg;
	struct libdeflate_decompressor *in;
	struct libdeflate_compressor *out; /* made when first needed */
};

uint32_t mgi_crc32(uint32_t crc, mailguard_span bytes)
{
	if (!bytes.len)
		return crc;
	return libdeflate_crc32(crc ^ UINT32_MAX, bytes.data, bytes.len) ^
	       UINT32_MAX;
}

mailguard_status mgi_pack_new(mgi_pack **out,
                              mailguard *mg,
                              mailguard_error *err)
{
	mgi_pack *p = mgi_alloc(mg, sizeof(*p));

	*out = NULL;
	if (!p)
		return mgi_fail_nomem(err);
	p->mg = mg;
	p->in = libdeflate_alloc_decompressor();
	if (!p->in) {
		mgi_free(mg, p);
		return mgi_fail_nomem(err);
	}
	*out = p;
	return MAILGUARD_OK;
}

mailguard_status mgi_unpack(void *to, size_t n, mgi_pack *p, mailguard_span in)
{
	size_t got = 0;

	if (libdeflate_zlib_decompress(p->in, in.data, in.len, to, n, &got) !=
	            LIBDEFLATE_SUCCESS ||
	    got != n)
		return MAILGUARD_EFORMAT;
	return MAILGUARD_OK;
}

mailguard_status mgi_inflate(void *to,
                             size_t n,
                             size_t *got,
                             mgi_pack *p,
                             mailguard_span in)
{
	size_t used;

	*got = 0;
	switch (libdeflate_deflate_decompress_ex(p->in, in.data, in.len, to, n,
	                                         &used, got)) {
	case LIBDEFLATE_SUCCESS:
		return MAILGUARD_OK;
	case LIBDEFLATE_INSUFFICIENT_SPACE:
		return MAILGUARD_ELIMIT;
	default:
		return MAILGUARD_EFORMAT;
	}
}

size_t mgi_pack_into(void *to, size_t room, mgi_pack *p, mailguard_span in)
{
	if (!p->out)
		p->out = libdeflate_alloc_compressor(LEVEL);
	return p->out ? libdeflate_zlib_compress(p->out, in.data, in.len, to,
	                                         room)
	              : 0;
}

void mgi_pack_free(mgi_pack *p)
{
	if (!p)
		return;
	libdeflate_free_decompressor(p->in);
	if (p->out)
		libdeflate_free_compressor(p->out);
	mgi_free(p->mg, p);
}
