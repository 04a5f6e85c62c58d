#ifndef MGI_MAPI_OBJECT_H
#define MGI_MAPI_OBJECT_H
/*
 * object.h - a MAPI object whatever file it lies in: a bag of properties
 * ([MS-OXPROPS], [MS-OXCDATA] 2.11), with recipients and attachments if it is
 * a message. PST and OST fill it today, MSG later; what is written from it
 * (a mail, a card, an appointment) knows nothing of files.
 *
 * An object is in one thread at a time, and so is what was opened from it. It
 * is counted and keeps what it was read from open, so a message outlives its
 * store. A source that writes from an object opens it once more for each of
 * its streams (mgi_mapi_again), as these may be in other threads.
 */
#include "base/buf.h"

#include <stdatomic.h>
#include <stdbool.h>

/* The property's id << 16 | its type, as MAPI writes it: 0x0037001F. */
typedef uint32_t mgi_mapi_tag;

#define MGI_MAPI_TAG(id, type) (((mgi_mapi_tag)(id) << 16) | (type))
#define MGI_MAPI_ID(tag) ((uint16_t)((tag) >> 16))
#define MGI_MAPI_TYPE(tag) ((uint16_t)((tag)&0xffff))

/* Types ([MS-OXCDATA] 2.11.1). MGI_MAPI_MANY is or-ed to one of them. */
enum {
	MGI_MAPI_ANY = 0x0000, /* asking only: whatever type it has */
	MGI_MAPI_INT16 = 0x0002,
	MGI_MAPI_INT32 = 0x0003,
	MGI_MAPI_FLOAT = 0x0004,
	MGI_MAPI_DOUBLE = 0x0005,
	MGI_MAPI_CURRENCY = 0x0006,
	MGI_MAPI_APPTIME = 0x0007,
	MGI_MAPI_ERROR = 0x000a,
	MGI_MAPI_BOOL = 0x000b,
	MGI_MAPI_OBJECT = 0x000d,
	MGI_MAPI_INT64 = 0x0014,
	MGI_MAPI_STRING8 = 0x001e, /* in mgi_mapi_code_page() */
	MGI_MAPI_UNICODE = 0x001f, /* UTF-16LE */
	MGI_MAPI_TIME = 0x0040,    /* FILETIME */
	MGI_MAPI_GUID = 0x0048,
	MGI_MAPI_BINARY = 0x0102,
	MGI_MAPI_MANY = 0x1000
};

/* More of one value than this is not kept in memory; read it as a source. */
#define MGI_MAPI_VALUE_MAX ((uint64_t)16 << 20)

/* One property. */
typedef struct mgi_mapi_value {
	mgi_mapi_tag tag;     /* with the type it has */
	bool damaged;         /* `bytes` are not all that stood there */
	uint64_t number;      /* of numbers, BOOL, TIME: its bits, from bit 0;
	                         INT16 and INT32 are not sign-extended */
	mailguard_span bytes; /* of all others, without a closing NUL, while
	                         the object lives; empty if over the limit */
	uint64_t size;        /* of what stands in the file */
} mgi_mapi_value;

/*
 * Many values of a type are kept as [MS-PST] 2.3.3.4 has them: of a fixed type
 * one behind the other; else a count, as many offsets (all 4 bytes), and the
 * values. mgi_mapi_element() parts them.
 */

/* A property that has a name instead of a number ([MS-OXPROPS] 1.3.2). */
typedef struct mgi_mapi_name {
	unsigned char guid[16]; /* of the set, as it lies in the file */
	uint32_t number;        /* PidLid...; 0 if `text` is given */
	mailguard_span text;    /* UTF-16LE, or empty */
} mgi_mapi_name;

/* PS_MAPI, PS_PUBLIC_STRINGS and the sets of [MS-OXPROPS] 1.3.2 end alike. */
#define MGI_MAPI_GUID_OF(a, b, c)                                            \
 {                                                                           \
  (a) & 0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff,     \
	  (b)&0xff, ((b) >> 8) & 0xff, (c)&0xff, ((c) >> 8) & 0xff, 0xc0, 0, \
	  0, 0, 0, 0, 0, 0x46                                                \
 }

typedef int32_t mgi_mapi_kind;
enum {
	MGI_MAPI_MESSAGE = 1,
	MGI_MAPI_RECIPIENT = 2,
	MGI_MAPI_ATTACHMENT = 3,
	MGI_MAPI_FOLDER = 4,
	MGI_MAPI_STORE = 5
};

typedef struct mgi_mapi mgi_mapi;

/*
 * What a file format must be able to do. Every call that can fail gives
 * ITEROVER for what is not there; what is there and cannot be read is EIO or
 * EFORMAT, and mgi_mapi_harm() counts it. A NULL entry: there is never one.
 */
