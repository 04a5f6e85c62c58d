/* What an export of Outlook for Mac promises: its messages with folders,
 * flags, dates and attachments, also when its list is gone. */
#include <mailguard/store.h>

#include <stdio.h>
#include <string.h>

#include "store/zip_make.h"
#include "support/corpora.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static zip z;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	temp_begin();
	memset(&z, 0, sizeof(z));
}

static void teardown(void)
{
	zip_free(&z);
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_olm, .init = setup, .fini = teardown, .timeout = 120);
TestSuite(store_olm_corpora, .init = setup, .fini = teardown, .timeout = 120);

/* -- an .olm made here ----------------------------------------------------- */

#define INBOX "Local/com.microsoft.__Messages/Inbox/"
#define WORK "Accounts/ann/com.microsoft.__Messages/Work/"
#define ATTACHED "com.microsoft.__Attachments/a@example.org_0000"

static const char mail[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	"<emails elementCount=\"1\"><email>"
	"<OPFMessageCopyAttachmentList><messageAttachment "
	"OPFAttachmentName=\"\xe8\xa6\x8b\xe7\xa9\x8d.txt\" "
	"OPFAttachmentContentType=\"text/plain\" "
	"OPFAttachmentURL=\"" INBOX ATTACHED "\"></messageAttachment>"
	"</OPFMessageCopyAttachmentList>"
	"<OPFMessageCopyBody>Hello &amp; welcome</OPFMessageCopyBody>"
	"<OPFMessageCopyHTMLBody>&lt;html&gt;&lt;b&gt;Hello&lt;/b&gt;"
	"&lt;/html&gt;</OPFMessageCopyHTMLBody>"
	"<OPFMessageCopyFromAddresses><emailAddress "
	"OPFContactEmailAddressAddress=\"ann@example.org\" "
	"OPFContactEmailAddressName=\"Ann\"/></OPFMessageCopyFromAddresses>"
	"<OPFMessageCopyToAddresses><emailAddress "
	"OPFContactEmailAddressAddress=\"bob@example.org\"/><emailAddress "
	"OPFContactEmailAddressAddress=\"eve@example.org\"/>"
	"</OPFMessageCopyToAddresses>"
	"<OPFMessageCopyCCAddresses><emailAddress "
	"OPFContactEmailAddressAddress=\"cc@example.org\"/>"
	"</OPFMessageCopyCCAddresses>"
	"<OPFMessageCopyReplyToAddresses><emailAddress "
	"OPFContactEmailAddressAddress=\"answer@example.org\"/>"
	"</OPFMessageCopyReplyToAddresses>"
	"<OPFMessageCopyMessageID>one@example.org</OPFMessageCopyMessageID>"
	"<OPFMessageCopyReferences>zero@example.org</OPFMessageCopyReferences>"
	"<OPFMessageCopySentTime>2018-10-17T12:16:53</OPFMessageCopySentTime>"
	"<OPFMessageCopySubject>\xe8\xa6\x8b\xe7\xa9\x8d</"
	"OPFMessageCopySubject>"
	"<OPFMessageCopyGetFlagStatus>1</OPFMessageCopyGetFlagStatus>"
	"<OPFMessageGetIsRead>1E0</OPFMessageGetIsRead>"
	"<OPFMessageGetPriority>1</OPFMessageGetPriority>"
	"</email></emails>";

static const char two[] =
	"<emails><email><OPFMessageCopySubject>two</OPFMessageCopySubject>"
	"<OPFMessageGetIsRead>0E0</OPFMessageGetIsRead></email>"
	"<email><OPFMessageCopySubject>three</OPFMessageCopySubject></email>"
	"</emails>";

static const char attached[] = "what was attached\n";

static void olm_make(int how)
{
	zip_put(&z, "Categories.xml", "<a/>", 4, 0);
	zip_put(&z, INBOX "message_00000.xml", mail, sizeof(mail) - 1, how);
	zip_put(&z, INBOX ATTACHED, attached, sizeof(attached) - 1, how);
	zip_put(&z, WORK "message_00000.xml", two, sizeof(two) - 1, how);
	zip_end(&z);
}

typedef struct seen {
	mailguard_soundness verdict;
	uint64_t messages, damaged, lost;
	char codes[256];
} seen;

static seen look(size_t len)
{
	const char *path = temp_write("a.olm", z.at, len);
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	seen out = { 0, 0, 0, 0, "" };
	mailguard_store *s;
	mailguard_check *c;

	if (mailguard_store_open(&s, mg, path, NULL) < 0)
		return out;
	ok(mailguard_store_check(&c, s, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		if (strncmp(f->code, "olm.", 4) == 0)
			snprintf(out.codes + strlen(out.codes),
			         sizeof(out.codes) - strlen(out.codes), "%s ",
			         f->code);
	sum = mailguard_check_result(c);
	out.verdict = sum->verdict;
	out.messages = sum->messages;
	out.damaged = sum->damaged;
	out.lost = sum->lost;
	mailguard_check_free(c);
	mailguard_store_free(s);
	return out;
}

/* The text of a message as it is written. */
static void text_of(char *to, size_t size, mailguard_walk *w)
{
	mailguard_stream *stream;
	mailguard_source *src;
	mailguard_span s;
	size_t n = 0;

	ok(mailguard_walk_source(&src, w, NULL));
	ok(mailguard_source_open(&stream, src, NULL));
	while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK)
		if (n + s.len < size) {
			memcpy(to + n, s.data, s.len);
			n += s.len;
		}
	to[n] = '\0';
	mailguard_stream_free(stream);
	mailguard_source_free(src);
}

Test(store_olm, a_message_is_all_that_its_xml_tells)
{
	static const char *const words[] = {
		"From: Ann <ann@example.org>\n",
		"To: bob@example.org, eve@example.org\n",
		"Cc: cc@example.org\n",
		"Reply-To: answer@example.org\n",
		"Message-ID: <one@example.org>\n",
		"References: <zero@example.org>\n",
		"Date: Wed, 17 Oct 2018 12:16:53 +0000\n",
		"Hello & welcome",
		"<html><b>Hello</b></html>",
		"d2hhdCB3YXMgYXR0YWNoZWQK", /* in Base64 */
	};
	static const int hows[] = { 0, ZIP_PACKED, ZIP_PACKED | ZIP_LATE };
	const mailguard_item *item;
	char text[8192];
	mailguard_store *s;
	mailguard_walk *w;
	size_t i, k;

	for (k = 0; k < 3; k++) {
		zip_free(&z);
		olm_make(hows[k]);
		ok(mailguard_store_open(
			&s, mg, temp_write("a.olm", z.at, z.len), NULL));
		cr_expect(eq(str, (char *)mailguard_store_format(s), "olm"));
		ok(mailguard_store_walk(&w, s, NULL, NULL));
		ok(mailguard_walk_next(&item, w, NULL));
		cr_expect(eq(str, (char *)item->folder, "Inbox"));
		cr_expect(eq(u32, item->flags,
		             MAILGUARD_FLAG_SEEN | MAILGUARD_FLAG_FLAGGED));
		cr_expect(eq(int, item->state, MAILGUARD_ITEM_INTACT));
		text_of(text, sizeof(text), w);
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			cr_expect(ne(ptr, strstr(text, words[i]), NULL),
			          "%s not in %s", words[i], text);
		ok(mailguard_walk_next(&item, w, NULL));
		cr_expect(eq(str, (char *)item->folder, "ann/Work"));
		cr_expect(zero(u32, item->flags));
		text_of(text, sizeof(text), w);
		cr_expect(ne(ptr, strstr(text, "Subject: two\n"), NULL));
		ok(mailguard_walk_next(&item, w, NULL));
		text_of(text, sizeof(text), w);
		cr_expect(ne(ptr, strstr(text, "Subject: three\n"), NULL));
		cr_expect(eq(int, mailguard_walk_next(&item, w, NULL),
		             MAILGUARD_ITEROVER));
		mailguard_walk_free(w);
		mailguard_store_free(s);
	}
}

Test(store_olm, a_whole_one_is_sound)
{
	seen s;

	olm_make(ZIP_PACKED);
	s = look(z.len);
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(u64, s.messages, 3));
	cr_expect(eq(str, s.codes, ""));
}

Test(store_olm, a_list_that_is_damaged_hides_no_message)
{
	static const int hows[] = { 0, ZIP_PACKED, ZIP_PACKED | ZIP_LATE };
	size_t k, at;
	seen s;

	for (k = 0; k < 3; k++) {
		size_t list, len;

		zip_free(&z);
		olm_make(hows[k]);
		list = z.list;
		len = z.len;
		s = look(list); /* no list at all */
		cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
		cr_expect(eq(u64, s.messages, 3), "%zu", k);
		cr_expect(zero(u64, s.damaged), "%zu", k);
		for (at = list + k; at < len; at += 5) {
			unsigned char was = z.at[at];

			z.at[at] ^= 0x55;
			s = look(len);
			z.at[at] = was;
			cr_expect(ge(u64, s.messages + s.lost, 3),
			          "%zu, byte %zu of the list: %d", k, at - list,
			          (int)s.messages);
		}
	}
}

Test(store_olm, a_file_cut_anywhere_is_never_called_sound)
{
	size_t cut;

	olm_make(ZIP_PACKED);
	for (cut = 100; cut < z.len; cut += 7) {
		seen s = look(cut);

		cr_expect(ne(int, s.verdict, MAILGUARD_SOUNDNESS_SOUND),
		          "cut at %zu", cut);
	}
}

Test(store_olm, what_is_wrong_with_a_member_is_said_of_its_message)
{
	seen s;

	olm_make(0);
	z.at[z.members[2].at + 30 + strlen(z.members[2].name) + 2] ^= 1;
	s = look(z.len); /* of the attachment */
	cr_expect(eq(u64, s.damaged, 1));
	cr_expect(eq(str, s.codes, "olm.torn "));
	zip_free(&z);
	zip_put(&z, INBOX "message_00000.xml", mail, sizeof(mail) - 1, 0);
	zip_end(&z);
	s = look(z.len); /* the attachment is not there */
	cr_expect(eq(u64, s.damaged, 1));
	cr_expect(eq(str, s.codes, "olm.torn "));
	zip_free(&z);
	zip_put(&z, INBOX "message_00000.xml", mail, sizeof(mail) - 1,
	        ZIP_LOCKED);
	zip_end(&z);
	s = look(z.len);
	cr_expect(eq(u64, s.lost, 1));
	cr_expect(eq(str, s.codes, "olm.locked "));
	zip_free(&z);
	zip_put(&z, INBOX "message_00000.xml", "<emails><", 9, 0);
	zip_put(&z, INBOX "message_00001.xml", two, sizeof(two) - 1, 0);
	zip_end(&z);
	s = look(z.len);
	cr_expect(eq(u64, s.lost, 1));
	cr_expect(eq(u64, s.messages, 3));
	cr_expect(eq(str, s.codes, "olm.member "));
}

/* A member that says it is 4 GB large, or holds 64 MB of nothing. */
Test(store_olm, a_bomb_is_refused)
{
	static const char head[] = "<emails><email><OPFMessageCopyBody>";
	static char much[(65 << 20) + 1];
	size_t size;
	seen s;

	olm_make(ZIP_PACKED);
	size = z.list + 46 + strlen(z.members[0].name) + 24;
	z.at[size] = z.at[size + 1] = z.at[size + 2] = 0xf0;
	z.at[size + 3] = 0xf0;
	s = look(z.len);
	cr_expect(eq(u64, s.lost, 1));
	zip_free(&z);
	memset(much, ' ', sizeof(much));
	memcpy(much, head, sizeof(head) - 1);
	zip_put(&z, INBOX "message_00000.xml", much, sizeof(much), ZIP_PACKED);
	zip_end(&z);
	s = look(z.len);
	cr_expect(eq(u64, s.lost, 1));
}

Test(store_olm, every_failing_allocation_is_survived)
{
	const char *path;
	int n, refused = 0, whole = 0;

	olm_make(ZIP_PACKED);
	path = temp_write("a.olm", z.at, z.list); /* the longest way */
	for (n = 0; n < 400 && whole < 20; n++) {
		const mailguard_finding *f;
		mailguard_store *s = NULL;
		mailguard_check *c = NULL;
		mailguard_status st;
		mailguard *own;

		if (mailguard_new(&own, fail_alloc_at(n), NULL) < 0)
			continue;
		st = mailguard_store_open(&s, own, path, NULL);
		if (st >= 0)
			st = mailguard_store_check(&c, s, NULL, NULL);
		while (st == MAILGUARD_OK)
			st = mailguard_check_next(&f, c, NULL);
		refused += st == MAILGUARD_ENOMEM;
		if (st == MAILGUARD_ITEROVER) {
			const mailguard_check_summary *sum =
				mailguard_check_result(c);

			whole += sum->messages == 3 && !sum->damaged;
			/* An attachment may be told as damaged, no more. */
			cr_expect(eq(u64, sum->messages, 3), "allocation %d",
			          n);
		}
		mailguard_check_free(c);
		mailguard_store_free(s);
		mailguard_free(own);
		cr_assert(eq(int, fail_alloc_live(), 0), "allocation %d", n);
	}
	cr_expect(lt(int, 20, refused));
	cr_expect(eq(int, whole, 20));
}

Test(store_olm_corpora, real_files_give_every_message_there_is)
{
	static const struct {
		const char *name;
		uint64_t messages;
		mailguard_soundness verdict;
	} rows[] = {
		{ "aspose-email_Aspose.Email-for-.__a3aa54a0__SampleOLM.olm",
		  22, MAILGUARD_SOUNDNESS_SOUND },
		{ "aspose-email_Aspose.Email-for-C__e0e61897__Corrupted.olm",
		  48, MAILGUARD_SOUNDNESS_DAMAGED },
	};
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;
	char path[4096];
	size_t i;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/stores/olm/%s", corpora(),
		         rows[i].name);
		ok(mailguard_store_open(&s, mg, path, NULL));
		ok(mailguard_store_check(&c, s, NULL, NULL));
		while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
			;
		cr_expect(eq(u64, mailguard_check_result(c)->messages,
		             rows[i].messages));
		cr_expect(zero(u64, mailguard_check_result(c)->damaged));
		cr_expect(eq(int, mailguard_check_result(c)->verdict,
		             rows[i].verdict));
		mailguard_check_free(c);
		mailguard_store_free(s);
	}
}
