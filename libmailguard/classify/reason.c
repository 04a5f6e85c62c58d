/*
 * reason.c - the reason table, by number and by name.
 */
#include <mailguard/classify.h>

#include "base/handle.h"
#include "classify/row.h"
#include "classify/table.h"

const char *mailguard_fault_name(mailguard_fault fault)
{
	return fault >= 0 && fault < MGI_FAULTS ? mgi_fault_names[fault]
	                                        : mgi_fault_names[0];
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
