/* What store/tnef.c and store/mapi/tnef*.c promise: a winmail.dat is opened,
   and a torn one is told. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/source.h"
#include "base/text.h"
#include "store/drain.h"
#include "store/mapi/tnef.h"
#include "store/tnef.h"
#include "store/tnef_make.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static const char *folder;

static void setup(void)
{
	folder = temp_begin();
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_tnef, .init = setup, .fini = teardown, .timeout = 120);

#define HEAD                                                             \
 "From: Ann <ann@example.org>\nTo: bob@example.org\n"                    \
 "Subject: Report\nMessage-ID: <1@example.org>\nX-Own: kept\n"           \
 "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" \
 "Content-Type: text/plain\n\nplain words\n\n--b\n"                      \
 "Content-Type: application/ms-tnef; name=winmail.dat\n"                 \
 "Content-Transfer-Encoding: base64\n"                                   \
 "Content-Disposition: attachment; filename=winmail.dat\n\n"
#define TAIL                       \
 "\n--b\nContent-Type: text/csv\n" \
 "Content-Disposition: attachment; filename=beside.csv\n\na,b\n--b--\n"

/* The mail around a winmail.dat; give back with mgi_buf_done(). */
static void mail_make(mailguard_buffer *out, mailguard_span tnef)
{
	mgi_buf_init(out, mg);
	mgi_buf_puts(out, HEAD);
	mgi_base64_lines(out, tnef, "\n");
	mgi_buf_puts(out, TAIL);
}

static mailguard_message *parsed(mailguard *by, mailguard_span bytes)
{
	mailguard_message *msg;
	mailguard_source *src;

	ok(mailguard_source_memory(&src, by, bytes, NULL, NULL, NULL));
	ok(mailguard_message_parse(&msg, by, src, NULL));
	mailguard_source_free(src);
	return msg;
}

/* The mail as it was meant; NULL if it has no winmail.dat. */
static mailguard_message *opened(mailguard_span tnef)
{
	mailguard_message *msg, *out = NULL;
	mailguard_source *src;
	mailguard_buffer mail;
	mailguard_status st;

	mail_make(&mail, tnef);
	msg = parsed(mg, mgi_buf_span(&mail));
	st = mailguard_tnef_source(&src, mg, msg, NULL);
	if (st == MAILGUARD_OK)
		ok(mailguard_message_parse(&out, mg, src, NULL));
	cr_expect(st >= 0);
	mailguard_source_free(src);
	mailguard_message_free(msg);
	mgi_buf_done(&mail);
	return out;
}

static void put(void *to, mailguard_span bytes)
{
	mgi_buf_add(to, bytes.data, bytes.len);
}

/* "name:type:text;" of what is attached. */
static char *attached(mailguard_message *msg)
{
	static char out[2048];
	const mailguard_part *part;
	mailguard_source *src;
	mailguard_buffer text;
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; (part = mailguard_message_attachment(msg, i)); i++) {
		mgi_buf_init(&text, mg);
		ok(mailguard_message_part_source(&src, msg, part->number,
		                                 NULL));
		ok(mgi_drain(src, put, &text, NULL));
		mailguard_source_free(src);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s:%s:%s;",
		                      part->name, part->type,
		                      part->flags & MAILGUARD_PART_MESSAGE
		                              ? "mail"
		                              : mgi_buf_text(&text));
		mgi_buf_done(&text);
	}
	return out;
}

Test(store_tnef, the_mail_as_it_was_meant)
{
	mailguard_buffer t, text;
	mailguard_message *msg;
	const mailguard_header *h;
	const mailguard_part *part;
	bool html = false;
	size_t i;

	tnef_make(&t, mg, TNEF_ALL);
	msg = opened(mgi_buf_span(&t));
	cr_assert(msg != NULL);
	cr_expect(eq(str, (char *)mailguard_message_subject(msg), "Report"));
	cr_expect(eq(str, (char *)mailguard_message_id(msg), "1@example.org"));
	h = mailguard_message_field(msg, "X-Own");
	cr_expect(h != NULL);
	mgi_buf_init(&text, mg);
	ok(mailguard_message_text(&text, msg, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&text), "plain words"));
	mgi_buf_done(&text);
	for (i = 0; (part = mailguard_message_part(msg, i)) != NULL; i++)
		html |= strcmp(part->type, "text/html") == 0;
	cr_expect(eq(int, html, true));
	cr_expect(eq(str, attached(msg),
	             "\xe5\xa0\xb1\xe5\x91\x8a.pdf:application/pdf:%PDF;"
	             "OLD.TXT:application/octet-stream:old bytes;"
	             ":message/rfc822:mail;beside.csv:text/csv:a,b;"),
	          "%s", attached(msg));
	mailguard_message_free(msg);
	mgi_buf_done(&t);
}

