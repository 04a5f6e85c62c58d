#ifndef EXAMPLES_H
#define EXAMPLES_H
/*
 * examples.h - what every verb of the `mailguard` program is given.
 *
 * mailguard.c takes --lang, --json, --format and --help out of the arguments
 * and hands a verb the rest. A verb uses public headers only.
 */
#include "options.h"

#include <mailguard.h>

#include <stdbool.h>
#include <stddef.h>

/* Exit status: nothing wrong found; trouble found and told; cannot tell. */
enum { EX_FINE = 0, EX_TROUBLE = 1, EX_CANNOT_TELL = 2 };
/* With the codes of a monitor's plugin, cannot tell is this. */
enum { EX_PLUGIN_UNKNOWN = 3 };

typedef enum ex_format {
	EX_TEXT,
	EX_JSON,
	EX_JSONL,
	EX_CSV,
	EX_NAGIOS,
	EX_PROMETHEUS,
	EX_HTML
} ex_format;

struct ex_call {
	mailguard *mg;
	const char *verb;
	bool japanese;
	ex_format format;
	int argc;  /* what stands behind the verb, without the common options */
	int plain; /* from this argument on none is an option (behind "--") */
	char **argv;
};

/* Formats that not every verb has: Nagios; CSV; Prometheus; HTML. */
enum { EX_MONITORS = 1, EX_ROWS = 2, EX_METRICS = 4, EX_PAGES = 8 };
/* What a report of a verdict may be laid out as. */
#define EX_REPORTS (EX_MONITORS | EX_ROWS | EX_PAGES)

/* One row of the table of verbs in mailguard.c. */
typedef struct ex_verb {
	const char *name, *args, *en, *ja;
	int (*run)(ex_call *call);
	int more; /* formats beyond text and JSON: EX_MONITORS ... */
	const ex_opt *options; /* its own; NULL: none */
} ex_verb;

/* EX_CANNOT_TELL, or as a monitor wants it. */
int ex_cannot_tell(const ex_call *call);
/* Say how to call the verb; returns that. */
int ex_usage(const ex_call *call);
/* Is an argument left that only looks like an option ("--xyz")? Says so. */
bool ex_stray_option(const ex_call *call);
/* "mailguard explain: message" on stderr; returns that. */
int ex_fail(const ex_call *call, const mailguard_error *err);
/* "mailguard weigh: FILE: message"; "-" is called standard input. */
int ex_fail_at(const ex_call *call,
               const char *path,
               const mailguard_error *err);
/* Every file of --observations, in its order. */
int ex_observations_read(const ex_call *call,
                         mailguard_checkup *c,
                         const ex_values *files);
/* What was passed over there: told on stderr, and no failure. */
void ex_note_at(const ex_call *call,
                const char *path,
                const mailguard_finding *what);
/* The same with a text of the program's own. */
int ex_fail_text(const ex_call *call,
                 const char *en,
                 const char *ja,
                 const char *what);
/* EX_FINE, or told with the name of the file. */
int ex_profile_open(mailguard_profile **out,
                    const ex_call *call,
                    const char *path);
/*
 * The value of option `name` if argv[*i] is it ("--file X" or "--file=X"):
 * moves *i on and returns true. `*value` is NULL if it is missing.
 */
bool ex_option(const char **value,
               const ex_call *call,
               int *i,
               const char *name);
/*
 * "C:\Users\u=/mnt/pc/u" in two: `*from` is malloc'd, `*to` lies in `text`.
 * EX_FINE, or told.
 */
int ex_map_split(char **from,
                 const char **to,
                 const ex_call *call,
                 const char *text);
/* What is read into memory at most. */
#define EX_SLURP_MAX ((size_t)64 << 20)
/*
 * All of a file, or of stdin for "-", into `out` (malloc'd). Says why not,
 * also if there is more than EX_SLURP_MAX.
 */
bool ex_slurp(char **out, size_t *len, const ex_call *call, const char *path);
/* The layout of a report that was asked for. */
mailguard_report_format ex_report_format(const ex_call *call);
/* How a verb ends that made it; for a monitor, the code of a plugin. */
int ex_report_status(const ex_call *call, const mailguard_report *r);
/* Where a backup goes: "/mnt/usb/mailguard-20261123-094500" in `to` if
   "/mnt/usb" is a folder; else as given. */
const char *ex_backup_dest(char *to, size_t room, const char *given);
/* A backup and what became of it, in the format asked for. */
int ex_backup_tell(ex_call *call,
                   const mailguard_backup *b,
                   const mailguard_backup_report *report);
/* How the program ends: `result`, unless what was told got lost, or a signal
   ended it early. */
int ex_end(const ex_call *call, int result);
/* A buffer's text to stdout with a line end. */
void ex_print(const mailguard_buffer *buf);

extern const ex_opt ex_backup_options[];
/* "30m", "1h", "7d" in seconds; 0 if it is no such span. */
long ex_span_of(const char *text);

extern const ex_opt ex_bounce_options[];
extern const ex_opt ex_check_options[];
extern const ex_opt ex_checkup_options[];
extern const ex_opt ex_export_options[];
extern const ex_opt ex_domain_options[];
extern const ex_opt ex_explain_options[];
extern const ex_opt ex_find_options[];
extern const ex_opt ex_import_options[];
extern const ex_opt ex_list_options[];
extern const ex_opt ex_notice_options[];
extern const ex_opt ex_probe_options[];
extern const ex_opt ex_rebuild_options[];
extern const ex_opt ex_relocate_options[];
extern const ex_opt ex_restore_options[];
extern const ex_opt ex_salvage_options[];
extern const ex_opt ex_status_options[];
extern const ex_opt ex_verify_options[];

int ex_ask(ex_call *call);
int ex_backup(ex_call *call);
int ex_bounce(ex_call *call);
int ex_check(ex_call *call);
int ex_checkup(ex_call *call);
int ex_diff(ex_call *call);
int ex_domain(ex_call *call);
int ex_explain(ex_call *call);
int ex_export(ex_call *call);
int ex_find(ex_call *call);
int ex_import(ex_call *call);
int ex_list(ex_call *call);
int ex_notice(ex_call *call);
int ex_probe(ex_call *call);
int ex_rebuild(ex_call *call);
int ex_relocate(ex_call *call);
int ex_restore(ex_call *call);
int ex_salvage(ex_call *call);
int ex_status(ex_call *call);
int ex_verify(ex_call *call);
int ex_weigh(ex_call *call);

#endif
