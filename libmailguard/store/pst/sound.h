#ifndef MGI_PST_SOUND_H
#define MGI_PST_SOUND_H
/*
 * sound.h - is what lies on the middle floor as [MS-PST] 2.3 has it? For who
 * checks a file, and for who takes parts of it over as they are.
 */
#include "store/pst/ltp.h"

/* False if it is not in order; all of it was looked at. */

mailguard_status mgi_pst_heap_sound(bool *out,
                                    mgi_pst_heap *h,
                                    mailguard_error *err);
/* Heap, columns, index and every row with its values. */
mailguard_status mgi_pst_table_sound(bool *out,
                                     mgi_pst_table *t,
                                     mailguard_error *err);
/* Every value of a node's properties can be reached. */
mailguard_status mgi_pst_props_sound(bool *out,
                                     const mgi_pst_props *p,
                                     mailguard_error *err);

#endif
