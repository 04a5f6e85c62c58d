/*
 * secret.c - passwords from commands, the environment or the terminal.
 *
 * A command is the user's own and runs by the shell as it stands; for whom it
 * is asked stands in MAILGUARD_LOGIN and MAILGUARD_HOST, never in its text.
 */
#include "secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define TABLE_MAX ((size_t)16 << 20)

/* Not optimised away, as what is not read again may be. */
static void wipe(char *p, size_t n)
{
	volatile char *v = p;

	while (n--)
		*v++ = 0;
}

static bool failed(ex_secrets *s, const char *command)
{
	s->failed = true;
	ex_fail_text(s->call, "the command failed", "コマンドが失敗しました",
	             command);
	return false;
}

/* What `command` prints, up to `room` bytes and closed by a NUL. */
static bool command_run(ex_secrets *s,
                        const char *command,
                        char *out,
                        size_t room,
                        size_t *len)
{
	FILE *f = popen(command, "r"); /* NOLINT(cert-env33-c) as told above */
	size_t got;
	int rc;

	*len = 0;
	if (!f)
		return failed(s, command);
	setvbuf(f, NULL, _IONBF, 0); /* no copy of a secret in stdio */
	while (*len + 1 < room &&
	       (got = fread(out + *len, 1, room - 1 - *len, f)) > 0)
		*len += got;
	out[*len] = '\0';
	rc = pclose(f);
	/* SIGPIPE: it had more to say than its first line. */
	if (rc == 0 || (WIFSIGNALED(rc) && *len + 1 == room))
		return true;
	return failed(s, command);
}

bool ex_secrets_open(ex_secrets *s,
                     const ex_call *call,
                     const char *command,
                     const char *table_command)
{
	size_t len;

	memset(s, 0, sizeof(*s));
	s->call = call;
	s->command = command;
	s->table_command = table_command;
	if (!table_command)
		return true;
	s->table = malloc(TABLE_MAX);
	if (!s->table)
		return failed(s, table_command);
	return command_run(s, table_command, s->table, TABLE_MAX, &len);
}

/* The secret of a login in the table; its length, or -1. */
static int table_find(const char **out, const char *table, const char *login)
{
	size_t n = strlen(login);
	const char *at = table;

	while (at && *at) {
		if (strncmp(at, login, n) == 0 && at[n] == '\t') {
			*out = at + n + 1;
			return (int)strcspn(*out, "\r\n");
		}
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return -1;
}

/* One line of the terminal, not shown while it is typed. */
static void terminal_ask(ex_secrets *s, const mailguard_endpoint *whose)
{
	struct termios before, silent;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO) ||
	    tcgetattr(STDIN_FILENO, &before))
		return;
	fprintf(stderr, "%s %s@%s: ",
	        s->call->japanese ? "パスワード（Enter のみで省略）"
	                          : "password (Enter to leave out)",
	        whose->user, whose->host);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	if (fgets(s->kept, sizeof(s->kept), stdin))
		s->kept_len = (int)strcspn(s->kept, "\r\n");
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
}

/* One answer is kept for all targets of the same login. */
static void ask_anew(ex_secrets *s, const mailguard_endpoint *whose)
{
	const char *env = getenv("MAILGUARD_SECRET");
	size_t len;

	s->kept_len = -1;
	snprintf(s->login, sizeof(s->login), "%s", whose->user);
	if (s->command) {
		setenv("MAILGUARD_LOGIN", whose->user, 1);
		setenv("MAILGUARD_HOST", whose->host, 1);
		if (command_run(s, s->command, s->kept, sizeof(s->kept), &len))
			s->kept_len = (int)strcspn(s->kept, "\r\n");
	} else if (env && env[0]) {
		s->kept_len = snprintf(s->kept, sizeof(s->kept), "%s", env);
	} else {
		terminal_ask(s, whose);
	}
}

int ex_secret(char *out,
              size_t room,
              const mailguard_endpoint *whose,
              void *payload)
{
	ex_secrets *s = payload;
	const char *found = s->kept;
	int n = -1;

	if (s->table)
		n = table_find(&found, s->table, whose->user);
	if (n < 0) {
		if (strcmp(s->login, whose->user) != 0)
			ask_anew(s, whose);
		found = s->kept;
		n = s->kept_len;
	}
	if (s->failed)
		return -1;
	if (n <= 0)
		return 0;
	if ((size_t)n <= room)
		memcpy(out, found, (size_t)n);
	return n;
}

void ex_secrets_close(ex_secrets *s)
{
	if (s->table)
		wipe(s->table, strlen(s->table));
	free(s->table);
	wipe(s->kept, sizeof(s->kept));
	s->table = NULL;
	s->login[0] = '\0';
}
