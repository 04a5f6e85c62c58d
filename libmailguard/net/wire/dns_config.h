#ifndef MGI_DNS_CONFIG_H
#define MGI_DNS_CONFIG_H
/*
 * dns_config.h - whom to ask, and what this machine knows without asking.
 *
 * The functions are pure: they read text, from wherever it comes.
 */
#include "base/mem.h"
#include "net/wire/address.h"

#define MGI_DNS_SERVERS_MAX 8
#define MGI_DNS_PORT 53

typedef struct mgi_dns_server_at {
	mgi_address address;
	uint32_t port;
} mgi_dns_server_at;

typedef struct mgi_dns_servers {
	mgi_dns_server_at list[MGI_DNS_SERVERS_MAX];
	size_t count;
} mgi_dns_servers;

/* From "127.0.0.1:5353,[::1]:53"; false if a part of it is no server. */
bool mgi_dns_servers_parse(mgi_dns_servers *out, const char *text);
/* From what stands in resolv.conf; 127.0.0.1 if that names none. */
void mgi_dns_servers_system(mgi_dns_servers *out, mailguard_span resolv_conf);

#define MGI_DNS_SERVER_TEXT (MGI_ADDRESS_TEXT + 10)
/* "127.0.0.1:53", "[::1]:53" */
void mgi_dns_server_write(char out[MGI_DNS_SERVER_TEXT],
                          const mgi_dns_server_at *at);

/* The addresses of `host` in the text of a hosts file; how many. */
size_t mgi_hosts_find(mgi_address *out,
                      size_t max,
                      mailguard_span hosts,
                      const char *host);

#endif