Test(store_tnef, the_same_mail_gives_the_same_bytes)
{
	unsigned char one[32], two[32];
	mailguard_buffer t;
	mailguard_message *a, *b;

	tnef_make(&t, mg, TNEF_ALL);
	a = opened(mgi_buf_span(&t));
	b = opened(mgi_buf_span(&t));
	ok(mailguard_message_sha256(one, a, NULL));
	ok(mailguard_message_sha256(two, b, NULL));
	cr_expect(zero(int, memcmp(one, two, sizeof(one))));
	mailguard_message_free(a);
	mailguard_message_free(b);
	mgi_buf_done(&t);
}

Test(store_tnef, a_mail_without_one_stays_as_it_is)
{
	mailguard_message *msg = opened(mgi_span("no tnef at all", 14));

	cr_expect(msg == NULL);
}

/* -- what is torn -----------------------------------------------------------
 */

Test(store_tnef, every_cut_but_between_attributes_is_told)
{
	mailguard_buffer t;
	size_t n, between = 0;

	tnef_make(&t, mg, TNEF_ALL);
	cr_expect(zero(u32, mgi_tnef_judge(mgi_buf_span(&t))));
	for (n = 0; n < t.len; n++) {
		unsigned char *own = malloc(n + 1); /* ASan looks */
		uint32_t wrong;

		memcpy(own, t.at, n);
		wrong = mgi_tnef_judge(mgi_span(own, n));
		cr_expect(n > 5 || wrong == MGI_TNEF_NONE);
		between += !wrong;
		mailguard_message_free(n > 5 ? opened(mgi_span(own, n)) : NULL);
		free(own);
	}
	cr_expect(eq(sz, between, tnef_attributes(&t)));
	mgi_buf_done(&t);
}

Test(store_tnef, every_changed_byte_is_told)
{
	mailguard_buffer t;
	size_t i;

	tnef_make(&t, mg, TNEF_ALL);
	for (i = 0; i < t.len; i++) {
		bool tells;

		if (i == 4 || i == 5) /* a key that means nothing */
			continue;
		t.at[i] ^= 0x10;
		/* Not of an attribute's id, nor of its level. */
		tells = tnef_covered(&t, i);
		cr_expect(tells <= (mgi_tnef_judge(mgi_buf_span(&t)) != 0),
		          "%u", (unsigned)i);
		mailguard_message_free(i > 5 ? opened(mgi_buf_span(&t)) : NULL);
		t.at[i] ^= 0x10;
	}
	mgi_buf_done(&t);
}

