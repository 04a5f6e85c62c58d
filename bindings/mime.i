/* mime.i - <mailguard/mime.h>: the bytes of messages and of their parts. */
%{
typedef mailguard_message Message;

/* All bytes of a source, which is given back, as a Python object. */
static PyObject *py_bytes(mailguard_source *src, mailguard_error *err)
{
	PyObject *out = PyBytes_FromStringAndSize(NULL, 0), *piece;
	mailguard_stream *stream;
	mailguard_span s;

	if (mailguard_source_open(&stream, src, err) < 0)
		stream = NULL;
	mailguard_source_free(src);
	while (out && stream &&
	       mailguard_stream_next(&s, stream, err) == MAILGUARD_OK) {
		piece = PyBytes_FromStringAndSize((const char *)s.data,
		                                  (Py_ssize_t)s.len);
		PyBytes_ConcatAndDel(&out, piece);
	}
	mailguard_stream_free(stream);
	return out;
}
%}

%nodefaultctor Message;
%nodefaultdtor Message;
/* One message; keeps its store alive. */
typedef struct {} Message;
%extend Message {
	~Message()
	{
		mailguard_message_free($self);
	}
	/* The delivered bytes. */
	PyObject *raw(mailguard_error *err)
	{
		mailguard_source *src;

		if (mailguard_message_source(&src, $self, err) < 0)
			return NULL;
		return py_bytes(src, err);
	}
	/* The decoded bytes of attachment `i`; None past the end. */
	PyObject *attachment(size_t i, mailguard_error *err)
	{
		const mailguard_part *part;
		mailguard_source *src;

		part = mailguard_message_attachment($self, i);
		if (!part)
			Py_RETURN_NONE;
		if (mailguard_message_part_source(&src, $self, part->number,
		                                  err) < 0)
			return NULL;
		return py_bytes(src, err);
	}
}
