#ifndef MGI_TLS_H
#define MGI_TLS_H
/*
 * tls.h - TLS on a connected socket, as a client that looks at everything and
 * lets a bad certificate pass: what is wrong with it is told, and who sends a
 * secret asks first.
 *
 * One mgi_tls a net: the certificates to trust are read once.
 */
#include "net/transcript.h"

typedef struct mgi_tls mgi_tls;
typedef struct mgi_tls_line mgi_tls_line;

/* What came of trying to move bytes. */
typedef enum mgi_io {
	MGI_IO_OK,    /* some moved, or it is done */
	MGI_IO_READ,  /* nothing until it can be read */
	MGI_IO_WRITE, /* nothing until it can be written */
	MGI_IO_END,   /* the other side said its last */
	MGI_IO_FAILED /* see `sys`; EPROTO for what TLS itself refuses, ENOMEM
	                 for a want of memory, which is no fault of theirs */
} mgi_io;

/*
 * `ca_file` NULL: the system's. Every `full_every`-th handshake with a server
 * is a full one, the rest resume; 1: all are full.
 */
mailguard_status mgi_tls_new(mgi_tls **out,
                             mailguard *mg,
                             const char *ca_file,
                             uint32_t full_every,
                             mailguard_error *err);
/* All lines are gone. NULL is fine. */
void mgi_tls_free(mgi_tls *tls);

/* `host` is whom we believe to speak to, a name or an address. NULL: no
   memory. */
mgi_tls_line *mgi_tls_line_new(mgi_tls *tls,
                               int fd,
                               const char *host,
                               int32_t port);
mgi_io mgi_tls_handshake(mgi_tls_line *line, int *sys);
/* What DNS told of the server's key. */
typedef struct mgi_tlsa {
	mailguard_dane dane;    /* MATCH: as far as the records are signed */
	mailguard_span records; /* "3 1 1 0123...", a line each */
} mgi_tlsa;

/* After the handshake succeeded or failed: facts, certificates and faults.
   False: no memory. */
bool mgi_tls_tell(mgi_tls_line *line, mgi_script *script, mgi_tlsa published);
mgi_io mgi_tls_recv(mgi_tls_line *line,
                    void *to,
                    size_t room,
                    size_t *got,
                    int *sys);
mgi_io mgi_tls_send(mgi_tls_line *line,
                    const void *bytes,
                    size_t n,
                    size_t *sent,
                    int *sys);
/* Say close_notify if that can be done at once, then forget. NULL is fine. */
void mgi_tls_line_free(mgi_tls_line *line, bool bye);

#endif
