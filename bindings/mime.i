/* mime.i - <mailguard/mime.h>: what a message's bytes say. */
%{
/* One message in memory. */
typedef struct Mail {
	mailguard_message *it;
	mailguard_source *source;
	Py_buffer bytes;
} Mail;

/* What a list shows of a message, from its header alone. */
typedef struct py_head {
	mailguard_buffer *subject, *from, *to, *id;
	mailguard_time date;
	unsigned seen;
} py_head;

static void py_head_done(py_head *h)
{
	mailguard_buffer_free(h->subject);
	mailguard_buffer_free(h->from);
	mailguard_buffer_free(h->to);
	mailguard_buffer_free(h->id);
}

static void py_head_clear(py_head *h)
{
	mailguard_buffer_clear(h->subject);
	mailguard_buffer_clear(h->from);
	mailguard_buffer_clear(h->to);
	mailguard_buffer_clear(h->id);
	h->date = 0;
	h->seen = 0;
}

static mailguard_status py_head_init(py_head *h, mailguard *mg,
                                     mailguard_error *err)
{
	memset(h, 0, sizeof(*h));
	if (mailguard_buffer_new(&h->subject, mg, err) < 0 ||
	    mailguard_buffer_new(&h->from, mg, err) < 0 ||
	    mailguard_buffer_new(&h->to, mg, err) < 0 ||
	    mailguard_buffer_new(&h->id, mg, err) < 0)
		return MAILGUARD_ENOMEM;
	return MAILGUARD_OK;
}

/* Which of the five fields it is, as a bit, if it is the first such. */
static unsigned py_head_which(py_head *h, const mailguard_header *field)
{
	static const char *const names[] = { "Subject", "From", "To", "Date",
		                             "Message-ID" };
	unsigned i;

	for (i = 0; i < 5; i++)
		if (!(h->seen & 1U << i) &&
		    mailguard_header_is(field, names[i])) {
			h->seen |= 1U << i;
			return 1U << i;
		}
	return 0;
}

static mailguard_status py_head_field(py_head *h,
                                      const mailguard_header *field,
                                      mailguard_error *err)
{
	mailguard_span id;
	size_t at = 0;

	switch (py_head_which(h, field)) {
	case 1:
		return mailguard_header_text(h->subject, field->value, err);
	case 2:
		return mailguard_header_text(h->from, field->value, err);
	case 4:
		return mailguard_header_text(h->to, field->value, err);
	case 8:
		h->date = mailguard_header_date(NULL, field->value);
		break;
	case 16:
		if (mailguard_header_id(&id, field->value, &at) == MAILGUARD_OK)
			return mailguard_header_text(h->id, id, err);
		break;
	}
	return MAILGUARD_OK;
}

/* Read the message's own header and no further. */
static mailguard_status py_head_read(py_head *h, mailguard *mg,
                                     mailguard_source *src,
                                     mailguard_error *err)
{
	const mailguard_parser_event *e;
	mailguard_parser *parser;
	mailguard_status st;

	py_head_clear(h);
	st = mailguard_parser_new(&parser, mg, src, NULL, err);
	while (st == MAILGUARD_OK) {
		st = mailguard_parser_next(&e, parser, err);
		if (st != MAILGUARD_OK ||
		    e->kind == MAILGUARD_PARSER_HEADERS_END)
			break;
		if (e->kind == MAILGUARD_PARSER_HEADER)
			st = py_head_field(h, &e->header, err);
	}
	mailguard_parser_free(parser);
	return st;
}

static PyObject *py_buffer_str(const mailguard_buffer *buf)
{
	return PyUnicode_DecodeUTF8(mailguard_buffer_text(buf),
	        (Py_ssize_t)mailguard_buffer_length(buf), "replace");
}

/* All bytes of a source, which is given back; the lock is given up while
 * they are read. */
static PyObject *py_bytes(mailguard_source *src, size_t likely,
                          mailguard_error *err)
{
	PyObject *out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)likely);
	size_t n = 0, room = likely;
	mailguard_stream *stream;
	mailguard_status st;
	mailguard_span s;

	st = mailguard_source_open(&stream, src, err);
	while (out && st == MAILGUARD_OK) {
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_stream_next(&s, stream, err);
		Py_END_ALLOW_THREADS
		if (st != MAILGUARD_OK)
			break;
		if (s.len > room - n) {
			room = 2 * n + s.len;
			if (_PyBytes_Resize(&out, (Py_ssize_t)room))
				break;
		}
		memcpy(PyBytes_AS_STRING(out) + n, s.data, s.len);
		n += s.len;
	}
	mailguard_stream_free(stream);
	mailguard_source_free(src);
	if (out && n < room)
		_PyBytes_Resize(&out, (Py_ssize_t)n);
	return out;
}
%}

