/*
 * dmarc.c - a record of DMARC, and whether two names are of one organization
 * (RFC 7489).
 */
#include "base/psl.h"
#include "base/text.h"
#include "probe/policy.h"
#include "probe/zone.h"

static const char *const policies[] = { "none", "quarantine", "reject" };

const char *mgi_dmarc_name(mgi_dmarc_policy p)
{
	return p < MGI_DMARC_ABSENT ? policies[p] : NULL;
}

bool mgi_dmarc_is(mailguard_span text)
{
	return mgi_tag_first(text, "v", "DMARC1");
}

static bool policy_read(mgi_dmarc_policy *out,
                        mgi_dmarc *d,
                        mailguard_span text,
                        const char *tag)
{
	mailguard_span value;
	size_t i;

	*out = MGI_DMARC_ABSENT;
	if (!mgi_tag_get(&value, text, tag))
		return true;
	for (i = 0; i < MGI_DMARC_ABSENT; i++)
		if (mgi_span_is_nocase(value, policies[i])) {
			*out = (mgi_dmarc_policy)i;
			return true;
		}
	d->bad = value;
	return false;
}

static bool strict_read(bool *out,
                        mgi_dmarc *d,
                        mailguard_span text,
                        const char *tag)
{
	mailguard_span value;

	if (!mgi_tag_get(&value, text, tag))
		return true;
	*out = mgi_span_is_nocase(value, "s");
	d->bad = value;
	return *out || mgi_span_is_nocase(value, "r");
}

/* Without p=, one who wants reports counts as p=none (6.6.3). */
void mgi_dmarc_read(mgi_dmarc *out, mailguard_span text)
{
	mailguard_span pct;
	uint64_t n = 100;

	memset(out, 0, sizeof(*out));
	out->p = out->sp = MGI_DMARC_ABSENT;
	out->bad = mgi_span("", 0);
	out->good = mgi_tags_ok(&out->bad, text) &&
	            policy_read(&out->p, out, text, "p") &&
	            policy_read(&out->sp, out, text, "sp") &&
	            strict_read(&out->strict_dkim, out, text, "adkim") &&
	            strict_read(&out->strict_spf, out, text, "aspf");
	(void)mgi_tag_get(&out->rua, text, "rua");
	(void)mgi_tag_get(&out->ruf, text, "ruf");
	if (out->good && mgi_tag_get(&pct, text, "pct") &&
	    !mgi_span_u64(&n, pct, 100)) {
		out->good = false;
		out->bad = pct;
		n = 100;
	}
	out->pct = (uint32_t)n;
	if (out->p != MGI_DMARC_ABSENT || !out->good)
		return;
	out->bad = mgi_span("", 0);
	out->good = out->rua.len > 0;
	out->p = MGI_DMARC_NONE;
}

const char *mgi_domain_org(const char *name)
{
	const char *org = mgi_psl_registered(name);

	return org ? org : name;
}

bool mgi_dmarc_aligned(const char *from, const char *vouched, bool strict)
{
	if (strcmp(from, vouched) == 0)
		return true;
	return !strict &&
	       strcmp(mgi_domain_org(from), mgi_domain_org(vouched)) == 0;
}

bool mgi_dmarc_uri(mailguard_span *host, mailguard_span *list)
{
	mailguard_span uri;
	size_t n = 0, at, size;

	if (!list->len)
		return false;
	while (n < list->len && list->data[n] != ',')
		n++;
	uri = mgi_span_trim(mgi_span_head(*list, n));
	n += n < list->len;
	*list = mgi_span(list->data + n, list->len - n);
	*host = mgi_span("", 0);
	if (!mgi_span_starts_nocase(uri, "mailto:"))
		return true;
	for (at = uri.len; at && uri.data[at - 1] != '@';)
		at--;
	if (!at)
		return true;
	for (size = at;
	     size < uri.len && uri.data[size] != '!' && uri.data[size] != '?';)
		size++;
	*host = mgi_span(uri.data + at, size - at);
	return true;
}
