/*
 * common.c - what the verbs share: options, errors, files, output.
 */
#include "examples.h"

#include "signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What people call a path. */
static const char *name_of(const ex_call *call, const char *path)
{
	if (strcmp(path, "-") != 0)
		return path;
	return call->japanese ? "標準入力" : "standard input";
}

int ex_cannot_tell(const ex_call *call)
{
	return call->format == EX_NAGIOS ? EX_PLUGIN_UNKNOWN : EX_CANNOT_TELL;
}

int ex_fail(const ex_call *call, const mailguard_error *err)
{
	fprintf(stderr, "mailguard %s: %s\n", call->verb, err->message);
	return ex_cannot_tell(call);
}

int ex_fail_at(const ex_call *call,
               const char *path,
               const mailguard_error *err)
{
	fprintf(stderr, "mailguard %s: %s: %s\n", call->verb,
	        name_of(call, path), err->message);
	return ex_cannot_tell(call);
}

void ex_note_at(const ex_call *call,
                const char *path,
                const mailguard_finding *what)
{
	fprintf(stderr, "mailguard %s: %s: %s\n", call->verb,
	        name_of(call, path), what->text);
}

int ex_profile_open(mailguard_profile **out,
                    const ex_call *call,
                    const char *path)
{
	mailguard_error err;

	if (mailguard_profile_open(out, call->mg, path, &err) >= 0)
		return EX_FINE;
	/* What cannot be read is named by the message itself. */
	return strstr(err.message, path) ? ex_fail(call, &err)
	                                 : ex_fail_at(call, path, &err);
}

int ex_fail_text(const ex_call *call,
                 const char *en,
                 const char *ja,
                 const char *what)
{
	fprintf(stderr, "mailguard %s: %s: %s\n", call->verb,
	        name_of(call, what), call->japanese ? ja : en);
	return ex_cannot_tell(call);
}

bool ex_stray_option(const ex_call *call)
{
	int i;

	for (i = 0; i < call->argc && i < call->plain; i++)
		if (strncmp(call->argv[i], "--", 2) == 0 &&
		    call->argv[i][2] >= 'a' && call->argv[i][2] <= 'z' &&
		    !strchr(call->argv[i], ' ')) {
			ex_fail_text(call, "no such option; --help lists them",
			             "このオプションはありません。--help で"
			             "一覧を表示します",
			             call->argv[i]);
			return true;
		}
	return false;
}

bool ex_option(const char **value,
               const ex_call *call,
               int *i,
               const char *name)
{
	const char *arg = call->argv[*i];
	size_t n = strlen(name);

	if (strncmp(arg, name, n) != 0 || (arg[n] != '\0' && arg[n] != '='))
		return false;
	*value = NULL;
	if (arg[n] == '=')
		*value = arg + n + 1;
	else if (*i + 1 < call->argc)
		*value = call->argv[++*i];
	return true;
}

int ex_map_split(char **from,
                 const char **to,
                 const ex_call *call,
                 const char *text)
{
	const char *sign = strrchr(text, '=');

	if (!sign || sign == text)
		return ex_fail_text(
			call, "write it as FROM=TO",
			"「元のパス=ここでのパス」の形で書いてください", text);
	*to = sign + 1;
	*from = strndup(text, (size_t)(sign - text));
	if (*from)
		return EX_FINE;
	return ex_fail_text(call, "out of memory", "メモリが足りません", text);
}

/* All of `f`; false if it cannot be read, is too long or memory is short. */
static bool read_all(char **out, size_t *len, FILE *f)
{
	size_t room = 0, got;
	char *text = NULL;

	*len = 0;
	do {
		if (*len + 1 >= room) {
			char *more;

			room = room ? room * 2 : 65536;
			more = room <= 2 * EX_SLURP_MAX ? realloc(text, room)
			                                : NULL;
			if (!more) {
				errno = room <= 2 * EX_SLURP_MAX ? ENOMEM
				                                 : EFBIG;
				break;
			}
			text = more;
		}
		got = fread(text + *len, 1, room - *len - 1, f);
		*len += got;
	} while (got);
	if (!text || ferror(f) || !feof(f)) {
		free(text);
		return false;
	}
	text[*len] = '\0';
	*out = text;
	return true;
}

/* Why not, in the words and the language of the library. */
static void tell_unreadable(const ex_call *call, const char *path)
{
	mailguard_source *source;
	mailguard_error err;

	if (strcmp(path, "-") != 0 &&
	    mailguard_source_file(&source, call->mg, path, &err) < 0) {
		ex_fail(call, &err);
		return;
	}
	ex_fail_text(call, "cannot be read; try again",
	             "読み込めません。もう一度お試しください", path);
}

bool ex_slurp(char **out, size_t *len, const ex_call *call, const char *path)
{
	bool piped = strcmp(path, "-") == 0, fine;
	FILE *f = piped ? stdin : fopen(path, "rb");

	*out = NULL;
	errno = 0;
	fine = f && read_all(out, len, f);
	if (!fine && errno == EFBIG)
		ex_fail_text(call, "is too large; split it",
		             "大きすぎます。分けてください", path);
	else if (!fine)
		tell_unreadable(call, path);
	if (f && !piped)
		fclose(f);
	return fine;
}

mailguard_report_format ex_report_format(const ex_call *call)
{
	switch (call->format) {
	case EX_TEXT:
		return MAILGUARD_REPORT_TEXT;
	case EX_NAGIOS:
		return MAILGUARD_REPORT_NAGIOS;
	case EX_CSV:
		return MAILGUARD_REPORT_CSV;
	case EX_HTML:
		return MAILGUARD_REPORT_HTML;
	default:
		return MAILGUARD_REPORT_JSON;
	}
}

int ex_report_status(const ex_call *call, const mailguard_report *r)
{
	int code = mailguard_report_code(r);

	if (call->format == EX_NAGIOS)
		return code;
	return code ? EX_TROUBLE : EX_FINE;
}

int ex_end(const ex_call *call, int result)
{
	if (fflush(stdout) == 0 && !ferror(stdout)) {
		if (!ex_interrupted() || result >= EX_CANNOT_TELL)
			return result;
		fprintf(stderr, "mailguard %s: %s\n", call->verb,
		        call->japanese ? "中断されました" : "interrupted");
		return ex_cannot_tell(call);
	}
	fprintf(stderr, "mailguard%s%s: %s: %s\n", call->verb[0] ? " " : "",
	        call->verb, call->japanese ? "標準出力" : "standard output",
	        call->japanese ? "書き込めません" : "cannot be written");
	return ex_cannot_tell(call);
}

void ex_print(const mailguard_buffer *buf)
{
	size_t n = mailguard_buffer_length(buf);

	fwrite(mailguard_buffer_text(buf), 1, n, stdout);
	if (n && mailguard_buffer_text(buf)[n - 1] != '\n')
		putchar('\n');
}

long ex_span_of(const char *text)
{
	static const char units[] = "smhd";
	static const long seconds[] = { 1, 60, 3600, 86400 };
	const char *unit;
	char *end;
	long n = strtol(text, &end, 10);

	unit = *end ? strchr(units, *end) : NULL;
	if (n < 1 || n > 100000 || !unit || end[1])
		return 0;
	return n * seconds[unit - units];
}
