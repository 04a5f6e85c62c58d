#ifndef MGI_LOGINS_H
#define MGI_LOGINS_H
/*
 * logins.h - what lies beside Thunderbird's prefs.js.
 */
#include "profile/claim.h"

/* The servers a password is stored for; never a password. */
typedef struct mgi_logins {
	const char **hosts;
	size_t count;
} mgi_logins;

/* Nothing if there is no logins.json, or it cannot be read. */
void mgi_logins_read(mgi_logins *out, mailguard_profile *p, const char *folder);
bool mgi_logins_has(const mgi_logins *l, const char *host);
/* "128.3.1", by compatibility.ini; NULL if it is not there. */
const char *mgi_thunderbird_version(mailguard_profile *p, const char *folder);

#endif
