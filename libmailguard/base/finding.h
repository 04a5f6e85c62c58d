#ifndef MGI_FINDING_H
#define MGI_FINDING_H
/*
 * finding.h - findings as they are made: a growing list in an arena.
 */
#include "base/mem.h"

#define MGI_FINDINGS_OF_A_CODE 100 /* default; the rest are only counted */

typedef struct mgi_findings mgi_findings;

/* In `a`, and gone with it. NULL, remembered by the arena, if no memory. */
mgi_findings *mgi_findings_new(mgi_arena *a, uint32_t max_of_a_code);
/* Copied, its strings too. */
void mgi_findings_add(mgi_findings *fs, const mailguard_finding *f);
size_t mgi_findings_count(const mgi_findings *fs);
/* NULL past the end. */
const mailguard_finding *mgi_findings_at(const mgi_findings *fs, size_t i);
/* -1 if there are none. */
mailguard_severity mgi_findings_worst(const mgi_findings *fs);

#endif
