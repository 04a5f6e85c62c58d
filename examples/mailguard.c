/*
 * mailguard - every verb behind one door: `mailguard explain 0x800CCC0E`.
 *
 * This file is the table of verbs and the options they have in common. Each
 * verb is a file of its own.
 */
#include "examples.h"
#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const ex_verb verbs[] = {
	{ "checkup", "[PROFILE]",
	  "ask the servers, look at the mail files, say who is at fault",
	  "サーバーとメールファイルを調べ、原因と次にすべきことを示します",
	  ex_checkup, EX_REPORTS, ex_checkup_options },
	{ "probe", "URL...", "ask mail servers: do they work, and if not, why",
	  "メールサーバーに問い合わせ、動いているか、原因は何かを調べます",
	  ex_probe, EX_MONITORS | EX_METRICS, ex_probe_options },
	{ "domain", "NAME...",
	  "what DNS says of a domain's mail, and what is wrong",
	  "ドメインのメール設定を DNS で調べ、誤りを示します", ex_domain, 0,
	  ex_domain_options },
	{ "explain", "TEXT|CODE...",
	  "say what a failure text or code means and what to do",
	  "エラーの文面やコードの意味と、すべきことを説明します", ex_explain, 0,
	  ex_explain_options },
	{ "bounce", "FILE...",
	  "read bounce mails: who did not get the mail, why, what to do",
	  "不達メールを読み、宛先ごとに原因とすべきことを示します", ex_bounce,
	  EX_ROWS, ex_bounce_options },
	{ "weigh", "OBSERVATIONS",
	  "weigh observations from a file: who is at fault, who is cleared",
	  "観測結果のファイルから、原因と無関係なものを切り分けます", ex_weigh,
	  EX_REPORTS, NULL },
	{ "ask", "[PROFILE]",
	  "narrow a failure down by questions, one at a time, without a probe",
	  "質問に一つずつ答えて、調査なしで原因を切り分けます", ex_ask,
	  EX_REPORTS, NULL },
	{ "status", "URL|FILE...",
	  "read providers' status pages: does an incident touch me",
	  "障害情報ページを読み、自分に関係する障害を探します", ex_status, 0,
	  ex_status_options },
	{ "find", "PATH...",
	  "find mail files: which kind, how old, where, whose",
	  "メールファイルを探し、種類・日付・場所・持ち主を示します", ex_find,
	  EX_ROWS, ex_find_options },
	{ "list", "STORE", "list the messages of a mail file or folder",
	  "メールファイルの中のメールを一覧にします", ex_list, 0,
	  ex_list_options },
	{ "check", "STORE...", "say what is wrong with mail files",
	  "メールファイルの異常を調べます", ex_check, 0, ex_check_options },
	{ "rebuild", "PST DEST",
	  "write a clean Outlook data file from a broken one",
	  "壊れたOutlookデータファイルから新しいファイルを作ります", ex_rebuild,
	  0, ex_rebuild_options },
	{ "salvage", "STORE DEST", "get the mail out of a store into a new one",
	  "壊れたメールファイルからメールを救出します", ex_salvage, 0,
	  ex_salvage_options },
	{ "backup", "[STORE...] DEST",
	  "seal copies of mail files and settings on another disk",
	  "メールファイルと設定を別のディスクに封印してバックアップします",
	  ex_backup, 0, ex_backup_options },
	{ "verify", "BACKUP...", "is a backup whole, and would it come back",
	  "バックアップが無事か、復元できるかを確かめます", ex_verify, 0,
	  ex_verify_options },
	{ "restore", "BACKUP [DEST]", "get mail files back out of a backup",
	  "バックアップからメールファイルを復元します", ex_restore, 0,
	  ex_restore_options },
	{ "relocate", "STORE NEW", "move a mail file off a risky place",
	  "危険な場所にあるメールファイルを移します", ex_relocate, 0,
	  ex_relocate_options },
	{ "import", "PATH...", "mail programs' own settings as a profile",
	  "メールソフトの設定を読み取り、プロファイルにします", ex_import, 0,
	  ex_import_options },
	{ "export", "PROFILE",
	  "a profile for other mail programs, or as a page to print",
	  "プロファイルを他のメールソフト用や印刷用に書き出します", ex_export,
	  0, ex_export_options },
	{ "diff", "BEFORE AFTER", "what changed between two profiles",
	  "2 つのプロファイルの違いを示します", ex_diff, 0, NULL },
	{ "notice", "PROFILE", "draft what to tell the people who are waiting",
	  "取引先へのお知らせの文面を作ります", ex_notice, 0,
	  ex_notice_options },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct {
	const char *name;
	ex_format format;
	int more;
} formats[] = {
	{ "text", EX_TEXT, 0 },
	{ "json", EX_JSON, 0 },
	{ "jsonl", EX_JSONL, 0 },
	{ "csv", EX_CSV, EX_ROWS },
	{ "nagios", EX_NAGIOS, EX_MONITORS },
	{ "prometheus", EX_PROMETHEUS, EX_METRICS },
	{ "html", EX_HTML, EX_PAGES },
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static const char options_en[] =
	"\n"
	"  --lang ja|en     the language of the answer; else the locale's\n"
	"  --json           the answer for programs, as --format json\n"
	"  --format FORMAT  text, json or jsonl; some verbs also csv, nagios,\n"
	"                   prometheus or html\n"
	"  --help           this text, or a verb's\n"
	"  --version        the version of the library\n"
	"  --               what follows is no option; a - is standard input\n"
	"\n"
	"Exit status: 0 nothing wrong found, 1 trouble found and told,\n"
	"2 could not tell.\n";

static const char options_ja[] =
	"\n"
	"  --lang ja|en     回答の言語(省略時はロケールに従います)\n"
	"  --json           プログラム向けの回答(--format json と同じ)\n"
	"  --format 形式    text、json、jsonl のいずれか(動詞によっては csv、\n"
	"                   nagios、prometheus、html も)\n"
	"  --help           この説明、または動詞の説明\n"
	"  --version        ライブラリのバージョン\n"
	"  --               以降はオプションとして扱いません。- "
	"は標準入力です\n"
	"\n"
	"終了コード: 0 異常なし、1 異常を見つけて報告、2 判断できず\n";

static int help(const ex_call *call, FILE *out)
{
	bool japanese = call->japanese;
	size_t i;

	fputs(japanese ? "使い方: mailguard 動詞 [オプション]... 引数...\n"
	                 "動詞なしでは、このパソコンの設定とメールを調べます"
	                 "(checkup)\n\n"
	               : "usage: mailguard VERB [OPTION]... ARGUMENT...\n"
	                 "without a verb: checkup of what lies on this "
	                 "computer\n\n",
	      out);
	for (i = 0; i < VERBS; i++)
		fprintf(out, "  %-8s %-14s %s\n", verbs[i].name, verbs[i].args,
		        japanese ? verbs[i].ja : verbs[i].en);
	fputs(japanese ? options_ja : options_en, out);
	return out == stdout ? ex_end(call, EX_FINE) : EX_CANNOT_TELL;
}

/* What the locale says, as every program of the system does. */
static bool locale_japanese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0])
			return strncmp(value, "ja", 2) == 0;
	}
	return false;
}

