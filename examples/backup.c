/*
 * backup - seal copies of mail files and settings on another disk.
 *
 *	$ mailguard backup --profile shop.json /mnt/usb
 *	/mnt/usb/mailguard-20261123-094500: backup of 2026-11-23T09:45:00+09:00
 *	C:\Users\u\a.pst: pst, 1.2 GiB, 8452 messages (damaged 0, lost 0)
 *
 * The last argument is where to: a new folder, or one that is there, in which
 * a new one is made. Exits 0 if all was copied, 1 if some of it could not be
 * read or was changing, 2 if there is no backup.
 */
#include "progress.h"
#include "secret.h"

#include <mailguard/backup.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef struct request {
	mailguard_backup_options opts;
	const char *profile, *tries, *passphrase, *table;
	ex_values maps, seals;
	ex_bar bar;
	char dest[4096];
} request;

static bool allow_take(void *into, const ex_opt *o, const char *value)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} rows[] = {
		{ "locked", MAILGUARD_BACKUP_LOCKED },
		{ "changing", MAILGUARD_BACKUP_CHANGING },
		{ "same-disk", MAILGUARD_BACKUP_SAME_DISK },
		{ "synced", MAILGUARD_BACKUP_SYNCED },
		{ "full", MAILGUARD_BACKUP_FULL },
	};
	request *r = into;
	size_t i;

	(void)o;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, value) == 0) {
			r->opts.allow |= rows[i].flag;
			return true;
		}
	return false;
}

static bool tries_take(void *into, const ex_opt *o, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	(void)o;
	((request *)into)->opts.tries = (uint32_t)n;
	return *value && !*end && n > 0 && n <= 1000;
}

#define AT(member) offsetof(request, member)

const ex_opt ex_backup_options[] = {
	{ "--profile", "FILE",
	  "put these settings into it; without STORE also its mail files",
	  "この設定も保存します(STORE がなければ、そのメールファイルも)",
	  AT(profile), NULL },
	{ "--map", "FROM=TO", "an owner's path, and where it is read here",
	  "元のパスと、ここで読むときのパス(繰り返し指定できます)", AT(maps),
	  ex_values_take },
	{ "--label", "TEXT", "what it is for", "何のためのバックアップか",
	  AT(opts.label), NULL },
	{ "--allow", "WHAT",
	  "go on with what is refused: locked, changing, same-disk, synced, "
	  "full",
	  "拒否される状態でも続けます: locked、changing、same-disk、"
	  "synced、full",
	  0, allow_take },
	{ "--tries", "N", "how often what changes is read again (10)",
	  "変化するファイルを読み直す回数(10)", 0, tries_take },
	{ "--seal", "FILE", "a file with secrets, kept under a passphrase",
	  "秘密を含むファイルをパスフレーズで封印して保存します", AT(seals),
	  ex_values_take },
	{ "--secrets-table-command", "CMD",
	  "prints \"login<TAB>secret\" lines, kept under a passphrase",
	  "「ログイン名<TAB>パスワード」を出力するコマンド(封印して保存)",
	  AT(table), NULL },
	{ "--passphrase-command", "CMD", "prints the passphrase",
	  "パスフレーズを出力するコマンド", AT(passphrase), NULL },
	EX_OPT_END,
};

/* -- what goes into it ----------------------------------------------------- */

static int profile_add(request *r, ex_call *call, mailguard_backup *b)
{
	mailguard_profile *p;
	mailguard_error err;
	const char *here;
	char *owner;
	int rc = ex_profile_open(&p, call, r->profile);
	size_t i;

	if (rc != EX_FINE)
		return rc;
	for (i = 0; rc == EX_FINE && i < r->maps.count; i++) {
		rc = ex_map_split(&owner, &here, call, r->maps.at[i]);
		if (rc != EX_FINE)
			break;
		if (mailguard_profile_map(p, owner, here, &err) < 0)
			rc = ex_fail(call, &err);
		free(owner);
	}
	if (rc == EX_FINE &&
	    mailguard_backup_settings(b, p, call->argc < 2, &err) < 0)
		rc = ex_fail(call, &err);
	mailguard_profile_free(p);
	return rc;
}

static mailguard_span span(const char *text, size_t n)
{
	mailguard_span s;

	s.data = (const unsigned char *)text;
	s.len = n;
	return s;
}