typedef struct mgi_mapi_class {
	/* Property `i`, in the order of the file, its value left out. */
	mailguard_status (*tag_at)(mgi_mapi_tag *out, mgi_mapi *o, size_t i);
	/* By id; the type is whatever it has. */
	mailguard_status (*get)(mgi_mapi_value *out,
	                        mgi_mapi *o,
	                        uint16_t id,
	                        mailguard_error *err);
	/* The bytes of a value, whatever their number. */
	mailguard_status (*open)(mailguard_source **out,
	                         mgi_mapi *o,
	                         uint16_t id,
	                         mailguard_error *err);
	mailguard_status (*recipient)(mgi_mapi **out,
	                              mgi_mapi *o,
	                              size_t i,
	                              mailguard_error *err);
	mailguard_status (*attachment)(mgi_mapi **out,
	                               mgi_mapi *o,
	                               size_t i,
	                               mailguard_error *err);
	/* The message an attachment is (0x3701000D). */
	mailguard_status (*embedded)(mgi_mapi **out,
	                             mgi_mapi *o,
	                             mailguard_error *err);
	/* The id (0x8000 and up) of a name in this file; 0 if none. */
	uint16_t (*name_find)(mgi_mapi *o, const mgi_mapi_name *name);
	/* The name of such an id; false if it has none. */
	bool (*name_of)(mgi_mapi_name *out, mgi_mapi *o, uint16_t id);
	/* One that was opened from none. From any thread. */
	mailguard_status (*again)(mgi_mapi **out,
	                          const mgi_mapi *o,
	                          mailguard_error *err);
	/* What it was made of is let go; the object itself too. */
	void (*release)(mgi_mapi *o);
} mgi_mapi_class;

/* A format's own object begins with this; object.c fills what has a star. */
struct mgi_mapi {
	const mgi_mapi_class *class;
	mailguard *mg;
	mgi_arena *arena;    /* of what the object lends */
	uint64_t id;         /* which one of its file it is; never changes */
	mgi_mapi *above;     /* * what it was opened from, held; or NULL */
	mgi_mapi *origin;    /* * the one this is `again`, held; or NULL */
	size_t index;        /* * which one of `above` */
	atomic_ullong harm;  /* values, and pieces of them, not readable */
	atomic_uint holders; /* * */
	mgi_mapi_kind kind;
	uint32_t depth;     /* * of messages in messages, from 0 */
	uint32_t code_page; /* of the whole store; 0 unknown */
};

/* Messages in messages deeper than this are not opened (ELIMIT). */
#define MGI_MAPI_DEPTH_MAX 64

mgi_mapi *mgi_mapi_ref(mgi_mapi *o);
/* NULL is fine. */
void mgi_mapi_free(mgi_mapi *o);

/*
 * By tag. The type must be the one asked for, or ANY; STRING8 and UNICODE
 * stand for each other. ITEROVER if there is none.
 */
mailguard_status mgi_mapi_get(mgi_mapi_value *out,
                              mgi_mapi *o,
                              mgi_mapi_tag tag,
                              mailguard_error *err);
/* Property `i`, from 0; ITEROVER past the end. */
mailguard_status mgi_mapi_tag_at(mgi_mapi_tag *out, mgi_mapi *o, size_t i);
/* As a source, for bytes over the limit. Yours; it holds the object. */
mailguard_status mgi_mapi_open(mailguard_source **out,
                               mgi_mapi *o,
                               mgi_mapi_tag tag,
                               mailguard_error *err);
/* Number `i` from 0, ITEROVER past the end; yours, give back. */
mailguard_status mgi_mapi_recipient(mgi_mapi **out,
                                    mgi_mapi *o,
                                    size_t i,
                                    mailguard_error *err);
mailguard_status mgi_mapi_attachment(mgi_mapi **out,
                                     mgi_mapi *o,
                                     size_t i,
                                     mailguard_error *err);
/* The message in an attachment; ITEROVER if it is none. Yours. */
mailguard_status mgi_mapi_embedded(mgi_mapi **out,
                                   mgi_mapi *attachment,
                                   mailguard_error *err);
uint16_t mgi_mapi_name_find(mgi_mapi *o, const mgi_mapi_name *name);
bool mgi_mapi_name_of(mgi_mapi_name *out, mgi_mapi *o, uint16_t id);
/* The same once more, sharing nothing that changes. From any thread. Yours. */
mailguard_status mgi_mapi_again(mgi_mapi **out,
                                mgi_mapi *o,
                                mailguard_error *err);
/*
 * How much could not be read so far of it, of what was opened from it, and of
 * those that are the same again; some may count more than once.
 */
uint64_t mgi_mapi_harm(const mgi_mapi *o);
/* For classes: one more piece that cannot be read, here and above. */
void mgi_mapi_harmed(mgi_mapi *o);

/* -- the values people ask for most ---------------------------------------- */

/* An INT16, INT32, INT64 or BOOL; `otherwise` if there is none. */
int64_t mgi_mapi_number(mgi_mapi *o, uint16_t id, int64_t otherwise);
/* A FILETIME as microseconds since 1970; 0 unknown. */
mailguard_time mgi_mapi_time(mgi_mapi *o, uint16_t id);
/*
 * Append a STRING8 or UNICODE property as UTF-8. One bad unit becomes U+FFFD,
 * never the loss of the rest. ITEROVER if there is none.
 */
mailguard_status mgi_mapi_text(mailguard_buffer *out,
                               mgi_mapi *o,
                               uint16_t id,
                               mailguard_error *err);
/* A value that was got, likewise. */
mailguard_status mgi_mapi_value_text(mailguard_buffer *out,
                                     mgi_mapi *o,
                                     const mgi_mapi_value *v,
                                     mailguard_error *err);
/* Element `i` of many values; ITEROVER past the end, EFORMAT if torn. */
mailguard_status mgi_mapi_element(mailguard_span *out,
                                  const mgi_mapi_value *v,
                                  size_t i);
/* Of STRING8: PidTagMessageCodepage, else the internet's, else the store's. */
uint32_t mgi_mapi_code_page(mgi_mapi *o);

#endif
