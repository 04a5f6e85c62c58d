/*
 * What check promises of damaged files: no damage that structure shows goes
 * unsaid, no message that is whole is missed.
 */
#include <mailguard/store.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/mutant.h"
#include "support/corpora.h"
#include "support/make_store.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_mutants, .init = setup, .fini = teardown, .timeout = 300);
TestSuite(store_mutants_corpora,
          .init = setup,
          .fini = teardown,
          .timeout = 600);

/* -- what is seen of a file ------------------------------------------------ */

enum { SEEN_MAX = 20000, MAILS_MAX = 1000 };

typedef struct seen {
	struct {
		char code[40];
		uint64_t offset;
	} found[SEEN_MAX];
	size_t count;
	mailguard_soundness verdict;
	uint64_t messages;
	struct {
		uint64_t begin, end; /* with its From_ line and blank line */
		char digest[MAILGUARD_DIGEST_SIZE];
	} mail[MAILS_MAX];
	size_t mails;
} seen;

static void check(seen *s, mailguard_store *store)
{
	const mailguard_finding *f;
	mailguard_check *c;

	s->count = 0;
	ok(mailguard_store_check(&c, store, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		if (s->count < SEEN_MAX &&
		    strcmp(f->code, "store.place") != 0) {
			snprintf(s->found[s->count].code,
			         sizeof(s->found[0].code), "%s", f->code);
			s->found[s->count++].offset = f->offset;
		}
	s->messages = mailguard_check_result(c)->messages;
	s->verdict = mailguard_check_result(c)->verdict;
	mailguard_check_free(c);
}

static void walk(seen *s, mailguard_store *store, size_t size)
{
	const mailguard_item *item;
	mailguard_walk *w;
	uint64_t end = 0;

	s->mails = 0;
	ok(mailguard_store_walk(&w, store, NULL, NULL));
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK &&
	       s->mails < MAILS_MAX) {
		mailguard_message *msg;

		ok(mailguard_walk_message(&msg, w, NULL));
		ok(mailguard_message_digest(s->mail[s->mails].digest, msg,
		                            NULL));
		s->mail[s->mails].begin = end;
		end = item->offset + item->size + 1;
		s->mail[s->mails++].end = end;
		mailguard_message_free(msg);
	}
	if (s->mails)
		s->mail[s->mails - 1].end = size;
	mailguard_walk_free(w);
}

/* false: it is no store any more. */
static bool look(seen *s,
                 const char *name,
                 const unsigned char *bytes,
                 size_t size)
{
	const char *path = temp_write(name, bytes, size);
	mailguard_store *store;

	if (mailguard_store_open(&store, mg, path, NULL) < 0)
		return false;
	check(s, store);
	walk(s, store, size);
	mailguard_store_free(store);
	return true;
}

static bool has(const seen *s, const char *code, uint64_t offset)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->found[i].offset == offset &&
		    strcmp(s->found[i].code, code) == 0)
			return true;
	return false;
}

/* Is anything said that is not said of the whole file? */
static bool says_more(const seen *now, const seen *whole)
{
	size_t i;

	for (i = 0; i < now->count; i++)
		if (!has(whole, now->found[i].code, now->found[i].offset))
			return true;
	return false;
}

/* Messages of the whole file that no damage touched, and are not there. */
static size_t missed(const seen *now, const seen *whole, const mutant *m)
{
	size_t i, k, out = 0;

	for (i = 0; i < whole->mails; i++) {
		bool hit = false;

		for (k = 0; k < m->touches; k++)
			hit |= m->touched[k].at < whole->mail[i].end &&
			       m->touched[k].at + m->touched[k].len >
			               whole->mail[i].begin;
		for (k = 0; !hit && k < now->mails; k++)
			if (strcmp(now->mail[k].digest,
			           whole->mail[i].digest) == 0)
				break;
		out += !hit && k == now->mails;
	}
	return out;
}

/* -- the campaign ---------------------------------------------------------- */

typedef struct tally {
	const char *name; /* of the file */
	int made, said, silent_count, missed;
	int by_kind[MUTANT_KINDS], said_by_kind[MUTANT_KINDS];
} tally;

