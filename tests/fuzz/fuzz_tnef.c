/*
 * fuzz_tnef.c - any bytes as a winmail.dat: its mail is written twice and is
 * the same.
 */
#include <mailguard/store.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/drain.h"
#include "store/mapi/message.h"
#include "store/mapi/tnef.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void put(void *to, mailguard_span bytes)
{
	mgi_buf_add(to, bytes.data, bytes.len);
}

static void mail(mailguard_buffer *out, mgi_mapi *o)
{
	mailguard_source *src;

	if (mgi_mapi_source(&src, o, NULL) < 0 ||
	    mgi_drain(src, put, out, NULL) < 0)
		abort();
	mailguard_source_free(src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard_buffer one, two;
	mailguard *mg;
	mgi_mapi *o;
	mgi_tnef *t;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	if (mgi_tnef_new(&t, mg, NULL) < 0)
		abort();
	(void)mgi_tnef_judge(mgi_span(data, n));
	mgi_buf_add(&t->bytes, data, n);
	if (mgi_tnef_object(&o, t, NULL) < 0)
		abort();
	mgi_tnef_free(t);
	mgi_buf_init(&one, mg);
	mgi_buf_init(&two, mg);
	mail(&one, o);
	mail(&two, o);
	if (one.len != two.len || memcmp(one.at, two.at, one.len) != 0)
		abort();
	mgi_buf_done(&one);
	mgi_buf_done(&two);
	mgi_mapi_free(o);
	mailguard_free(mg);
	return 0;
}
