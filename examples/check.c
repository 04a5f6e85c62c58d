/*
 * check - what is wrong with mail stores.
 *
 *	$ mailguard check old.mbox
 *	      128  loss  mbox.no-from: text without a "From " line ...
 *	old.mbox: damaged; 12 messages, 1 of them damaged, 0 lost ...
 *
 * Exits 0 if nothing is lost, 1 if something is, 2 if it cannot be told.
 */
#include "examples.h"
#include "signals.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Where it is, too, if that is not the file that was asked about. */
static void finding_print(const mailguard_finding *f, const char *path)
{
	if (f->offset == MAILGUARD_NOWHERE)
		printf("%10s", "-");
	else
		printf("%10" PRIu64, f->offset);
	printf("  %-4s  %s: %s\n", mailguard_severity_name(f->severity),
	       f->code, f->text);
	if (f->where && strcmp(f->where, path) != 0)
		printf("%18s%s\n", "", f->where);
}

static int finding_tell(ex_call *call,
                        const mailguard_check *check,
                        const mailguard_finding *f,
                        const char *path,
                        mailguard_buffer *buf)
{
	mailguard_error err;

	if (call->format == EX_TEXT) {
		finding_print(f, path);
		return EX_FINE;
	}
	mailguard_buffer_clear(buf);
	if (mailguard_check_finding_json(buf, check, f, &err) < 0)
		return ex_fail(call, &err);
	ex_print(buf);
	return EX_FINE;
}

static int summary_tell(ex_call *call,
                        const mailguard_check *check,
                        mailguard_buffer *buf)
{
	mailguard_status st;
	mailguard_error err;

	mailguard_buffer_clear(buf);
	if (call->format == EX_TEXT)
		st = mailguard_check_text(buf, check, &err);
	else
		st = mailguard_check_json(buf, check, &err);
	if (st < 0)
		return ex_fail(call, &err);
	ex_print(buf);
	switch (mailguard_check_result(check)->verdict) {
	case MAILGUARD_SOUNDNESS_DAMAGED:
		return EX_TROUBLE;
	case MAILGUARD_SOUNDNESS_UNREADABLE:
		return EX_CANNOT_TELL;
	default:
		return EX_FINE;
	}
}

static int check_run(ex_call *call,
                     mailguard_check *check,
                     const char *path,
                     mailguard_buffer *buf)
{
	const mailguard_finding *f;
	mailguard_status st;
	mailguard_error err;
	int rc = EX_FINE;

	while (rc == EX_FINE && (st = mailguard_check_next(&f, check, &err)) !=
	                                MAILGUARD_ITEROVER) {
		if (st < 0)
			return ex_fail(call, &err);
		rc = finding_tell(call, check, f, path, buf);
	}
	return rc == EX_FINE ? summary_tell(call, check, buf) : rc;
}

static int check_path(ex_call *call,
                      const char *path,
                      const mailguard_check_options *opts,
                      mailguard_buffer *buf)
{
	mailguard_store *store = NULL;
	mailguard_check *check = NULL;
	mailguard_error err;
	int rc;

	if (mailguard_store_open(&store, call->mg, path, &err) < 0 ||
	    mailguard_store_check(&check, store, opts, &err) < 0)
		rc = ex_fail(call, &err);
	else
		rc = check_run(call, check, path, buf);
	mailguard_check_free(check);
	mailguard_store_free(store);
	return rc;
}

/* How much is read. */
static bool depth_take(void *into, const ex_opt *o, const char *value)
{
	static const char *const names[] = { "full", "quick", "structure" };
	mailguard_check_options *to = into;
	uint32_t i;

	(void)o;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], value) == 0) {
			to->quick = i;
			return true;
		}
	return false;
}

static bool quick_take(void *into, const ex_opt *o, const char *value)
{
	mailguard_check_options *to = into;

	(void)o;
	(void)value;
	to->quick = MAILGUARD_CHECK_QUICK;
	return true;
}

#define AT(member) offsetof(mailguard_check_options, member)

const ex_opt ex_check_options[] = {
	{ "--depth", "DEPTH",
	  "full, structure (nothing decoded) or quick (only the files)",
	  "調べる深さ: full、structure(復号なし)、quick(ファイルのみ)", 0,
	  depth_take },
	{ "--quick", NULL, "short for --depth quick",
	  "--depth quick と同じです", 0, quick_take },
	{ "--write-manifest", "FILE",
	  "write down what each message is, into a new file",
	  "各メールの内容(ダイジェスト)を新しいファイルに記録します",
	  AT(manifest), NULL },
	{ "--against", "MANIFEST", "compare each message with a manifest",
	  "各メールをマニフェストと照合します", AT(against), NULL },
	{ "--since", "MANIFEST", "read only what changed since it was written",
	  "マニフェストを書いた後に変わったものだけを読みます", AT(since),
	  NULL },
	{ "--owner-path", "PATH",
	  "where the file lies for its owner, if read elsewhere here",
	  "持ち主のコンピューターでのパス(別の場所で読む場合)", AT(owner_path),
	  NULL },
	EX_OPT_END,
};

int ex_check(ex_call *call)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	int i, paths = 0, rc = EX_FINE;
	mailguard_buffer *buf;
	mailguard_error err;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		return ex_fail(call, &err);
	for (i = 0; i < call->argc && !ex_interrupted(); i++) {
		int one = ex_option_take(call, &i, ex_check_options, &opts);

		if (one > 0) /* it holds for the stores behind it */
			continue;
		if (one == 0) {
			paths++;
			one = check_path(call, call->argv[i], &opts, buf);
		}
		rc = one < 0 ? ex_cannot_tell(call) : one > rc ? one : rc;
	}
	mailguard_buffer_free(buf);
	return paths || rc ? rc : ex_usage(call);
}