static void campaign(tally *t,
                     const unsigned char *data,
                     size_t size,
                     unsigned seeds)
{
	seen *whole = calloc(1, sizeof(*whole)), *now = calloc(1, sizeof(*now));
	unsigned char *room = malloc(size);
	unsigned i;

	if (!whole || !now || !room)
		cr_fatal("no memory");
	cr_assert(look(whole, t->name, data, size));
	for (i = 0; i < seeds; i++) {
		/* Four cuts, then the others in turn. */
		unsigned kind = i < 4 ? i : 4 + i % (MUTANT_KINDS - 4);
		mutant m = mutant_make(room, data, size, kind, i);
		bool said;

		if (m.size == size && memcmp(room, data, size) == 0)
			continue;
		said = !look(now, t->name, room, m.size) ||
		       says_more(now, whole);
		t->made++;
		t->by_kind[kind]++;
		t->said += said;
		t->said_by_kind[kind] += said;
		if (!said && now->messages != whole->messages) {
			t->silent_count++;
			cr_log_info("seed %u %s: %d not %d messages, silent", i,
			            mutant_name(kind), (int)now->messages,
			            (int)whole->messages);
		}
		if (missed(now, whole, &m)) {
			t->missed++;
			cr_log_info("seed %u %s: %zu whole ones missed", i,
			            mutant_name(kind), missed(now, whole, &m));
		}
		if (!said)
			cr_log_info("seed %u %s: silent, at %zu", i,
			            mutant_name(kind), m.touched[0].at);
	}
	free(whole);
	free(now);
	free(room);
}

static void tally_tell(const char *what, const tally *t)
{
	int k;

	for (k = 0; k < MUTANT_KINDS; k++)
		cr_log_info("%s %s: %d of %d said", what,
		            mutant_name((unsigned)k), t->said_by_kind[k],
		            t->by_kind[k]);
	cr_log_info("%s: %d of %d said, %d silent counts, %d missed", what,
	            t->said, t->made, t->silent_count, t->missed);
}

/* An mbox of `count` small messages; its size. */
static size_t mbox_make(unsigned char **out, unsigned count)
{
	char *at;
	unsigned i;

	*out = malloc((size_t)count * 200000);
	if (!*out)
		cr_fatal("no memory");
	at = (char *)*out;
	for (i = 0; i < count; i++) {
		at += sprintf(at,
		              "From user%u@example.net Tue Jan %2u %02u:00:00 "
		              "2026\n",
		              i, 1 + i % 28, i % 24);
		at += make_message(at, i, 1);
		*at++ = '\n';
	}
	return (size_t)(at - (char *)*out);
}

Test(store_mutants, of_an_mbox_are_told_and_whole_messages_are_found)
{
	tally t = { .name = "m" };
	unsigned char *data;
	size_t size = mbox_make(&data, 60);

	campaign(&t, data, size, 100);
	tally_tell("mbox", &t);
	cr_expect(zero(int, t.silent_count));
	cr_expect(zero(int, t.missed));
	cr_expect(le(int, t.made * 94, t.said * 100));
	free(data);
}

/* A mail alone: one that is no mail any more is refused, not called empty. */
Test(store_mutants, of_one_mail_a_file_are_one_mail_or_told)
{
	tally t = { .name = "m.eml" };
	char *text = malloc(MAKE_MAX);
	unsigned i;

	for (i = 0; i < 30; i++) {
		size_t size = make_message(text, i, 1);

		campaign(&t, (unsigned char *)text, size, 24);
	}
	tally_tell("eml", &t);
	cr_expect(lt(int, 600, t.made));
	cr_expect(zero(int, t.silent_count));
	cr_expect(zero(int, t.missed));
	free(text);
}

/* -- the corpora ----------------------------------------------------------- */

