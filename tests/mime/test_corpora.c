/*
 * What the room promises of mails nobody wrote for us: where they are cut
 * changes nothing, and asking twice gives the same. Skipped where the corpora
 * are not at hand.
 */
#include "events.h"
#include "fixture.h"

#include "support/corpora.h"

#include <dirent.h>
#include <stdio.h>

#define PATH_BYTES 4096
#define BYTEWISE_MAX                                     \
 ((size_t)20000) /* longer ones are fed in larger pieces \
	          */

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(mime_corpora, .init = setup, .fini = teardown, .timeout = 300);

static int load(mailguard_buffer *out, const char *path)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	mgi_buf_cut(out, 0);
	if (!f)
		return 0;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		mgi_buf_add(out, piece, n);
	fclose(f);
	return 1;
}

static void check_cuts(const char *path, mailguard_span mail)
{
	size_t pieces[] = { mail.len < BYTEWISE_MAX ? 1 : 61, 1021, 4000 };
	mailguard_buffer whole, cut;
	size_t i;

	mgi_buf_init(&whole, mg);
	mgi_buf_init(&cut, mg);
	events(&whole, mg, mail, 0);
	for (i = 0; i < ROWS(pieces); i++) {
		mgi_buf_cut(&cut, 0);
		events(&cut, mg, mail, pieces[i]);
		cr_expect(eq(sz, cut.len, whole.len), "%s by %zu", path,
		          pieces[i]);
		cr_expect(eq(int,
		             memcmp(mgi_buf_text(&cut), mgi_buf_text(&whole),
		                    cut.len < whole.len ? cut.len : whole.len),
		             0),
		          "%s by %zu", path, pieces[i]);
	}
	mgi_buf_done(&whole);
	mgi_buf_done(&cut);
}

/* Every part's bytes are as many as were told while it was read. */
static void check_sizes(const char *path, mailguard_span mail)
{
	uint32_t inner = MAILGUARD_PART_MULTIPART | MAILGUARD_PART_MESSAGE;
	mailguard_message *m = message_of(mg, mail);
	const mailguard_part *part;
	mailguard_source *source;
	mailguard_stream *stream;
	mailguard_span s;
	size_t i;

	for (i = 0; (part = mailguard_message_part(m, i)) != NULL; i++) {
		uint64_t size = 0;

		if (part->flags & inner)
			continue;
		ok(mailguard_message_part_source(&source, m, part->number,
		                                 NULL));
		ok(mailguard_source_open(&stream, source, NULL));
		while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK)
			size += s.len;
		cr_expect(eq(u64, size, part->size), "%s part %zu", path, i);
		mailguard_stream_free(stream);
		mailguard_source_free(source);
	}
	mailguard_message_free(m);
}

/* How many files of that folder, and of those in it, were looked at. */
static int walk(const char *folder,
                void (*check)(const char *path, mailguard_span mail))
{
	DIR *dir = opendir(folder);
	char path[PATH_BYTES];
	struct dirent *e;
	mailguard_buffer mail;
	int n = 0, inner;

	mgi_buf_init(&mail, mg);
	while (dir && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		inner = walk(path, check);
		n += inner;
		if (!inner && load(&mail, path)) {
			check(path, mgi_buf_span(&mail));
			n++;
		}
	}
	mgi_buf_done(&mail);
	if (dir)
		closedir(dir);
	return n;
}

static int walk_all(void (*check)(const char *path, mailguard_span mail))
{
	static const char *const folders[] = { "stores/eml", "stores/maildir",
		                               "bounces/mails" };
	char path[PATH_BYTES];
	size_t i;
	int n = 0;

	if (!corpora())
		cr_skip_test("no corpora: set MAILGUARD_CORPORA");
	for (i = 0; i < ROWS(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", corpora(), folders[i]);
		n += walk(path, check);
	}
	return n;
}

Test(mime_corpora, cuts_change_nothing)
{
	cr_expect(ge(int, walk_all(check_cuts), 1000));
}

Test(mime_corpora, sizes_are_those_of_the_bytes)
{
	cr_expect(ge(int, walk_all(check_sizes), 1000));
}
