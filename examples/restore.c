/*
 * restore - mail files out of a backup, each byte compared with its seal.
 *
 *	$ mailguard restore --store 1 /mnt/usb/mailguard-20261123-094500 a.pst
 *	files: 1, 1.2 GiB; all as they were sealed
 *
 * Exits 0 if it came back, 2 if not; nothing is left of DEST then.
 */
#include "progress.h"
#include "secret.h"

#include <mailguard/backup.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
	const char *store, *passphrase;
	bool settings, secrets;
} request;

const ex_opt ex_restore_options[] = {
	{ "--store", "STORE", "only this one: its number from 1, id or path",
	  "このメールファイルだけ(1 からの番号、ID またはパス)",
	  offsetof(request, store), NULL },
	{ "--settings", NULL, "print the settings, a profile; no DEST",
	  "保存した設定(プロファイル)を表示します。DEST は不要です",
	  offsetof(request, settings), NULL },
	{ "--secrets", NULL, "print the secrets as JSON; no DEST",
	  "封印した秘密情報を JSON で表示します。DEST は不要です",
	  offsetof(request, secrets), NULL },
	{ "--passphrase-command", "CMD", "prints the passphrase",
	  "パスフレーズを出力するコマンド", offsetof(request, passphrase),
	  NULL },
	EX_OPT_END,
};

/* Which one a person means; MAILGUARD_BACKUP_ALL if there is none. */
static size_t store_find(const mailguard_backup *b, const char *name)
{
	const mailguard_backed_store *s;
	char *end;
	unsigned long n = strtoul(name, &end, 10);
	size_t i;

	if (*name && !*end && n > 0 && mailguard_backup_store(b, n - 1))
		return n - 1;
	for (i = 0; (s = mailguard_backup_store(b, i)) != NULL; i++)
		if (strcmp(s->id, name) == 0 || strcmp(s->path, name) == 0 ||
		    strcmp(s->file, name) == 0)
			return i;
	return MAILGUARD_BACKUP_ALL;
}

static int restore(const request *r, ex_call *call, mailguard_backup *b)
{
	size_t store = MAILGUARD_BACKUP_ALL;
	mailguard_backup_report report;
	mailguard_error err;

	if (r->store) {
		store = store_find(b, r->store);
		if (store == MAILGUARD_BACKUP_ALL)
			return ex_fail_text(call, "is not in this backup",
			                    "このバックアップにはありません",
			                    r->store);
	}
	if (mailguard_backup_restore(&report, b, store, call->argv[1], &err) <
	    0)
		return ex_fail(call, &err);
	return ex_backup_tell(call, b, &report);
}

static mailguard_status unseal(mailguard_buffer *buf,
                               const request *r,
                               ex_call *call,
                               const mailguard_backup *b,
                               mailguard_error *err)
{
	char phrase[MAILGUARD_SECRET_MAX + 2];
	mailguard_status st = MAILGUARD_EINVAL;
	mailguard_span s;
	ex_secrets from;
	int n = -1;

	memset(err, 0, sizeof(*err));
	if (ex_secrets_open(&from, call, r->passphrase, NULL))
		n = ex_secret_line(phrase, sizeof(phrase), &from);
	if (n >= 0) {
		s.data = (const unsigned char *)phrase;
		s.len = (size_t)n;
		st = mailguard_backup_unseal(buf, b, s, err);
	}
	ex_secret_wipe(phrase, sizeof(phrase));
	ex_secrets_close(&from);
	return st;
}

static int print(const request *r, ex_call *call, const mailguard_backup *b)
{
	mailguard_buffer *buf;
	mailguard_status st;
	mailguard_error err;

	if (r->secrets && !r->passphrase)
		return ex_usage(call);
	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		return ex_fail(call, &err);
	st = r->secrets ? unseal(buf, r, call, b, &err)
	                : mailguard_backup_profile(buf, b, &err);
	if (st >= 0)
		ex_print(buf);
	mailguard_buffer_free(buf);
	if (st < 0) /* a command that failed was told */
		return err.status ? ex_fail(call, &err) : ex_cannot_tell(call);
	return EX_FINE;
}

int ex_restore(ex_call *call)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	request r = { NULL, NULL, false, false };
	int rc = ex_options_read(call, ex_restore_options, &r);
	mailguard_backup *b;
	mailguard_error err;
	ex_bar bar;

	if (rc != EX_FINE)
		return rc;
	if (call->argc != (r.settings || r.secrets ? 1 : 2))
		return ex_usage(call);
	ex_bar_begin(&bar, call->japanese, true);
	opts.progress = ex_bar_tick;
	opts.payload = &bar;
	if (mailguard_backup_open(&b, call->mg, call->argv[0], &opts, &err) < 0)
		return ex_fail(call, &err);
	rc = r.settings || r.secrets ? print(&r, call, b)
	                             : restore(&r, call, b);
	ex_bar_end(&bar);
	mailguard_backup_free(b);
	return rc;
}
