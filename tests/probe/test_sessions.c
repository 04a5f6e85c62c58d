/* Every recorded session is read as a seasoned person would read it. */
#include "probe/sessions.h"

#include "support/ok.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER MAILGUARD_SOURCE_DIR "/tests/probe/sessions"

static mailguard *mg;
static mailguard_classifier *words;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_classifier_new(&words, mg, NULL));
}

static void teardown(void)
{
	mailguard_classifier_free(words);
	mailguard_free(mg);
}

TestSuite(sessions, .init = setup, .fini = teardown);

static int by_name(const void *a, const void *b)
{
	return strcmp(((const session *)a)->name, ((const session *)b)->name);
}

static void session_load(session *s, const char *file)
{
	char path[512];
	FILE *f;
	int n;

	snprintf(s->name, sizeof(s->name), "%.*s",
	         (int)(strlen(file) - strlen(".session")), file);
	snprintf(path, sizeof(path), FOLDER "/%s", file);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	s->text = calloc(1, 1 << 16);
	s->len = fread(s->text, 1, (1 << 16) - 1, f);
	fclose(f);
	n = sscanf(s->text,
	           "# ok=%d fault=%31s reason=%39s phase=%23s login=%15s "
	           "findings=%127s",
	           &s->ok, s->fault, s->reason, s->phase, s->login,
	           s->findings);
	cr_assert(eq(int, n, 6), "%s: its first line tells too little", file);
}

session *sessions_read(size_t *count)
{
	session *all = calloc(512, sizeof(*all));
	DIR *dir = opendir(FOLDER);
	struct dirent *e;

	*count = 0;
	cr_assert_not_null(dir);
	while ((e = readdir(dir)) != NULL && *count < 512)
		if (strstr(e->d_name, ".session"))
			session_load(&all[(*count)++], e->d_name);
	closedir(dir);
	qsort(all, *count, sizeof(*all), by_name);
	cr_assert(ge(sz, *count, 100));
	return all;
}

void sessions_free(session *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(all[i].text);
	free(all);
}

const session *session_named(const session *all, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	cr_fatal("no session %s", name);
	return NULL;
}

mailguard_span session_span(const session *s)
{
	return (mailguard_span){ (unsigned char *)s->text, s->len };
}

static mailguard_answer *read_one(const session *s)
{
	mailguard_transcript *heard;
	mailguard_answer *a = NULL;
	mailguard_error err;

	cr_assert(MAILGUARD_OK == mailguard_transcript_parse(
					  &heard, mg, session_span(s), &err),
	          "%s: %s", s->name, err.message);
	ok(mailguard_answer_read(&a, words, heard, NULL, NULL));
	mailguard_transcript_free(heard);
	return a;
}

/* The codes of all findings with commas between; "-" if there are none. */
static void codes_of(char *out, size_t room, const mailguard_answer *a)
{
	const mailguard_finding *f;
	size_t i;

	out[0] = '\0';
	for (i = 0; (f = mailguard_answer_finding(a, i)) != NULL; i++) {
		size_t n = strlen(out);

		snprintf(out + n, room - n, "%s%s", n ? "," : "", f->code);
	}
	if (!out[0])
		snprintf(out, room, "-");
}

static void expect_session(const session *s, const mailguard_answer *a)
{
	const mailguard_cause *c = mailguard_answer_cause(a);
	char codes[256];

	codes_of(codes, sizeof(codes), a);
	cr_expect(eq(int, mailguard_answer_ok(a), s->ok), "%s", s->name);
	cr_expect(eq(str, (char *)mailguard_reason_name(c->reason), s->reason),
	          "%s", s->name);
	cr_expect(eq(str, (char *)mailguard_fault_name(c->fault), s->fault),
	          "%s", s->name);
	cr_expect(eq(str,
	             (char *)mailguard_phase_name(mailguard_answer_phase(a)),
	             s->phase),
	          "%s", s->name);
	cr_expect(eq(str,
	             (char *)mailguard_answer_login_name(
			     mailguard_answer_login(a)),
	             s->login),
	          "%s", s->name);
	cr_expect(eq(str, codes, s->findings), "%s", s->name);
}

