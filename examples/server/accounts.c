/*
 * accounts.c - who may log in, and which mail lies there.
 */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

static const account built_in[] = {
	{ "ann", "ann-secret", 20, 3, NULL },
	{ "bob", "bob-secret", 45, 2, NULL },
	{ "cho", "cho-secret", 3L * 24 * 60, 4, NULL },
	{ "dan", "dan-secret", 0, 0, NULL },
};

static account *all;
static size_t count;

static void add(const account *a)
{
	all = need(realloc(all, (count + 1) * sizeof(*all)));
	all[count++] = *a;
}

/* login, password, minutes since the newest mail, number of mails, by tabs;
   the last two may be left out */
static bool read_row(account *a, char *row)
{
	static const account empty;
	char *field[4] = { row, NULL, NULL, NULL };
	int i;

	*a = empty;
	row[strcspn(row, "\r\n")] = '\0';
	for (i = 1; i < 4; i++) {
		field[i] = strchr(field[i - 1], '\t');
		if (!field[i])
			break;
		*field[i]++ = '\0';
	}
	if (!*field[0] || !field[1] || strlen(field[0]) >= sizeof(a->login) ||
	    strlen(field[1]) >= sizeof(a->secret))
		return false;
	memcpy(a->login, field[0], strlen(field[0]));
	memcpy(a->secret, field[1], strlen(field[1]));
	a->newest_minutes = field[2] ? strtol(field[2], NULL, 10) : 20;
	a->count = field[2] && field[3] ? strtoul(field[3], NULL, 10) : 3;
	return a->count <= 10000;
}

static void read_file(const char *file)
{
	FILE *f = fopen(file, "r");
	char row[1024];
	account a;

	if (!f)
		die(file);
	while (fgets(row, sizeof(row), f)) {
		if (row[0] == '#' || row[0] == '\n')
			continue;
		errno = 0;
		if (!read_row(&a, row))
			die("the file of accounts has a row I cannot read");
		add(&a);
	}
	fclose(f);
}

static void write_mail(mail *m, const account *a, size_t n)
{
	static const char *const subjects[] = { "Minutes of the meeting",
		                                "Your order", "Invoice",
		                                "Lunch on Friday?" };
	char date[64], text[1024];
	struct tm t;
	int len;

	gmtime_r(&m->when, &t);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &t);
	len = snprintf(text, sizeof(text),
	               "From: Client <client@example.org>\r\nTo: <%s>\r\n"
	               "Subject: %s\r\nDate: %s\r\n"
	               "Message-ID: <%zu.%s@demo.example>\r\n\r\n"
	               "Good morning,\r\n\r\nthis is mail number %zu.\r\n",
	               a->login, subjects[n % 4], date, n + 1, a->login, n + 1);
	m->len = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	m->text = need(calloc(1, m->len + 1));
	memcpy(m->text, text, m->len);
	m->uid = (unsigned)n + 101;
}

/* One mail in three hours; the newest as old as the account says. */
static void fill(account *a, time_t now)
{
	size_t i;

	a->mails = need(calloc(a->count + 1, sizeof(*a->mails)));
	for (i = 0; i < a->count; i++) {
		long before = (long)(a->count - 1 - i) * 180;

		a->mails[i].when = now - (a->newest_minutes + before) * 60;
		write_mail(&a->mails[i], a, i);
	}
}

void accounts_load(const char *file)
{
	size_t i;

	if (file)
		read_file(file);
	else
		for (i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
			add(&built_in[i]);
	for (i = 0; i < count; i++)
		fill(&all[i], time(NULL));
}

const account *account_find(const char *login)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasecmp(all[i].login, login) == 0)
			return &all[i];
	return NULL;
}

const account *account_login(const char *login, const char *secret)
{
	const account *a = account_find(login);

	return a && strcmp(a->secret, secret) == 0 ? a : NULL;
}

/* As it came: the answer may hold NUL bytes. -1: not base64. */
static int decode(unsigned char *out, size_t room, const char *base64)
{
	size_t len = strlen(base64), pad = 0;
	int n;

	while (pad < len && pad < 2 && base64[len - 1 - pad] == '=')
		pad++;
	if (len % 4 || len / 4 * 3 + 1 > room)
		return -1;
	n = EVP_DecodeBlock(out, (const unsigned char *)base64, (int)len);
	if (n < 0)
		return -1;
	out[n - (int)pad] = '\0';
	return n - (int)pad;
}

bool base64_decode(char *out, size_t room, const char *base64)
{
	return decode((unsigned char *)out, room, base64) >= 0;
}

const account *account_plain(const char *base64)
{
	unsigned char answer[512];
	int n = decode(answer, sizeof(answer), base64);
	const char *end = (const char *)answer + n, *login, *secret;

	if (n < 0)
		return NULL;
	login = (const char *)answer + strlen((const char *)answer) + 1;
	if (login >= end)
		return NULL;
	secret = login + strlen(login) + 1;
	return secret > end ? NULL : account_login(login, secret);
}
