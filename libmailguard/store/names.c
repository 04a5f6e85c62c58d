/*
 * names.c - what an item is, how it fares and how it was reached, as words.
 */
#include <mailguard/store.h>

static const char *name(const char *const *names, int32_t count, int32_t i)
{
	return i > 0 && i <= count ? names[i - 1] : "unknown";
}

const char *mailguard_walk_kind_name(int32_t kind)
{
	static const char *const names[] = { "mail", "contact", "appointment",
		                             "task", "note",    "journal",
		                             "list" };

	return name(names, MAILGUARD_ITEM_LIST, kind);
}

const char *mailguard_walk_state_name(int32_t state)
{
	static const char *const names[] = { "intact", "repaired", "damaged",
		                             "lost" };

	return name(names, MAILGUARD_ITEM_LOST, state);
}

const char *mailguard_walk_how_name(int32_t how)
{
	static const char *const names[] = { "indexed", "scavenged" };

	return name(names, MAILGUARD_ITEM_SCAVENGED, how);
}

const char *mailguard_walk_flag_name(uint32_t flag)
{
	static const char *const names[] = { "seen",    "answered", "flagged",
		                             "deleted", "draft",    "passed" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flag == UINT32_C(1) << i)
			return names[i];
	return "unknown";
}
