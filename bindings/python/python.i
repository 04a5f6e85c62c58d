/*
 * python.i - how C values meet Python: errors as exceptions, text and bytes
 * as spans, buffers as str, the interpreter's lock given up for long work.
 */
%{
#define PY_SSIZE_T_CLEAN
#include <mailguard.h>

#include <stdbool.h>
#include <time.h>

/* By -status; [0] is the base class. The Python layer sets them once. */
static PyObject *py_exceptions[16];

static void py_raise(const mailguard_error *err)
{
	int32_t i = -err->status;
	PyObject *type = NULL, *value;

	if (i > 0 && i < 16)
		type = py_exceptions[i];
	if (!type)
		type = py_exceptions[0] ? py_exceptions[0] : PyExc_RuntimeError;
	value = PyObject_CallFunction(type, "siis", err->message,
	                              (int)err->status, (int)err->sys,
	                              err->code);
	if (!value)
		return;
	PyErr_SetObject(type, value);
	Py_DECREF(value);
}

/* Our own allocation failed, maybe without the interpreter's lock. */
static void py_nomem(mailguard_error *err)
{
	err->status = MAILGUARD_ENOMEM;
	snprintf(err->code, sizeof(err->code), "no.memory");
	snprintf(err->message, sizeof(err->message), "no memory");
}

/* An object whose call gave the lock up is in one thread at a time. */
static int py_busy(int busy, mailguard_error *err)
{
	if (!busy)
		return 0;
	err->status = MAILGUARD_EBUSY;
	snprintf(err->code, sizeof(err->code), "object.busy");
	snprintf(err->message, sizeof(err->message),
	         "another thread is in this object");
	return 1;
}

/* The text of a buffer, which is freed. */
static PyObject *py_text(mailguard_buffer *buf)
{
	PyObject *text = PyUnicode_DecodeUTF8(mailguard_buffer_text(buf),
	        (Py_ssize_t)mailguard_buffer_length(buf), "replace");

	mailguard_buffer_free(buf);
	return text;
}

/* Who watches long work: a callable(done, total, what), or nobody. */
typedef struct py_watch {
	PyObject *call; /* NULL: only signals are looked for */
	int64_t seen;   /* when Python was last asked, in nanoseconds */
} py_watch;

#define PY_WATCH_EVERY 50000000 /* the interpreter's lock may cost 5 ms */

static void py_watch_set(py_watch *w, PyObject *call)
{
	w->call = call == Py_None ? NULL : call;
	Py_XINCREF(w->call);
	w->seen = 0;
}

/* From inside long work, wherever the lock is. What Python raised, such as
 * KeyboardInterrupt, stays set and is what the call fails with. */
static int py_watch_tick(const mailguard_progress *at, void *payload)
{
	py_watch *w = payload;
	PyGILState_STATE gil;
	struct timespec t;
	PyObject *said;
	int stop;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	if (w->seen && t.tv_sec * INT64_C(1000000000) + t.tv_nsec - w->seen <
	                       PY_WATCH_EVERY)
		return 0;
	w->seen = t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
	gil = PyGILState_Ensure();
	stop = PyErr_Occurred() || PyErr_CheckSignals();
	if (!stop && w->call) {
		said = PyObject_CallFunction(w->call, "KKz",
		                             (unsigned long long)at->done,
		                             (unsigned long long)at->total,
		                             at->what);
		stop = !said || said == Py_True;
		Py_XDECREF(said);
	}
	PyGILState_Release(gil);
	return stop;
}

/* str, also with bytes that are no UTF-8 as sys.argv and files opened with
 * errors="surrogateescape" have them, or anything with a buffer. */
static int py_span(mailguard_span *out, Py_buffer *view, PyObject *from)
{
	PyObject *bytes = from;
	int failed;

	if (PyUnicode_Check(from)) {
		bytes = PyUnicode_AsEncodedString(from, "utf-8",
		                                  "surrogateescape");
		if (!bytes)
			return -1;
	} else {
		Py_INCREF(bytes);
	}
	failed = PyObject_GetBuffer(bytes, view, PyBUF_SIMPLE);
	Py_DECREF(bytes); /* the view holds it */
	if (failed)
		return -1;
	out->data = view->buf;
	out->len = (size_t)view->len;
	return 0;
}
%}

/* Keep the lock for cheap calls; long ones say %thread. */
%nothread;

/* The class of each failure, set by __init__.py. */
%inline %{
static void _register(PyObject *base, PyObject *by_status)
{
	Py_ssize_t at = 0;
	PyObject *key, *value;

	Py_INCREF(base);
	py_exceptions[0] = base;
	while (PyDict_Next(by_status, &at, &key, &value)) {
		long i = -PyLong_AsLong(key);

		if (i <= 0 || i >= 16)
			continue;
		Py_INCREF(value);
		py_exceptions[i] = value;
	}
}
%}

/* A trailing `err` is ours: a failure becomes an exception. */
%typemap(in, numinputs=0) mailguard_error *err (mailguard_error e) {
	memset(&e, 0, sizeof(e));
	$1 = &e;
}
%typemap(argout) mailguard_error *err {
	if ($1->status < 0) {
		if (!PyErr_Occurred())
			py_raise($1);
		SWIG_fail;
	}
}

/* str or anything with a buffer; lent for the call. */
%typemap(in) mailguard_span (Py_buffer view = { 0 }) {
	if (py_span(&$1, &view, $input))
		SWIG_fail;
}
%typemap(freearg) mailguard_span {
	if (view$argnum.obj)
		PyBuffer_Release(&view$argnum);
}
%typemap(typecheck, precedence=SWIG_TYPECHECK_STRING) mailguard_span {
	$1 = PyUnicode_Check($input) || PyObject_CheckBuffer($input);
}

/* The same, or None. */
%typemap(in) const char *path_or_none (PyObject *b = NULL) {
	if ($input != Py_None && !PyUnicode_FSConverter($input, &b))
		SWIG_fail;
	$1 = b ? PyBytes_AS_STRING(b) : NULL;
}
%typemap(freearg) const char *path_or_none {
	Py_XDECREF(b$argnum);
}

/* A callable(done, total, what) or None; lent for the call. */
%typemap(in) py_watch *watch (py_watch w) {
	py_watch_set(&w, $input);
	$1 = &w;
}
%typemap(freearg) py_watch *watch {
	Py_XDECREF(w$argnum.call);
}

/* The bytes themselves, to be kept: whoever keeps them clears `obj`. */
%typemap(in) Py_buffer *bytes (Py_buffer view = { 0 }) {
	if (PyObject_GetBuffer($input, &view, PyBUF_SIMPLE))
		SWIG_fail;
	$1 = &view;
}
%typemap(freearg) Py_buffer *bytes {
	if (view$argnum.obj)
		PyBuffer_Release(&view$argnum);
}

/* A path: str, bytes or os.PathLike. */
%typemap(in) const char *path (PyObject *b = NULL) {
	if (!PyUnicode_FSConverter($input, &b))
		SWIG_fail;
	$1 = PyBytes_AS_STRING(b);
}
%typemap(freearg) const char *path {
	Py_XDECREF(b$argnum);
}

/* A buffer that a call gives away is a str. */
%typemap(out) mailguard_buffer * {
	if ($1) {
		$result = py_text($1);
	} else {
		Py_INCREF(Py_None);
		$result = Py_None; /* the error's typemap raises */
	}
}
