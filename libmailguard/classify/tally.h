#ifndef MGI_TALLY_H
#define MGI_TALLY_H
/*
 * tally.h - what a line of a mail log says, and the counts of many.
 */
#include <mailguard/classify.h>

#include "base/mem.h"
#include "base/text.h"

typedef enum mgi_log_kind {
	MGI_LOG_OTHER,
	MGI_LOG_SENDER, /* names the sender of a mail */
	MGI_LOG_FAILURE /* tells why a mail, or a login, failed */
} mgi_log_kind;

/* One line; spans lie in it, empty if it does not tell. */
typedef struct mgi_log_line {
	mgi_log_kind kind;
	mailguard_span id;     /* of the mail in the queue */
	mailguard_span sender; /* address */
	mailguard_span to;     /* address */
	mailguard_span host;   /* the other side */
	mailguard_span text;   /* why */
} mgi_log_line;

/* Pure. Lines of Postfix, Sendmail, Exim and Dovecot. */
void mgi_log_read(mgi_log_line *out, mailguard_span line);
/* When it was written; 0 if it does not say. `now` tells the year. */
mailguard_time mgi_log_time(mailguard_span line,
                            mailguard_time now,
                            int32_t offset);
/* "mx.mail.example.co.jp[192.0.2.1]:25" as "example.co.jp". */
mailguard_span mgi_log_domain(mailguard_span host);

#endif
