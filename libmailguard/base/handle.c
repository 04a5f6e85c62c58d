/*
 * handle.c - the handle: allocator, clock, randomness, log, language.
 *
 * It never changes after mailguard_new() but for the count of its holders and
 * the interrupt flag, both atomic; so threads may share it freely.
 */
#include "base/handle.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/os.h"
#include "base/xml.h"

struct mailguard {
	mailguard_options opts;
	mgi_lang lang;
	atomic_uint holders;
	atomic_int interrupted;
};

/* The one place where the C library's allocator is named. */
static void *resize_default(void *p, size_t n, void *payload)
{
	(void)payload;
	if (n == 0) {
		free(p);
		return NULL;
	}
	return realloc(p, n);
}

static mailguard_status options_take(mailguard_options *out,
                                     mgi_lang *lang,
                                     const mailguard_options *in,
                                     mailguard_error *err)
{
	mailguard_status st;

	st = mgi_options_copy(out, sizeof(*out), in, NULL, err);
	if (st < 0)
		return st;
	*lang = MGI_EN;
	if (out->lang && strcmp(out->lang, "ja") == 0)
		*lang = MGI_JA;
	else if (out->lang && strcmp(out->lang, "en") != 0)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_OPTIONS_LANG, "lang", out->lang);
	out->lang = NULL; /* the caller's string */
	if (!out->resize)
		out->resize = resize_default;
	return MAILGUARD_OK;
}

mailguard_status mailguard_new(mailguard **out,
                               const mailguard_options *opts,
                               mailguard_error *err)
{
	mailguard_options own;
	mailguard_status st;
	mgi_lang lang;
	mailguard *mg;

	if (!out)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "out");
	*out = NULL;
	mgi_error_clear(err);
	st = options_take(&own, &lang, opts, err);
	if (st < 0)
		return st;
	mgi_xml_setup();
	mg = own.resize(NULL, sizeof(*mg), own.payload);
	if (!mg)
		return mgi_fail_nomem(err);
	memset(mg, 0, sizeof(*mg));
	mg->opts = own;
	mg->lang = lang;
	atomic_init(&mg->holders, 1);
	atomic_init(&mg->interrupted, 0);
	*out = mg;
	return MAILGUARD_OK;
}

mailguard *mailguard_ref(mailguard *mg)
{
	if (mg)
		atomic_fetch_add_explicit(&mg->holders, 1,
		                          memory_order_relaxed);
	return mg;
}

void mailguard_free(mailguard *mg)
{
	if (!mg)
		return;
	if (atomic_fetch_sub_explicit(&mg->holders, 1, memory_order_acq_rel) !=
	    1)
		return;
	(void)mg->opts.resize(mg, 0, mg->opts.payload);
}

void mailguard_interrupt(mailguard *mg, int on)
{
	atomic_store_explicit(&mg->interrupted, on != 0, memory_order_relaxed);
}

bool mgi_interrupted(const mailguard *mg)
{
	/* C11's atomic_load() wants no const before TC1; nothing changes. */
	mailguard *shared = (mailguard *)(uintptr_t)mg;

	return atomic_load_explicit(&shared->interrupted,
	                            memory_order_relaxed) != 0;
}

mgi_lang mgi_lang_of(const mailguard *mg)
{
	return mg ? mg->lang : MGI_EN;
}

mailguard_time mgi_now(const mailguard *mg)
{
	return mg->opts.now ? mg->opts.now(mg->opts.payload) : mgi_os_now();
}

int64_t mgi_ticks(const mailguard *mg)
{
	return mg->opts.ticks ? mg->opts.ticks(mg->opts.payload)
	                      : mgi_os_ticks();
}

int32_t mgi_utc_offset(const mailguard *mg, mailguard_time at)
{
	if (!mg->opts.utc_offset)
		return 0;
	return mg->opts.utc_offset(at, mg->opts.payload);
}

int mgi_random(const mailguard *mg, void *out, size_t n)
{
	if (!mg->opts.random)
		return mgi_os_random(out, n);
	return mg->opts.random(out, n, mg->opts.payload);
}

void mgi_log(const mailguard *mg, int32_t level, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (!mg->opts.log)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	mg->opts.log(level, line, mg->opts.payload);
}

void *mgi_handle_resize(const mailguard *mg, void *p, size_t n)
{
	return mg->opts.resize(p, n, mg->opts.payload);
}

mailguard_status mgi_options_copy(void *out,
                                  size_t known,
                                  const void *in,
                                  mailguard *mg,
                                  mailguard_error *err)
{
	const unsigned char *raw = in;
	size_t i, size;

	memset(out, 0, known);
	if (!in)
		return MAILGUARD_OK;
	memcpy(&size, in, sizeof(size));
	if (size < sizeof(size))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "size");
	for (i = known; i < size; i++)
		if (raw[i])
			return mgi_fail(err, mg, MAILGUARD_EINVAL,
			                MGI_SAY_OPTIONS_NEWER);
	memcpy(out, in, size < known ? size : known);
	return MAILGUARD_OK;
}
