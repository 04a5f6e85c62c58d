/* What properties of Outlook's items promise: all of them, by their names. */
#include <mailguard/store.h>

#include <stdio.h>
#include <string.h>

#include "store/pst_make.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static char path[512];

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	snprintf(path, sizeof(path), "%s/a.pst", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	(void)remove(path);
	temp_end();
}

TestSuite(store_properties, .init = setup, .fini = teardown, .timeout = 120);

/* What was seen of the properties of one item, or of all. */
typedef struct seen {
	int subjects, times, numbers, named, lids, rcpts, files, texts;
} seen;

static void look(seen *s, const mailguard_property *one)
{
	bool item = one->of == MAILGUARD_PROPERTY_OF_ITEM;
	char text[64] = "";

	if (one->kind == MAILGUARD_PROPERTY_TEXT)
		snprintf(text, sizeof(text), "%.*s", (int)one->bytes.len,
		         (const char *)one->bytes.data);
	s->subjects += item && one->tag >> 16 == 0x0037 && text[0];
	s->times += item && one->tag == 0x00390040 &&
	            one->kind == MAILGUARD_PROPERTY_TIME && one->number > 0;
	s->numbers += item && one->tag == 0x0e070003 && one->number & 1;
	if (one->set && strcmp(one->set, "{00062008-0000-0000-c000-"
	                                 "000000000046}") == 0)
		s->lids += one->lid == 0x8503 && !one->name;
	if (one->name && strcmp(one->name, "libmailguard") == 0)
		s->named += strcmp(text, "of a name") == 0;
	s->rcpts += one->of == MAILGUARD_PROPERTY_OF_RECIPIENT && one->which &&
	            one->tag >> 16 == 0x3003 && text[0];
	s->files += one->of == MAILGUARD_PROPERTY_OF_ATTACHMENT &&
	            one->tag == 0x37010102 && one->bytes.len;
	s->texts += one->kind == MAILGUARD_PROPERTY_TEXT;
}

static mailguard_status look_all(seen *s, mailguard *own)
{
	mailguard_store *store = NULL;
	mailguard_walk *walk = NULL;
	mailguard_buffer *json = NULL;
	const mailguard_item *item;
	mailguard_status st;

	memset(s, 0, sizeof(*s));
	st = mailguard_store_open(&store, own, path, NULL);
	if (st >= 0)
		st = mailguard_buffer_new(&json, own, NULL);
	if (st >= 0)
		st = mailguard_store_walk(&walk, store, NULL, NULL);
	while (st >= 0 &&
	       (st = mailguard_walk_next(&item, walk, NULL)) == MAILGUARD_OK) {
		const mailguard_property *one;
		mailguard_properties *p;

		st = mailguard_walk_properties(&p, walk, NULL);
		while (st >= 0 && (st = mailguard_properties_next(
					   &one, p, NULL)) == MAILGUARD_OK) {
			look(s, one);
			mailguard_buffer_clear(json);
			st = mailguard_properties_json(json, one, NULL);
		}
		mailguard_properties_free(p);
	}
	mailguard_walk_free(walk);
	mailguard_buffer_free(json);
	mailguard_store_free(store);
	return st < 0 ? st : MAILGUARD_OK;
}

Test(store_properties, all_of_them_come_typed_and_by_name)
{
	static const int variants[] = { PST_ANSI, PST_UNICODE, PST_WIDE };
	size_t i;

	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		pst_plan plan = { .variant = variants[i],
			          .messages = 6,
			          .body = 500,
			          .attach = 9000 };
		seen s;

		cr_assert(zero(int, pst_make(path, &plan)));
		ok(look_all(&s, mg));
		cr_expect(eq(int, s.subjects, 6));
		cr_expect(eq(int, s.times, 6));
		cr_expect(eq(int, s.numbers, 6));
		cr_expect(eq(int, s.lids, 6));
		cr_expect(eq(int, s.named, 6));
		cr_expect(ge(int, s.rcpts, 6));
		cr_expect(eq(int, s.files, (int)pst_made_attachments(&plan)));
		(void)remove(path);
	}
}

Test(store_properties, they_outlive_the_walk)
{
	pst_plan plan = { .variant = PST_UNICODE, .messages = 1, .body = 100 };
	const mailguard_property *one;
	const mailguard_item *item;
	mailguard_properties *p;
	mailguard_store *store;
	mailguard_walk *walk;
	int n = 0;

	cr_assert(zero(int, pst_make(path, &plan)));
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	mailguard_store_free(store);
	cr_expect(eq(int, mailguard_walk_properties(&p, walk, NULL),
	             MAILGUARD_EINVAL));
	ok(mailguard_walk_next(&item, walk, NULL));
	ok(mailguard_walk_properties(&p, walk, NULL));
	mailguard_walk_free(walk);
	while (mailguard_properties_next(&one, p, NULL) == MAILGUARD_OK)
		n++;
	mailguard_properties_free(p);
	cr_expect(gt(int, n, 20));
}

Test(store_properties, other_mail_has_none)
{
	static const char text[] =
		"From a@example.org Thu Jan  1 00:00:00 2026\nA: b\n\nhi\n";
	const char *box = temp_write("box", text, sizeof(text) - 1);
	const mailguard_item *item;
	mailguard_properties *p;
	mailguard_store *store;
	mailguard_walk *walk;
	mailguard_error err;

	ok(mailguard_store_open(&store, mg, box, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	ok(mailguard_walk_next(&item, walk, NULL));
	cr_expect(eq(int, mailguard_walk_properties(&p, walk, &err),
	             MAILGUARD_EUNSUPPORTED));
	cr_expect(eq(str, err.code, "properties.none"));
	cr_expect(eq(ptr, p, NULL));
	mailguard_walk_free(walk);
	mailguard_store_free(store);
}

Test(store_properties, every_allocation_may_fail)
{
	pst_plan plan = { .variant = PST_UNICODE,
		          .messages = 2,
		          .body = 100,
		          .attach = 500 };
	mailguard_status st;
	int n = 1, well = 0;

	cr_assert(zero(int, pst_make(path, &plan)));
	do {
		mailguard *tight;
		seen s;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = look_all(&s, tight);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "%d", n);
		well = st == MAILGUARD_OK ? well + 1 : 0;
	} while (well < 20 && n < 100000);
	cr_expect(eq(int, well, 20));
}
