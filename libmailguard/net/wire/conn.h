#ifndef MGI_CONN_H
#define MGI_CONN_H
/*
 * conn.h - one TCP connection, in clear or by TLS, that nobody waits for.
 */
#include "net/wire/address.h"
#include "net/wire/tls.h"

typedef struct mgi_conn {
	int fd;     /* -1: none */
	bool reset; /* before anything was read */
	mgi_tls_line *tls;
} mgi_conn;

#define MGI_CONN_NONE ((mgi_conn){ -1, false, NULL })

/* OK: connected. WRITE: under way, ask mgi_conn_opened() with what the loop
   then tells of it. A port that takes nobody refuses; a reset means that the
   connection was taken first, and is told of whoever reads next. */
mgi_io mgi_conn_open(mgi_conn *c,
                     const mgi_address *to,
                     int32_t port,
                     int *sys);
mgi_io mgi_conn_opened(mgi_conn *c, unsigned events, int *sys);
/* For who writes twice before there is an answer: the second is not to wait
   until the first has arrived. */
void mgi_conn_hurry(const mgi_conn *c);
/* `*got` is 0 unless OK. */
mgi_io mgi_conn_recv(mgi_conn *c, void *to, size_t room, size_t *got, int *sys);
mgi_io mgi_conn_send(mgi_conn *c, mailguard_span bytes, size_t *sent, int *sys);
/* Our end of it; false if the system does not tell. */
bool mgi_conn_own(const mgi_conn *c, mgi_address *out);
/* `bye`: tell the other side, if that can be done at once. */
void mgi_conn_close(mgi_conn *c, bool bye);

#endif
