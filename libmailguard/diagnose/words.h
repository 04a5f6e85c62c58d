#ifndef MGI_WORDS_H
#define MGI_WORDS_H
/*
 * words.h - the fixed words of a case file, and the numbers they stand for.
 */
#include <mailguard/diagnose.h>
#include <mailguard/reasons.h>

/* The i-th allowed word of a list; NULL past the end. */
const char *mgi_test_word(int32_t i);
const char *mgi_outcome_word(int32_t i);
const char *mgi_phase_word_at(int32_t i);
const char *mgi_place_word(int32_t i);
const char *mgi_fault_word(int32_t i);
const char *mgi_dir_word(int32_t i);

#endif
