/*
 * python.i - how C values meet Python: errors as exceptions, text and bytes
 * as spans, buffers as str, the interpreter's lock given up for long work.
 */
%{
#define PY_SSIZE_T_CLEAN
#include <mailguard.h>

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

/* The text of a buffer, which is freed. */
static PyObject *py_text(mailguard_buffer *buf)
{
	PyObject *text = PyUnicode_DecodeUTF8(mailguard_buffer_text(buf),
	        (Py_ssize_t)mailguard_buffer_length(buf), "replace");

	mailguard_buffer_free(buf);
	return text;
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

/* A buffer that a call gives away is a str. */
%typemap(out) mailguard_buffer * {
	if ($1) {
		$result = py_text($1);
	} else {
		Py_INCREF(Py_None);
		$result = Py_None; /* the error's typemap raises */
	}
}
