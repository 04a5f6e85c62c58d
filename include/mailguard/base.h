/**
 * @file mailguard/base.h
 * @brief The handle, errors, buffers, sources: what every room stands on.
 */
#ifndef MAILGUARD_BASE_H
#define MAILGUARD_BASE_H

#include <stddef.h>
#include <stdint.h>

#include <mailguard/export.h>

MAILGUARD_BEGIN_DECLS

/** How the library fared. Whether a server or a file is well is no status. */
typedef enum mailguard_status {
	MAILGUARD_OK = 0,
	MAILGUARD_ITEROVER = 1,     /**< Nothing is left. */
	MAILGUARD_AGAIN = 2,        /**< Nothing yet, or full: step first. */
	MAILGUARD_EINVAL = -1,      /**< The caller broke the contract. */
	MAILGUARD_ENOMEM = -2,      /**< The allocator returned NULL. */
	MAILGUARD_EIO = -3,         /**< The system said no; see `sys`. */
	MAILGUARD_EFORMAT = -4,     /**< Not a thing this library knows. */
	MAILGUARD_ECANCELLED = -5,  /**< Progress or interrupt said stop. */
	MAILGUARD_EBUSY = -6,       /**< Another thread is in this object, or
	                                  another program in this file. */
	MAILGUARD_ELIMIT = -7,      /**< A named limit was reached. */
	MAILGUARD_EEXIST = -8,      /**< It would overwrite something. */
	MAILGUARD_EUNSUPPORTED = -9 /**< Built without it. */
} mailguard_status;

/** "ok", "no memory" ...; "unknown" for a number of a newer library. */
MAILGUARD_EXTERN(const char *) mailguard_status_name(int32_t status);

/** The library's version, "0.1.0". */
MAILGUARD_EXTERN(const char *) mailguard_version(void);

/** One failure, 512 bytes for ever, wherever the caller puts it. */
typedef struct mailguard_error {
	int32_t status;    /**< mailguard_status. */
	int32_t sys;       /**< errno, or 0. */
	char code[48];     /**< Stable, for programs: "file.unreadable". */
	char message[456]; /**< One line of UTF-8 in the handle's language. */
} mailguard_error;

/** Microseconds since 1970-01-01 UTC. 0 is "unknown". */
typedef int64_t mailguard_time;

/** Of "2026-01-13T09:00:00+09:00" (RFC 3339); 0 if it is no such time. */
MAILGUARD_EXTERN(mailguard_time) mailguard_time_parse(const char *text);

/** Some bytes that belong to someone else. */
typedef struct mailguard_span {
	const unsigned char *data;
	size_t len;
} mailguard_span;

#define MAILGUARD_NOWHERE UINT64_MAX

/** How bad one finding is. Numbers are stable; new ones are appended. */
typedef int32_t mailguard_severity;
enum {
	MAILGUARD_SEVERITY_NOTE = 0, /**< Odd, but every reader copes. */
	MAILGUARD_SEVERITY_WARN = 1, /**< Some readers will show less. */
	MAILGUARD_SEVERITY_LOSS = 2  /**< Something is out of reach. */
};

/** "note", "warn", "loss"; "unknown" for a number of a newer library. */
MAILGUARD_EXTERN(const char *) mailguard_severity_name(mailguard_severity s);

/** One thing that is wrong, whatever room saw it. May grow at the end. */
typedef struct mailguard_finding {
	int32_t severity; /**< mailguard_severity. */
	int32_t reserved;
	uint64_t offset;   /**< First byte concerned, or MAILGUARD_NOWHERE. */
	uint64_t length;   /**< Bytes concerned; 0 if not known. */
	uint64_t item;     /**< Message, row or line, from 1; 0 for none. */
	const char *code;  /**< Stable: "pst.block-crc". */
	const char *where; /**< Path, folder or field; "" if none. */
	const char *text;  /**< One sentence in the handle's language. */
} mailguard_finding;

/** Where long work has got to. */
typedef struct mailguard_progress {
	uint64_t done;
	uint64_t total;   /**< 0 if not known. */
	const char *what; /**< In the handle's language. */
} mailguard_progress;

/** Return non-zero to stop; the call then fails with ECANCELLED. */
typedef int (*mailguard_progress_fn)(const mailguard_progress *at,
                                     void *payload);

/** The kind of place a file lies in, which decides what threatens it. */
typedef int32_t mailguard_place_kind;
enum {
	MAILGUARD_PLACE_UNKNOWN = 0,
	MAILGUARD_PLACE_LOCAL = 1, /**< A fixed disk of this machine. */
	MAILGUARD_PLACE_CLOUD = 2, /**< A folder some service syncs. */
	MAILGUARD_PLACE_SHARE = 3, /**< A network share. */
	MAILGUARD_PLACE_USB = 4    /**< Removable. */
};

/** "local", "cloud", "share", "usb"; "unknown" for anything else. */
MAILGUARD_EXTERN(const char *) mailguard_place_name(mailguard_place_kind kind);

/** How much a line of the log weighs. */
enum {
	MAILGUARD_LOG_ERROR = 0,
	MAILGUARD_LOG_WARN = 1,
	MAILGUARD_LOG_INFO = 2,
	MAILGUARD_LOG_DEBUG = 3
};