Test(sessions, every_fault_has_its_own_reason_phase_and_findings)
{
	size_t count, i;
	session *all = sessions_read(&count);

	for (i = 0; i < count; i++) {
		mailguard_answer *a = read_one(&all[i]);

		expect_session(&all[i], a);
		mailguard_answer_free(a);
	}
	sessions_free(all, count);
}

Test(sessions, an_answer_always_says_something_and_what_to_do)
{
	size_t count, i;
	session *all = sessions_read(&count);

	for (i = 0; i < count; i++) {
		mailguard_answer *a = read_one(&all[i]);
		bool fine = mailguard_answer_ok(a);

		cr_expect(ne(sz, strlen(mailguard_answer_message(a)), 0), "%s",
		          all[i].name);
		cr_expect(eq(int, mailguard_answer_action(a)[0] != '\0', !fine),
		          "%s", all[i].name);
		mailguard_answer_free(a);
	}
	sessions_free(all, count);
}

/* A case with the server and the account that the evidence names. */
static mailguard_case *case_for(const mailguard_evidence *e)
{
	mailguard_link link = MAILGUARD_LINK_INIT;
	mailguard_case *c;

	ok(mailguard_case_new(&c, mg, NULL));
	link.account = e->account ? e->account : "a1";
	link.server_in = e->server;
	ok(mailguard_case_add(c, &link, NULL));
	return c;
}

Test(sessions, evidence_is_taken_by_a_case_as_it_is)
{
	size_t count, i;
	session *all = sessions_read(&count);

	for (i = 0; i < count; i++) {
		mailguard_answer *a = read_one(&all[i]);
		mailguard_evidence e = *mailguard_answer_evidence(a);
		mailguard_case *c = case_for(&e);
		mailguard_error err = { 0 };

		if (e.test == MAILGUARD_TEST_WEB)
			e.account = "a1";
		cr_expect(eq(int, mailguard_case_observe(c, &e, &err),
		             MAILGUARD_OK),
		          "%s: %s", all[i].name, err.message);
		mailguard_case_free(c);
		mailguard_answer_free(a);
	}
	sessions_free(all, count);
}

/* All of them, by bars. */
static void offered(char *out,
                    size_t room,
                    const mailguard_answer *a,
                    const char *(*at)(const mailguard_answer *, size_t))
{
	const char *word;
	size_t i;

	out[0] = '\0';
	for (i = 0; (word = at(a, i)) != NULL; i++)
		snprintf(out + strlen(out), room - strlen(out), "%s%s",
		         i ? "|" : "", word);
}

Test(sessions, what_was_offered_before_starttls_stands_apart)
{
	static const struct {
		const char *name;
		char *last, *clear;
	} rows[] = {
		{ "submission-good", "SIZE 10485760|AUTH PLAIN LOGIN|8BITMIME",
		  "SIZE 10485760|STARTTLS|8BITMIME" },
		/* TLS from the beginning, and none at all. */
		{ "imap-good", "IMAP4rev1|IDLE|QUOTA|UIDPLUS", "" },
		{ "submission-starttls-454", "SIZE 10485760|STARTTLS|8BITMIME",
		  "" },
	};
	size_t count, i;
	session *all = sessions_read(&count);

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_answer *a =
			read_one(session_named(all, count, rows[i].name));
		char list[300];

		offered(list, sizeof(list), a, mailguard_answer_capability);
		cr_expect(eq(str, list, rows[i].last), "%s", rows[i].name);
		offered(list, sizeof(list), a,
		        mailguard_answer_capability_in_clear);
		cr_expect(eq(str, list, rows[i].clear), "%s", rows[i].name);
		mailguard_answer_free(a);
	}
	sessions_free(all, count);
}
