#ifndef MGI_BMF_H
#define MGI_BMF_H
/*
 * bmf.h - Becky! 2: mail one behind the other, each ended by a line of one
 * dot, as POP sends it; marks in a field of the header, attachments that were
 * put in files of their own named by lines of the body. No document says so;
 * so it is written by Becky! and read by Thunderbird's import.
 */
#include "base/file.h"
#include "base/text.h"

#define MGI_BMF_INCLUDE "X-Becky-Include:"
#define MGI_BMF_STATUS "X-Becky-Status:"

typedef struct mgi_bmf_mail {
	uint64_t from, to; /* without the line of one dot */
	uint64_t body;     /* where it begins; `to` if there is none */
	uint64_t next;     /* behind that line */
	bool cut;          /* the file ends before it */
} mgi_bmf_mail;

/* The file an include names, below the folder of the .bmf; NULL: none. */
const char *mgi_bmf_include(mgi_arena *arena,
                            const char *bmf,
                            mailguard_span line);

/* "ann/Inbox" of "ann/!!!!Inbox": marks put Becky!'s own folders first. */
const char *mgi_bmf_folder(mgi_arena *arena, const char *path);

/* The mail as it was delivered. Yours. */
mailguard_status mgi_bmf_source(mailguard_source **out,
                                const mgi_file *f,
                                const mgi_bmf_mail *mail,
                                mailguard_error *err);

#endif