/* Lines of "login<TAB>secret". */
static int table_add(const ex_call *call,
                     mailguard_backup *b,
                     char *at,
                     mailguard_error *err)
{
	while (at && *at) {
		size_t name = strcspn(at, "\t\r\n"), end = strcspn(at, "\r\n");
		char *next = strchr(at, '\n');

		if (at[name] == '\t') {
			at[name] = '\0';
			if (mailguard_backup_secret(
				    b, at, span(at + name + 1, end - name - 1),
				    err) < 0)
				return ex_fail(call, err);
			at[name] = '\t';
		}
		at = next ? next + 1 : NULL;
	}
	return EX_FINE;
}

static int secrets_add(const request *r, ex_call *call, mailguard_backup *b)
{
	char phrase[MAILGUARD_SECRET_MAX + 2];
	mailguard_error err;
	ex_secrets s;
	int rc = EX_FINE, n;
	size_t i;

	if (!r->seals.count && !r->table && !r->passphrase)
		return EX_FINE;
	if (!ex_secrets_open(&s, call, r->passphrase, r->table))
		rc = ex_cannot_tell(call);
	else
		rc = table_add(call, b, s.table, &err);
	for (i = 0; rc == EX_FINE && i < r->seals.count; i++)
		if (mailguard_backup_secret_file(b, r->seals.at[i], &err) < 0)
			rc = ex_fail(call, &err);
	if (rc == EX_FINE && r->passphrase) {
		n = ex_secret_line(phrase, sizeof(phrase), &s);
		if (n < 0 || mailguard_backup_passphrase(
				     b, span(phrase, (size_t)n), &err) < 0)
			rc = n < 0 ? ex_cannot_tell(call) : ex_fail(call, &err);
		ex_secret_wipe(phrase, sizeof(phrase));
	}
	ex_secrets_close(&s);
	return rc;
}

const char *ex_backup_dest(char *to, size_t room, const char *given)
{
	time_t t = time(NULL);
	struct stat sb;
	struct tm tm;
	char name[64];

	if (stat(given, &sb) || !S_ISDIR(sb.st_mode) || !localtime_r(&t, &tm) ||
	    !strftime(name, sizeof(name), "mailguard-%Y%m%d-%H%M%S", &tm))
		return given;
	snprintf(to, room, "%s%s%s", given,
	         given[strlen(given) - 1] == '/' ? "" : "/", name);
	return to;
}

static int all_add(request *r, ex_call *call, mailguard_backup *b)
{
	mailguard_error err;
	int rc = EX_FINE, i;

	if (r->profile)
		rc = profile_add(r, call, b);
	for (i = 0; rc == EX_FINE && i + 1 < call->argc; i++)
		if (mailguard_backup_add(b, call->argv[i], NULL, NULL, &err) <
		    0)
			rc = ex_fail(call, &err);
	return rc == EX_FINE ? secrets_add(r, call, b) : rc;
}

/* Some of it is not what it should be. */
static bool is_troubled(const mailguard_backup *b)
{
	const mailguard_finding *f;
	size_t i;

	for (i = 0; (f = mailguard_backup_finding(b, i)) != NULL; i++)
		if (f->severity >= MAILGUARD_SEVERITY_WARN)
			return true;
	return false;
}

static int make(request *r, ex_call *call, mailguard_backup *b)
{
	const char *dest = ex_backup_dest(r->dest, sizeof(r->dest),
	                                  call->argv[call->argc - 1]);
	mailguard_error err;
	mailguard_status st;
	int rc = all_add(r, call, b);

	if (rc != EX_FINE)
		return rc;
	st = mailguard_backup_make(b, dest, &err);
	ex_bar_end(&r->bar);
	if (st < 0)
		return ex_fail(call, &err);
	rc = ex_backup_tell(call, b, NULL);
	return rc == EX_FINE && is_troubled(b) ? EX_TROUBLE : rc;
}

int ex_backup(ex_call *call)
{
	request r = { MAILGUARD_BACKUP_OPTIONS_INIT,
		      NULL,
		      NULL,
		      NULL,
		      NULL,
		      { NULL, 0 },
		      { NULL, 0 },
		      { 0 },
		      "" };
	mailguard_backup *b = NULL;
	mailguard_error err;
	int rc;

	rc = ex_options_read(call, ex_backup_options, &r);
	if (rc == EX_FINE && call->argc < (r.profile ? 1 : 2))
		rc = ex_usage(call);
	ex_bar_begin(&r.bar, call->japanese, true);
	r.opts.progress = ex_bar_tick;
	r.opts.payload = &r.bar;
	if (rc == EX_FINE) {
		if (mailguard_backup_new(&b, call->mg, &r.opts, &err) < 0)
			rc = ex_fail(call, &err);
		else
			rc = make(&r, call, b);
	}
	mailguard_backup_free(b);
	ex_values_free(&r.maps);
	ex_values_free(&r.seals);
	return rc;
}
