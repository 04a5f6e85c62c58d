/* report.i - <mailguard/report.h>: one result, laid out. */
%runtime %{ /* before the classes it extends */
#include <mailguard/report.h>

/* Of a verdict and, unless NULL, of the checkup it came of. */
static mailguard_buffer *py_report(mailguard *mg, mailguard_verdict *v,
                                   const mailguard_checkup *c,
                                   const char *format, mailguard_error *err)
{
	mailguard_report *r;
	mailguard_buffer *out;

	if (mailguard_buffer_new(&out, mg, err) < 0)
		return NULL;
	if (mailguard_report_new(&r, v, c, err) >= 0)
		(void)mailguard_report_write(
			out, r, mailguard_report_format_find(format), 0, err);
	mailguard_report_free(r);
	return out;
}
%}

%extend Verdict {
	/** As "text", "json", "html", "csv" or "nagios". */
	mailguard_buffer *report(MailGuard *mg, const char *format,
	                         mailguard_error *err)
	{
		return py_report(mg, $self, NULL, format, err);
	}
}

%extend Checkup {
	/** The same of what was seen so far. */
	mailguard_buffer *report(MailGuard *mg, const char *format,
	                         mailguard_error *err)
	{
		mailguard_verdict *v;
		mailguard_buffer *out;

		if (py_busy($self->busy, err) ||
		    mailguard_checkup_verdict(&v, $self->it, err) < 0)
			return NULL;
		out = py_report(mg, v, $self->it, format, err);
		mailguard_verdict_free(v);
		return out;
	}
	/** For a monitor: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
	int report_code(mailguard_error *err)
	{
		mailguard_report *r;
		mailguard_verdict *v;
		int code = 3;

		if (py_busy($self->busy, err) ||
		    mailguard_checkup_verdict(&v, $self->it, err) < 0)
			return code;
		if (mailguard_report_new(&r, v, $self->it, err) >= 0)
			code = mailguard_report_code(r);
		mailguard_report_free(r);
		mailguard_verdict_free(v);
		return code;
	}
}
