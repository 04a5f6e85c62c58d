/*
 * reason.c - the reason table, by number and by name.
 */
#include <mailguard/classify.h>

#include "base/handle.h"
#include "base/say.h"
#include "classify/row.h"
#include "classify/table.h"

const char *mailguard_fault_name(mailguard_fault fault)
{
	return fault >= 0 && fault < MGI_FAULTS ? mgi_fault_names[fault]
	                                        : mgi_fault_names[0];
}

const char *mailguard_fault_text(const mailguard *mg, mailguard_fault fault)
{
	static const mgi_say_id texts[MGI_FAULTS] = {
		[MAILGUARD_FAULT_UNKNOWN] = MGI_SAY_FAULT_UNKNOWN,
		[MAILGUARD_FAULT_LOCAL_STORE] = MGI_SAY_FAULT_LOCAL_STORE,
		[MAILGUARD_FAULT_LOCAL_CONFIG] = MGI_SAY_FAULT_LOCAL_CONFIG,
		[MAILGUARD_FAULT_LOCAL_NETWORK] = MGI_SAY_FAULT_LOCAL_NETWORK,
		[MAILGUARD_FAULT_LOCAL_SYSTEM] = MGI_SAY_FAULT_LOCAL_SYSTEM,
		[MAILGUARD_FAULT_DNS] = MGI_SAY_FAULT_DNS,
		[MAILGUARD_FAULT_ROUTE] = MGI_SAY_FAULT_ROUTE,
		[MAILGUARD_FAULT_TLS] = MGI_SAY_FAULT_TLS,
		[MAILGUARD_FAULT_AUTH] = MGI_SAY_FAULT_AUTH,
		[MAILGUARD_FAULT_SERVER_OVERLOAD] =
			MGI_SAY_FAULT_SERVER_OVERLOAD,
		[MAILGUARD_FAULT_SERVER_OUTAGE] = MGI_SAY_FAULT_SERVER_OUTAGE,
		[MAILGUARD_FAULT_PROVIDER_MAINTENANCE] =
			MGI_SAY_FAULT_PROVIDER_MAINTENANCE,
		[MAILGUARD_FAULT_POLICY] = MGI_SAY_FAULT_POLICY,
		[MAILGUARD_FAULT_RECIPIENT] = MGI_SAY_FAULT_RECIPIENT,
		[MAILGUARD_FAULT_CONTENT] = MGI_SAY_FAULT_CONTENT,
		[MAILGUARD_FAULT_PROTOCOL] = MGI_SAY_FAULT_PROTOCOL,
		[MAILGUARD_FAULT_USER_ACTION] = MGI_SAY_FAULT_USER_ACTION,
		[MAILGUARD_FAULT_NONE] = MGI_SAY_FAULT_NONE,
	};
	bool known = fault >= 0 && fault < MGI_FAULTS;

	return mgi_say_raw(mgi_lang_of(mg), texts[known ? fault : 0]);
}

mailguard_fault mailguard_fault_find(const char *name)
{
	return name ? mgi_row_fault(name, strlen(name)) : -1;
}

/* NULL for a number of a newer library. */
static const mgi_reason_row *find(mailguard_reason reason)
{
	size_t low = 0, high = mgi_reason_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (mgi_reasons[mid].number < reason)
			low = mid + 1;
		else
			high = mid;
	}
	return low < mgi_reason_count && mgi_reasons[low].number == reason
	               ? &mgi_reasons[low]
	               : NULL;
}

/* The row itself, or that of `unknown`, which is the first. */
static const mgi_reason_row *row_of(mailguard_reason reason)
{
	const mgi_reason_row *row = find(reason);

	return row ? row : &mgi_reasons[0];
}

const char *mailguard_reason_name(mailguard_reason reason)
{
	return row_of(reason)->name;
}

mailguard_reason mailguard_reason_find(const char *name)
{
	size_t i;

	for (i = 0; name && i < mgi_reason_count; i++)
		if (strcmp(mgi_reasons[i].name, name) == 0)
			return mgi_reasons[i].number;
	return -1;
}

mailguard_fault mailguard_reason_fault(mailguard_reason reason)
{
	return reason >= 0 ? reason / 100 : MAILGUARD_FAULT_UNKNOWN;
}

int32_t mailguard_reason_temporary(mailguard_reason reason)
{
	return row_of(reason)->temporary;
}

int32_t mailguard_reason_hard(mailguard_reason reason)
{
	return row_of(reason)->hard;
}

const char *mailguard_reason_sisimai(mailguard_reason reason)
{
	return row_of(reason)->sisimai;
}

const char *mailguard_reason_text(const mailguard *mg, mailguard_reason reason)
{
	return row_of(reason)->text[mgi_lang_of(mg)];
}

const char *mailguard_reason_action(const mailguard *mg,
                                    mailguard_reason reason)
{
	return row_of(reason)->action[mgi_lang_of(mg)];
}
