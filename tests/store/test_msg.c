/* What an item in a .msg promises: all that is in it, from a file that may be
 * anything. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "store/msg/cfb.h"
#include "store/msg/cfb_write.h"
#include "support/corpora.h"
#include "support/fail_alloc.h"
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

TestSuite(store_msg, .init = setup, .fini = teardown, .timeout = 120);

/* -- a .msg made here ------------------------------------------------------ */

/* Properties of a storage, the header's zeros before them. */
typedef struct list {
	unsigned char at[1024];
	size_t len;
} list;

static void put(list *l, uint64_t n, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		l->at[l->len++] = (unsigned char)(n >> (8 * i));
}

static void prop(list *l, uint32_t tag, uint64_t value)
{
	put(l, tag, 4);
	put(l, 6, 4);
	put(l, value, 8);
}

typedef struct maker {
	mgi_cfb_out *out;
	list lists[4];
	mailguard_span spans[64];
	char names[64][32];
	size_t n;
} maker;

static uint32_t add(maker *m,
                    uint32_t in,
                    const char *name,
                    const void *bytes,
                    size_t len)
{
	mailguard_span *s = &m->spans[m->n];
	char *own = m->names[m->n++];

	snprintf(own, 32, "%s", name);
	*s = mgi_span(bytes, len);
	return mgi_cfb_out_add(m->out, in, own, bytes ? s : NULL);
}

static void text(maker *m, uint32_t in, list *l, uint32_t tag, const char *s)
{
	char name[32];

	snprintf(name, sizeof(name), "__substg1.0_%08X", (unsigned)tag);
	prop(l, tag, strlen(s) + 1);
	(void)add(m, in, name, s, strlen(s));
}

static char big[70000];

/* A mail with a recipient, a large attachment, one that is a mail, and OLE. */
static void mail_fill(maker *m)
{
	uint32_t rcpt, file, mail, inner, ole, pages;
	size_t i;

	for (i = 0; i < sizeof(big); i++)
		big[i] = (char)("0123456789abcde"[i % 15]);
	for (i = 0; i < 4; i++)
		m->lists[i].len = i == 0 ? 32 : i == 3 ? 24 : 8;
	text(m, 0, &m->lists[0], 0x0037001e, "from a file of its own");
	text(m, 0, &m->lists[0], 0x1000001e, "text\r\n");
	text(m, 0, &m->lists[0], 0x5d02001e, "ann@example.org");
	prop(&m->lists[0], 0x0e070003, 1);
	rcpt = add(m, 0, "__recip_version1.0_#00000000", NULL, 0);
	prop(&m->lists[1], 0x0c150003, 1);
	text(m, rcpt, &m->lists[1], 0x39fe001e, "bob@example.org");
	(void)add(m, rcpt, "__properties_version1.0", m->lists[1].at,
	          m->lists[1].len);
	file = add(m, 0, "__attach_version1.0_#00000000", NULL, 0);
	(void)add(m, file, "__substg1.0_37010102", big, sizeof(big));
	(void)add(m, file, "__substg1.0_3707001E", "big.bin", 7);
	(void)add(m, file, "__properties_version1.0", m->lists[2].at,
	          m->lists[2].len);
	mail = add(m, 0, "__attach_version1.0_#00000001", NULL, 0);
	prop(&m->lists[2], 0x37050003, 5);
	(void)add(m, mail, "__properties_version1.0", m->lists[2].at,
	          m->lists[2].len);
	inner = add(m, mail, "__substg1.0_3701000D", NULL, 0);
	text(m, inner, &m->lists[3], 0x0037001e, "inside");
	(void)add(m, inner, "__properties_version1.0", m->lists[3].at,
	          m->lists[3].len);
	ole = add(m, 0, "__attach_version1.0_#00000002", NULL, 0);
	(void)add(m, ole, "__substg1.0_3707001E", "sheet.ole", 9);
	(void)add(m, ole, "__properties_version1.0", m->lists[2].at, 8);
	pages = add(m, ole, "__substg1.0_3701000D", NULL, 0);
	(void)add(m, pages, "Workbook", big, 5000);
	(void)add(m, add(m, pages, "Sub", NULL, 0), "Small", "small", 5);
	(void)add(m, 0, "__properties_version1.0", m->lists[0].at,
	          m->lists[0].len);
}

static const char *mail_write(const char *name)
{
	static maker m;
	mailguard_buffer file;
	const char *path;

	memset(&m, 0, sizeof(m));
	ok(mgi_cfb_out_new(&m.out, mg, NULL));
	mail_fill(&m);
	mgi_buf_init(&file, mg);
	ok(mgi_cfb_out_write(&file, m.out, NULL));
	path = temp_write(name, file.at, file.len);
	mgi_buf_done(&file);
	mgi_cfb_out_free(m.out);
	return path;
}

static mailguard_message *only(mailguard_store *s, mailguard_walk **w)
{
	const mailguard_item *item;
	mailguard_message *msg;

	ok(mailguard_store_walk(w, s, NULL, NULL));
	ok(mailguard_walk_next(&item, *w, NULL));
	cr_expect(eq(u32, item->flags, MAILGUARD_FLAG_SEEN));
	ok(mailguard_walk_message(&msg, *w, NULL));
	return msg;
}

