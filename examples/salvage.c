/*
 * salvage - get the mail out of a store, into a new one.
 *
 *	$ mailguard salvage broken.mbox saved.mbox
 *	saved.mbox: 12 of 12 messages, 1 of them damaged; read again and
 *	the same
 *
 * Exits 0 if all arrived intact, 1 if some are damaged or lost, 2 on failure.
 */
#include "examples.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static void report_print(const ex_call *call,
                         const char *dest,
                         const mailguard_salvage_report *r)
{
	uint64_t saved = r->intact + r->repaired + r->damaged;

	if (call->japanese)
		printf("%s: %" PRIu64 " 通中 %" PRIu64
		       " 通を救出しました（うち破損 %" PRIu64 "、消失 %" PRIu64
		       "）。書き出した内容は読み直して一致を確認しました。\n",
		       dest, r->found, saved, r->damaged, r->lost);
	else
		printf("%s: %" PRIu64 " of %" PRIu64 " messages saved, %" PRIu64
		       " of them damaged, %" PRIu64
		       " lost; read again and the same\n",
		       dest, saved, r->found, r->damaged, r->lost);
}

static int salvage(ex_call *call,
                   mailguard_store *store,
                   const char *dest,
                   mailguard_salvage_options *opts)
{
	mailguard_salvage_report report;
	mailguard_buffer *buf, *lost;
	mailguard_error err;
	int rc = EX_TROUBLE;

	if (mailguard_buffer_new(&lost, call->mg, &err) < 0)
		return ex_fail(call, &err);
	opts->lost = lost;
	if (mailguard_store_salvage(&report, store, dest, opts, &err) < 0) {
		mailguard_buffer_free(lost);
		return ex_fail(call, &err);
	}
	if (call->format == EX_TEXT) {
		report_print(call, dest, &report);
		fputs(mailguard_buffer_text(lost), stdout);
	} else if (mailguard_buffer_new(&buf, call->mg, &err) < 0) {
		rc = ex_fail(call, &err);
	} else {
		if (mailguard_store_salvage_json(buf, store, dest, &report,
		                                 &err) >= 0)
			ex_print(buf);
		mailguard_buffer_free(buf);
	}
	mailguard_buffer_free(lost);
	if (rc == EX_TROUBLE && report.verdict == MAILGUARD_SOUNDNESS_SOUND)
		rc = EX_FINE;
	return rc;
}

static bool resume_take(void *into, const ex_opt *o, const char *value)
{
	(void)o;
	(void)value;
	((mailguard_salvage_options *)into)->resume = 1;
	return true;
}

static bool tnef_take(void *into, const ex_opt *o, const char *value)
{
	(void)o;
	(void)value;
	((mailguard_salvage_options *)into)->open_tnef = 1;
	return true;
}

const ex_opt ex_salvage_options[] = {
	{ "--to", "FORMAT",
	  "what DEST is to be: mbox, maildir or eml; else as STORE is",
	  "DEST の形式: mbox、maildir、eml(省略時は STORE と同じ)",
	  offsetof(mailguard_salvage_options, format), NULL },
	{ "--report", "FILE", "a line for each message: what became of it",
	  "メールごとの結果を 1 行ずつ新しいファイルに書きます",
	  offsetof(mailguard_salvage_options, report), NULL },
	{ "--resume", NULL, "go on with what an earlier run left of DEST",
	  "途中で止まった救出の続きを行います", 0, resume_take },
	{ "--open-tnef", NULL,
	  "what lies in a winmail.dat in its place; else bytes stay as they "
	  "are",
	  "winmail.dat を開き、中の本文と添付ファイルを書き出します", 0,
	  tnef_take },
	EX_OPT_END,
};

int ex_salvage(ex_call *call)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_store *store;
	mailguard_error err;
	int rc;

	rc = ex_options_read(call, ex_salvage_options, &opts);
	if (rc != EX_FINE)
		return rc;
	if (call->argc != 2)
		return ex_usage(call);
	if (mailguard_store_open(&store, call->mg, call->argv[0], &err) < 0)
		return ex_fail(call, &err);
	rc = salvage(call, store, call->argv[1], &opts);
	mailguard_store_free(store);
	return rc;
}
