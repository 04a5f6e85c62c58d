#ifndef MGI_SINK_H
#define MGI_SINK_H
/*
 * sink.h - where salvaged messages go. Always new: nothing is written over.
 */
#include "store/driver.h"

#include "base/os_dir.h"
#include "mime/digest.h"

typedef struct mgi_sink mgi_sink;

/* One message on its way; its bytes pass once. */
typedef struct mgi_mail {
	const mailguard_item *item;
	mailguard_time date; /* of its header; 0 unknown */
	bool dated;          /* ... and known before it is opened */
	mailguard_stream *stream;
	mailguard_span head; /* what was taken from it already */
	mgi_digest *digest;  /* told as the bytes pass; NULL: nobody asks */
	uint64_t size;       /* of what passed */
} mgi_mail;

/* With `item`, `digest`, `date` and `dated` set. */
mailguard_status mgi_mail_open(mgi_mail *m,
                               mailguard *mg,
                               mailguard_source *source,
                               mailguard_error *err);
mailguard_status mgi_mail_drain(mgi_mail *m,
                                void (*put)(void *to, mailguard_span bytes),
                                void *to,
                                mailguard_error *err);
void mgi_mail_done(mgi_mail *m);

typedef struct mgi_store_writer {
	const char *name;
	mailguard_status (*open)(mgi_sink *w, mailguard_error *err);
	/* w->to is set to the file it went to. */
	mailguard_status (*put)(mgi_sink *w,
	                        mgi_mail *mail,
	                        mailguard_error *err);
	mailguard_status (*finish)(mgi_sink *w, mailguard_error *err);
	void (*abandon)(mgi_sink *w);
} mgi_store_writer;

struct mgi_sink {
	mailguard *mg;
	mgi_arena *arena; /* lives as long as the sink */
	const mgi_store_writer *writer;
	const char *dest;
	bool folders; /* the source has several */
	bool resume;  /* what an earlier run left is gone on with */
	uint64_t count;
	const char *digest; /* of the message to be put, where `resume` */
	const char *to;
	void *made; /* what made.c will undo */
	void *state;
};

extern const mgi_store_writer mgi_write_mbox;
extern const mgi_store_writer mgi_write_maildir;
extern const mgi_store_writer mgi_write_eml;

/* A folder's name as a file's: no "/", no leading dot, never "..". */
const char *mgi_sink_name(mgi_sink *w, const char *folder);

/*
 * Folders and files made one by one, each whole as soon as it has its name;
 * for the writers of a file a message.
 */
mailguard_status mgi_made_dest(mgi_sink *w, mailguard_error *err);
mailguard_status mgi_made_folder(mgi_sink *w,
                                 const char *path,
                                 mailguard_error *err);
/* The delivered bytes; nothing is done if an earlier run wrote them. */
mailguard_status mgi_made_file(mgi_sink *w,
                               const char *path,
                               mgi_mail *mail,
                               mailguard_error *err);
mailguard_status mgi_made_finish(mgi_sink *w, mailguard_error *err);
void mgi_made_abandon(mgi_sink *w);

#endif
