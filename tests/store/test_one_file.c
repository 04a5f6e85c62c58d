/* What stores of one message a file promise: MH, and Apple Mail's. */
#include <stdio.h>
#include <string.h>

#include <mailguard/store.h>

#include "support/corpora.h"
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

TestSuite(store_one_file, .init = setup, .fini = teardown, .timeout = 60);

static const char *put(const char *name, const char *text)
{
	return temp_write(name, text, strlen(text));
}

/* "folder:subject:flags" of each, in order. */
static const char *listing(const char *path, const char *format)
{
	static char out[1024];
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_store *s;
	mailguard_walk *w;
	size_t n = 0;

	ok(mailguard_store_open(&s, mg, path, NULL));
	cr_expect(eq(str, (char *)mailguard_store_format(s), (char *)format));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	out[0] = '\0';
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		ok(mailguard_walk_message(&msg, w, NULL));
		n += (size_t)snprintf(
			out + n, sizeof(out) - n, "%s:%s:%u ", item->folder,
			mailguard_message_subject(msg), (unsigned)item->flags);
		cr_expect(mailguard_message_damage(msg, 0) == NULL, "%s",
		          mailguard_message_subject(msg));
		mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
	mailguard_store_free(s);
	return out;
}

static const char *folder_of(const char *path)
{
	static char folder[512];

	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(strrchr(path, '/') - path), path);
	return folder;
}

#define MAIL(subject) "From: a@example.org\nSubject: " subject "\n\ntext\n"

Test(store_one_file, mh_is_read_in_the_order_of_its_numbers)
{
	const char *path = put("Mail/10", MAIL("ten"));

	put("Mail/9", MAIL("nine"));
	put("Mail/2", MAIL("two"));
	put("Mail/,3", MAIL("deleted"));
	put("Mail/sub/1", MAIL("below"));
	put("Mail/.mh_sequences", "cur: 2\nunseen: 1 9-10\n");
	cr_expect(eq(str, (char *)listing(folder_of(path), "mh"),
	             ":two:1 :nine:0 :ten:0 sub:below:0 "));
}

Test(store_one_file, folders_of_windows_live_mail_are_known_by_their_list)
{
	put("wlm/Mail.MSMessageStore", "an ESE data base");
	put("wlm/ann/Inbox/1.eml", MAIL("one"));
	put("wlm/ann/Sent Items/2.eml", MAIL("two"));
	cr_expect(eq(str,
	             (char *)listing(folder_of(put("wlm/edb.log", "")), "eml"),
	             "ann/Inbox:one:0 ann/Sent Items:two:0 "));
}

#define LIST(flags)                                                    \
 "<?xml version=\"1.0\"?><plist><dict><key>flags</key><integer>" flags \
 "</integer></dict></plist>\n"

Test(store_one_file, an_emlx_is_the_message_between_its_length_and_its_list)
{
	char text[512];
	const char *path;

	snprintf(text, sizeof(text), "%-8zu\n%s%s", strlen(MAIL("one")),
	         MAIL("one"), LIST("8590195729")); /* read, flagged */
	path = put("INBOX.mbox/Messages/1.emlx", text);
	cr_expect(eq(str, (char *)listing(path, "emlx"), ":one:5 "));
	cr_expect(eq(str, (char *)listing(folder_of(path), "emlx"), ":one:5 "));
}

Test(store_one_file, an_emlx_that_ends_early_is_not_sound)
{
	const mailguard_finding *f;
	mailguard_check *c;
	mailguard_store *s;

	ok(mailguard_store_open(&s, mg, put("1.emlx", "500\n" MAIL("cut")),
	                        NULL));
	ok(mailguard_store_check(&c, s, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	cr_expect(ne(int, mailguard_check_result(c)->verdict,
	             MAILGUARD_SOUNDNESS_SOUND));
	mailguard_check_free(c);
	mailguard_store_free(s);
}