%thread Mail::Mail;
%thread Mail::sha256;
%thread Mail::digest;
%nodefaultctor Mail;
%nodefaultdtor Mail;
/** One message of these bytes, read and decoded whole. */
typedef struct {} Mail;
%extend Mail {
	Mail(MailGuard *mg, Py_buffer *bytes, mailguard_error *err)
	{
		mailguard_span s = { bytes->buf, (size_t)bytes->len };
		Mail *m = calloc(1, sizeof(*m));

		if (!m) {
			py_nomem(err);
			return NULL;
		}
		if (mailguard_source_memory(&m->source, mg, s, NULL, NULL,
		                            err) < 0 ||
		    mailguard_message_parse(&m->it, mg, m->source, err) < 0) {
			mailguard_source_free(m->source);
			free(m);
			return NULL;
		}
		m->bytes = *bytes; /* ours from now on */
		bytes->obj = NULL;
		return m;
	}
	~Mail()
	{
		mailguard_message_free($self->it);
		mailguard_source_free($self->source);
		PyBuffer_Release(&$self->bytes);
		free($self);
	}
	/** (date, from, to, subject, message_id) */
	PyObject *head(void)
	{
		mailguard_message *m = $self->it;

		return Py_BuildValue("(Lssss)",
		                     (long long)mailguard_message_date(m),
		                     mailguard_message_from(m),
		                     mailguard_message_to(m),
		                     mailguard_message_subject(m),
		                     mailguard_message_id(m));
	}
	/** SHA-256 of the delivered bytes. */
	%newobject sha256;
	char *sha256(mailguard_error *err)
	{
		static const char digits[] = "0123456789abcdef";
		unsigned char sum[32];
		char *out = malloc(65);
		size_t i;

		if (!out) {
			py_nomem(err);
			return NULL;
		}
		(void)mailguard_message_sha256(sum, $self->it, err);
		for (i = 0; i < sizeof(sum); i++) {
			out[2 * i] = digits[sum[i] >> 4];
			out[2 * i + 1] = digits[sum[i] & 15];
		}
		out[64] = '\0';
		return out;
	}
	/** "mg1:" and 64 digits: what the message says, whatever file it is in. */
	%newobject digest;
	char *digest(mailguard_error *err)
	{
		char *out = malloc(MAILGUARD_DIGEST_SIZE);

		if (!out) {
			py_nomem(err);
			return NULL;
		}
		(void)mailguard_message_digest(out, $self->it, err);
		return out;
	}
	/** The text people read; "" if there is none. */
	mailguard_buffer *text(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_message_text(out, $self->it, err);
		return out;
	}
	/** Attachment `i` as (name, type, size, bytes); None past the end. */
	PyObject *attachment(size_t i, mailguard_error *err)
	{
		const mailguard_part *part;
		mailguard_source *src;
		PyObject *bytes;

		part = mailguard_message_attachment($self->it, i);
		if (!part)
			Py_RETURN_NONE;
		if (mailguard_message_part_source(&src, $self->it, part->number,
		                                  err) < 0)
			return NULL;
		bytes = py_bytes(src, (size_t)part->size, err);
		if (!bytes || err->status < 0) {
			Py_XDECREF(bytes);
			return NULL;
		}
		return Py_BuildValue("(ssnN)", part->name, part->type,
		                     PyBytes_GET_SIZE(bytes), bytes);
	}
}
