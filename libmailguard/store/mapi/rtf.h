#ifndef MGI_MAPI_RTF_H
#define MGI_MAPI_RTF_H
/*
 * rtf.h - what Outlook keeps as RTF: unpacked ([MS-OXRTFCP]), and what it
 * hides or says ([MS-OXRTFEX], RTF 1.9).
 */
#include "base/buf.h"

/* More than this is not unpacked. */
#define MGI_RTF_MAX ((size_t)64 << 20)

/*
 * Append what a PidTagRtfCompressed unpacks to. What is torn gives what comes
 * before and EFORMAT; a checksum that does not fit likewise, with all of it.
 * EFORMAT has no text: whoever calls knows whose it is.
 */
mailguard_status mgi_rtf_unpack(mailguard_buffer *out,
                                mailguard_span packed,
                                mailguard_error *err);

typedef enum mgi_rtf_kind {
	MGI_RTF_OWN,  /* written as RTF */
	MGI_RTF_HTML, /* made of HTML, which can be had back */
	MGI_RTF_TEXT  /* made of plain text */
} mgi_rtf_kind;

mgi_rtf_kind mgi_rtf_kind_of(mailguard_span rtf);
/* Append the HTML it was made of, or the text; UTF-8, LF ends. */
mailguard_status mgi_rtf_text(mailguard_buffer *out,
                              mailguard_span rtf,
                              mgi_rtf_kind kind,
                              mailguard_error *err);

#endif
