/*
 * What every kind of mail file promises when it is damaged: nothing crashes or
 * hangs, a changed count of messages never goes unsaid, and the sums add up.
 */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arc.h"
#include "store/mutant.h"
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

TestSuite(store_mutant_files, .init = setup, .fini = teardown, .timeout = 300);

enum { MUTANTS = 120, SIZE_MAX_HERE = 65536, MAILS_MAX = 16 };

/* What the fuzzers begin with does for this, too. */
static const struct {
	const char *seed, *name;
	uint64_t messages;
} kinds[] = {
	{ "dbx/mail", "Inbox.dbx", 3 },
	{ "msg/mail", "mail.msg", 1 },
	{ "olm/packed", "mail.olm", 2 },
	{ "olm/stored", "mail.olm", 2 },
	{ "bmf/two", "mail.bmf", 2 },
	{ "archive/all.zip", "mail.zip", 4 },
	{ "archive/two.tar", "mail.tar", 2 },
};

typedef struct seen {
	mailguard_soundness verdict;
	uint64_t messages;
	char mail[MAILS_MAX][MAILGUARD_DIGEST_SIZE];
	size_t mails;
} seen;

static void digests_get(seen *s, mailguard_store *store)
{
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_status st;
	mailguard_walk *w;

	ok(mailguard_store_walk(&w, store, NULL, NULL));
	while ((st = mailguard_walk_next(&item, w, NULL)) == MAILGUARD_OK ||
	       st == MAILGUARD_EIO) {
		if (st == MAILGUARD_EIO || s->mails == MAILS_MAX)
			continue;
		ok(mailguard_walk_message(&msg, w, NULL));
		ok(mailguard_message_digest(s->mail[s->mails++], msg, NULL));
		mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
}

/* false: it is no store any more, which is said. */
static bool look(seen *s, const char *name, const void *bytes, size_t size)
{
	const char *path = temp_write(name, bytes, size);
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *c;

	memset(s, 0, sizeof(*s));
	if (mailguard_store_open(&store, mg, path, NULL) < 0)
		return false;
	ok(mailguard_store_check(&c, store, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	sum = mailguard_check_result(c);
	s->verdict = sum->verdict;
	s->messages = sum->messages;
	cr_expect(
		eq(u64, sum->intact + sum->damaged + sum->lost, sum->messages));
	mailguard_check_free(c);
	digests_get(s, store);
	mailguard_store_free(store);
	return true;
}

static size_t same(const seen *now, const seen *whole)
{
	bool taken[MAILS_MAX] = { false };
	size_t i, k, out = 0;

	for (i = 0; i < whole->mails; i++)
		for (k = 0; k < now->mails; k++)
			if (!taken[k] &&
			    strcmp(now->mail[k], whole->mail[i]) == 0) {
				taken[k] = true;
				out++;
				break;
			}
	return out;
}

static size_t seed_read(unsigned char *to, const char *name)
{
	char path[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s",
	         MAILGUARD_SOURCE_DIR, name);
	f = fopen(path, "rb");
	if (!f)
		cr_fatal("%s is not there", path);
	n = fread(to, 1, SIZE_MAX_HERE, f);
	fclose(f);
	return n;
}

static void campaign(size_t kind)
{
	static unsigned char data[SIZE_MAX_HERE], room[SIZE_MAX_HERE];
	size_t size = seed_read(data, kinds[kind].seed), kept = 0, of = 0;
	seen whole, now;
	unsigned i;

	cr_assert(look(&whole, kinds[kind].name, data, size));
	cr_expect(eq(u64, whole.messages, kinds[kind].messages), "%s",
	          kinds[kind].seed);
	for (i = 0; i < MUTANTS; i++) {
		unsigned how = i < 4 ? i : 4 + i % (MUTANT_KINDS - 4);
		mutant m = mutant_make(room, data, size, how, i);

		if (m.size == size && memcmp(room, data, size) == 0)
			continue;
		of += whole.mails;
		if (!look(&now, kinds[kind].name, room, m.size))
			continue;
		kept += same(&now, &whole);
		cr_expect(now.messages == whole.messages ||
		                  now.verdict != MAILGUARD_SOUNDNESS_SOUND,
		          "%s: seed %u, %s: %d messages, and none said",
		          kinds[kind].seed, i, mutant_name(how),
		          (int)now.messages);
	}
	cr_log_info("%s: %zu of %zu messages as they were", kinds[kind].seed,
	            kept, of);
}

Test(store_mutant_files, a_changed_count_is_never_silent)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (mgi_arc_present() ||
		    strncmp(kinds[i].seed, "archive/", 8) != 0)
			campaign(i);
}
