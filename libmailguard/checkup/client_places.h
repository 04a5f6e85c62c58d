#ifndef MGI_CLIENT_PLACES_H
#define MGI_CLIENT_PLACES_H
/*
 * client_places.h - data/client_places.tsv as tools/mkclients.c writes it.
 */
#include <stddef.h>
#include <stdint.h>

enum {
	MGI_CLIENT_ON_WINDOWS = 1,
	MGI_CLIENT_ON_MAC = 2,
	MGI_CLIENT_ON_UNIX = 4
};

/* In the order in which they are looked at. */
enum {
	MGI_CLIENT_SETTINGS,
	MGI_CLIENT_EXPORT,
	MGI_CLIENT_HIVE,
	MGI_CLIENT_MAIL,
	MGI_CLIENT_NEAR,
	MGI_CLIENT_KINDS
};

typedef struct mgi_client_place {
	const char *client; /* NULL: of many */
	const char *pattern;
	int32_t system, kind;
} mgi_client_place;

extern const mgi_client_place mgi_client_places[];
extern const size_t mgi_client_place_count;

#endif
