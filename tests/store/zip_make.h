#ifndef ZIP_MAKE_H
#define ZIP_MAKE_H
/*
 * zip_make.h - ZIP files made here, member by member, also such as nobody
 * should make.
 */
#include <stddef.h>
#include <stdint.h>

enum { ZIP_LOCKED = 1, ZIP_LINK = 2, ZIP_PACKED = 4, ZIP_LATE = 8 };

typedef struct zip {
	unsigned char *at;
	size_t len, room;
	struct {
		size_t at; /* of the head */
		uint32_t crc, packed, size;
		char name[256];
		int how;
	} members[512];
	size_t count;
	size_t list; /* where it begins, once it is there */
} zip;

/* `how`: ZIP_... or-ed; LATE: sum and sizes follow the bytes. */
void zip_put(zip *z, const char *name, const void *bytes, size_t n, int how);
/* The list of all members, and what ends the file. */
void zip_end(zip *z);
void zip_free(zip *z);

#endif
