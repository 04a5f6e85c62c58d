/*
 * domain_text.c - a checked domain as lines for people: what stands there,
 * then what is wrong and what to do.
 */
#include "base/fail.h"
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

static void line(mailguard_buffer *out,
                 const mailguard_domain *d,
                 const char *what,
                 const char *text)
{
	mgi_say(out, d->mg, MGI_SAY_DOMAIN_LINE, "what", what, "text", text);
	mgi_buf_putc(out, '\n');
}

static void tell_mx(mailguard_buffer *out, const mailguard_domain *d)
{
	const mgi_host_address *a;
	const mgi_mx *mx;

	for (mx = d->mx; mx; mx = mx->next) {
		mailguard_buffer b;

		mgi_buf_init(&b, d->mg);
		mgi_buf_printf(&b, "%d %s", (int)mx->priority, mx->host);
		for (a = d->addresses; a; a = a->next)
			if (a->host && strcmp(a->host, mx->host) == 0)
				mgi_buf_printf(&b, " %s", a->text);
		line(out, d, "MX", mgi_buf_text(&b));
		if (mgi_buf_status(&b, NULL) < 0)
			out->failed = MAILGUARD_ENOMEM;
		mgi_buf_done(&b);
	}
}

static void tell_records(mailguard_buffer *out, const mailguard_domain *d)
{
	if (d->spf.record[0])
		line(out, d, "SPF", d->spf.record);
	if (d->dmarc_text)
		line(out, d, "DMARC", d->dmarc_text);
	if (d->sts_text)
		line(out, d, "MTA-STS",
		     d->has_policy ? mgi_sts_name(d->sts.mode) : d->sts_text);
	if (d->rpt_text)
		line(out, d, "TLS-RPT", d->rpt_text);
}

static void tell_addresses(mailguard_buffer *out, const mailguard_domain *d)
{
	const mgi_host_address *a;

	for (a = d->addresses; a; a = a->next)
		if (!a->host)
			line(out, d, a->text, mgi_spf_name(a->spf.result));
}

mailguard_status mailguard_domain_text(mailguard_buffer *out,
                                       const mailguard_domain *d,
                                       mailguard_error *err)
{
	const mailguard_finding *f;
	mailguard_status st;
	size_t before, i;

	if (!out || !d)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                out ? "domain" : "buffer");
	before = mailguard_buffer_length(out);
	if (mailguard_domain_ok(d))
		mgi_say(out, d->mg, MGI_SAY_DOMAIN_FINE, "name", d->name);
	else
		mgi_say(out, d->mg, MGI_SAY_DOMAIN_TROUBLE, "name", d->name);
	mgi_buf_putc(out, '\n');
	tell_mx(out, d);
	tell_records(out, d);
	tell_addresses(out, d);
	for (i = 0; (f = mailguard_domain_finding(d, i)) != NULL; i++) {
		mgi_say(out, d->mg,
		        f->severity == MAILGUARD_SEVERITY_NOTE
		                ? MGI_SAY_DOMAIN_NOTE
		                : MGI_SAY_DOMAIN_WRONG,
		        "where", f->where, "text", f->text);
		mgi_buf_putc(out, '\n');
	}
	st = mgi_buf_status(out, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}
