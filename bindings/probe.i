/* probe.i - <mailguard/probe.h>: targets in, answers out. */
%{
#include <mailguard/probe.h>

#include <stdbool.h>

typedef mailguard_answer Answer;

/* A probe, and the secret of the target that is being added. */
typedef struct Probe {
	mailguard_probe *it;
	mailguard_span secret;
} Probe;

static int py_secret(char *out, size_t room, const mailguard_endpoint *whose,
                     void *payload)
{
	const Probe *p = payload;

	(void)whose;
	if (p->secret.len && p->secret.len <= room)
		memcpy(out, p->secret.data, p->secret.len);
	return (int)p->secret.len;
}

/* Strings are lent by the tuple for the call. */
static int py_probe_options(mailguard_probe_options *o, PyObject *tuple)
{
	static const mailguard_probe_options none =
		MAILGUARD_PROBE_OPTIONS_INIT;
	long long total;

	*o = none;
	if (!PyArg_ParseTuple(tuple, "zzzIILI", &o->ca_file, &o->resolver,
	                      &o->helo, &o->max_in_flight, &o->max_per_host,
	                      &total, &o->flags))
		return -1;
	o->max_per_net = o->max_per_host * 4;
	o->total_usec = total;
	if (!total)
		return 0;
	o->dns_usec = o->greeting_usec = o->capabilities_usec = total;
	o->starttls_usec = o->tls_usec = o->login_usec = total;
	o->command_usec = total;
	o->connect_usec = total < 10000000 ? total / 2 : 5000000;
	return 0;
}
%}

%typemap(in) mailguard_probe_options *options (mailguard_probe_options o) {
	if (py_probe_options(&o, $input))
		SWIG_fail;
	$1 = &o;
}

%newobject Probe::step;
%thread Probe::step;
%nodefaultctor Probe;
%nodefaultdtor Probe;
%nodefaultctor Answer;
%nodefaultdtor Answer;

%constant int PROBE_NEWEST = MAILGUARD_PROBE_NEWEST;
%constant int PROBE_DANE = MAILGUARD_PROBE_DANE;

/** One answer: whole, a plain value of text. */
typedef struct {} Answer;
%extend Answer {
	~Answer()
	{
		mailguard_answer_free($self);
	}
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_answer_json(out, $self, 0, err);
		return out;
	}
	mailguard_buffer *text(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_answer_text(out, $self, err);
		return out;
	}
	/** The conversation as a recorded session, secrets masked. */
	mailguard_buffer *session(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_transcript_text(
			out, mailguard_answer_transcript($self), err);
		return out;
	}
}

/** Targets in flight; in one thread at a time. */
typedef struct {} Probe;
%extend Probe {
	Probe(MailGuard *mg, mailguard_probe_options *options,
	      mailguard_error *err)
	{
		Probe *p = PyMem_Calloc(1, sizeof(*p));

		if (!p) {
			PyErr_NoMemory();
			return NULL;
		}
		options->secret = py_secret;
		options->payload = p;
		if (mailguard_probe_new(&p->it, mg, options, err) < 0) {
			PyMem_Free(p);
			return NULL;
		}
		return p;
	}
	~Probe()
	{
		mailguard_probe_free($self->it);
		PyMem_Free($self);
	}
	/** False: full, take an answer first. */
	bool add(MailGuard *mg, const char *url, const char *login,
	         bool starttls, mailguard_span secret, mailguard_error *err)
	{
		mailguard_endpoint *parsed, to;
		mailguard_status st;

		if (mailguard_endpoint_parse(&parsed, mg, url, err) < 0)
			return false;
		to = *parsed;
		if (login && !to.user)
			to.user = login;
		if (starttls && to.tls == MAILGUARD_TLS_NONE &&
		    to.protocol != MAILGUARD_PROTOCOL_HTTP)
			to.tls = MAILGUARD_TLS_STARTTLS;
		$self->secret = secret;
		st = mailguard_probe_add_named($self->it, &to, url,
		                               MAILGUARD_PHASE_NONE, err);
		$self->secret.data = NULL;
		$self->secret.len = 0;
		mailguard_endpoint_free(parsed);
		return st == MAILGUARD_OK;
	}
	/** None: nothing yet, or nothing in flight. */
	Answer *step(int64_t usec, mailguard_error *err)
	{
		mailguard_answer *a;

		(void)mailguard_probe_next(&a, $self->it, usec, err);
		return a;
	}
	size_t in_flight(void)
	{
		return mailguard_probe_in_flight($self->it);
	}
}
