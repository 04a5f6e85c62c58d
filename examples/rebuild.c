/*
 * rebuild - a new, clean Outlook data file from a broken one.
 *
 *	$ mailguard rebuild broken.pst new.pst
 *	broken.pst is only read. new.pst will be written anew: folders,
 *	messages and hidden items, lists of folders made from what is there;
 *	then checked, and every message compared by its digest.
 *	new.pst: 17 of 17 messages, 17 of them found by searching, 0 of
 *	them damaged, 0 lost; checked and compared
 *
 * Exits 0 if all is there, 1 if something is damaged or lost, 2 on failure.
 */
#include "examples.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

/* What will be done, before anything is. */
static void plan_print(const ex_call *call,
                       const char *from,
                       const char *to,
                       bool mend)
{
	if (call->japanese && mend)
		fprintf(stderr,
		        "空き領域の管理情報とヘッダーだけが壊れている場合は、"
		        "%s のコピーを作り、そこだけを直します。"
		        "それ以外の場合:\n",
		        from);
	else if (mend)
		fprintf(stderr,
		        "If nothing but maps of free space and the header of "
		        "%s is wrong, a copy gets these put right. Else:\n",
		        from);
	if (call->japanese)
		fprintf(stderr,
		        "%s は読み取るだけで変更しません。%s "
		        "を新しく作成します("
		        "フォルダー、メール、非表示のアイテム。"
		        "一覧表は作り直します)"
		        "。その後に検査し、すべてのメールを"
		        "照合します。\n",
		        from, to);
	else
		fprintf(stderr,
		        "%s is only read. %s will be written anew: folders, "
		        "messages and hidden items, lists of folders made from "
		        "what is there; then checked, and every message "
		        "compared by its digest.\n",
		        from, to);
}

static void report_print(const ex_call *call,
                         const char *dest,
                         const mailguard_salvage_report *r)
{
	uint64_t saved = r->intact + r->repaired + r->damaged;

	if (r->plan == MAILGUARD_PLAN_MEND)
		puts(call->japanese
		             ? "管理情報とヘッダーだけを直しました。"
		             : "Maps and header put right; nothing else was "
		               "wrong.");
	if (call->japanese)
		printf("%s: %" PRIu64 " 通中 %" PRIu64
		       " 通を再構築しました(検索で発見 %" PRIu64
		       "、破損 %" PRIu64 "、消失 %" PRIu64
		       ")。検査と照合は済んでいます。\n",
		       dest, r->found, saved, r->repaired, r->damaged, r->lost);
	else
		printf("%s: %" PRIu64 " of %" PRIu64 " messages, %" PRIu64
		       " of them found by searching, %" PRIu64
		       " of them damaged, %" PRIu64
		       " lost; checked and compared\n",
		       dest, saved, r->found, r->repaired, r->damaged, r->lost);
}

static bool mend_take(void *into, const ex_opt *o, const char *value)
{
	(void)o;
	(void)value;
	((mailguard_salvage_options *)into)->mend = 1;
	return true;
}

static int rebuild(ex_call *call,
                   mailguard_store *store,
                   const char *dest,
                   mailguard_salvage_options *opts)
{
	mailguard_salvage_report report;
	mailguard_buffer *buf, *lost;
	mailguard_error err;
	int rc = EX_TROUBLE;

	if (call->format == EX_TEXT)
		plan_print(call, call->argv[0], dest, opts->mend);
	if (mailguard_buffer_new(&lost, call->mg, &err) < 0)
		return ex_fail(call, &err);
	opts->lost = lost;
	if (mailguard_store_rebuild(&report, store, dest, opts, &err) < 0) {
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

const ex_opt ex_rebuild_options[] = {
	{ "--report", "FILE", "a line for each message: what became of it",
	  "メールごとの結果を 1 行ずつ新しいファイルに書きます",
	  offsetof(mailguard_salvage_options, report), NULL },
	{ "--mend", NULL, "only maps and header of a copy, if that is enough",
	  "管理情報とヘッダーの修正で足りる場合は、コピーのそこだけを直します",
	  0, mend_take },
	EX_OPT_END,
};

int ex_rebuild(ex_call *call)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_store *store;
	mailguard_error err;
	int rc;

	rc = ex_options_read(call, ex_rebuild_options, &opts);
	if (rc != EX_FINE)
		return rc;
	if (call->argc != 2)
		return ex_usage(call);
	if (mailguard_store_open(&store, call->mg, call->argv[0], &err) < 0)
		return ex_fail(call, &err);
	rc = rebuild(call, store, call->argv[1], &opts);
	mailguard_store_free(store);
	return rc;
}
