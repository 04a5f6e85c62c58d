/*
 * script_facts.c - what the recorder keeps of the whole talk: address, TLS,
 * certificates, DNS records, a body. And steps that were recorded elsewhere.
 */
#include "net/script_own.h"

#include <string.h>

static const char *copy(mgi_script *s, const char *text)
{
	const char *own;

	if (!text || !text[0])
		return "";
	own = mgi_arena_strdup(s->t->arena, text);
	return own ? own : "";
}

void mgi_script_address(mgi_script *s, const char *address)
{
	s->t->address = copy(s, address);
}

void mgi_script_tls_begin(mgi_script *s)
{
	static const mailguard_tls_facts none = { .version = "",
		                                  .cipher = "",
		                                  .alert = "" };

	s->t->tls = none;
	s->t->has_tls = true;
	s->t->certificates.count = 0;
	s->t->faults.count = 0;
}

void mgi_script_tls(mgi_script *s, const mailguard_tls_facts *facts)
{
	mailguard_tls_facts *own = &s->t->tls;

	s->t->has_tls = true;
	*own = *facts;
	own->version = copy(s, facts->version);
	own->cipher = copy(s, facts->cipher);
	own->alert = copy(s, facts->alert);
}

void mgi_script_dane(mgi_script *s, mailguard_dane dane)
{
	s->t->tls.dane = dane;
}

void mgi_script_certificate(mgi_script *s, const mailguard_certificate *c)
{
	mailguard_certificate *own = mgi_list_add(
		s, &s->t->certificates, sizeof(*own), MGI_SCRIPT_FACTS_MAX);

	if (!own)
		return;
	*own = *c;
	own->subject = copy(s, c->subject);
	own->issuer = copy(s, c->issuer);
	own->names = copy(s, c->names);
	own->serial = copy(s, c->serial);
	own->key = copy(s, c->key);
	own->signature = copy(s, c->signature);
	own->issuer_at = copy(s, c->issuer_at);
}

void mgi_script_fault(mgi_script *s, const mailguard_tls_fault *f)
{
	mailguard_tls_fault *own = mgi_list_add(s, &s->t->faults, sizeof(*own),
	                                        MGI_SCRIPT_FACTS_MAX);

	if (!own)
		return;
	*own = *f;
	own->name = copy(s, f->name);
}

bool mgi_script_verified(const mgi_script *s)
{
	return s->t->has_tls && s->t->tls.verified;
}

void mgi_script_record(mgi_script *s, const mailguard_record *r)
{
	mailguard_record *own = mgi_list_add(s, &s->t->records, sizeof(*own),
	                                     MGI_SCRIPT_FACTS_MAX);

	if (!own)
		return;
	*own = *r;
	own->name = copy(s, r->name);
	own->type = copy(s, r->type);
	own->data = copy(s, r->data);
}

bool mgi_script_body(mgi_script *s, mailguard_span bytes)
{
	size_t have = s->t->body.len, max = (size_t)s->limits.max_body;
	bool fits = have <= max && bytes.len <= max - have;
	size_t n = fits ? bytes.len : have < max ? max - have : 0;

	mgi_buf_add(&s->t->body, bytes.data, n);
	return fits;
}

void mgi_script_add(mgi_script *s, const mailguard_step *step)
{
	mgi_arena *a = s->t->arena;
	mailguard_step *own;

	mgi_script_end(s);
	own = mgi_list_add(s, &s->t->steps, sizeof(*own), MGI_SCRIPT_STEPS_MAX);
	if (!own)
		return;
	*own = *step;
	own->said = copy(s, step->said);
	own->heard.data = (unsigned char *)mgi_arena_strndup(
		a, step->heard.data, step->heard.len);
}

void mgi_script_begun_at(mgi_script *s, mailguard_time begin)
{
	s->t->begin = begin;
}
