/*
 * around.c - a profile of what is found, when none was given.
 */
#include "around.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int look_run(mailguard_look *l, const ex_call *call)
{
	const mailguard_looked *seen;
	mailguard_status st;
	mailguard_error err;

	while ((st = mailguard_look_next(&seen, l, &err)) == MAILGUARD_OK)
		if (call->format == EX_TEXT || isatty(STDERR_FILENO))
			fprintf(stderr, "%s\n", seen->text);
	return st < 0 ? ex_fail(call, &err) : EX_FINE;
}

static int nothing_found(const ex_call *call, const char *where)
{
	return ex_fail_text(
		call,
		"neither a mail program's settings nor mail files were found; "
		"name a profile, or another computer's disk with --root, or "
		"look for mail with: mailguard find PATH",
		"メールソフトの設定もメールファイルも見つかりません。"
		"プロファイルを指定するか、--root で別のパソコンのディスクを"
		"指定するか、mailguard find パス でメールを探してください",
		where);
}

int ex_around(mailguard_profile **out, const ex_call *call, const char *root)
{
	mailguard_look_options opts = MAILGUARD_LOOK_OPTIONS_INIT;
	const char *home = root ? NULL : getenv("HOME");
	mailguard_profile *p;
	mailguard_look *l;
	mailguard_error err;
	int rc = EX_FINE;

	*out = NULL;
	opts.root = root;
	if (mailguard_look_new(&l, call->mg, &opts, &err) < 0)
		return ex_fail(call, &err);
	if (home && home[0] && mailguard_look_home(l, home, &err) < 0)
		rc = ex_fail(call, &err);
	if (rc == EX_FINE)
		rc = look_run(l, call);
	p = mailguard_look_profile(l);
	if (rc == EX_FINE && !mailguard_profile_account(p, 0) &&
	    !mailguard_profile_storage(p, 0))
		rc = nothing_found(call, root              ? root
		                         : home && home[0] ? home
		                                           : "HOME");
	if (rc == EX_FINE)
		*out = mailguard_profile_ref(p);
	mailguard_look_free(l);
	return rc;
}

/* All of it, or nothing is left. */
static bool write_all(const char *path, const mailguard_buffer *buf, bool line)
{
	size_t n = mailguard_buffer_length(buf);
	int fd, wrong = 0;
	FILE *f;

	/* Login names are nobody else's business. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return false;
	if (fwrite(mailguard_buffer_text(buf), 1, n, f) != n ||
	    (line && fputc('\n', f) == EOF))
		wrong = errno;
	if (fclose(f) != 0 && !wrong)
		wrong = errno;
	if (!wrong)
		return true;
	unlink(path);
	errno = wrong;
	return false;
}

static int save(const mailguard_buffer *buf,
                const ex_call *call,
                const char *path,
                bool line)
{
	if (write_all(path, buf, line))
		return EX_FINE;
	return ex_fail_text(call,
	                    errno == EEXIST
	                            ? "is there already; name a new file"
	                            : "cannot be written",
	                    errno == EEXIST ? "すでにあります。新しいファイ"
	                                      "ル名を指定してください"
	                                    : "書き込めません",
	                    path);
}

int ex_bytes_save(const mailguard_buffer *buf,
                  const ex_call *call,
                  const char *path)
{
	return save(buf, call, path, false);
}

int ex_profile_save(const mailguard_profile *p,
                    const ex_call *call,
                    const char *path)
{
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	int rc = EX_FINE;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0 ||
	    mailguard_profile_json(buf, p, &err) < 0)
		rc = ex_fail(call, &err);
	else
		rc = save(buf, call, path, true);
	mailguard_buffer_free(buf);
	return rc;
}
