#ifndef MGI_CODE_PAGE_H
#define MGI_CODE_PAGE_H
/*
 * code_page.h - Windows code pages as charsets.
 */
#include "base/charset.h"

/* 932 is Shift_JIS as Microsoft has it. NULL: none this system knows. */
const mgi_charset *mgi_code_page(uint32_t number);
/*
 * The page Windows itself uses where mail uses `number`: 932 for ISO-2022-JP.
 * A property in 8 bits is in it, whatever the mail came in.
 */
uint32_t mgi_code_page_ansi(uint32_t number);

#endif
