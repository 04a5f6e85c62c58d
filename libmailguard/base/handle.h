#ifndef MGI_HANDLE_H
#define MGI_HANDLE_H
/*
 * handle.h - what the handle carries: clock, randomness, log, language.
 */
#include <mailguard/base.h>

#include <stdbool.h>

typedef enum mgi_lang { MGI_EN = 0, MGI_JA = 1 } mgi_lang;

/* NULL speaks English. */
mgi_lang mgi_lang_of(const mailguard *mg);
mailguard_time mgi_now(const mailguard *mg);
int64_t mgi_ticks(const mailguard *mg);
/* Seconds east of UTC. */
int32_t mgi_utc_offset(const mailguard *mg, mailguard_time at);
/* 0 when `out` is filled. */
int mgi_random(const mailguard *mg, void *out, size_t n);
bool mgi_interrupted(const mailguard *mg);

/* One line, cut at 511 bytes. Never what was said or heard, nor a secret. */
void mgi_log(const mailguard *mg, int32_t level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Only mem.c may ask for this. */
void *mgi_handle_resize(const mailguard *mg, void *p, size_t n);

/*
 * Take an options struct made for an older or newer header than ours. What
 * the caller did not know is zero, the default; what we do not know must be
 * zero, or the caller asked for something this library cannot give.
 * `in` may be NULL. Both begin with a size_t, the size of the struct.
 */
mailguard_status mgi_options_copy(void *out,
                                  size_t known,
                                  const void *in,
                                  mailguard *mg,
                                  mailguard_error *err);

#endif
