#ifndef MGI_ADDRESS_H
#define MGI_ADDRESS_H
/*
 * address.h - an IP address as a value.
 */
#include <stdbool.h>
#include <stdint.h>

/* Of a host, without a port. */
typedef struct mgi_address {
	int32_t family; /* 4 or 6 */
	uint32_t zone;  /* IPv6 scope, else 0 */
	unsigned char bytes[16];
} mgi_address;

/* "192.0.2.1", "2001:db8::1", also "fe80::1%eth0". False if it is none. */
bool mgi_address_read(mgi_address *out, const char *text);

#define MGI_ADDRESS_TEXT 64
/* As above; a zone is written as its number. */
void mgi_address_write(char out[MGI_ADDRESS_TEXT], const mgi_address *a);

/* 127.0.0.0/8, ::1, and the former written as IPv6. */
bool mgi_address_loopback(const mgi_address *a);

#endif
