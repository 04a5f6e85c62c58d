/*
 * say.c - find a text, fill its slots.
 *
 * A slot nobody filled stays as it stands, so that a forgotten one is seen.
 */
#include "base/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/say_table.h"

const char *mgi_say_code(mgi_say_id id)
{
	return mgi_say_table[id].id;
}

const char *mgi_say_raw(mgi_lang lang, mgi_say_id id)
{
	return mgi_say_table[id].text[lang];
}

/* The value of the slot of `n` bytes at `name`; NULL if nobody gave one. */
static const char *value_of(const char *name, size_t n, va_list ap)
{
	const char *key, *value, *found = NULL;
	va_list args;

	va_copy(args, ap);
	while (!found && (key = va_arg(args, const char *))) {
		value = va_arg(args, const char *);
		if (strlen(key) == n && memcmp(key, name, n) == 0)
			found = value ? value : "";
	}
	va_end(args);
	return found;
}

void mgi_say_fill(mgi_say_put put, void *to, const char *text, va_list ap)
{
	while (*text) {
		size_t n = strcspn(text, "{");
		const char *close, *value;

		put(to, text, n);
		text += n;
		close = *text ? strchr(text, '}') : NULL;
		if (!close) {
			put(to, text, strlen(text));
			return;
		}
		n = (size_t)(close - text) + 1;
		value = value_of(text + 1, n - 2, ap);
		if (value)
			put(to, value, strlen(value));
		else
			put(to, text, n);
		text += n;
	}
}

static void put_buffer(void *to, const char *s, size_t n)
{
	mgi_buf_add(to, s, n);
}

void mgi_say_args(mailguard_buffer *out, mgi_lang lang, mgi_say_id id, ...)
{
	va_list ap;

	va_start(ap, id);
	mgi_say_fill(put_buffer, out, mgi_say_raw(lang, id), ap);
	va_end(ap);
}

static mgi_number number_of(uint64_t n, bool below_zero)
{
	char text[sizeof(mgi_number)], *at = text + sizeof(text);
	mgi_number out;

	*--at = '\0';
	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	if (below_zero)
		*--at = '-';
	memcpy(out.text, at, (size_t)(text + sizeof(text) - at));
	return out;
}

mgi_number mgi_u64(uint64_t n)
{
	return number_of(n, false);
}

mgi_number mgi_i64(int64_t n)
{
	return number_of(n < 0 ? -(uint64_t)n : (uint64_t)n, n < 0);
}

const char *mgi_sys_text(mgi_lang lang, int sys)
{
	static const struct {
		int sys;
		mgi_say_id id;
	} rows[] = {
		{ EPERM, MGI_SAY_SYS_EPERM },
		{ ENOENT, MGI_SAY_SYS_ENOENT },
		{ EINTR, MGI_SAY_SYS_EINTR },
		{ EIO, MGI_SAY_SYS_EIO },
		{ EACCES, MGI_SAY_SYS_EACCES },
		{ EBUSY, MGI_SAY_SYS_EBUSY },
		{ EEXIST, MGI_SAY_SYS_EEXIST },
		{ ENOTDIR, MGI_SAY_SYS_ENOTDIR },
		{ EISDIR, MGI_SAY_SYS_EISDIR },
		{ EINVAL, MGI_SAY_SYS_EINVAL },
		{ ENFILE, MGI_SAY_SYS_ENFILE },
		{ EMFILE, MGI_SAY_SYS_EMFILE },
		{ EFBIG, MGI_SAY_SYS_EFBIG },
		{ ENOSPC, MGI_SAY_SYS_ENOSPC },
		{ EROFS, MGI_SAY_SYS_EROFS },
		{ ENAMETOOLONG, MGI_SAY_SYS_ENAMETOOLONG },
		{ ELOOP, MGI_SAY_SYS_ELOOP },
		{ EOVERFLOW, MGI_SAY_SYS_EOVERFLOW },
		{ ENOMEM, MGI_SAY_SYS_ENOMEM },
		{ EDQUOT, MGI_SAY_SYS_EDQUOT },
		{ ESTALE, MGI_SAY_SYS_ESTALE },
		{ ENODEV, MGI_SAY_SYS_ENODEV },
		{ ENXIO, MGI_SAY_SYS_ENXIO },
		{ ENODATA, MGI_SAY_SYS_ENODATA },
		{ ETIMEDOUT, MGI_SAY_SYS_ETIMEDOUT },
		{ ECONNREFUSED, MGI_SAY_SYS_ECONNREFUSED },
		{ ECONNRESET, MGI_SAY_SYS_ECONNRESET },
		{ EHOSTUNREACH, MGI_SAY_SYS_EHOSTUNREACH },
		{ ENETUNREACH, MGI_SAY_SYS_ENETUNREACH },
		{ ENOTCONN, MGI_SAY_SYS_ENOTCONN },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].sys == sys)
			return mgi_say_raw(lang, rows[i].id);
	return NULL;
}
