#ifndef MGI_MODEL_H
#define MGI_MODEL_H
/*
 * model.h - what a profile holds, and how a reader of settings adds to it.
 */
#include "base/finding.h"
#include "base/text.h"

#include <mailguard/profile.h>

#include <stdatomic.h>

/* Named limits; past them ELIMIT. */
enum {
	MGI_PROFILE_ITEMS_MAX = 1024, /* of a kind */
	MGI_PROFILE_ORIGINS_MAX = 32768,
	MGI_PROFILE_MAPS_MAX = 64
};

/* Things of one kind, in the profile's arena. */
typedef struct mgi_items {
	void **at;
	size_t count, room;
} mgi_items;

typedef struct mgi_path_map {
	const char *from, *to;
} mgi_path_map;

struct mailguard_profile {
	mgi_arena *arena;
	atomic_uint holders;
	mgi_items accounts, servers, providers, stores, origins;
	mgi_findings *findings;
	mgi_path_map maps[MGI_PROFILE_MAPS_MAX];
	size_t map_count;
};

typedef enum mgi_item_kind {
	MGI_ITEM_ACCOUNT,
	MGI_ITEM_SERVER,
	MGI_ITEM_PROVIDER,
	MGI_ITEM_STORE,
	MGI_ITEM_ORIGIN, /* has no id */
	MGI_ITEM_KINDS
} mgi_item_kind;

/* What the tables of fields need to know of a kind. */
typedef struct mgi_item_type {
	const char *key; /* of its list in JSON: "accounts" */
	size_t size;
	size_t list; /* offset of its mgi_items in the profile */
	size_t max;  /* of them */
	char letter; /* of the ids it is given: a1, S1, m1; 'A' for A, B;
	                NUL: none */
} mgi_item_type;

extern const mgi_item_type mgi_item_types[MGI_ITEM_KINDS];

mgi_items *mgi_profile_items(const mailguard_profile *p, mgi_item_kind kind);
/* A new zeroed item without an id; NULL, remembered by the arena, if none. */
void *mgi_profile_add(mailguard_profile *p, mgi_item_kind kind);
/* By id; NULL if there is none, or `id` is NULL. */
void *mgi_profile_find(const mailguard_profile *p,
                       mgi_item_kind kind,
                       const char *id);
/* Give it a free id of its kind: a1, a2 ... */
void mgi_profile_name(mailguard_profile *p, mgi_item_kind kind, void *item);
/* The id of this server, which is added with its provider if it is new. */
const char *mgi_profile_server_add(mailguard_profile *p,
                                   const mailguard_server *like);
/* The id of the store at the owner's `path`, added if it is new. */
const char *mgi_profile_store_add(mailguard_profile *p,
                                  const mailguard_storage *like);
/* A UUID (RFC 9562, version 8) of a text: the same text, the same UUID. */
#define MGI_UUID_TEXT 37
mailguard_status mgi_uuid_of(char out[MGI_UUID_TEXT],
                             mailguard *mg,
                             mailguard_span text,
                             mailguard_error *err);
/* Finish an account that a reader of settings filled: id, uuid, provider. */
void mgi_profile_account_done(mailguard_profile *p, mailguard_account *a);
/* Bytes of `path` that are `from`, which ends at a slash or its end; or 0. */
size_t mgi_path_below(const char *path, const char *from);
/* Where the owner's path lies, and what is read here for it. */
void mgi_profile_place(mailguard_profile *p, mailguard_storage *s);
/* ENOMEM or ELIMIT if adding failed anywhere. */
mailguard_status mgi_profile_status(const mailguard_profile *p,
                                    mailguard_error *err);
void mgi_profile_note(mailguard_profile *p,
                      const char *code,
                      const char *where,
                      const char *text);

/* A reader of one kind of settings. One static table row a kind. */
typedef struct mgi_importer {
	const char *name;
	/* Is it this? `name` is the last part of the path. */
	bool (*sniff)(mailguard_span head, const char *name);
	mailguard_status (*read)(mailguard_profile *p,
	                         mailguard_span text,
	                         const char *path,
	                         const char *address,
	                         mailguard_error *err);
	bool raw; /* of the bytes as they are, not of their text */
} mgi_importer;

extern const mgi_importer mgi_import_outlook;
extern const mgi_importer mgi_import_profiles_ini;
extern const mgi_importer mgi_import_prefs_js;
extern const mgi_importer mgi_import_autoconfig;
extern const mgi_importer mgi_import_autodiscover;
extern const mgi_importer mgi_import_becky;
extern const mgi_importer mgi_import_getmail;
extern const mgi_importer mgi_import_iaf;
extern const mgi_importer mgi_import_mbsync;
extern const mgi_importer mgi_import_mobileconfig;
extern const mgi_importer mgi_import_mobileconfig_signed;
extern const mgi_importer mgi_import_msmtp;
extern const mgi_importer mgi_import_mutt;
extern const mgi_importer mgi_import_oeaccount;
extern const mgi_importer mgi_import_offlineimap;
extern const mgi_importer mgi_import_prf;

#endif
