#ifndef MGI_MAPI_LINES_H
#define MGI_MAPI_LINES_H
/*
 * lines.h - content lines as iCalendar and vCard have them (RFC 5545, 3.1;
 * RFC 6350, 3.2): escaped, folded at 75 bytes, never inside a character.
 * Lines end in LF; the part that holds them says how it is encoded.
 */
#include "store/mapi/object.h"

/* A property with a name, by the short form of its set. */
typedef enum mgi_set {
	MGI_SET_NONE, /* `id` is the property's own */
	MGI_SET_APPOINTMENT,
	MGI_SET_TASK,
	MGI_SET_ADDRESS,
	MGI_SET_COMMON,
	MGI_SET_MEETING
} mgi_set;

/* The id here of a named property; 0 if this file has none. */
uint16_t mgi_set_id(mgi_mapi *o, mgi_set set, uint32_t id);

/* "NAME:value", whose value is no text to be escaped. */
void mgi_line_raw(mailguard_buffer *out, const char *name, const char *value);
/* A text, escaped. */
void mgi_line_text(mailguard_buffer *out,
                   const char *name,
                   mailguard_span value);
/* ... of a property, if there is one. */
void mgi_line_of(mailguard_buffer *out,
                 const char *name,
                 mgi_mapi *o,
                 uint16_t id);
/* Escaped texts with `;` between them, if one of them is there. */
void mgi_line_parts(mailguard_buffer *out,
                    const char *name,
                    mgi_mapi *o,
                    const uint16_t *ids,
                    size_t count);
/*
 * "20260101T000000Z"; for a day its date: midnight somewhere, told in UTC, is
 * the midnight that is nearest, as no place is far from its zone.
 */
void mgi_line_time(mailguard_buffer *out,
                   const char *name,
                   mailguard_time t,
                   bool day_only);

/* The item as iCalendar: an event, with a method ("REQUEST") or "". */
void mgi_ical_event(mailguard_buffer *out, mgi_mapi *o, const char *method);
void mgi_ical_todo(mailguard_buffer *out, mgi_mapi *o);
/*
 * RRULE and EXDATE of a PidLidAppointmentRecur ([MS-OXOCAL] 2.2.1.44); nothing
 * if it is torn or of a calendar that RRULE does not know. `start`: of the
 * first event.
 */
void mgi_rrule_put(mailguard_buffer *out,
                   mailguard_span blob,
                   mailguard_time start);
/* The item as vCard 4.0. */
void mgi_vcard_put(mailguard_buffer *out, mgi_mapi *o);

#endif
