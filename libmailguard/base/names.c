/*
 * names.c - stable words for base's numbers, and the library's version.
 */
#include <mailguard/base.h>

const char *mailguard_version(void)
{
	return MAILGUARD_VERSION;
}

const char *mailguard_status_name(int32_t status)
{
	static const char *const failed[] = {
		"ok",        "invalid", "no-memory", "io",     "format",
		"cancelled", "busy",    "limit",     "exists", "unsupported"
	};
	static const char *const fine[] = { "ok", "over", "again" };

	if (status >= MAILGUARD_OK && status <= MAILGUARD_AGAIN)
		return fine[status];
	if (status < MAILGUARD_OK && status >= MAILGUARD_EUNSUPPORTED)
		return failed[-status];
	return "unknown";
}

const char *mailguard_severity_name(mailguard_severity s)
{
	static const char *const names[] = { "note", "warn", "loss" };

	return s >= 0 && s <= MAILGUARD_SEVERITY_LOSS ? names[s] : "unknown";
}

const char *mailguard_place_name(mailguard_place_kind kind)
{
	static const char *const names[] = { "unknown", "local", "cloud",
		                             "share", "usb" };

	return kind >= 0 && kind <= MAILGUARD_PLACE_USB ? names[kind]
	                                                : "unknown";
}
