/* What store/walk.c promises: bytes of an item without a look into them. */
#include <mailguard/store.h>

#include <string.h>

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

TestSuite(store_walk, .init = setup, .fini = teardown, .timeout = 60);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"

static mailguard_walk *walk_of(const char *text)
{
	mailguard_store *store;
	mailguard_walk *walk;

	ok(mailguard_store_open(&store, mg,
	                        temp_write("box", text, strlen(text)), NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	mailguard_store_free(store);
	return walk;
}

Test(store_walk, the_bytes_of_an_item_outlive_the_walk)
{
	mailguard_walk *walk = walk_of(FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n");
	mailguard_source *first, *second;
	const mailguard_item *item;
	mailguard_stream *stream;
	mailguard_span s;

	ok(mailguard_walk_next(&item, walk, NULL));
	ok(mailguard_walk_source(&first, walk, NULL));
	ok(mailguard_walk_next(&item, walk, NULL));
	ok(mailguard_walk_source(&second, walk, NULL));
	mailguard_walk_free(walk);

	ok(mailguard_source_open(&stream, first, NULL));
	ok(mailguard_stream_next(&s, stream, NULL));
	cr_expect(eq(sz, s.len, strlen("A: 1\n\nx\n")));
	cr_expect(eq(int, memcmp(s.data, "A: 1\n\nx\n", s.len), 0));
	mailguard_stream_free(stream);
	mailguard_source_free(first);
	mailguard_source_free(second);
}

Test(store_walk, before_the_first_step_there_is_no_item)
{
	mailguard_walk *walk = walk_of(FROM "A: 1\n\nx\n");
	mailguard_source *src;
	mailguard_error err;

	cr_expect(eq(int, mailguard_walk_source(&src, walk, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, src == NULL, 1));
	cr_expect(eq(str, err.code, (char *)"argument.missing"));
	mailguard_walk_free(walk);
}

Test(store_walk, what_an_item_is_has_a_word_and_what_is_newer_is_unknown)
{
	cr_expect(eq(str, (char *)mailguard_walk_kind_name(MAILGUARD_ITEM_MAIL),
	             "mail"));
	cr_expect(eq(str, (char *)mailguard_walk_kind_name(MAILGUARD_ITEM_LIST),
	             "list"));
	cr_expect(eq(str, (char *)mailguard_walk_kind_name(99), "unknown"));
	cr_expect(eq(str, (char *)mailguard_walk_kind_name(0), "unknown"));
	cr_expect(eq(str,
	             (char *)mailguard_walk_state_name(MAILGUARD_ITEM_DAMAGED),
	             "damaged"));
	cr_expect(eq(str, (char *)mailguard_walk_state_name(-1), "unknown"));
	cr_expect(eq(str,
	             (char *)mailguard_walk_how_name(MAILGUARD_ITEM_SCAVENGED),
	             "scavenged"));
	cr_expect(eq(str, (char *)mailguard_walk_how_name(3), "unknown"));
}
