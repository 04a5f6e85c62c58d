/*
 * relocate - move a mail file off a risky place.
 *
 *	$ mailguard relocate --backup /mnt/usb OneDrive/a.pst Mail/a.pst
 *	... files: 1, 1.2 GiB; messages: 8452, 8452 of them came back the same
 *	OneDrive/a.pst is as it was. Point the mail program to Mail/a.pst,
 *	send and receive, then rename the old one.
 *
 * A sealed backup first, then the new file out of it, every message compared.
 * The original is put aside only with --switch, and never removed. Exits 0 if
 * it was moved, 2 if not.
 */
#include "examples.h"
#include "progress.h"

#include <mailguard/backup.h>

#include <stddef.h>
#include <stdio.h>

typedef struct request {
	const char *backup;
	bool aside, risky, same_disk;
} request;

#define AT(member) offsetof(request, member)

const ex_opt ex_relocate_options[] = {
	{ "--backup", "DEST", "where the backup goes that is made first",
	  "先に作るバックアップの保存先", AT(backup), NULL },
	{ "--switch", NULL, "put the original aside, as STORE.moved",
	  "元のファイルの名前を STORE.moved に変えます", AT(aside), NULL },
	{ "--same-disk", NULL, "the backup may lie on the disk of the mail",
	  "バックアップがメールと同じディスクでも続けます", AT(same_disk),
	  NULL },
	{ "--risky", NULL, "go on if the new place is one not fit for mail",
	  "新しい場所に危険があっても続けます", AT(risky), NULL },
	EX_OPT_END,
};

/* What is left to do for a person. */
static void rest_tell(const request *r, const ex_call *call)
{
	const char *from = call->argv[0], *to = call->argv[1];

	if (call->format != EX_TEXT)
		return;
	if (call->japanese && r->aside)
		printf("%s は %s.moved として残しました。メールソフトの設定で "
		       "%s を指定してください。\n",
		       from, from, to);
	else if (call->japanese)
		printf("%s はそのままです。メールソフトの設定で %s を指定し、"
		       "送受信を確かめてから、元の名前を変えてください。\n",
		       from, to);
	else if (r->aside)
		printf("%s is kept as %s.moved. Point the mail program to "
		       "%s.\n",
		       from, from, to);
	else
		printf("%s is as it was. Point the mail program to %s, send "
		       "and receive, then rename the old one.\n",
		       from, to);
}

static int move(const request *r, ex_call *call, mailguard_backup *b)
{
	char dest[4096];
	mailguard_backup_report report;
	mailguard_error err;
	int rc;

	if (mailguard_backup_add(b, call->argv[0], NULL, NULL, &err) < 0 ||
	    mailguard_backup_make(b,
	                          ex_backup_dest(dest, sizeof(dest), r->backup),
	                          &err) < 0 ||
	    mailguard_backup_move(&report, b, 0, call->argv[1], r->aside,
	                          &err) < 0)
		return ex_fail(call, &err);
	rc = ex_backup_tell(call, b, &report);
	if (rc == EX_FINE)
		rest_tell(r, call);
	return rc;
}

int ex_relocate(ex_call *call)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	request r = { NULL, false, false, false };
	int rc = ex_options_read(call, ex_relocate_options, &r);
	mailguard_backup *b;
	mailguard_error err;
	ex_bar bar;

	if (rc != EX_FINE)
		return rc;
	if (call->argc != 2 || !r.backup)
		return ex_usage(call);
	ex_bar_begin(&bar, call->japanese, true);
	opts.progress = ex_bar_tick;
	opts.payload = &bar;
	opts.label = "relocate";
	if (r.same_disk)
		opts.allow |= MAILGUARD_BACKUP_SAME_DISK;
	if (r.risky)
		opts.allow |= MAILGUARD_BACKUP_SYNCED;
	if (mailguard_backup_new(&b, call->mg, &opts, &err) < 0)
		return ex_fail(call, &err);
	rc = move(&r, call, b);
	ex_bar_end(&bar);
	mailguard_backup_free(b);
	return rc;
}
