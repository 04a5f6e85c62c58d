#ifndef MGI_XML_CHARSET_H
#define MGI_XML_CHARSET_H
/*
 * xml_charset.h - a document's bytes as clean UTF-8; for xml.c alone.
 */
#include "base/charset.h"

/* `label` may be NULL. The XML declaration is blanked, for it is now wrong. */
mailguard_status mgi_xml_to_utf8(mailguard_buffer *out,
                                 mailguard_span bytes,
                                 const char *label,
                                 mailguard_error *err);

#endif
