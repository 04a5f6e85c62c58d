/*
 * names.c - numbers of incidents as the words of programs and people.
 */
#include <mailguard/status.h>

#include "base/say.h"

#define NAME(table, i)                                                      \
 ((i) >= 0 && (size_t)(i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] \
	                                                       : "unknown")

const char *mailguard_incident_kind_name(mailguard_incident_kind kind)
{
	static const char *const names[] = { "unknown", "incident",
		                             "maintenance", "info" };

	return NAME(names, kind);
}

const char *mailguard_incident_phase_name(mailguard_incident_phase phase)
{
	static const char *const names[] = { "unknown",     "scheduled",
		                             "in_progress", "investigating",
		                             "identified",  "monitoring",
		                             "resolved",    "completed" };

	return NAME(names, phase);
}

const char *mailguard_incident_impact_name(mailguard_incident_impact impact)
{
	static const char *const names[] = { "unknown", "none", "minor",
		                             "major", "critical" };

	return NAME(names, impact);
}

const char *mailguard_incident_when_name(mailguard_incident_when when)
{
	static const char *const names[] = { "unknown", "now", "ahead",
		                             "over" };

	return NAME(names, when);
}

const char *mailguard_incident_touches_name(mailguard_incident_touches touches)
{
	static const char *const names[] = { "no", "maybe", "yes" };

	return NAME(names, touches);
}

static const struct {
	const char *name;
	mgi_say_id text;
} whys[] = {
	{ "none", MGI_SAY_TOUCH_NONE },
	{ "host-named", MGI_SAY_TOUCH_HOST_NAMED },
	{ "host-in-range", MGI_SAY_TOUCH_HOST_IN_RANGE },
	{ "address", MGI_SAY_TOUCH_ADDRESS },
	{ "service", MGI_SAY_TOUCH_SERVICE },
	{ "partly", MGI_SAY_TOUCH_PARTLY },
	{ "not-said", MGI_SAY_TOUCH_NOT_SAID },
	{ "host-unknown", MGI_SAY_TOUCH_HOST_UNKNOWN },
	{ "whose-page", MGI_SAY_TOUCH_WHOSE_PAGE },
	{ "other-hosts", MGI_SAY_TOUCH_OTHER_HOSTS },
	{ "other-service", MGI_SAY_TOUCH_OTHER_SERVICE },
	{ "other-provider", MGI_SAY_TOUCH_OTHER_PROVIDER },
	{ "information", MGI_SAY_TOUCH_INFORMATION },
};

#define WHYS ((mailguard_incident_why)(sizeof(whys) / sizeof(whys[0])))

const char *mailguard_incident_why_name(mailguard_incident_why why)
{
	return why >= 0 && why < WHYS ? whys[why].name : "unknown";
}

const char *mailguard_incident_why_text(const mailguard *mg,
                                        mailguard_incident_why why)
{
	if (why < 0 || why >= WHYS)
		return "";
	return mgi_say_raw(mgi_lang_of(mg), whys[why].text);
}

const char *mailguard_incident_service_name(uint32_t bit)
{
	static const char *const names[] = { "smtp",    "pop", "imap",
		                             "webmail", "dns", "other" };
	int32_t i = 0;

	while (i < 32 && (uint32_t)1 << i != bit)
		i++;
	return NAME(names, i);
}
