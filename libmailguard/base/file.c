/*
 * file.c - a file through one window of at most 1 MiB.
 */
#include "base/file.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/os.h"

struct mgi_file {
	mailguard *mg;
	char *path;
	unsigned char *window;
	uint64_t size, window_at;
	size_t window_len;
	int fd;
};

/* A file without its descriptor yet; NULL if there is no memory. */
static mgi_file *file_new(mailguard *mg, const char *path)
{
	size_t n = strlen(path) + 1;
	mgi_file *f = mgi_alloc(mg, sizeof(*f) + n);

	if (!f)
		return NULL;
	f->path = (char *)(f + 1);
	memcpy(f->path, path, n);
	f->mg = mg;
	return f;
}

mailguard_status mgi_file_open(mgi_file **out,
                               mailguard *mg,
                               const char *path,
                               mailguard_error *err)
{
	mgi_say_id id = MGI_SAY_FILE_UNREADABLE;
	mgi_file *f;
	int sys;

	*out = NULL;
	f = file_new(mg, path);
	if (!f)
		return mgi_fail_nomem(err);
	f->fd = mgi_os_open(path, &f->size, &sys);
	if (f->fd < 0) {
		mgi_free(mg, f);
		if (sys == EISDIR || sys == EINVAL)
			id = MGI_SAY_FILE_NOT_REGULAR;
		return mgi_fail_sys(err, mg, sys, id, "path", path);
	}
	(void)mailguard_ref(mg);
	*out = f;
	return MAILGUARD_OK;
}

mailguard_status mgi_file_instead(mgi_file **f,
                                  mailguard *mg,
                                  const char *path,
                                  mailguard_error *err)
{
	unsigned char *window = *f ? (*f)->window : NULL;
	mailguard_status st;

	if (*f)
		(*f)->window = NULL;
	mgi_file_close(*f);
	st = mgi_file_open(f, mg, path, err);
	if (st < 0)
		mgi_free(mg, window);
	else
		(*f)->window = window;
	return st;
}

mailguard_status mgi_file_again(mgi_file **out,
                                const mgi_file *f,
                                mailguard_error *err)
{
	mgi_file *own;
	int sys;

	*out = NULL;
	own = file_new(f->mg, f->path);
	if (!own)
		return mgi_fail_nomem(err);
	own->size = f->size;
	own->fd = mgi_os_again(f->fd, &sys);
	if (own->fd < 0) {
		mgi_free(f->mg, own);
		return mgi_fail_sys(err, f->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", f->path);
	}
	(void)mailguard_ref(f->mg);
	*out = own;
	return MAILGUARD_OK;
}

void mgi_file_close(mgi_file *f)
{
	mailguard *mg;

	if (!f)
		return;
	mg = f->mg;
	mgi_os_close(f->fd);
	mgi_free(mg, f->window);
	mgi_free(mg, f);
	mailguard_free(mg);
}

mailguard *mgi_file_handle(const mgi_file *f)
{
	return f->mg;
}

const char *mgi_file_path(const mgi_file *f)
{
	return f->path;
}

uint64_t mgi_file_size(const mgi_file *f)
{
	return f->size;
}

mailguard_status mgi_file_read(mgi_file *f,
                               uint64_t offset,
                               void *to,
                               size_t n,
                               size_t *got,
                               mailguard_error *err)
{
	int sys = 0;

	*got = 0;
	if (offset > INT64_MAX - (uint64_t)n)
		return MAILGUARD_OK; /* no file reaches there */
	*got = mgi_os_read(f->fd, offset, to, n, &sys);
	if (sys)
		return mgi_fail_sys(err, f->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", f->path);
	return MAILGUARD_OK;
}

static bool in_window(const mgi_file *f, uint64_t offset, size_t want)
{
	uint64_t end = f->window_at + f->window_len;

	if (offset < f->window_at || offset > end)
		return false;
	/* Behind the end of the file there is nothing to read again. */
	return end - offset >= want || (offset < end && end >= f->size &&
	                                f->window_len < MGI_FILE_WINDOW);
}

static mailguard_status window_fill(mgi_file *f,
                                    uint64_t offset,
                                    mailguard_error *err)
{
	uint64_t left = offset < f->size ? f->size - offset : MGI_FILE_WINDOW;

	if (!f->window) {
		f->window = mgi_resize(f->mg, NULL, MGI_FILE_WINDOW);
		if (!f->window)
			return mgi_fail_nomem(err);
	}
	f->window_at = offset;
	if (left > MGI_FILE_WINDOW)
		left = MGI_FILE_WINDOW;
	return mgi_file_read(f, offset, f->window, (size_t)left, &f->window_len,
	                     err);
}

mailguard_status mgi_file_rest(mailguard_span *out,
                               mgi_file *f,
                               uint64_t offset,
                               size_t least,
                               mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	if (least > MGI_FILE_WINDOW)
		least = MGI_FILE_WINDOW;
	out->data = NULL;
	out->len = 0;
	if (!f->window || !in_window(f, offset, least))
		st = window_fill(f, offset, err);
	if (!f->window || offset - f->window_at > f->window_len)
		return st;
	out->data = f->window + (offset - f->window_at);
	out->len = f->window_len - (size_t)(offset - f->window_at);
	if (out->len >= least) {
		/* A bad sector behind what was asked for is no failure yet. */
		mgi_error_clear(err);
		st = MAILGUARD_OK;
	}
	return st;
}

mailguard_status mgi_file_window(mailguard_span *out,
                                 mgi_file *f,
                                 uint64_t offset,
                                 size_t want,
                                 mailguard_error *err)
{
	mailguard_status st = mgi_file_rest(out, f, offset, want, err);

	if (want > MGI_FILE_WINDOW)
		want = MGI_FILE_WINDOW;
	if (out->len > want)
		out->len = want;
	return st;
}

/* Grows as it goes: what a size says may be old, or a lie (procfs). */
static mailguard_status slurp(mailguard_buffer *out,
                              mgi_file *f,
                              size_t max,
                              mailguard_error *err)
{
	size_t done = 0, got;
	mailguard_status st;

	do {
		char *to = mgi_buf_room(out, (size_t)64 << 10);

		if (!to)
			return mgi_buf_status(out, err);
		st = mgi_file_read(f, done, to, (size_t)64 << 10, &got, err);
		if (st < 0)
			return st;
		done += got;
		if (done > max)
			return mgi_fail(err, f->mg, MAILGUARD_ELIMIT,
			                MGI_SAY_FILE_LIMIT, "path", f->path,
			                "max", mgi_u64(max).text);
		mgi_buf_filled(out, got);
	} while (got);
	return MAILGUARD_OK;
}

mailguard_status mgi_file_slurp(mailguard_buffer *out,
                                const char *path,
                                size_t max,
                                mailguard_error *err)
{
	size_t before = out->len;
	mailguard_status st;
	mgi_file *f;

	st = mgi_file_open(&f, out->mg, path, err);
	if (st < 0)
		return st;
	st = slurp(out, f, max, err);
	mgi_file_close(f);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}