static bool format_find(ex_format *out, const char *name)
{
	size_t i;

	for (i = 0; i < FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0) {
			*out = formats[i].format;
			return true;
		}
	return false;
}

static const ex_verb *verb_find(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int32_t utc_offset(mailguard_time at, void *payload)
{
	time_t seconds = (time_t)(at / 1000000);
	struct tm local, utc;
	int days;

	(void)payload;
	if (!localtime_r(&seconds, &local) || !gmtime_r(&seconds, &utc))
		return 0;
	days = local.tm_yday - utc.tm_yday;
	if (local.tm_year != utc.tm_year)
		days = local.tm_year > utc.tm_year ? 1 : -1;
	return ((days * 24 + local.tm_hour - utc.tm_hour) * 60 + local.tm_min -
	        utc.tm_min) *
	       60;
}

/* Options that every verb has. */
struct common {
	bool japanese, help, version;
	ex_format format;
	const char *bad, *value, *choices; /* an option with a wrong value */
	char formats[80];                  /* that a verb has */
};

static void refuse(struct common *c,
                   const char *option,
                   const char *value,
                   const char *choices)
{
	c->bad = option;
	c->value = value;
	c->choices = choices;
}

static int refused(const struct common *c)
{
	fprintf(stderr,
	        c->japanese ? "mailguard: %s には %s のいずれかを指定して"
	                      "ください%s%s\n"
	                    : "mailguard: %s takes one of %s%s%s\n",
	        c->bad, c->choices,
	        !c->value     ? ""
	        : c->japanese ? "。使えない値: "
	                      : ", not ",
	        c->value ? c->value : "");
	return EX_CANNOT_TELL;
}

static bool language_find(bool *japanese, const char *name)
{
	*japanese = strcmp(name, "ja") == 0;
	return *japanese || strcmp(name, "en") == 0;
}

/* Is argv[*i] a common option? It is taken then, with its value. */
static bool common_take(struct common *c, char **argv, int *i)
{
	const char *value;
	ex_call call = { NULL, NULL, c->japanese, EX_TEXT, 0, 0, argv };

	while (argv[call.argc])
		call.argc++;
	if (strcmp(argv[*i], "--json") == 0)
		c->format = EX_JSON;
	else if (strcmp(argv[*i], "--help") == 0)
		c->help = true;
	else if (strcmp(argv[*i], "--version") == 0)
		c->version = true;
	else if (ex_option(&value, &call, i, "--format")) {
		if (!value || !format_find(&c->format, value))
			refuse(c, "--format", value, "text, json, jsonl");
	} else if (ex_option(&value, &call, i, "--lang")) {
		if (!value || !language_find(&c->japanese, value))
			refuse(c, "--lang", value, "ja, en");
	} else {
		return false;
	}
	return true;
}

/* Take the common options out of argv; what is left stays in order. From
 * `*plain` on it is no option whatever it looks like. */
static int common_read(struct common *c, int *plain, int argc, char **argv)
{
	int i, kept = 0;

	*plain = argc;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			*plain = kept;
			while (++i < argc)
				argv[kept++] = argv[i];
			break;
		}
		if (!common_take(c, argv, &i))
			argv[kept++] = argv[i];
	}
	return kept;
}

