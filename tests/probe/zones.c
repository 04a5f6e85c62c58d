/*
 * zones.c - answers from a table, written as a recorded session and read back.
 */
#include "probe/zones.h"

#include "support/ok.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *word, *step;
} faults[] = {
	{ "!servfail", " code=2" },
	{ "!refused", " code=5" },
	{ "!timeout", " timed-out" },
	{ "!nxdomain", " code=3" },
};

/* One row taken apart; the server is "" as a rule. */
typedef struct row {
	char server[64], type[16], name[300];
	const char *data;
	size_t len;
} row;

static const char *word(char *out, size_t room, const char *s)
{
	size_t n = strcspn(s, " \n");

	if (n >= room)
		abort();
	memcpy(out, s, n);
	out[n] = '\0';
	return s + n + (s[n] == ' ');
}

static const char *row_read(row *r, const char *s)
{
	r->server[0] = '\0';
	if (*s == '@')
		s = word(r->server, sizeof(r->server), s + 1);
	s = word(r->type, sizeof(r->type), s);
	r->data = word(r->name, sizeof(r->name), s);
	r->len = strcspn(r->data, "\n");
	s = r->data + r->len;
	return s + (*s == '\n');
}

static bool asked(const row *r, const mgi_fact *f)
{
	size_t n = strlen(r->server);

	if (n ? strncmp(f->server, r->server, n) != 0 : f->server[0] != '\0')
		return false;
	return strcasecmp(r->name, f->name) == 0;
}

static void put_data(FILE *out, const row *r)
{
	size_t i;

	if (strcmp(r->type, "TXT") != 0) {
		fprintf(out, "%.*s", (int)r->len, r->data);
		return;
	}
	fputc('"', out);
	for (i = 0; i < r->len; i++)
		if (r->data[i] == '|')
			fputs("\" \"", out);
		else if (r->data[i] == '"' || r->data[i] == '\\')
			fprintf(out, "\\\\%c", r->data[i]);
		else if ((unsigned char)r->data[i] < ' ' ||
		         (unsigned char)r->data[i] > '~')
			fprintf(out, "\\\\%03d", (unsigned char)r->data[i]);
		else
			fputc(r->data[i], out);
	fputc('"', out);
}

static const char *fault_of(const row *r)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strncmp(r->data, faults[i].word, r->len) == 0)
			return faults[i].step;
	return "";
}

/* The flags of a step: " code=3" unless a row knows the name. */
static const char *step_of(const mgi_fact *f, const char *rows)
{
	const char *flags = " code=3";
	row r;

	while (*rows) {
		rows = row_read(&r, rows);
		if (!asked(&r, f))
			continue;
		flags = "";
		if (r.len && r.data[0] == '!' &&
		    (strcmp(r.type, f->type) == 0 || r.type[0] == '*'))
			return fault_of(&r);
	}
	return flags;
}

/* Its records and the CNAMEs on the way. */
static void put_records(FILE *out, const mgi_fact *f, const char *rows)
{
	mgi_fact next = *f;
	const char *s = rows;
	char target[300];
	row r;

	while (*s) {
		s = row_read(&r, s);
		if (!asked(&r, f) || !r.len || r.data[0] == '!')
			continue;
		if (strcmp(r.type, "CNAME") == 0 &&
		    strcmp(f->type, "CNAME") != 0) {
			fprintf(out, "record: 60 0 CNAME %s %.*s\n", f->name,
			        (int)r.len, r.data);
			(void)snprintf(target, sizeof(target), "%.*s",
			               (int)r.len - 1, r.data);
			next.name = target;
			put_records(out, &next, rows);
		} else if (strcmp(r.type, f->type) == 0) {
			fprintf(out, "record: 60 0 %s %s ", r.type, f->name);
			put_data(out, &r);
			fputc('\n', out);
		}
	}
}

char *zone_session(const mgi_zone *z, const char *rows)
{
	const mgi_fact *f, *first = NULL;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (f = mgi_zone_first(z); f; f = f->next) {
		if (f->known || strcmp(f->type, "HTTP") == 0 ||
		    (first && strcmp(f->server, first->server) != 0))
			continue;
		if (!first) {
			const char *colon = strrchr(f->server, ':');

			first = f;
			fputs("mailguard session 1\nprotocol: dns\n"
			      "host: example.org\n",
			      out);
			if (colon)
				fprintf(out, "port: %s\npinned: %.*s\n",
				        colon + 1, (int)(colon - f->server),
				        f->server);
			fputs("\n", out);
		}
		fprintf(out, "step: dns 0 1000%s\n> %s %s\n", step_of(f, rows),
		        f->type, f->name);
		if (!strstr(step_of(f, rows), " code"))
			fprintf(out,
			        "< %s NOERROR aa ad 1 from 192.0.2.53:53\\n"
			        "\n",
			        f->type);
		put_records(out, f, rows);
	}
	fclose(out);
	if (first)
		return text;
	free(text);
	return NULL;
}

bool zone_answer(mgi_zone *z, mailguard *mg, const char *rows)
{
	char *text = zone_session(z, rows);
	mailguard_transcript *t;
	mailguard_error err;
	mailguard_span s;

	if (!text)
		return false;
	s = (mailguard_span){ (const unsigned char *)text, strlen(text) };
	if (mailguard_transcript_parse(&t, mg, s, &err) < 0) {
		fprintf(stderr, "%s\n%s\n", err.message, text);
		abort();
	}
	ok(mgi_zone_learn(z, t, NULL));
	mailguard_transcript_free(t);
	free(text);
	return true;
}
