/*
 * bag.c - a bag described and sealed. The list of hashes of the copies comes
 * last but one, the list of hashes of all other files last: a bag without it
 * is none.
 */
#include "backup/bag.h"

#include <string.h>

#include "backup/copy.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/os_dir.h"
#include "base/text.h"

#define BAGIT "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
#define HEX ((size_t)2 * MGI_SHA256_BYTES)

/* "bag/name"; yours, mgi_buf_done(). */
static const char *path_in(mailguard_buffer *out,
                           mailguard *mg,
                           const char *bag,
                           const char *name)
{
	mgi_buf_init(out, mg);
	mgi_buf_printf(out, "%s/%s", bag, name);
	return mgi_buf_text(out);
}

mailguard_status mgi_bag_put(mailguard_backup *b,
                             const char *bag,
                             const char *name,
                             mailguard_span bytes,
                             mailguard_error *err)
{
	mailguard_buffer path;
	const char *at = path_in(&path, b->mg, bag, name);
	mailguard_status st = mgi_buf_status(&path, err);
	mgi_out *o = NULL;

	if (st >= 0)
		st = mgi_out_open(&o, b->mg, at, err);
	if (st >= 0) {
		mgi_out_write(o, bytes);
		st = mgi_out_commit(o, err);
	}
	mgi_buf_done(&path);
	return st;
}

/* One line, whatever a label holds. */
static void line_put(mailguard_buffer *b, const char *name, const char *value)
{
	mgi_buf_printf(b, "%s: ", name);
	for (; *value; value++)
		mgi_buf_putc(b, (unsigned char)*value < ' ' ? ' ' : *value);
	mgi_buf_putc(b, '\n');
}

static mailguard_status info_put(mailguard_backup *b,
                                 const char *bag,
                                 mailguard_error *err)
{
	uint64_t bytes = 0, files = 0;
	mailguard_buffer text, date;
	mailguard_status st;
	size_t i;

	for (i = 0; i < b->count; i++) {
		bytes += b->stores[i].told.bytes;
		files += b->stores[i].told.files;
	}
	mgi_buf_init(&text, b->mg);
	mgi_buf_init(&date, b->mg);
	mgi_time_rfc3339(&date, b->made, 0);
	if (date.len > 10) /* the day */
		mgi_buf_cut(&date, 10);
	line_put(&text, "Bagging-Date", mgi_buf_text(&date));
	mgi_buf_printf(&text, "Payload-Oxum: %s.%s\n", mgi_u64(bytes).text,
	               mgi_u64(files).text);
	mgi_buf_printf(&text, "Bag-Software-Agent: libmailguard %s\n",
	               mailguard_version());
	if (b->label[0])
		line_put(&text, "Internal-Sender-Description", b->label);
	st = mgi_buf_status(&date, err);
	if (st >= 0)
		st = mgi_buf_status(&text, err);
	if (st >= 0)
		st = mgi_bag_put(b, bag, "bag-info.txt", mgi_buf_span(&text),
		                 err);
	mgi_buf_done(&date);
	mgi_buf_done(&text);
	return st;
}

static mailguard_status facts_put(mailguard_backup *b,
                                  const char *bag,
                                  mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	mgi_buf_init(&text, b->mg);
	st = mgi_facts_write(&text, b, err);
	if (st >= 0)
		st = mgi_bag_put(b, bag, MGI_BAG_FACTS, mgi_buf_span(&text),
		                 err);
	mgi_buf_done(&text);
	return st;
}

static mailguard_status sealed_put(mailguard_backup *b,
                                   const char *bag,
                                   mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	mgi_buf_init(&text, b->mg);
	st = mgi_sealed_write(&text, b, err);
	if (st >= 0)
		st = mgi_bag_put(b, bag, MGI_BAG_SEALED, mgi_buf_span(&text),
		                 err);
	mgi_buf_done(&text);
	b->sealed = st >= 0;
	return st;
}

mailguard_status mgi_bag_describe(mailguard_backup *b,
                                  const char *bag,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	if (b->settings.len)
		st = mgi_bag_put(b, bag, MGI_BAG_SETTINGS,
		                 mgi_buf_span(&b->settings), err);
	if (st >= 0 && b->secrets)
		st = sealed_put(b, bag, err);
	if (st >= 0)
		st = facts_put(b, bag, err);
	if (st >= 0)
		st = info_put(b, bag, err);
	if (st >= 0)
		st = mgi_bag_put(b, bag, "bagit.txt", mgi_span_of(BAGIT), err);
	return st;
}