/** The world the library may touch. Zero means the default. */
typedef struct mailguard_options {
	size_t size;
	const char *lang; /**< Of every text for people: "en" or "ja". */
	void *(*resize)(void *p, size_t n, void *payload); /**< n == 0 frees. */
	mailguard_time (*now)(void *payload);
	int64_t (*ticks)(void *payload); /**< Microseconds, never backwards. */
	int32_t (*utc_offset)(mailguard_time at, void *payload); /**< Seconds
	                                      east of UTC; default 0. */
	int (*random)(void *out, size_t n, void *payload); /**< 0: filled. */
	/** A line, without its end, of what the library is at; not for people
	 *  and not to be parsed. So far at MAILGUARD_LOG_DEBUG: each step of a
	 *  conversation with a server, with host, phase, time and outcome,
	 *  never with what was said or heard. Must not call the library. */
	void (*log)(int32_t level, const char *line, void *payload);
	void *payload; /**< The six above may be called from any thread. */
} mailguard_options;

/* clang-format off */
#define MAILGUARD_OPTIONS_INIT \
	{ sizeof(mailguard_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }
/* clang-format on */

typedef struct mailguard mailguard;

/**
 * Make a handle. It never changes afterwards and may be shared by threads.
 *
 * @param[out] out  Free with mailguard_free(). NULL on failure.
 * @param opts      NULL for the defaults. Copied.
 * @retval MAILGUARD_EINVAL  A language other than "en" or "ja", or options
 *                           newer than this library.
 * @retval MAILGUARD_ENOMEM  No memory.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_new(mailguard **out,
                                                 const mailguard_options *opts,
                                                 mailguard_error *err);
/**
 * Hold it once more; returns `mg`. NULL is fine. Every object holds one of
 * these, so freeing in any order is fine.
 */
MAILGUARD_EXTERN(mailguard *) mailguard_ref(mailguard *mg);
/** Give one reference back. NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_free(mailguard *mg);
/** Stop (1) or allow (0) all work of `mg`. From any thread or signal. */
MAILGUARD_EXTERN(void) mailguard_interrupt(mailguard *mg, int on);

/** Text that grows: every *_json() and *_text() appends to one. */
typedef struct mailguard_buffer mailguard_buffer;

/**
 * An empty one.
 *
 * @param[out] out  Free with mailguard_buffer_free(). NULL on failure.
 * @param mg        Held by the buffer; may be freed first.
 * @retval MAILGUARD_EINVAL  No handle.
 * @retval MAILGUARD_ENOMEM  No memory.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_buffer_new(mailguard_buffer **out,
                                                        mailguard *mg,
                                                        mailguard_error *err);
/** The bytes so far, always closed by a NUL. Valid until the next change. */
MAILGUARD_EXTERN(const char *) mailguard_buffer_text(
	const mailguard_buffer *buf);
/** How many bytes, without the closing NUL. */
MAILGUARD_EXTERN(size_t) mailguard_buffer_length(const mailguard_buffer *buf);
/** Empty it, keeping its memory. */
MAILGUARD_EXTERN(void) mailguard_buffer_clear(mailguard_buffer *buf);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_buffer_free(mailguard_buffer *buf);

/** Bytes that can be read again: a file, memory, a message. Counted. */
typedef struct mailguard_source mailguard_source;
/** Those bytes in order, one piece a step, whatever their number. */
typedef struct mailguard_stream mailguard_stream;

/**
 * Bytes of the caller's, not copied.
 *
 * @param[out] out  Free with mailguard_source_free(). NULL on failure.
 * @param release   Called with `payload` once nobody reads them any more;
 *                  NULL if they live for ever. Not called on failure.
 * @retval MAILGUARD_EINVAL  No handle, or a length without bytes.
 * @retval MAILGUARD_ENOMEM  No memory.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_source_memory(
	mailguard_source **out,
	mailguard *mg,
	mailguard_span bytes,
	void (*release)(void *payload),
	void *payload,
	mailguard_error *err);
/**
 * A file, opened now and read when a stream asks.
 *
 * @param[out] out  Free with mailguard_source_free(). NULL on failure.
 * @retval MAILGUARD_EINVAL  No handle or no path.
 * @retval MAILGUARD_EIO     `path` cannot be opened, or is no regular file.
 * @retval MAILGUARD_ENOMEM  No memory.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_source_file(mailguard_source **out,
                                                         mailguard *mg,
                                                         const char *path,
                                                         mailguard_error *err);
/** Hold it once more; returns `src`. NULL is fine. */
MAILGUARD_EXTERN(mailguard_source *) mailguard_source_ref(
	mailguard_source *src);
/** Give one reference back. NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_source_free(mailguard_source *src);

/**
 * Read it from the beginning. Several streams may be open at once.
 *
 * @param[out] out  Free with mailguard_stream_free(). NULL on failure.
 * @param src       Held by the stream; may be freed first.
 * @retval MAILGUARD_EINVAL  No source.
 * @retval MAILGUARD_EIO     Its file cannot be opened once more.
 * @retval MAILGUARD_ENOMEM  No memory.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_source_open(mailguard_stream **out,
                                                         mailguard_source *src,
                                                         mailguard_error *err);
/**
 * Step to the next piece.
 *
 * @param[out] out  Valid until the next step.
 * @retval MAILGUARD_ITEROVER    No bytes are left.
 * @retval MAILGUARD_EIO         The rest cannot be read.
 * @retval MAILGUARD_ECANCELLED  mailguard_interrupt() said stop.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_stream_next(
	mailguard_span *out,
	mailguard_stream *stream,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_stream_free(mailguard_stream *stream);

MAILGUARD_END_DECLS
#endif
