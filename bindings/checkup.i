/* checkup.i - <mailguard/profile.h> and <mailguard/checkup.h>: the main job. */
%{
#include <mailguard/checkup.h>

typedef mailguard_profile Profile;

/* A checkup, and whom it asks for secrets. */
typedef struct Checkup {
	mailguard_checkup *it;
	PyObject *secret; /* callable(user, host) or NULL */
	int busy;
} Checkup;

/* From inside a step, where the interpreter's lock is given up. */
static int py_checkup_secret(char *out, size_t room,
                             const mailguard_endpoint *whose, void *payload)
{
	const Checkup *c = payload;
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *found = PyObject_CallFunction(c->secret, "zz", whose->user,
	                                        whose->host);
	Py_buffer view = { 0 };
	int n = 0; /* nobody logs in then */

	if (found && PyUnicode_Check(found)) {
		PyObject *bytes = PyUnicode_AsUTF8String(found);

		Py_DECREF(found);
		found = bytes;
	}
	if (found && found != Py_None &&
	    PyObject_GetBuffer(found, &view, PyBUF_SIMPLE) == 0) {
		if ((size_t)view.len <= room) {
			memcpy(out, view.buf, (size_t)view.len);
			n = (int)view.len;
		}
		PyBuffer_Release(&view);
	}
	Py_XDECREF(found);
	if (PyErr_Occurred()) {
		PyErr_WriteUnraisable(c->secret);
		n = -1;
	}
	PyGILState_Release(gil);
	return n;
}
%}

%nodefaultctor Profile;
%nodefaultdtor Profile;
%nodefaultctor Checkup;
%nodefaultdtor Checkup;
%newobject Checkup::verdict;

/** Accounts, servers and mail files, from one JSON file or clients' own. */
typedef struct {} Profile;
%extend Profile {
	/** None: an empty one. */
	Profile(MailGuard *mg, mailguard_error *err)
	{
		mailguard_profile *p;

		(void)mailguard_profile_new(&p, mg, err);
		return p;
	}
	~Profile()
	{
		mailguard_profile_free($self);
	}
	%newobject read;
	static Profile *read(MailGuard *mg, const char *path,
	                     mailguard_error *err)
	{
		mailguard_profile *p;

		(void)mailguard_profile_open(&p, mg, path, err);
		return p;
	}
	/** The same from its JSON; paths are as seen from `folder`. */
	%newobject parse;
	static Profile *parse(MailGuard *mg, mailguard_span text,
	                      const char *folder, mailguard_error *err)
	{
		mailguard_profile *p;

		(void)mailguard_profile_parse(&p, mg, text, folder, err);
		return p;
	}
	/** Owners' paths that begin so are read here below `to_path`. */
	void add_map(const char *from_path, const char *to_path,
	             mailguard_error *err)
	{
		(void)mailguard_profile_map($self, from_path, to_path, err);
	}
	/** Settings of a mail program; how many accounts came of it. */
	size_t take(const char *path, const char *address,
	            mailguard_error *err)
	{
		size_t added;

		(void)mailguard_profile_import($self, path, address, &added,
		                               err);
		return added;
	}
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_profile_json(out, $self, err);
		return out;
	}
	/** In another program's words, as bytes; account None: all. */
	PyObject *as_format(MailGuard *mg, const char *format,
	                    const char *account, mailguard_error *err)
	{
		PyObject *result = NULL;
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_profile_export(
			    out, $self, mailguard_profile_format_find(format),
			    account, err) >= 0)
			result = PyBytes_FromStringAndSize(
				mailguard_buffer_text(out),
				(Py_ssize_t)mailguard_buffer_length(out));
		mailguard_buffer_free(out);
		return result;
	}
	/** What changed up to `after`, as JSON. */
	mailguard_buffer *changes(MailGuard *mg, Profile *after,
	                          mailguard_error *err)
	{
		mailguard_buffer *out;
		mailguard_diff *d;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_profile_diff(&d, $self, after, err) >= 0)
			(void)mailguard_diff_json(out, d, err);
		mailguard_diff_free(d);
		return out;
	}
}

typedef struct {} Checkup;
%extend Checkup {
	Checkup(MailGuard *mg, Profile *profile, PyObject *secret,
	        const char *ca_file, int flags, int64_t budget_usec,
	        const char *control, const char *control_name,
	        mailguard_error *err)
	{
		mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
		mailguard_probe_options probe = MAILGUARD_PROBE_OPTIONS_INIT;
		Checkup *c = PyMem_Calloc(1, sizeof(*c));

		if (!c) {
			PyErr_NoMemory();
			return NULL;
		}
		if (secret != Py_None) {
			Py_INCREF(secret);
			c->secret = secret;
			probe.secret = py_checkup_secret;
			probe.payload = c;
		}
		probe.ca_file = ca_file;
		opts.probe = &probe;
		opts.flags = (uint32_t)flags;
		opts.budget_usec = budget_usec;
		opts.control = control;
		opts.control_name = control_name;
		if (mailguard_checkup_new(&c->it, mg, profile, &opts, err) <
		    0) {
			Py_XDECREF(c->secret);
			PyMem_Free(c);
			return NULL;
		}
		return c;
	}
	~Checkup()
	{
		mailguard_checkup_free($self->it);
		Py_XDECREF($self->secret);
		PyMem_Free($self);
	}
	void saw(const char *words, mailguard_error *err)
	{
		(void)mailguard_checkup_saw($self->it, words, err);
	}
	/** What others saw, as JSON; see docs/schema/probe.json, weigh.json. */
	void observe(mailguard_span text, mailguard_error *err)
	{
		(void)mailguard_checkup_observations($self->it, text, err);
	}
	/** Why observation `i` of those passed over was; None past the end. */
	const char *note(size_t i)
	{
		const mailguard_finding *f = mailguard_checkup_note($self->it, i);

		return f ? f->text : NULL;
	}
	/** The mail program or system in use, and its version or None. */
	void client(const char *product, const char *version,
	            mailguard_error *err)
	{
		(void)mailguard_checkup_client($self->it, product, version,
		                               err);
	}
	/** The step made: (stage, outcome, target, text, done, total, account,
	 * outgoing, unlooked); None behind the last. */
	PyObject *step(mailguard_error *err)
	{
		const mailguard_checkup_step *s;
		mailguard_status st;

		if (py_busy($self->busy, err))
			return NULL;
		$self->busy = 1;
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_checkup_next(&s, $self->it, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
		if (st != MAILGUARD_OK)
			Py_RETURN_NONE; /* or the error's typemap raises */
		return Py_BuildValue("(iszsnnziO)", (int)s->stage,
		                     mailguard_outcome_name(s->outcome),
		                     s->target, s->text, (Py_ssize_t)s->done,
		                     (Py_ssize_t)s->total, s->account,
		                     s->outgoing, s->unlooked ? Py_True
		                                              : Py_False);
	}
	/** Weigh what was seen so far. */
	Verdict *verdict(mailguard_error *err)
	{
		mailguard_verdict *v;

		(void)mailguard_checkup_verdict(&v, $self->it, err);
		return v;
	}
}
