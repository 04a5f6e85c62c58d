#ifndef MGI_MASK_H
#define MGI_MASK_H
/*
 * mask.h - strike secrets out of what is recorded, also where a server says
 * them back.
 */
#include "base/buf.h"

#define MGI_MASK_SHOWN "***"
#define MGI_MASK_FORMS 12
/* A shorter form is struck out only where it is a word of its own. */
#define MGI_MASK_SHORT 4

typedef struct mgi_mask {
	mailguard *mg; /* borrowed */
	struct {
		unsigned char *at;
		size_t len;
	} forms[MGI_MASK_FORMS];
	size_t count;
	bool failed; /* a form found no memory or no room */
} mgi_mask;

void mgi_mask_init(mgi_mask *m, mailguard *mg);
/* One form of the secret, copied. */
void mgi_mask_add(mgi_mask *m, mailguard_span form);
/* A password or token in all the forms it may come back: as it is, quoted,
 * in Base64. */
void mgi_mask_secret(mgi_mask *m, mailguard_span secret);
/* Append `s`, each form in it as MGI_MASK_SHOWN. */
void mgi_mask_put(mailguard_buffer *out, const mgi_mask *m, mailguard_span s);
/* Wipe and free. */
void mgi_mask_done(mgi_mask *m);
/* A buffer that held a secret: overwrite, then free or empty it. */
void mgi_mask_wipe(mailguard_buffer *b);

#endif