/* Rows of manifest.tsv, one after the other: the path, kind and count. */
static bool row_next(char **cells, char *line, size_t size, FILE *f)
{
	int i;

	while (fgets(line, (int)size, f)) {
		cells[0] = line;
		for (i = 1; i < 10; i++) {
			cells[i] = strchr(cells[i - 1], '\t');
			if (!cells[i])
				break;
			*cells[i]++ = '\0';
		}
		if (i == 10)
			return true;
	}
	return false;
}

/* All of a file; NULL if it is not there. */
static unsigned char *slurp(size_t *size, const char *path)
{
	FILE *f = fopen(path, "rb");
	unsigned char *out;

	if (!f)
		return NULL;
	(void)fseek(f, 0, SEEK_END);
	*size = (size_t)ftell(f);
	rewind(f);
	out = malloc(*size + 1);
	if (out && fread(out, 1, *size, f) != *size)
		*size = 0;
	fclose(f);
	return out;
}

Test(store_mutants_corpora, of_real_mboxes_are_told)
{
	char path[4096], line[8192], *cells[10];
	tally t = { .name = "m" };
	FILE *f;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	snprintf(path, sizeof(path), "%s/stores/manifest.tsv", corpora());
	f = fopen(path, "rb");
	cr_assert(f != NULL);
	while (row_next(cells, line, sizeof(line), f)) {
		unsigned char *data;
		size_t size = 0;

		if (strcmp(cells[1], "mbox") != 0 || strlen(cells[9]) < 1 ||
		    strcmp(cells[9], "0") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/stores/%s", corpora(),
		         cells[0]);
		data = slurp(&size, path);
		if (data && size > 20000)
			cr_log_info("%s", cells[0]);
		if (data && size > 20000)
			campaign(&t, data, size, 100);
		free(data);
	}
	fclose(f);
	tally_tell("corpora", &t);
	cr_expect(lt(int, 100, t.made));
	cr_expect(zero(int, t.silent_count));
	cr_expect(le(int, t.made * 94, t.said * 100));
}

Test(store_mutants_corpora, of_real_mails_are_told)
{
	char path[4096], line[8192], *cells[10];
	tally t = { .name = "m.eml" };
	FILE *f;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	snprintf(path, sizeof(path), "%s/stores/manifest.tsv", corpora());
	f = fopen(path, "rb");
	cr_assert(f != NULL);
	while (row_next(cells, line, sizeof(line), f)) {
		unsigned char *data;
		size_t size = 0;

		if (strcmp(cells[1], "eml") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/stores/%s", corpora(),
		         cells[0]);
		data = slurp(&size, path);
		if (data && size > 4000 && size < 100000)
			campaign(&t, data, size, 12);
		free(data);
	}
	fclose(f);
	tally_tell("real mails", &t);
	cr_expect(lt(int, 1000, t.made));
	cr_expect(zero(int, t.silent_count));
	cr_expect(zero(int, t.missed));
}

/* A finding of loss in what no damage befell is a lie. */
Test(store_mutants_corpora, hardly_any_healthy_file_is_called_damaged)
{
	char path[4096], line[8192], *cells[10];
	int files = 0, losses = 0;
	FILE *f;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	snprintf(path, sizeof(path), "%s/stores/manifest.tsv", corpora());
	f = fopen(path, "rb");
	cr_assert(f != NULL);
	while (row_next(cells, line, sizeof(line), f)) {
		seen *s;
		mailguard_store *store;

		if (strcmp(cells[1], "mbox") != 0 &&
		    strcmp(cells[1], "eml") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/stores/%s", corpora(),
		         cells[0]);
		if (mailguard_store_open(&store, mg, path, NULL) < 0)
			continue;
		s = calloc(1, sizeof(*s));
		check(s, store);
		files++;
		if (s->verdict >= MAILGUARD_SOUNDNESS_DAMAGED) {
			losses++;
			cr_log_info("%s: %s %s", cells[0], s->found[0].code,
			            s->count > 1 ? s->found[1].code : "");
		}
		free(s);
		mailguard_store_free(store);
	}
	fclose(f);
	cr_log_info("%d of %d called damaged", losses, files);
	cr_expect(le(int, 700, files));
	cr_expect(le(int, losses * 100, files));
}
