#ifndef MGI_SINK_H
#define MGI_SINK_H
/*
 * sink.h - where salvaged messages go. Always new: nothing is written over.
 */
#include "store/driver.h"

#include "base/os_dir.h"

typedef struct mgi_sink mgi_sink;

typedef struct mgi_store_writer {
	const char *name;
	mailguard_status (*open)(mgi_sink *w, mailguard_error *err);
	mailguard_status (*put)(mgi_sink *w,
	                        const mailguard_item *item,
	                        mailguard_message *msg,
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
	uint64_t count;
	void *state;
};

extern const mgi_store_writer mgi_write_mbox;
extern const mgi_store_writer mgi_write_maildir;

/* A folder's name as a file's: no "/", no leading dot, never "..". */
const char *mgi_sink_name(mgi_sink *w, const char *folder);

#endif
