/* notice.i - <mailguard/notice.h>: what to tell the people who wait. */
%{
#include <mailguard/notice.h>

typedef mailguard_notice Notice;

/* (lang, company, address, resend, phone, status, since, until, window_from,
 * window_to, next_update, phase, slips); strings are lent for the call. */
static int py_notice_facts(mailguard_notice_facts *f, PyObject *tuple)
{
	static const mailguard_notice_facts none = MAILGUARD_NOTICE_FACTS_INIT;
	long long since, until, from, to, next;
	const char *phase;

	*f = none;
	if (!PyArg_ParseTuple(tuple, "zzzzzzLLLLLsi", &f->lang, &f->company,
	                      &f->address, &f->resend, &f->phone, &f->status,
	                      &since, &until, &from, &to, &next, &phase,
	                      &f->slips))
		return -1;
	f->since = since;
	f->until = until;
	f->window_from = from;
	f->window_to = to;
	f->next_update = next;
	f->phase = mailguard_notice_phase_find(phase);
	if (f->phase < 0) {
		PyErr_Format(PyExc_ValueError, "no phase is called \"%s\"",
		             phase);
		return -1;
	}
	return 0;
}

/* (sender_name, sender, to_name, to, reply_to, message_id, charset, date) */
static int py_notice_envelope(mailguard_notice_envelope *e, PyObject *tuple)
{
	static const mailguard_notice_envelope none =
		MAILGUARD_NOTICE_ENVELOPE_INIT;
	long long date;

	*e = none;
	if (!PyArg_ParseTuple(tuple, "zzzzzzzL", &e->sender_name, &e->sender,
	                      &e->to_name, &e->to, &e->reply_to,
	                      &e->message_id, &e->charset, &date))
		return -1;
	e->date = date;
	return 0;
}
%}

%typemap(in) mailguard_notice_facts *facts (mailguard_notice_facts f) {
	if (py_notice_facts(&f, $input))
		SWIG_fail;
	$1 = &f;
}
%typemap(in) mailguard_notice_envelope *envelope (mailguard_notice_envelope e) {
	if (py_notice_envelope(&e, $input))
		SWIG_fail;
	$1 = &e;
}

%nodefaultctor Notice;
%nodefaultdtor Notice;
/** One notice. It never changes. */
typedef struct {} Notice;
%extend Notice {
	Notice(MailGuard *mg, mailguard_notice_facts *facts,
	       mailguard_error *err)
	{
		mailguard_notice *n;

		(void)mailguard_notice_draft(&n, mg, facts, err);
		return n;
	}
	~Notice()
	{
		mailguard_notice_free($self);
	}
	/** One line. */
	const char *subject(void)
	{
		return mailguard_notice_subject($self);
	}
	/** Lines ended by LF. */
	const char *text(void)
	{
		return mailguard_notice_text($self);
	}
	/** Part `i` of the seven, from 0; None past the end. */
	const char *part(size_t i)
	{
		return mailguard_notice_part($self, i);
	}
	/** The message's bytes, ready to send to one person. */
	PyObject *message(MailGuard *mg, mailguard_notice_envelope *envelope,
	                  mailguard_error *err)
	{
		PyObject *result = NULL;
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_notice_message(out, NULL, $self, envelope, err) >=
		    0)
			result = PyBytes_FromStringAndSize(
				mailguard_buffer_text(out),
				(Py_ssize_t)mailguard_buffer_length(out));
		mailguard_buffer_free(out);
		return result;
	}
	/** The characters its charset lacks, each followed by a space. */
	mailguard_buffer *misfits(MailGuard *mg,
	                          mailguard_notice_envelope *envelope,
	                          mailguard_error *err)
	{
		mailguard_buffer *out, *misfits;

		if (mailguard_buffer_new(&misfits, mg, err) < 0)
			return NULL;
		if (mailguard_buffer_new(&out, mg, err) < 0)
			return misfits;
		if (mailguard_notice_message(out, misfits, $self, envelope,
		                             err) < 0 &&
		    strcmp(err->code, "draft.misfits") == 0)
			memset(err, 0, sizeof(*err));
		mailguard_buffer_free(out);
		return misfits;
	}
	/** As docs/schema/notice.json has it. */
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_notice_json(out, $self, err);
		return out;
	}
}
