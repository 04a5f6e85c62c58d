/*
 * mail_dane.c - the TLSA records of a mail server, asked for before it is
 * spoken to.
 */
#include <errno.h>

#include "base/fail.h"
#include "base/text.h"
#include "net/wire/dns.h"
#include "net/wire/mail_own.h"

static void take(mgi_mail *m, const mgi_dns_message *message)
{
	mgi_dns_message left = *message;
	mgi_dns_record r;
	mailguard_buffer text;

	mgi_buf_init(&text, m->talk->mg);
	while (mgi_dns_message_next(&r, &left, &text) == MAILGUARD_OK) {
		mgi_dns_record_tell(m->talk->script, &r);
		if (r.type != MGI_DNS_TLSA)
			continue;
		mgi_buf_puts(&m->tlsa, r.data);
		mgi_buf_putc(&m->tlsa, '\n');
	}
	m->talk->no_memory |= mgi_buf_status(&text, NULL) < 0 ||
	                      mgi_buf_status(&m->tlsa, NULL) < 0;
	mgi_buf_done(&text);
}

static mailguard_dane judge(const mgi_mail *m, const mgi_dns_result *result)
{
	if (!result->message)
		return MAILGUARD_DANE_UNKNOWN;
	if (!m->tlsa.len)
		return MAILGUARD_DANE_NONE;
	/* Whoever is on the way could have written them. */
	return result->message->authentic ? MAILGUARD_DANE_MATCH
	                                  : MAILGUARD_DANE_UNSIGNED;
}

static void on_told(void *owner, const mgi_dns_result *result)
{
	mgi_mail *m = owner;
	mgi_script *script = m->talk->script;

	mgi_script_heard(script, result->heard, result->bytes);
	m->talk->no_memory |= result->sys == ENOMEM;
	if (result->message)
		take(m, result->message);
	else if (result->rcode < 0)
		mgi_script_lost(script, result->sys, result->timed_out);
	if (result->rcode > 0)
		mgi_script_code(script, result->rcode);
	m->dane = judge(m, result);
	mgi_script_end(script);
	mgi_asking_free(m->asking);
	m->asking = NULL;
	m->asked_tlsa(m);
}

mailguard_status mgi_mail_dane(mgi_mail *m,
                               void (*then)(mgi_mail *m),
                               mailguard_error *err)
{
	const mailguard_endpoint *to = m->talk->ask->to;
	mgi_dns *dns = mgi_net_dns(m->talk->net, err);
	mailguard_buffer name;
	mgi_dns_question q;
	mailguard_status st;

	if (!dns)
		return MAILGUARD_ENOMEM;
	mgi_buf_init(&name, m->talk->mg);
	mgi_buf_printf(&name, "_%d._tcp.%s", (int)mailguard_endpoint_port(to),
	               to->host);
	st = mgi_buf_status(&name, err);
	if (st == MAILGUARD_OK) {
		mgi_script_begin(m->talk->script, MAILGUARD_PHASE_DNS);
		mgi_script_said(m->talk->script, mgi_span_of("TLSA "), 0);
		mgi_script_said(m->talk->script, mgi_buf_span(&name), 0);
		st = mgi_dns_question_set(&q, m->talk->mg, MGI_DNS_TLSA,
		                          mgi_buf_span(&name), err);
	}
	mgi_buf_done(&name);
	m->asked_tlsa = then;
	if (st == MAILGUARD_OK)
		st = mgi_asking_new(&m->asking, dns, &q, on_told, m, err);
	return st;
}
