/*
 * fuzz_policy.c - any bytes as a key of DKIM, a record of DMARC, a policy of
 * MTA-STS, a TXT record as zone files write it, and an IP address: read or
 * not, without a byte outside, and what is good is within its bounds.
 *
 * Input: the text.
 */
#include "base/text.h"
#include "probe/ip.h"
#include "probe/policy.h"
#include "probe/zone.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_policies(mailguard_span s)
{
	mailguard_span part;
	mgi_dmarc d;
	mgi_sts p;
	size_t at = 0;

	mgi_dmarc_read(&d, s);
	if (d.pct > 100 || (d.good && d.p == MGI_DMARC_ABSENT))
		abort();
	while (mgi_dmarc_uri(&part, &d.rua))
		if (part.len > s.len)
			abort();
	(void)mgi_sts_is(s);
	mgi_sts_read(&p, s);
	if (p.good && p.max_age > MGI_STS_AGE_MAX)
		abort();
	while (mgi_sts_mx(&part, &p, &at))
		if (part.len > s.len || at > s.len)
			abort();
	(void)mgi_sts_allows(&p, "mx.a.test");
}

/* What is written is read back to the same. */
static void read_address(mailguard_span s)
{
	char text[MGI_IP_TEXT];
	mgi_ip ip, again;

	if (!mgi_ip_read(&ip, s))
		return;
	mgi_ip_write(text, &ip);
	if (!mgi_ip_read(&again, mgi_span_of(text)) ||
	    !mgi_ip_same(&ip, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static mailguard *mg;
	mailguard_span s = mgi_span(data, size);
	mailguard_record r = { .name = "a", .type = "TXT" };
	char tidy[MGI_NAME_MAX];
	mgi_dkim_key key;
	mgi_arena *a;

	if (!mg && mailguard_new(&mg, NULL, NULL) < 0)
		abort();
	a = mgi_arena_new(mg);
	if (mgi_dkim_read(&key, mg, s, NULL) < 0 || (key.bits && key.fault))
		abort();
	read_policies(s);
	read_address(s);
	r.data = mgi_arena_strndup(a, data, size);
	if (mgi_record_txt(&r, a).len > size)
		abort();
	mgi_record_host(tidy, &r);
	if (mgi_name_tidy(tidy, r.data) && strlen(tidy) > 253)
		abort();
	mgi_arena_free(a);
	return 0;
}
