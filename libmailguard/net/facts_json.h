#ifndef MGI_FACTS_JSON_H
#define MGI_FACTS_JSON_H
/*
 * facts_json.h - facts of a transcript as JSON, for it and for whoever tells
 * of them in a document of his own.
 */
#include <mailguard/net.h>

#include "base/json.h"

/* "faults": what verifying found; an empty list if nothing. */
void mgi_tls_faults_json(mgi_jsonw *w, const mailguard_transcript *t);
/* "dane": "match"; null if it was not asked for. */
void mgi_tls_dane_json(mgi_jsonw *w, const mailguard_transcript *t);
/* "records" of DNS. */
void mgi_records_json(mgi_jsonw *w, const mailguard_transcript *t);

#endif
