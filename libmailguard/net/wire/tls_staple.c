/*
 * tls_staple.c - the OCSP answer that a server staples to its certificate
 * (RFC 6066, 8): only one that is signed by whom we trust, and of that very
 * certificate, says anything.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "net/wire/tls_own.h"

#define LATE 300 /* seconds that clocks may differ */

static OCSP_BASICRESP *staple_of(SSL *ssl)
{
	const unsigned char *bytes;
	OCSP_BASICRESP *basic = NULL;
	OCSP_RESPONSE *answer;
	long len = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);

	if (len <= 0)
		return NULL;
	answer = d2i_OCSP_RESPONSE(NULL, &bytes, len);
	if (answer &&
	    OCSP_response_status(answer) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(answer);
	OCSP_RESPONSE_free(answer);
	return basic;
}

/* Is it about this certificate, by the number its issuer gave it? Whose
   number it is, the signature has told. */
static bool is_about(OCSP_SINGLERESP *one, const X509 *x)
{
	OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(one);
	ASN1_INTEGER *serial = NULL;

	return OCSP_id_get0_info(NULL, NULL, NULL, &serial, id) == 1 &&
	       ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(x)) == 0;
}

static bool revoked(OCSP_BASICRESP *basic, const X509 *x)
{
	ASN1_GENERALIZEDTIME *from, *until;
	int i, why, n = OCSP_resp_count(basic);

	for (i = 0; i < n; i++) {
		OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);

		if (is_about(one, x) &&
		    OCSP_single_get0_status(one, &why, NULL, &from, &until) ==
		            V_OCSP_CERTSTATUS_REVOKED &&
		    OCSP_check_validity(from, until, LATE, -1) == 1)
			return true;
	}
	return false;
}

void mgi_tls_staple(SSL *ssl, X509_STORE *trusted, mgi_tls_faults *faults)
{
	X509 *x = SSL_get0_peer_certificate(ssl);
	OCSP_BASICRESP *basic = x ? staple_of(ssl) : NULL;

	if (basic &&
	    OCSP_basic_verify(basic, SSL_get_peer_cert_chain(ssl), trusted,
	                      0) == 1 &&
	    revoked(basic, x))
		mgi_tls_fault_add(faults, X509_V_ERR_CERT_REVOKED, 0);
	OCSP_BASICRESP_free(basic);
	if (ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
		faults->no_memory = true;
}
