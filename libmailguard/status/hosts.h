#ifndef MGI_STATUS_HOSTS_H
#define MGI_STATUS_HOSTS_H
/*
 * hosts.h - hosts as notices name them: one, a range, all that begin so.
 *
 * A pattern is a host ("pop.example.jp"), its first label ("mail1"), a range
 * ("www1.x.jp..www9.x.jp", "mail1..mail5", "192.0.2.1..192.0.2.9"), a beginning
 * ("mx01.*"), an IPv4 address or a network ("192.0.2.0/24").
 */
#include "status/page.h"

typedef enum mgi_host_fit {
	MGI_HOST_OTHER = 0,   /* comparable, and another */
	MGI_HOST_FOREIGN = 1, /* named by another scheme: it may be an alias */
	MGI_HOST_LABEL = 2, /* the first label fits; the domain was not told */
	MGI_HOST_RANGE = 3,
	MGI_HOST_SAME = 4
} mgi_host_fit;

/* Both folded; `host` is a name or an address. */
mgi_host_fit mgi_host_match(const char *pattern, const char *host);

/*
 * Add the hosts that `text` names. `stated`: the text is a label's value that
 * can hold hosts only, so first labels with a number count too ("mail1").
 * `ranges`: nothing but ranges, for prose names hosts for many reasons.
 */
void mgi_hosts_scan(mgi_page *p,
                    mgi_item *it,
                    const char *text,
                    bool stated,
                    bool ranges);
/* Does `host` stand in `text` as a whole name, case ignored? */
bool mgi_host_mentioned(const char *text, const char *host);

#endif