static int verb_run(const ex_verb *verb, ex_call *call)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_error err;
	int rc;

	call->verb = verb->name;
	opts.lang = call->japanese ? "ja" : "en";
	opts.utc_offset = utc_offset;
	if (mailguard_new(&call->mg, &opts, &err) < 0)
		return ex_fail(call, &err);
	ex_signals_take(call->mg);
	rc = verb->run(call);
	ex_signals_leave();
	mailguard_free(call->mg);
	return ex_end(call, rc);
}

int ex_usage(const ex_call *call)
{
	const ex_verb *verb = verb_find(call->verb);

	fprintf(stderr, "%s mailguard %s [--lang ja|en] [--json] %s%s\n",
	        call->japanese ? "使い方:" : "usage:", verb->name,
	        verb->options ? "[OPTION]... " : "", verb->args);
	return ex_cannot_tell(call);
}

static int verb_help(const ex_call *call, const ex_verb *verb)
{
	printf("mailguard %s %s%s\n  %s\n", verb->name,
	       verb->options ? "[OPTION]... " : "", verb->args,
	       call->japanese ? verb->ja : verb->en);
	if (verb->options)
		putchar('\n');
	ex_options_tell(verb->options, call->japanese);
	fputs(call->japanese ? options_ja : options_en, stdout);
	return ex_end(call, EX_FINE);
}

/* Not every verb has an answer for a monitor, or a table of rows. */
static void format_check(struct common *c, const ex_verb *verb)
{
	size_t i, n = 0;

	for (i = 0; i < FORMATS; i++) {
		const char *name = formats[i].name;

		if ((formats[i].more & verb->more) == formats[i].more)
			n += (size_t)snprintf(c->formats + n,
			                      sizeof(c->formats) - n, "%s%s",
			                      n ? ", " : "", name);
		else if (formats[i].format == c->format)
			refuse(c, "--format", name, c->formats);
	}
}

int main(int argc, char **argv)
{
	struct common c = { .japanese = locale_japanese() };
	ex_call call = { .verb = "", .argv = argv + 1 };
	const ex_verb *verb;
	int kept, plain;
	bool bare;

	tzset();
	ex_signals_take(NULL);
	kept = common_read(&c, &plain, argc, argv);
	if (c.bad)
		return refused(&c);
	call.japanese = c.japanese;
	if (c.version) {
		printf("mailguard %s\n", mailguard_version());
		return ex_end(&call, EX_FINE);
	}
	bare = !kept || argv[0][0] == '-'; /* the main job */
	verb = bare ? NULL : verb_find(argv[0]);
	if (c.help && verb)
		return verb_help(&call, verb);
	if (c.help && !kept)
		return help(&call, stdout);
	if (bare && !c.help)
		verb = verb_find("checkup");
	if (!verb && kept)
		fprintf(stderr, "mailguard: %s: %s\n", argv[0],
		        c.japanese ? "その動詞はありません" : "no such verb");
	if (!verb)
		return help(&call, stderr);
	format_check(&c, verb);
	if (c.bad)
		return refused(&c);
	call.format = c.format;
	call.argv = bare ? argv : argv + 1;
	call.argc = bare ? kept : kept - 1;
	call.plain = bare ? plain : plain - 1;
	return verb_run(verb, &call);
}