/* An OLE object is a whole compound file with what the storage held. */
static void ole_expect(mailguard_message *msg, const mailguard_part *part)
{
	mailguard_source *src;
	mailguard_stream *in;
	mailguard_buffer all;
	mailguard_span s;
	mgi_file *file;
	mgi_cfb *c;

	mgi_buf_init(&all, mg);
	ok(mailguard_message_part_source(&src, msg, part->number, NULL));
	ok(mailguard_source_open(&in, src, NULL));
	while (mailguard_stream_next(&s, in, NULL) == MAILGUARD_OK)
		mgi_buf_add(&all, s.data, s.len);
	mailguard_stream_free(in);
	mailguard_source_free(src);
	ok(mgi_file_open(&file, mg, temp_write("ole", all.at, all.len), NULL));
	ok(mgi_cfb_open(&c, file, NULL));
	cr_expect(ne(u32, mgi_cfb_find(c, 0, "workbook"), MGI_CFB_NONE));
	cr_expect(ne(u32, mgi_cfb_find(c, mgi_cfb_find(c, 0, "Sub"), "Small"),
	             MGI_CFB_NONE));
	mgi_cfb_free(c);
	mgi_file_close(file);
	mgi_buf_done(&all);
}

Test(store_msg, a_mail_is_read_with_all_that_is_attached)
{
	const char *path = mail_write("a.msg");
	mailguard_store *s;
	mailguard_message *msg;
	mailguard_walk *w;

	ok(mailguard_store_open(&s, mg, path, NULL));
	cr_expect(eq(str, (char *)mailguard_store_format(s), "msg"));
	msg = only(s, &w);
	cr_expect(eq(str, (char *)mailguard_message_subject(msg),
	             "from a file of its own"));
	cr_expect(
		eq(str, (char *)mailguard_message_to(msg), "bob@example.org"));
	cr_expect(eq(str, (char *)mailguard_message_attachment(msg, 0)->name,
	             "big.bin"));
	cr_expect(eq(u64, mailguard_message_attachment(msg, 0)->size,
	             sizeof(big)));
	cr_expect(eq(str, (char *)mailguard_message_attachment(msg, 1)->type,
	             "message/rfc822"));
	ole_expect(msg, mailguard_message_attachment(msg, 2));
	mailguard_message_free(msg);
	mailguard_walk_free(w);
	mailguard_store_free(s);
}

/* -- checked --------------------------------------------------------------- */

static mailguard_soundness check(const char *path, uint64_t *messages)
{
	mailguard_soundness verdict = MAILGUARD_SOUNDNESS_UNREADABLE;
	const mailguard_finding *f;
	mailguard_check *c;
	mailguard_store *s;

	*messages = 0;
	if (mailguard_store_open(&s, mg, path, NULL) < 0)
		return verdict;
	if (mailguard_store_check(&c, s, NULL, NULL) == MAILGUARD_OK) {
		while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
			;
		verdict = mailguard_check_result(c)->verdict;
		*messages = mailguard_check_result(c)->messages;
		mailguard_check_free(c);
	}
	mailguard_store_free(s);
	return verdict;
}

Test(store_msg, one_cut_anywhere_is_never_called_sound)
{
	const char *path = mail_write("a.msg");
	FILE *f = fopen(path, "rb");
	static char all[300000];
	size_t n = fread(all, 1, sizeof(all), f), cut;
	uint64_t messages;

	fclose(f);
	cr_assert(gt(sz, n, sizeof(big)));
	cr_expect(eq(int, check(path, &messages), MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(u64, messages, 1));
	for (cut = 512; cut < n - 512; cut += 1000)
		cr_expect(ne(int,
		             check(temp_write("cut.msg", all, cut), &messages),
		             MAILGUARD_SOUNDNESS_SOUND),
		          "cut at %zu", cut);
}

Test(store_msg, a_folder_of_them_is_a_store_and_one_bad_file_not_its_end)
{
	const char *path = mail_write("box/a.msg");
	char folder[512];
	const mailguard_item *item;
	mailguard_store *s;
	mailguard_walk *w;
	int good = 0, bad = 0;
	mailguard_status st;

	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(strrchr(path, '/') - path), path);
	(void)temp_write("box/b.msg", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	(void)mail_write("box/c.msg");
	ok(mailguard_store_open(&s, mg, folder, NULL));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	while ((st = mailguard_walk_next(&item, w, NULL)) !=
	       MAILGUARD_ITEROVER) {
		good += st == MAILGUARD_OK;
		bad += st == MAILGUARD_EIO;
	}
	cr_expect(eq(int, good, 2));
	cr_expect(eq(int, bad, 1));
	mailguard_walk_free(w);
	mailguard_store_free(s);
}

Test(store_msg, every_failing_allocation_is_survived)
{
	const char *path = mail_write("a.msg");
	int n, refused = 0;

	for (n = 0; n < 200; n++) {
		const mailguard_item *item;
		mailguard_store *s = NULL;
		mailguard_walk *w = NULL;
		mailguard_message *msg = NULL;
		mailguard *own;

		if (mailguard_new(&own, fail_alloc_at(n), NULL) < 0)
			continue;
		if (mailguard_store_open(&s, own, path, NULL) >= 0 &&
		    mailguard_store_walk(&w, s, NULL, NULL) >= 0 &&
		    mailguard_walk_next(&item, w, NULL) >= 0 &&
		    mailguard_walk_message(&msg, w, NULL) >= 0)
			cr_expect(mailguard_message_attachment(msg, 2) != NULL,
			          "allocation %d", n);
		else
			refused++;
		mailguard_message_free(msg);
		mailguard_walk_free(w);
		mailguard_store_free(s);
		mailguard_free(own);
		cr_assert(eq(int, fail_alloc_live(), 0), "allocation %d", n);
	}
	cr_expect(refused > 20 && refused < 200, "%d", refused);
}
