/*
 * verify - is a backup still what was sealed, and would it come back?
 *
 *	$ mailguard verify --drill /mnt/usb/mailguard-20261123-094500
 *	files: 3, 1.2 GiB; messages: 8452, 8452 of them came back the same
 *
 * Exits 0 if so, 1 if something is wrong, 2 if it cannot be told.
 */
#include "examples.h"
#include "progress.h"

#include <mailguard/backup.h>

#include <stddef.h>

typedef struct request {
	bool quick, drill;
	const char *folder;
} request;

const ex_opt ex_verify_options[] = {
	{ "--drill", NULL,
	  "restore it to a temporary place and read every message",
	  "一時的な場所に復元し、すべてのメールを読んで確かめます",
	  offsetof(request, drill), NULL },
	{ "--folder", "DIR", "where that place is made; else beside the backup",
	  "一時的な場所を作るフォルダー(省略時はバックアップの隣)",
	  offsetof(request, folder), NULL },
	{ "--quick", NULL, "only whether each file is there with its size",
	  "各ファイルの有無と大きさだけを確かめます", offsetof(request, quick),
	  NULL },
	EX_OPT_END,
};

int ex_backup_tell(ex_call *call,
                   const mailguard_backup *b,
                   const mailguard_backup_report *report)
{
	mailguard_buffer *buf;
	mailguard_status st;
	mailguard_error err;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		return ex_fail(call, &err);
	st = call->format == EX_TEXT
	             ? mailguard_backup_text(buf, b, report, &err)
	             : mailguard_backup_json(buf, b, report, &err);
	if (st >= 0)
		ex_print(buf);
	mailguard_buffer_free(buf);
	return st < 0 ? ex_fail(call, &err) : EX_FINE;
}

static int verdict_status(const mailguard_backup_report *r)
{
	return r->verdict == MAILGUARD_SOUNDNESS_DAMAGED ? EX_TROUBLE : EX_FINE;
}

static int verify(const request *r, ex_call *call, const char *path)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_backup_report report;
	mailguard_backup *b;
	mailguard_status st;
	mailguard_error err;
	ex_bar bar;
	int rc;

	ex_bar_begin(&bar, call->japanese, true);
	opts.progress = ex_bar_tick;
	opts.payload = &bar;
	if (mailguard_backup_open(&b, call->mg, path, &opts, &err) < 0)
		return ex_fail(call, &err);
	st = r->drill ? mailguard_backup_drill(&report, b, r->folder, &err)
	              : mailguard_backup_verify(&report, b, r->quick, &err);
	ex_bar_end(&bar);
	rc = st < 0 ? ex_fail(call, &err) : ex_backup_tell(call, b, &report);
	mailguard_backup_free(b);
	return rc == EX_FINE ? verdict_status(&report) : rc;
}

int ex_verify(ex_call *call)
{
	request r = { false, false, NULL };
	int i, rc = ex_options_read(call, ex_verify_options, &r);

	if (rc != EX_FINE)
		return rc;
	if (!call->argc || (r.quick && r.drill))
		return ex_usage(call);
	for (i = 0; i < call->argc; i++) {
		int one = verify(&r, call, call->argv[i]);

		rc = one > rc ? one : rc;
	}
	return rc;
}