/* -- the seals ------------------------------------------------------------- */

static void seal_line(mgi_out *o,
                      const unsigned char sha256[MGI_SHA256_BYTES],
                      const char *path)
{
	char hex[MGI_SHA256_HEX];

	mgi_hex(hex, mgi_span(sha256, MGI_SHA256_BYTES));
	mgi_out_write(o, mgi_span_of(hex));
	mgi_out_write(o, mgi_span_of("  "));
	mgi_out_write(o, mgi_span_of(path));
	mgi_out_write(o, mgi_span_of("\n"));
}

static mailguard_status payload_lines(mgi_out *o,
                                      mailguard_backup *b,
                                      const char *list,
                                      mailguard_error *err)
{
	mgi_row *row = mgi_row_new(b->mg);
	mgi_rows *rows = NULL;
	mailguard_status st;

	st = row ? mgi_rows_open(&rows, b->mg, list, b->count, err)
	         : mgi_fail_nomem(err);
	while (st >= 0 && (st = mgi_rows_next(row, rows, err)) == MAILGUARD_OK)
		if (!(row->marks & MGI_ROW_FOLDER))
			seal_line(o, row->sha256, row->path);
	mgi_rows_free(rows);
	mgi_free(b->mg, row);
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status payload_seal(mailguard_backup *b,
                                     const char *bag,
                                     mailguard_error *err)
{
	mailguard_buffer path, list;
	mailguard_status st;
	mgi_out *o = NULL;

	(void)path_in(&path, b->mg, bag, MGI_BAG_PAYLOAD);
	(void)path_in(&list, b->mg, bag, MGI_BAG_FILES);
	st = mgi_buf_status(&path, err);
	if (st >= 0)
		st = mgi_buf_status(&list, err);
	if (st >= 0)
		st = mgi_out_open(&o, b->mg, mgi_buf_text(&path), err);
	if (st >= 0)
		st = payload_lines(o, b, mgi_buf_text(&list), err);
	if (st >= 0)
		st = mgi_out_commit(o, err);
	else
		mgi_out_abandon(o);
	mgi_buf_done(&path);
	mgi_buf_done(&list);
	return st;
}

/* Of a file as it is on the disk by now. */
static mailguard_status tag_line(mgi_out *o,
                                 mailguard_backup *b,
                                 const char *bag,
                                 const char *name,
                                 mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	mailguard_buffer path;
	mailguard_status st;
	uint64_t size;

	(void)path_in(&path, b->mg, bag, name);
	st = mgi_buf_status(&path, err);
	if (st >= 0)
		st = mgi_copy_hash(sum, &size, b, mgi_buf_text(&path), err);
	if (st >= 0)
		seal_line(o, sum, name);
	mgi_buf_done(&path);
	return st;
}

static mailguard_status tag_lines(mgi_out *o,
                                  mailguard_backup *b,
                                  const char *bag,
                                  mailguard_error *err)
{
	static const char *const names[] = { "bag-info.txt", "bagit.txt",
		                             MGI_BAG_FACTS, MGI_BAG_FILES,
		                             MGI_BAG_PAYLOAD };
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < sizeof(names) / sizeof(names[0]); i++)
		st = tag_line(o, b, bag, names[i], err);
	if (st >= 0 && b->settings.len)
		st = tag_line(o, b, bag, MGI_BAG_SETTINGS, err);
	if (st >= 0 && b->sealed)
		st = tag_line(o, b, bag, MGI_BAG_SEALED, err);
	for (i = 0; st >= 0 && i < b->count; i++)
		if (b->stores[i].manifest)
			st = tag_line(o, b, bag, b->stores[i].manifest, err);
	return st;
}

mailguard_status mgi_bag_seal(mailguard_backup *b,
                              const char *bag,
                              mailguard_error *err)
{
	mailguard_buffer path;
	mailguard_status st;
	mgi_out *o = NULL;

	st = payload_seal(b, bag, err);
	if (st < 0)
		return st;
	(void)path_in(&path, b->mg, bag, MGI_BAG_TAGS);
	st = mgi_buf_status(&path, err);
	if (st >= 0)
		st = mgi_out_open(&o, b->mg, mgi_buf_text(&path), err);
	if (st >= 0)
		st = tag_lines(o, b, bag, err);
	if (st >= 0)
		st = mgi_out_commit(o, err);
	else
		mgi_out_abandon(o);
	mgi_buf_done(&path);
	return st;
}

