#ifndef MGI_IP_H
#define MGI_IP_H
/*
 * ip.h - IP addresses as records and policies write them, without a socket.
 */
#include "base/mem.h"

typedef struct mgi_ip {
	int32_t family; /* 4 or 6; 0: none */
	unsigned char bytes[16];
} mgi_ip;

#define MGI_IP_TEXT 48
/* The nibbles of an IPv6 address, dots between. */
#define MGI_IP_REVERSED 80

/* All of `s`; no zone. An IPv4 address mapped into IPv6 is read as IPv4. */
bool mgi_ip_read(mgi_ip *out, mailguard_span s);
/* The same, mapped ones left as they are. */
bool mgi_ip_read_plain(mgi_ip *out, mailguard_span s);
/* RFC 5952. */
void mgi_ip_write(char out[MGI_IP_TEXT], const mgi_ip *ip);
/* "1.2.0.192", or nibbles, the last first: what stands before a zone. */
void mgi_ip_reverse(char out[MGI_IP_REVERSED], const mgi_ip *ip);
/* The first `bits` are the same, and so is the family. */
bool mgi_ip_within(const mgi_ip *ip, const mgi_ip *net, int bits);
bool mgi_ip_same(const mgi_ip *a, const mgi_ip *b);
/* 127.0.0.0/8, ::1, RFC 1918, RFC 4193, link-local: nobody outside gets there.
 */
bool mgi_ip_private(const mgi_ip *ip);

#endif
