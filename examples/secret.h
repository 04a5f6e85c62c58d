#ifndef SECRET_H
#define SECRET_H
/*
 * secret.h - where a verb gets passwords from: a table that a command prints,
 * a command, the environment, or the terminal. Never from a command line.
 */
#include "examples.h"

#include <mailguard/probe.h>

typedef struct ex_secrets {
	const ex_call *call;
	const char *command; /* its first line is the secret, or NULL */
	const char
		*table_command; /* prints "login<TAB>secret" lines, or NULL */
	char *table;            /* what it printed */
	char login[256];        /* whose secret is kept below */
	char kept[MAILGUARD_SECRET_MAX + 2];
	int kept_len;            /* -1: there is none */
	struct ex_login *logins; /* asked ahead, for each account */
	size_t login_count;
	bool failed; /* a command failed, and that was told */
} ex_secrets;

/* Runs the table's command; false, and told, if it fails. */
bool ex_secrets_open(ex_secrets *s,
                     const ex_call *call,
                     const char *command,
                     const char *table_command);
/*
 * Ask on the terminal for the password of each account of a profile, before
 * anything else is done, if there is no other source and a person sits there.
 * An empty answer leaves it out.
 */
void ex_secrets_ask(ex_secrets *s, const mailguard_profile *profile);
/* A mailguard_secret_fn whose payload is the ex_secrets. */
int ex_secret(char *out,
              size_t room,
              const mailguard_endpoint *whose,
              void *payload);
/* The first line its command prints; its length, or -1 and told. */
int ex_secret_line(char *out, size_t room, ex_secrets *s);
/* Overwrite, and not be optimised away. */
void ex_secret_wipe(char *p, size_t n);
/* Wipes and frees. */
void ex_secrets_close(ex_secrets *s);

#endif
