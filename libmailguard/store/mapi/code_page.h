#ifndef MGI_CODE_PAGE_H
#define MGI_CODE_PAGE_H
/*
 * code_page.h - Windows code pages as charsets.
 */
#include "base/charset.h"

/* 932 is Shift_JIS as Microsoft has it. NULL: none this system knows. */
const mgi_charset *mgi_code_page(uint32_t number);

#endif
