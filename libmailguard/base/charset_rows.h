#ifndef MGI_CHARSET_ROWS_H
#define MGI_CHARSET_ROWS_H
/*
 * charset_rows.h - what one charset is made of; for charset*.c alone.
 */
#include "base/charset.h"

#include <iconv.h>

typedef enum mgi_coding {
	MGI_CODING_ICONV = 0,
	MGI_CODING_UTF8,
	MGI_CODING_UTF16, /* byte order by its mark */
	MGI_CODING_UTF16LE,
	MGI_CODING_UTF16BE,
	MGI_CODING_UTF32LE,
	MGI_CODING_UTF32BE,
	MGI_CODING_JIS, /* ISO-2022-JP over `iconv` */
	MGI_CODING_UTF7
} mgi_coding;

struct mgi_charset {
	const char *name;
	const char *iconv; /* as iconv_open() calls it, or NULL */
	mgi_coding coding;
	/* iconv keeps a letter back, waiting for an accent to join. */
	bool joins;
};

#define MGI_NO_ICONV ((iconv_t)-1)

/* `*cd` is closed with iconv_close(). */
mailguard_status mgi_iconv_open(iconv_t *cd,
                                mailguard *mg,
                                const char *to,
                                const char *from,
                                mailguard_error *err);

#endif
