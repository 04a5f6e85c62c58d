/* proto.i - <mailguard/proto.h>: endpoints and answers as plain values. */
%inline %{
/** The fields of an endpoint as a dict. */
static PyObject *endpoint_parse(MailGuard *mg, const char *url,
                                mailguard_error *err)
{
	mailguard_endpoint *e;
	mailguard_buffer *buf;
	PyObject *out = NULL;

	if (mailguard_endpoint_parse(&e, mg, url, err) < 0)
		return NULL;
	if (mailguard_buffer_new(&buf, mg, err) == MAILGUARD_OK) {
		if (mailguard_endpoint_text(buf, e, err) == MAILGUARD_OK)
			out = Py_BuildValue(
				"{s:s,s:z,s:i,s:s,s:z,s:z,s:z,s:z,s:s}",
				"protocol", mailguard_protocol_name(e->protocol),
				"host", e->host, "port",
				(int)mailguard_endpoint_port(e), "tls",
				mailguard_tls_name(e->tls), "user", e->user,
				"mechanism", e->mechanism, "address",
				e->address, "path", e->path, "url",
				mailguard_buffer_text(buf));
		mailguard_buffer_free(buf);
	}
	mailguard_endpoint_free(e);
	return out;
}
%}
