/*
 * probe_report.c - answers of `probe` for Nagios and Prometheus.
 *
 * Both want their lines in an order of their own, so all are kept until the
 * last answer is in.
 */
#include "probe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void line(ex_probe_report *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void line(ex_probe_report *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (r->room - r->len < 4096) {
		size_t room = r->room ? r->room * 2 : 16384;
		char *more = realloc(r->lines, room);

		if (!more) {
			r->lost = true;
			return;
		}
		r->lines = more;
		r->room = room;
	}
	va_start(ap, fmt);
	n = vsnprintf(r->lines + r->len, 4096, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	r->len += n < 4096 ? (size_t)n : 4095;
	r->lines[r->len - 1] = '\n'; /* also of what was cut */
}

static bool warned(const mailguard_answer *a)
{
	const mailguard_finding *f;
	size_t i;

	for (i = 0; (f = mailguard_answer_finding(a, i)) != NULL; i++)
		if (f->severity >= MAILGUARD_SEVERITY_WARN)
			return true;
	return false;
}

static void nagios_add(ex_probe_report *r, const mailguard_answer *a)
{
	const mailguard_cause *c = mailguard_answer_cause(a);
	const mailguard_finding *f = mailguard_answer_finding(a, 0);

	if (!mailguard_answer_ok(a))
		line(r, "%s: %s (%s, %s)\n", mailguard_answer_name(a),
		     mailguard_answer_message(a),
		     mailguard_fault_name(c->fault),
		     mailguard_reason_name(c->reason));
	else
		line(r, "%s: %s\n", mailguard_answer_name(a),
		     f ? f->text : mailguard_answer_message(a));
}

/* "\\", a quote and a line end are escaped in a label. */
static void label(char *out, size_t room, const char *text)
{
	size_t n = 0;

	for (; *text && n + 3 < room; text++) {
		if (*text == '\\' || *text == '"')
			out[n++] = '\\';
		out[n++] = *text == '\n' ? ' ' : *text;
	}
	out[n] = '\0';
}

static void phase_add(ex_probe_report *r,
                      const char *url,
                      const char *phase,
                      int64_t usec)
{
	if (usec >= 0)
		line(r,
		     "mailguard_probe_seconds{url=\"%s\",phase=\"%s\"} "
		     "%" PRId64 ".%06d\n",
		     url, phase, usec / 1000000, (int)(usec % 1000000));
}

static void prometheus_add(ex_probe_report *r, const mailguard_answer *a)
{
	const mailguard_answer_times *t = mailguard_answer_timing(a);
	const mailguard_cause *c = mailguard_answer_cause(a);
	const mailguard_certificate *cert = mailguard_transcript_certificate(
		mailguard_answer_transcript(a), 0);
	char url[1024];

	label(url, sizeof(url), mailguard_answer_name(a));
	line(r, "mailguard_probe_success{url=\"%s\"} %d\n", url,
	     mailguard_answer_ok(a));
	line(r,
	     "mailguard_probe_cause{url=\"%s\",fault_domain=\"%s\",reason="
	     "\"%s\",phase=\"%s\"} 1\n",
	     url, mailguard_fault_name(c->fault),
	     mailguard_reason_name(c->reason),
	     mailguard_phase_name(mailguard_answer_phase(a)));
	phase_add(r, url, "dns", t->dns);
	phase_add(r, url, "connect", t->connect);
	phase_add(r, url, "tls", t->tls);
	phase_add(r, url, "greeting", t->greeting);
	phase_add(r, url, "login", t->login);
	phase_add(r, url, "total", t->total);
	if (cert && cert->not_after)
		line(r,
		     "mailguard_probe_certificate_end_seconds{url=\"%s\"} "
		     "%" PRId64 "\n",
		     url, cert->not_after / 1000000);
}

void ex_probe_report_add(ex_probe_report *r, const mailguard_answer *a)
{
	if (mailguard_answer_cause(a)->fault == MAILGUARD_FAULT_UNKNOWN)
		r->unknown++;
	else if (!mailguard_answer_ok(a))
		r->failed++;
	else if (warned(a))
		r->warned++;
	else
		r->ok++;
	if (r->format == EX_NAGIOS)
		nagios_add(r, a);
	else
		prometheus_add(r, a);
}

static int nagios_end(const ex_probe_report *r, int result)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL",
		                             "UNKNOWN" };
	int code = 0;

	if (r->failed)
		code = 2;
	else if (r->unknown || result == EX_CANNOT_TELL)
		code = 3;
	else if (r->warned)
		code = 1;
	printf("MAIL %s - %zu ok, %zu warning, %zu failed | ok=%zu "
	       "warning=%zu failed=%zu\n",
	       words[code], r->ok, r->warned, r->failed + r->unknown, r->ok,
	       r->warned, r->failed + r->unknown);
	fwrite(r->lines, 1, r->len, stdout);
	return code;
}

/* Samples of one metric stand together, as the format wants. */
static void prometheus_end(const ex_probe_report *r)
{
	static const char *const metrics[] = {
		"mailguard_probe_success", "mailguard_probe_cause",
		"mailguard_probe_seconds",
		"mailguard_probe_certificate_end_seconds"
	};
	const char *at, *end;
	size_t i, n;

	for (i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		n = strlen(metrics[i]);
		printf("# TYPE %s gauge\n", metrics[i]);
		for (at = r->lines; at && at < r->lines + r->len;
		     at = end + 1) {
			end = memchr(at, '\n',
			             (size_t)(r->lines + r->len - at));
			if (!end)
				break;
			if (strncmp(at, metrics[i], n) == 0 && at[n] == '{')
				fwrite(at, 1, (size_t)(end - at) + 1, stdout);
		}
	}
}

int ex_probe_report_end(ex_probe_report *r, int result)
{
	if (r->lost)
		result = EX_CANNOT_TELL;
	if (r->format == EX_NAGIOS)
		result = nagios_end(r, result);
	else
		prometheus_end(r);
	free(r->lines);
	return result;
}
