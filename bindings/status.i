/* status.i - <mailguard/status.h>: pages in, incidents out. */
%{
#include <mailguard/status.h>

typedef mailguard_incidents Incidents;

/* Subjects of a Python list of (host, provider, addresses, services); their
 * strings are lent by it for the call. */
typedef struct py_subjects {
	mailguard_subject *at;
	size_t count;
} py_subjects;

static void py_subjects_free(py_subjects *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		PyMem_Free((void *)s->at[i].addresses);
	PyMem_Free(s->at);
	s->at = NULL;
	s->count = 0;
}

/* The addresses of one; NULL with an exception set. */
static const char **py_addresses(PyObject *list)
{
	Py_ssize_t n = PySequence_Size(list), i;
	const char **at;

	if (n < 0)
		return NULL;
	at = PyMem_Calloc((size_t)n + 1, sizeof(*at));
	if (!at)
		PyErr_NoMemory();
	for (i = 0; at && i < n; i++) {
		PyObject *item = PyTuple_GetItem(list, i); /* borrowed */

		at[i] = item ? PyUnicode_AsUTF8(item) : NULL;
		if (!at[i]) {
			PyMem_Free(at);
			return NULL;
		}
	}
	return at;
}

static int py_subjects_read(py_subjects *s, PyObject *list)
{
	static const mailguard_subject none = MAILGUARD_SUBJECT_INIT;
	Py_ssize_t n = PyList_Size(list), i;

	if (n < 0)
		return -1;
	s->at = PyMem_Calloc((size_t)n + 1, sizeof(*s->at));
	if (!s->at) {
		PyErr_NoMemory();
		return -1;
	}
	for (i = 0; i < n; i++) {
		mailguard_subject *to = &s->at[i];
		PyObject *addresses;
		unsigned int services;

		*to = none;
		if (!PyArg_ParseTuple(PyList_GetItem(list, i), "zzO!I",
		                      &to->host, &to->provider, &PyTuple_Type,
		                      &addresses, &services))
			return -1;
		to->services = services;
		to->addresses = py_addresses(addresses);
		if (!to->addresses)
			return -1;
		s->count++;
	}
	return 0;
}
%}

%typemap(in) py_subjects (py_subjects s = { NULL, 0 }) {
	if (py_subjects_read(&s, $input)) {
		py_subjects_free(&s);
		SWIG_fail;
	}
	$1 = s;
}
%typemap(freearg) py_subjects {
	py_subjects_free(&s$argnum);
}

%{
/* What is known of a page beside its bytes; lent like the subjects. */
typedef struct py_facts {
	mailguard_incidents_options opts;
	mailguard_net_options net;
} py_facts;

/* (content_type, url, provider, fetched_at, utc_offset, offset_known,
 * ca_file) */
static int py_facts_read(py_facts *f, PyObject *tuple)
{
	static const mailguard_incidents_options none =
		MAILGUARD_INCIDENTS_OPTIONS_INIT;
	long long fetched_at;
	int offset, known;

	memset(f, 0, sizeof(*f));
	f->opts = none;
	f->net.size = sizeof(f->net);
	if (!PyArg_ParseTuple(tuple, "zzzLiiz", &f->opts.content_type,
	                      &f->opts.url, &f->opts.provider, &fetched_at,
	                      &offset, &known, &f->net.ca_file))
		return -1;
	f->opts.fetched_at = fetched_at;
	f->opts.utc_offset = offset;
	f->opts.offset_known = known;
	return 0;
}
%}

%typemap(in) py_facts *facts (py_facts f) {
	if (py_facts_read(&f, $input))
		SWIG_fail;
	f.opts.net = &f.net;
	$1 = &f;
}

%newobject incidents_fetch;
%thread incidents_fetch;
%inline %{
static Incidents *incidents_fetch(MailGuard *mg,
                                  const char *url,
                                  py_facts *facts,
                                  mailguard_error *err)
{
	mailguard_incidents *list;

	(void)mailguard_incidents_fetch(&list, mg, url, &facts->opts, err);
	return list;
}
%}

%nodefaultctor Incidents;
%nodefaultdtor Incidents;
typedef struct {} Incidents;
%extend Incidents {
	Incidents(MailGuard *mg,
	          mailguard_span page,
	          py_facts *facts,
	          mailguard_error *err)
	{
		mailguard_incidents *list;

		(void)mailguard_incidents_parse(&list, mg, page, &facts->opts,
		                                err);
		return list;
	}
	~Incidents()
	{
		mailguard_incidents_free($self);
	}
	mailguard_buffer *json(MailGuard *mg, py_subjects mine,
	                       mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_incidents_json(out, $self, mine.at,
		                               mine.count, err);
		return out;
	}
	mailguard_buffer *text(MailGuard *mg, py_subjects mine,
	                       mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_incidents_text(out, $self, mine.at,
		                               mine.count, err);
		return out;
	}
}
