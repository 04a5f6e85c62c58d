#ifndef MGI_LOOK_H
#define MGI_LOOK_H
/*
 * look.h - a look around under way: homes, the places in them, the profile
 * that comes of it.
 */
#include "checkup/client_places.h"
#include "checkup/find.h"
#include "profile/model.h"

enum {
	MGI_LOOK_NEAR_DEPTH = 6,
	MGI_LOOK_STORES_MAX = 512 /* orphans past it are only told */
};

typedef struct mgi_look_home {
	struct mgi_look_home *next;
	const char *path;
	int32_t system;
	bool exported; /* an export told Outlook's settings */
} mgi_look_home;

/* One place of the table that is there. */
typedef struct mgi_look_spot {
	struct mgi_look_spot *next;
	const char *path;
	const mgi_client_place *row;
	mgi_look_home *home;
} mgi_look_spot;

struct mailguard_look {
	mailguard *mg;
	mgi_arena *arena;
	mailguard_look_options opts;
	const char *root; /* without a slash at its end; NULL */
	mailguard_profile *profile;
	mgi_look_home *homes, **last_home;
	mgi_look_spot *spots, **last_spot; /* still to be looked at */
	mailguard_find *find;              /* of the spot under way */
	const char *find_client;
	size_t placed;    /* stores of the profile that were placed */
	size_t elsewhere; /* and looked through for those not here */
	size_t orphans;
	bool spotted;
	mailguard_buffer text;
	mailguard_looked step;
};

/* Homes of the disk mounted at the root. */
mailguard_status mgi_look_homes(mailguard_look *l, mailguard_error *err);
/* Fill l->spots: what of the table is there. */
mailguard_status mgi_look_spots(mailguard_look *l, mailguard_error *err);
/* A home more; false without memory. */
bool mgi_look_home_add(mailguard_look *l, const char *path, int32_t system);
/* Where the owner's path is read here: its own names, whatever the case of
 * their letters; NULL if it is not there. */
const char *mgi_look_here(mailguard_look *l, const char *owner_path);
/* The owner's path of what lies below the root. */
const char *mgi_look_owner(mailguard_look *l, const char *path);
/* Give the profile's new stores their owners' paths, files and versions. */
void mgi_look_place(mailguard_look *l);

#endif