static bool check_tells(const char *path, mailguard_soundness *verdict)
{
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;
	bool told = false;

	ok(mailguard_store_open(&s, mg, path, NULL));
	ok(mailguard_store_check(&c, s, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		told |= strcmp(f->code, "message.tnef-torn") == 0;
	*verdict = mailguard_check_result(c)->verdict;
	mailguard_check_free(c);
	mailguard_store_free(s);
	return told;
}

Test(store_tnef, a_check_tells_a_torn_one)
{
	mailguard_buffer t, mail;
	mailguard_soundness verdict;

	tnef_make(&t, mg, TNEF_ALL);
	mail_make(&mail, mgi_buf_span(&t));
	cr_expect(eq(
		int, false,
		check_tells(temp_write("a.eml", mail.at, mail.len), &verdict)));
	cr_expect(eq(int, verdict, MAILGUARD_SOUNDNESS_SOUND));
	mgi_buf_done(&mail);
	mail_make(&mail, mgi_span(t.at, t.len - 7));
	cr_expect(eq(
		int, true,
		check_tells(temp_write("b.eml", mail.at, mail.len), &verdict)));
	cr_expect(eq(int, verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	mgi_buf_done(&mail);
	mgi_buf_done(&t);
}

/* -- in a store -------------------------------------------------------------
 */

Test(store_tnef, list_names_what_is_inside)
{
	mailguard_buffer t, mail, *json;
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_store *s;
	mailguard_walk *w;

	tnef_make(&t, mg, TNEF_ALL);
	mail_make(&mail, mgi_buf_span(&t));
	ok(mailguard_store_open(&s, mg, temp_write("a.eml", mail.at, mail.len),
	                        NULL));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	ok(mailguard_walk_next(&item, w, NULL));
	ok(mailguard_walk_message(&msg, w, NULL));
	ok(mailguard_buffer_new(&json, mg, NULL));
	ok(mailguard_walk_json(json, w, msg, NULL));
	cr_expect(strstr(mgi_buf_text(json),
	                 "{\"name\":\"OLD.TXT\",\"type\":"
	                 "\"application/octet-stream\",\"size\":9,"
	                 "\"inside\":\"winmail.dat\"}") != NULL,
	          "%s", mgi_buf_text(json));
	mailguard_buffer_free(json);
	mailguard_message_free(msg);
	mailguard_walk_free(w);
	mailguard_store_free(s);
	mgi_buf_done(&mail);
	mgi_buf_done(&t);
}

Test(store_tnef, salvage_keeps_the_bytes_unless_asked)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_salvage_report r;
	mailguard_buffer t, mail;
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_store *s, *copy;
	mailguard_walk *w;
	char dest[512];

	tnef_make(&t, mg, TNEF_ALL);
	mail_make(&mail, mgi_buf_span(&t));
	ok(mailguard_store_open(&s, mg, temp_write("a.eml", mail.at, mail.len),
	                        NULL));
	for (opts.open_tnef = 0; opts.open_tnef < 2; opts.open_tnef++) {
		snprintf(dest, sizeof(dest), "%s/out%u.mbox", folder,
		         (unsigned)opts.open_tnef);
		ok(mailguard_store_salvage(&r, s, dest, &opts, NULL));
		cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND));
		ok(mailguard_store_open(&copy, mg, dest, NULL));
		ok(mailguard_store_walk(&w, copy, NULL, NULL));
		ok(mailguard_walk_next(&item, w, NULL));
		ok(mailguard_walk_message(&msg, w, NULL));
		cr_expect(eq(int, opts.open_tnef == 0,
		             strstr(attached(msg), "winmail.dat") != NULL));
		cr_expect(eq(int, opts.open_tnef == 1,
		             strstr(attached(msg), "OLD.TXT") != NULL));
		mailguard_message_free(msg);
		mailguard_walk_free(w);
		mailguard_store_free(copy);
		(void)remove(dest);
	}
	mailguard_store_free(s);
	mgi_buf_done(&mail);
	mgi_buf_done(&t);
}

/* -- memory -----------------------------------------------------------------
 */

Test(store_tnef, no_failing_allocation_goes_unnoticed)
{
	mailguard_buffer t, mail, out;
	mailguard_message *msg;
	mailguard_source *src;
	mailguard *tight;
	mailguard_status st;
	int n = 1, more = 0;

	tnef_make(&t, mg, TNEF_ALL);
	mail_make(&mail, mgi_buf_span(&t));
	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		mgi_buf_init(&out, mg);
		st = mailguard_source_memory(&src, tight, mgi_buf_span(&mail),
		                             NULL, NULL, NULL);
		msg = NULL;
		if (st >= 0)
			st = mailguard_message_parse(&msg, tight, src, NULL);
		mailguard_source_free(src);
		src = NULL;
		if (st >= 0)
			st = mailguard_tnef_source(&src, tight, msg, NULL);
		if (st >= 0)
			st = mgi_drain(src, put, &out, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		more += st == MAILGUARD_ENOMEM;
		mailguard_source_free(src);
		mailguard_message_free(msg);
		mailguard_free(tight);
		mgi_buf_done(&out);
	} while (st != MAILGUARD_OK);
	cr_expect(more > 30);
	cr_expect(zero(int, fail_alloc_live()));
	mgi_buf_done(&mail);
	mgi_buf_done(&t);
}

/* -- another reader ---------------------------------------------------------
 */

Test(store_tnef, the_program_tnef_takes_out_the_same_files)
{
	char line[1024], want[600];
	mailguard_buffer t;
	const char *path;
	FILE *f;

	if (system("command -v tnef >/dev/null") != 0)
		cr_skip_test("tnef is not installed");
	tnef_make(&t, mg, TNEF_FILES);
	path = temp_write("winmail.dat", t.at, t.len);
	snprintf(line, sizeof(line), "tnef --number-backups -C '%s' -f '%s'",
	         folder, path);
	cr_assert(zero(int, system(line)));
	snprintf(want, sizeof(want), "%s/OLD.TXT", folder);
	f = fopen(want, "rb");
	cr_assert(f != NULL);
	cr_expect(fgets(line, sizeof(line), f) != NULL);
	cr_expect(eq(str, line, "old bytes"));
	fclose(f);
	(void)remove(want);
	snprintf(want, sizeof(want), "%s/report.pdf", folder);
	f = fopen(want, "rb");
	cr_assert(f != NULL);
	fclose(f);
	(void)remove(want);
	mgi_buf_done(&t);
}
