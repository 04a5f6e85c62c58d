/*
 * words.c - names of tests, outcomes, grades and vantages, both ways.
 */
#include "diagnose/words.h"

#include <mailguard/classify.h>

#define COUNT(a) ((int32_t)(sizeof(a) / sizeof((a)[0])))

static const char *const tests[] = { "op",  "probe",  "store", "net",
	                             "dns", "status", "dsn",   "clock",
	                             "dev", "web",    "recur", "silence" };
static const char *const outcomes[] = { "unknown", "ok",     "fail",
	                                "damaged", "locked", "missing",
	                                "full",    "maint",  "incident" };
static const char *const grades[] = { "undetermined", "suspect", "likely",
	                              "certain" };
static const char *const vantages[] = { "here", "outside", "device" };
static const char *const places[] = { "unknown", "local", "cloud", "share",
	                              "usb" };
static const char *const dirs[] = { "in", "out" };
/* In the order of a session; "tls" stands before "greet" as with port 993. */
static const char *const phases[] = { "dns",   "tcp",  "tls",
	                              "greet", "auth", "data" };

static const char *word_at(const char *const *words, int32_t n, int32_t i)
{
	return i >= 0 && i < n ? words[i] : NULL;
}

const char *mailguard_test_name(mailguard_test test)
{
	const char *s = word_at(tests, COUNT(tests), test - 1);

	return s ? s : "unknown";
}

const char *mailguard_outcome_name(mailguard_outcome outcome)
{
	const char *s = word_at(outcomes, COUNT(outcomes), outcome);

	return s ? s : "unknown";
}

const char *mailguard_grade_name(mailguard_grade grade)
{
	const char *s = word_at(grades, COUNT(grades), grade);

	return s ? s : "unknown";
}

const char *mailguard_vantage_name(mailguard_vantage vantage)
{
	const char *s = word_at(vantages, COUNT(vantages), vantage);

	return s ? s : "unknown";
}

const char *mgi_test_word(int32_t i)
{
	return word_at(tests, COUNT(tests), i);
}

const char *mgi_outcome_word(int32_t i)
{
	return word_at(outcomes, COUNT(outcomes), i);
}

const char *mgi_phase_word_at(int32_t i)
{
	return word_at(phases, COUNT(phases), i);
}

const char *mgi_place_word(int32_t i)
{
	return word_at(places, COUNT(places), i);
}

const char *mgi_dir_word(int32_t i)
{
	return word_at(dirs, COUNT(dirs), i);
}

const char *mgi_fault_word(int32_t i)
{
	return i >= MAILGUARD_FAULT_UNKNOWN && i <= MAILGUARD_FAULT_NONE
	               ? mailguard_fault_name(i)
	               : NULL;
}
