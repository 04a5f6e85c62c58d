#ifndef MGI_URL_H
#define MGI_URL_H
/*
 * url.h - the inner parts of an endpoint: a URL taken apart, the table of
 * schemes, and the judgement of every part, wherever it came from.
 */
#include "base/fail.h"
#include "base/mem.h"
#include "base/text.h"

#include <mailguard/proto.h>

/* Where each part stands, nothing decoded. `data` NULL: it is not there. */
typedef struct mgi_url {
	mailguard_span scheme, login, host, port, path, query, fragment;
} mgi_url;

/* False if there is no "://"; then nothing is set. */
bool mgi_url_split(mgi_url *out, mailguard_span text);

typedef struct mgi_scheme {
	const char *name;
	mailguard_protocol protocol;
	mailguard_tls tls;
} mgi_scheme;

/* NULL if there is none. */
const mgi_scheme *mgi_scheme_find(mailguard_span name);
/* The one to write: of `tls` IMPLICIT, or else of the protocol in clear. */
const mgi_scheme *mgi_scheme_of(mailguard_protocol protocol, mailguard_tls tls);

/* An address, 192.0.2.1 or 2001:db8::1, and nothing else. */
bool mgi_address_ok(mailguard_span s);
/* A name, an IDN as it is written, or an address, also with a zone. */
bool mgi_host_ok(mailguard_span s);
/* UTF-8 without C0 and C1 controls and line separators; not empty. */
bool mgi_plain_ok(mailguard_span s);
/* May `c` stand in a path or query as it is? */
bool mgi_path_char(int c);

/* Every part of `e`; the one judge for parsed and for filled endpoints. */
mailguard_status mgi_endpoint_check(const mailguard_endpoint *e,
                                    const mailguard *mg,
                                    mailguard_error *err);

#endif