bool mgi_bag_line(unsigned char sha256[MGI_SHA256_BYTES],
                  mailguard_span *path,
                  mailguard_span line)
{
	size_t at = HEX;

	while (line.len && (line.data[line.len - 1] == '\n' ||
	                    line.data[line.len - 1] == '\r'))
		line.len--;
	if (line.len < HEX + 2 ||
	    !mgi_unhex(sha256, MGI_SHA256_BYTES, mgi_span_head(line, HEX)))
		return false;
	while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t'))
		at++;
	*path = mgi_span_from(line, at);
	return at > HEX && path->len && path->len < MGI_BAG_PATH &&
	       !memchr(path->data, '\0', path->len);
}

/* -- looked at ------------------------------------------------------------- */

static mailguard_status broken(const mailguard_backup *b,
                               const char *bag,
                               const char *name,
                               mailguard_error *err)
{
	return mgi_fail(err, b->mg, MAILGUARD_EFORMAT, MGI_SAY_BACKUP_BROKEN,
	                "path", bag, "name", name);
}

/* One file that the last seal names. */
static mailguard_status tag_check(mailguard_backup *b,
                                  const char *bag,
                                  mailguard_span line,
                                  unsigned *seen,
                                  mailguard_error *err)
{
	static const char *const must[] = { "bagit.txt", MGI_BAG_FACTS,
		                            MGI_BAG_FILES, MGI_BAG_PAYLOAD };
	unsigned char want[MGI_SHA256_BYTES], sum[MGI_SHA256_BYTES];
	char name[MGI_BAG_PATH];
	mailguard_buffer path;
	mailguard_status st;
	mailguard_span s;
	uint64_t size;
	unsigned i;

	if (!mgi_bag_line(want, &s, line))
		return broken(b, bag, MGI_BAG_TAGS, err);
	memcpy(name, s.data, s.len);
	name[s.len] = '\0';
	if (s.data[0] == '/' || strstr(name, ".."))
		return broken(b, bag, MGI_BAG_TAGS, err);
	for (i = 0; i < sizeof(must) / sizeof(must[0]); i++)
		if (strcmp(name, must[i]) == 0)
			*seen |= 1U << i;
	if (strcmp(name, MGI_BAG_SEALED) == 0)
		b->sealed = true;
	(void)path_in(&path, b->mg, bag, name);
	st = mgi_buf_status(&path, err);
	if (st >= 0)
		st = mgi_copy_hash(sum, &size, b, mgi_buf_text(&path), err);
	if (st == MAILGUARD_EIO ||
	    (st >= 0 && !mgi_same(sum, want, sizeof(sum))))
		st = broken(b, bag, name, err);
	mgi_buf_done(&path);
	return st;
}

#define TAGS_MAX ((size_t)4 << 20)
#define MUST_ALL 15U

mailguard_status mgi_bag_check(mailguard_backup *b,
                               const char *bag,
                               mailguard_error *err)
{
	mailguard_buffer path, text;
	mailguard_status st;
	unsigned seen = 0;
	size_t at = 0;

	(void)path_in(&path, b->mg, bag, MGI_BAG_TAGS);
	mgi_buf_init(&text, b->mg);
	st = mgi_buf_status(&path, err);
	if (st >= 0)
		st = mgi_file_slurp(&text, mgi_buf_text(&path), TAGS_MAX, err);
	if (st == MAILGUARD_EIO || st == MAILGUARD_ELIMIT)
		st = broken(b, bag, MGI_BAG_TAGS, err);
	while (st >= 0 && at < text.len) {
		const char *lf = memchr(text.at + at, '\n', text.len - at);
		size_t n = lf ? (size_t)(lf - text.at) - at : text.len - at;

		if (n)
			st = tag_check(b, bag, mgi_span(text.at + at, n), &seen,
			               err);
		at += n + 1;
	}
	if (st >= 0 && seen != MUST_ALL)
		st = broken(b, bag, MGI_BAG_TAGS, err);
	mgi_buf_done(&text);
	mgi_buf_done(&path);
	return st;
}
