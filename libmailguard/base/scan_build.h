#ifndef MGI_SCAN_BUILD_H
#define MGI_SCAN_BUILD_H
/*
 * scan_build.h - make the tables of scan.h. It needs neither a handle nor
 * anything else of the library, so that a host tool can compile it alone.
 */
#include <mailguard/base.h>

#include <stdbool.h>

/* Of all phrases together; building takes up to 28 bytes for each. */
#define MGI_SCAN_BYTES_MAX ((size_t)2 << 20)

typedef struct mgi_scan_words {
	const mailguard_span *phrases;
	size_t count;
	bool nocase; /* ASCII letters only; other bytes stand for themselves */
} mgi_scan_words;

/*
 * One state; slot 0 is the start. From `s` a byte of class c leads to slot
 * base + c if that slot's `check` is s, else what `fail` says is tried.
 */
typedef struct mgi_scan_slot {
	int32_t base, check, fail;
	int32_t out; /* the longest phrase that ends here; -1: none */
} mgi_scan_slot;

typedef struct mgi_scan_end {
	int32_t length; /* of the phrase, in bytes */
	int32_t next; /* the next phrase that ends where this one does; or -1 */
} mgi_scan_end;

typedef struct mgi_scan_parts {
	mgi_scan_slot *slots;
	mgi_scan_end *ends; /* NULL if there are no phrases */
	int32_t slot_count, end_count;
	uint8_t classes[256];
} mgi_scan_parts;

/* As in mailguard_options; n == 0 frees. */
typedef struct mgi_scan_memory {
	void *(*resize)(void *p, size_t n, void *payload);
	void *payload;
} mgi_scan_memory;

/*
 * `out` is yours, free with mgi_scan_parts_free(); empty on failure.
 * EINVAL: `*bad` is the number of an empty phrase. ELIMIT: more than
 * MGI_SCAN_BYTES_MAX. ENOMEM.
 */
mailguard_status mgi_scan_build(mgi_scan_parts *out,
                                const mgi_scan_words *words,
                                const mgi_scan_memory *memory,
                                size_t *bad);
void mgi_scan_parts_free(mgi_scan_parts *parts, const mgi_scan_memory *memory);

#endif
