/*
 * find_newest.c - the newest mail of a file, from a few of its bytes.
 */
#include "checkup/find.h"

#include <string.h>

#include "base/handle.h"
#include "base/mem.h"
#include "base/os.h"

#include <mailguard/mime.h>

#define FIRST_TAIL ((size_t)64 << 10) /* enough for most; then the window */
#define A_DAY INT64_C(86400000000)

/* Up to `n` bytes at `at` in the window; nothing if they cannot be read. */
static mailguard_span window_read(mailguard_find *f,
                                  const char *path,
                                  size_t n,
                                  bool tail,
                                  uint64_t *at)
{
	uint64_t size = 0;
	size_t got;
	int fd, sys;

	*at = 0;
	if (!f->window)
		f->window = mgi_alloc(f->mg, MGI_FIND_WINDOW);
	if (!f->window) {
		mgi_find_nomem(f);
		return mgi_span(NULL, 0);
	}
	fd = mgi_os_open(path, &size, &sys);
	if (fd < 0)
		return mgi_span(NULL, 0);
	if (tail && size > n)
		*at = size - n;
	got = mgi_os_read(fd, *at, f->window, n, &sys);
	mgi_os_close(fd);
	return mgi_span(f->window, got);
}

static bool line_next(mailguard_span *line, mailguard_span *rest)
{
	const unsigned char *lf;

	if (!rest->len)
		return false;
	lf = memchr(rest->data, '\n', rest->len);
	*line = mgi_span_head(*rest,
	                      lf ? (size_t)(lf - rest->data) : rest->len);
	*rest = mgi_span_from(*rest, line->len + (lf != NULL));
	return true;
}

/* A Date field, if it is one and not of a day to come. */
static mailguard_time date_of(const mailguard_find *f, mailguard_span line)
{
	mailguard_time t;

	if (!mgi_span_starts_nocase(line, "date:"))
		return 0;
	t = mailguard_header_date(NULL, mgi_span_trim(mgi_span_from(line, 5)));
	return t <= mgi_now(f->mg) + A_DAY ? t : 0;
}

static mailguard_time tail_date(const mailguard_find *f,
                                mailguard_span tail,
                                bool whole)
{
	bool head = false, blank = whole;
	mailguard_time newest = 0, t;
	mailguard_span line;

	if (!whole && !line_next(&line, &tail))
		return 0;
	while (line_next(&line, &tail)) {
		bool empty = mgi_span_trim(line).len == 0;

		if (blank && mgi_span_starts(line, "From "))
			head = true;
		else if (empty)
			head = false;
		t = head ? date_of(f, line) : 0;
		if (t > newest)
			newest = t;
		blank = empty;
	}
	return newest;
}

mailguard_time mgi_find_tail_date(mailguard_find *f, const char *path)
{
	static const size_t sizes[] = { FIRST_TAIL, MGI_FIND_WINDOW };
	mailguard_time newest = 0;
	size_t i;

	for (i = 0; !newest && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t at;
		mailguard_span s = window_read(f, path, sizes[i], true, &at);

		newest = tail_date(f, s, at == 0);
		if (at == 0)
			break;
	}
	return newest;
}

mailguard_time mgi_find_head_date(mailguard_find *f, const char *path)
{
	mailguard_span line, s;
	mailguard_time t;
	uint64_t at;

	s = window_read(f, path, FIRST_TAIL, false, &at);
	while (line_next(&line, &s) && mgi_span_trim(line).len) {
		t = date_of(f, line);
		if (t)
			return t;
	}
	return 0;
}
