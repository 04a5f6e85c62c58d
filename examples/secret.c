/*
 * secret.c - passwords from commands, the environment or the terminal.
 *
 * A command is the user's own and runs by the shell as it stands; for whom it
 * is asked stands in MAILGUARD_LOGIN and MAILGUARD_HOST, never in its text.
 */
#include "secret.h"

#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define TABLE_MAX ((size_t)16 << 20)

/* Not optimised away, as what is not read again may be. */
void ex_secret_wipe(char *p, size_t n)
{
	volatile char *v = p;

	while (n--)
		*v++ = 0;
}

static bool failed(ex_secrets *s, const char *command)
{
	s->failed = true;
	ex_fail_text(s->call, "the command failed; run it by itself to see why",
	             "コマンドが失敗しました。単独で実行して確かめてください",
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

int ex_secret_line(char *out, size_t room, ex_secrets *s)
{
	size_t len;

	if (!s->command || !command_run(s, s->command, out, room, &len))
		return -1;
	return (int)strcspn(out, "\r\n");
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

/* One line of the terminal; false at its end, or when a signal came. No
   stdio, which would keep a copy. */
static bool line_read(char *out, size_t room, int *len)
{
	size_t n = 0;
	ssize_t got;
	char c;

	while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		if (n + 1 < room)
			out[n++] = c;
	out[n] = '\0';
	*len = (int)strcspn(out, "\r");
	return got == 1;
}

static bool person_sits_there(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* One line, not shown while it is typed. */
static void terminal_ask(ex_secrets *s,
                         const char *whose,
                         const char *host,
                         char *out,
                         int *len)
{
	struct termios before, silent;

	*len = -1;
	if (s->failed || !person_sits_there() ||
	    tcgetattr(STDIN_FILENO, &before))
		return;
	fprintf(stderr, "%s %s@%s: ",
	        s->call->japanese ? "パスワード（Enter のみで省略）"
	                          : "password (Enter to leave out)",
	        whose, host);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	if (!line_read(out, MAILGUARD_SECRET_MAX + 1, len)) {
		*len = -1;
		s->failed = ex_interrupted();
	}
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
}

/* What was asked for ahead. */
typedef struct ex_login {
	char user[256], host[256];
	char secret[MAILGUARD_SECRET_MAX + 2];
	int len;
} ex_login;

static ex_login *login_find(const ex_secrets *s,
                            const char *user,
                            const char *host)
{
	size_t i;

	for (i = 0; i < s->login_count; i++)
		if (strcmp(s->logins[i].user, user) == 0 &&
		    strcmp(s->logins[i].host, host) == 0)
			return &s->logins[i];
	return NULL;
}

/* Somebody's password at a server; that of `like` if it is the same login. */
static ex_login *login_add(ex_secrets *s,
                           const char *user,
                           const mailguard_server *at,
                           const ex_login *like)
{
	ex_login *l;

	if (!user || !at || !at->host || strlen(user) >= sizeof(l->user) ||
	    strlen(at->host) >= sizeof(l->host))
		return NULL;
	l = login_find(s, user, at->host);
	if (l)
		return l;
	l = &s->logins[s->login_count++];
	snprintf(l->user, sizeof(l->user), "%s", user);
	snprintf(l->host, sizeof(l->host), "%s", at->host);
	if (like && strcmp(like->user, user) == 0) {
		memcpy(l->secret, like->secret, sizeof(l->secret));
		l->len = like->len;
	} else {
		terminal_ask(s, user, at->host, l->secret, &l->len);
	}
	return l;
}

void ex_secrets_ask(ex_secrets *s, const mailguard_profile *profile)
{
	const char *env = getenv("MAILGUARD_SECRET");
	const mailguard_account *a;
	size_t i, n = 0;

	if (s->command || s->table_command || (env && env[0]) ||
	    !person_sits_there())
		return;
	while (mailguard_profile_account(profile, n))
		n++;
	s->logins = calloc(2 * n + 1, sizeof(*s->logins));
	for (i = 0; s->logins && i < n && !s->failed; i++) {
		const ex_login *in;

		a = mailguard_profile_account(profile, i);
		in = login_add(
			s, a->user_in,
			mailguard_profile_server_of(profile, a->server_in),
			NULL);
		(void)login_add(
			s, a->user_out,
			mailguard_profile_server_of(profile, a->server_out),
			in);
	}
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
		terminal_ask(s, whose->user, whose->host, s->kept,
		             &s->kept_len);
	}
}

int ex_secret(char *out,
              size_t room,
              const mailguard_endpoint *whose,
              void *payload)
{
	ex_secrets *s = payload;
	const ex_login *asked = login_find(s, whose->user, whose->host);
	const char *found = s->kept;
	int n = -1;

	if (s->table)
		n = table_find(&found, s->table, whose->user);
	if (asked) {
		found = asked->secret;
		n = asked->len;
	} else if (n < 0) {
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
		ex_secret_wipe(s->table, strlen(s->table));
	free(s->table);
	if (s->logins)
		ex_secret_wipe((char *)s->logins,
		               s->login_count * sizeof(*s->logins));
	free(s->logins);
	s->logins = NULL;
	s->login_count = 0;
	ex_secret_wipe(s->kept, sizeof(s->kept));
	s->table = NULL;
	s->login[0] = '\0';
}
