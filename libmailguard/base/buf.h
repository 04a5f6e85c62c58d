#ifndef MGI_BUF_H
#define MGI_BUF_H
/*
 * buf.h - bytes that grow up to a named limit, and remember a failure.
 *
 * Append freely, then ask mgi_buf_status() once. After a failure nothing more
 * is appended and what stands there is still closed by a NUL.
 */
#include "base/mem.h"

#define MGI_BUF_MAX ((size_t)256 << 20) /* default limit */

struct mailguard_buffer {
	mailguard *mg;
	char *at;
	size_t len, cap;
	size_t max; /* 0: MGI_BUF_MAX */
	mailguard_status failed;
};

/* For a buffer on the stack. It borrows the handle. */
void mgi_buf_init(mailguard_buffer *b, mailguard *mg);
void mgi_buf_done(mailguard_buffer *b);

void mgi_buf_add(mailguard_buffer *b, const void *bytes, size_t n);
void mgi_buf_puts(mailguard_buffer *b, const char *s);
void mgi_buf_putc(mailguard_buffer *b, char c);
/* No %f: it would follow the process's locale. */
void mgi_buf_printf(mailguard_buffer *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Make room for `n` more and return where they go; NULL if there is none. */
char *mgi_buf_room(mailguard_buffer *b, size_t n);
/* `n` bytes were put into that room. */
void mgi_buf_filled(mailguard_buffer *b, size_t n);
/* Drop everything behind `len`. */
void mgi_buf_cut(mailguard_buffer *b, size_t len);
/* Never NULL, closed by a NUL. */
const char *mgi_buf_text(const mailguard_buffer *b);
mailguard_span mgi_buf_span(const mailguard_buffer *b);
/* OK, or ENOMEM or ELIMIT with `err` set. */
mailguard_status mgi_buf_status(const mailguard_buffer *b,
                                mailguard_error *err);

#endif
