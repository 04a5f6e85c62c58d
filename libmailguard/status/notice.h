#ifndef MGI_NOTICE_H
#define MGI_NOTICE_H
/*
 * notice.h - a notice as people write it: "■復旧見込み：未定".
 */
#include "status/words.h"

/* Read labels and their values out of `text` into `it`; how many there were.
 * What is set already stays. */
size_t mgi_notice_read(mgi_page *p, mgi_item *it, const char *text);

/* The label that begins `line`, and the value behind it. `marked`: a mark
 * that begins labels stands there, whether or not the label is known. */
mgi_label mgi_notice_label(mgi_page *p,
                           mailguard_span *value,
                           bool *marked,
                           mailguard_span line);

#endif
