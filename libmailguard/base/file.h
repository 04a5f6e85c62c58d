#ifndef MGI_FILE_H
#define MGI_FILE_H
/*
 * file.h - read a file by windows of pread(); never mmap, never written to.
 */
#include "base/buf.h"

#define MGI_FILE_WINDOW ((size_t)1 << 20)

typedef struct mgi_file mgi_file;

/* EIO with the path in the message; also for what is no regular file. */
mailguard_status mgi_file_open(mgi_file **out,
                               mailguard *mg,
                               const char *path,
                               mailguard_error *err);
/*
 * Another file instead of `*f`, which is closed and may be NULL: for many small
 * ones in a row. Its window goes on to the new one.
 */
mailguard_status mgi_file_instead(mgi_file **f,
                                  mailguard *mg,
                                  const char *path,
                                  mailguard_error *err);
/*
 * The same open file once more, with a window of its own: it stays what it
 * was, even if another file has its name by now.
 */
mailguard_status mgi_file_again(mgi_file **out,
                                const mgi_file *f,
                                mailguard_error *err);
/* NULL is fine. */
void mgi_file_close(mgi_file *f);
mailguard *mgi_file_handle(const mgi_file *f);
const char *mgi_file_path(const mgi_file *f);
/* As it was when the file was opened. */
uint64_t mgi_file_size(const mgi_file *f);
/*
 * Up to `n` bytes at `offset` into `to`; `*got` says how many came, also on
 * failure. Fewer without a failure is the end of the file.
 */
mailguard_status mgi_file_read(mgi_file *f,
                               uint64_t offset,
                               void *to,
                               size_t n,
                               size_t *got,
                               mailguard_error *err);
/*
 * The bytes at `offset`, as many of `want` (at most MGI_FILE_WINDOW) as there
 * are, through the file's own window. Valid until the next call.
 */
mailguard_status mgi_file_window(mailguard_span *out,
                                 mgi_file *f,
                                 uint64_t offset,
                                 size_t want,
                                 mailguard_error *err);
/*
 * The bytes at `offset`, at least `least` of them if there are so many, and
 * what the window holds behind them. As above.
 */
mailguard_status mgi_file_rest(mailguard_span *out,
                               mgi_file *f,
                               uint64_t offset,
                               size_t least,
                               mailguard_error *err);
/* A whole file of at most `max` bytes, appended to `out`; ELIMIT past it. */
mailguard_status mgi_file_slurp(mailguard_buffer *out,
                                const char *path,
                                size_t max,
                                mailguard_error *err);

#endif
