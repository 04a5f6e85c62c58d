/*
 * domain_json.c - a checked domain as one JSON object
 * (docs/schema/domain.json).
 */
#include "base/fail.h"
#include "base/json.h"
#include "base/text.h"
#include "probe/domain.h"

static void put_some(mgi_jsonw *w, const char *key, const char *text)
{
	mgi_jsonw_str(w, key, text && text[0] ? text : NULL);
}

static void put_findings(mgi_jsonw *w, const mailguard_domain *d)
{
	const mailguard_finding *f;
	size_t i;

	mgi_jsonw_array(w, "findings");
	for (i = 0; (f = mailguard_domain_finding(d, i)) != NULL; i++) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "code", f->code);
		mgi_jsonw_str(w, "severity",
		              mailguard_severity_name(f->severity));
		mgi_jsonw_str(w, "where", f->where);
		mgi_jsonw_str(w, "text", f->text);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_addresses(mgi_jsonw *w, const mailguard_domain *d)
{
	const mgi_host_address *a;

	mgi_jsonw_array(w, "addresses");
	for (a = d->addresses; a; a = a->next) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "address", a->text);
		mgi_jsonw_str(w, "host", a->host);
		mgi_jsonw_str(w, "name", a->name);
		mgi_jsonw_bool(w, "confirmed", a->confirmed);
		mgi_jsonw_str(w, "spf",
		              a->host ? NULL : mgi_spf_name(a->spf.result));
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_mx(mgi_jsonw *w, const mailguard_domain *d)
{
	const mgi_mx *mx;

	mgi_jsonw_bool(w, "null_mx", d->null_mx);
	mgi_jsonw_array(w, "mx");
	for (mx = d->mx; mx; mx = mx->next) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "host", mx->host);
		mgi_jsonw_int(w, "priority", mx->priority);
		mgi_jsonw_int(w, "ipv4", mx->v4);
		mgi_jsonw_int(w, "ipv6", mx->v6);
		mgi_jsonw_str(w, "dane",
		              !mx->tlsa          ? "none"
		              : !mx->tlsa_signed ? "unsigned"
		                                 : "signed");
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_spf(mgi_jsonw *w, const mailguard_domain *d)
{
	mgi_jsonw_object(w, "spf");
	mgi_jsonw_span(w, "record", mgi_span_of(d->spf.record));
	mgi_jsonw_int(w, "lookups", d->spf.lookups);
	mgi_jsonw_int(w, "voids", d->spf.voids);
	mgi_jsonw_str(w, "all", d->spf.all ? mgi_spf_name(d->spf.all) : NULL);
	mgi_jsonw_end(w);
}

static void put_dkim(mgi_jsonw *w, const mailguard_domain *d)
{
	const mgi_selector *s;

	mgi_jsonw_array(w, "dkim");
	for (s = d->selectors; s; s = s->next) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "selector", s->name);
		mgi_jsonw_bool(w, "found", s->found);
		mgi_jsonw_bool(w, "good",
		               s->found && !s->key.fault && !s->key.revoked);
		mgi_jsonw_str(w, "kind",
		              !s->found        ? NULL
		              : s->key.ed25519 ? "ed25519"
		                               : "rsa");
		mgi_jsonw_int(w, "bits", s->key.bits);
		mgi_jsonw_bool(w, "revoked", s->key.revoked);
		mgi_jsonw_bool(w, "testing", s->key.testing);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_dmarc(mgi_jsonw *w, const mailguard_domain *d)
{
	if (!d->dmarc_at) {
		mgi_jsonw_null(w, "dmarc");
		return;
	}
	mgi_jsonw_object(w, "dmarc");
	mgi_jsonw_str(w, "at", d->dmarc_at);
	mgi_jsonw_str(w, "record", d->dmarc_text);
	mgi_jsonw_bool(w, "good", d->dmarc.good);
	mgi_jsonw_str(w, "policy", mgi_dmarc_name(d->dmarc.p));
	mgi_jsonw_str(w, "subdomains", mgi_dmarc_name(d->dmarc.sp));
	mgi_jsonw_int(w, "percent", d->dmarc.pct);
	mgi_jsonw_end(w);
}

static void put_tls(mgi_jsonw *w, const mailguard_domain *d)
{
	mailguard_span mx;
	size_t at = 0;

	put_some(w, "tls_rpt", d->rpt_text);
	if (!d->sts_text) {
		mgi_jsonw_null(w, "mta_sts");
		return;
	}
	mgi_jsonw_object(w, "mta_sts");
	mgi_jsonw_str(w, "record", d->sts_text);
	mgi_jsonw_bool(w, "good", d->has_policy && d->sts.good);
	mgi_jsonw_str(w, "mode",
	              d->has_policy ? mgi_sts_name(d->sts.mode) : NULL);
	mgi_jsonw_int(w, "max_age",
	              d->has_policy ? (int64_t)d->sts.max_age : 0);
	mgi_jsonw_array(w, "mx");
	while (d->has_policy && mgi_sts_mx(&mx, &d->sts, &at))
		mgi_jsonw_span(w, NULL, mx);
	mgi_jsonw_end(w);
	mgi_jsonw_end(w);
}

static void put_services(mgi_jsonw *w, const mailguard_domain *d)
{
	const mgi_service *s;

	mgi_jsonw_array(w, "services");
	for (s = d->services; s; s = s->next) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "name", s->name);
		put_some(w, "host", s->host);
		mgi_jsonw_int(w, "port", s->port);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
	mgi_jsonw_bool(w, "autoconfig", d->autoconfig);
	mgi_jsonw_bool(w, "autodiscover", d->autodiscover);
}

static void put_lists(mgi_jsonw *w, const mailguard_domain *d)
{
	const mgi_listing *l;

	mgi_jsonw_array(w, "dnsbl");
	for (l = d->listings; l; l = l->next) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "zone", l->zone);
		mgi_jsonw_str(w, "address", l->address);
		mgi_jsonw_str(w, "result", mgi_dnsbl_name(l->kind));
		put_some(w, "codes", l->codes);
		put_some(w, "meaning", l->meaning);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_servers(mgi_jsonw *w, const mailguard_domain *d)
{
	const mgi_name_server *s;

	mgi_jsonw_array(w, "name_servers");
	for (s = d->servers; s; s = s->next) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "host", s->host);
		mgi_jsonw_str(w, "address", s->address);
		mgi_jsonw_str(w, "state", s->state);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

mailguard_status mailguard_domain_json(mailguard_buffer *out,
                                       const mailguard_domain *d,
                                       mailguard_error *err)
{
	mgi_jsonw w;

	if (!out || !d)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                out ? "domain" : "buffer");
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "name", d->name);
	mgi_jsonw_str(&w, "organization", d->org);
	mgi_jsonw_bool(&w, "ok", mailguard_domain_ok(d));
	mgi_jsonw_time(&w, "when", d->at);
	put_mx(&w, d);
	put_addresses(&w, d);
	put_spf(&w, d);
	put_dkim(&w, d);
	put_dmarc(&w, d);
	put_tls(&w, d);
	put_services(&w, d);
	put_lists(&w, d);
	put_servers(&w, d);
	put_findings(&w, d);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}
