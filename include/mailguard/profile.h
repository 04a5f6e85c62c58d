/**
 * @file mailguard/profile.h
 * @brief Accounts, servers and mail files in one place: read from clients' own
 *        settings, kept in one JSON file (docs/schema/profile.json).
 *
 * Every account, server, provider and store has a short id, unique among its
 * kind; accounts name the others by it. A password is never read: only that
 * one was stored.
 */
#ifndef MAILGUARD_PROFILE_H
#define MAILGUARD_PROFILE_H

#include <mailguard/proto.h>

MAILGUARD_BEGIN_DECLS

/** In all structs below NULL is "not known". May grow at the end. */

/** Whose servers they are. */
typedef struct mailguard_provider {
	const char *id;     /**< "A". */
	const char *name;   /**< As people call it. */
	const char *status; /**< URL of its status page. */
	const char *phone;
} mailguard_provider;

/** One service of one machine. */
typedef struct mailguard_server {
	const char *id; /**< "S1". */
	const char *provider;
	const char *host;
	const char *address; /**< Ask exactly this one instead of resolving. */
	mailguard_protocol protocol;
	mailguard_tls tls;
	int32_t port; /**< 0: the one the protocol has. */
	int32_t reserved;
} mailguard_server;

/** One mail file or folder. */
typedef struct mailguard_storage {
	const char *id;      /**< "m1". */
	const char *kind;    /**< "pst", "mbox", "maildir" ... */
	const char *path;    /**< As its owner knows it: "C:\Users\u\a.pst". */
	const char *file;    /**< What is examined here; NULL: `path` itself. */
	const char *client;  /**< "outlook", "thunderbird" ... */
	const char *version; /**< Of the client. */
	int32_t place;       /**< mailguard_place_kind of the owner's path. */
	int32_t reserved;
} mailguard_storage;

/** One mail account. */
typedef struct mailguard_account {
	const char *id;   /**< "a1". */
	const char *uuid; /**< Stays when the id changes. */
	const char *label;
	const char *address;
	const char *name; /**< Display name. */
	const char *reply_to;
	const char *server_in, *server_out; /**< Ids. */
	const char *user_in, *user_out;
	const char *auth_in, *auth_out; /**< Mechanism or "oauth2"; NULL. */
	const char *provider;
	const char *store;
	const char *webmail;     /**< URL. */
	const char *backup;      /**< Id of the account to use meanwhile. */
	const char *secret;      /**< Where the secret is kept; never itself. */
	const char *phone;       /**< Of the person whose account it is. */
	int32_t leave_on_server; /**< 1 yes, 0 no, -1 not known. */
	int32_t leave_days;      /**< 0: no end. */
	int32_t secret_stored;   /**< 1: the client has a password stored. */
	int32_t reserved;
} mailguard_account;

/** Where a field of an account, server or store was read. */
typedef struct mailguard_origin {
	const char *account, *server, *store; /**< Of which; one of these. */
	const char *field;                    /**< "port", as in JSON. */
	const char *file;                     /**< That says so. */
	const char *key; /**< What it is called there: "POP3 Port". */
} mailguard_origin;

typedef struct mailguard_profile mailguard_profile;

/** An empty profile; free with mailguard_profile_free(). */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_new(
	mailguard_profile **out,
	mailguard *mg,
	mailguard_error *err);
/**
 * Read a profile's JSON. `folder` is what a relative `file` of a store stands
 * in; NULL: as it is.
 *
 * @retval MAILGUARD_EFORMAT  No JSON, an unknown key, a missing or wrong
 *                            value; the message names its place.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_parse(
	mailguard_profile **out,
	mailguard *mg,
	mailguard_span text,
	const char *folder,
	mailguard_error *err);
/** The same from a file of at most 4 MiB. */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_open(
	mailguard_profile **out,
	mailguard *mg,
	const char *path,
	mailguard_error *err);
/** One reference more. */
MAILGUARD_EXTERN(mailguard_profile *) mailguard_profile_ref(
	mailguard_profile *p);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_profile_free(mailguard_profile *p);

/**
 * Owners' paths that begin with `from` are read here below `to`:
 * ("C:\Users\u", "/mnt/pc/u"). Both kinds of slashes and, below a drive
 * letter, the case of ASCII letters do not matter. Applies to what is in the
 * profile and what is imported later; the longest `from` that fits wins.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_map(mailguard_profile *p,
                                                         const char *from,
                                                         const char *to,
                                                         mailguard_error *err);

/**
 * Add what a client's own settings say: an Outlook .reg export or the
 * registry file (NTUSER.DAT) it is of, Outlook's .prf, Thunderbird's
 * profiles.ini or prefs.js, Becky!'s Mailbox.ini (or the folder of these),
 * .oeaccount, .iaf, .mobileconfig, an autoconfig XML file, an answer of
 * Autodiscover, the files of msmtp, mbsync, getmail, offlineimap and mutt.
 * The kind is told by the content. What was there before is kept; servers
 * that are the same are one. Each field gets an origin; what is broken, and
 * accounts of one address that do not agree, become findings.
 *
 * @param address  For files without one (autoconfig): whose settings they
 *                 become. NULL if not needed.
 * @param added    How many accounts; may be NULL.
 * @retval MAILGUARD_EFORMAT  No settings this library knows, or broken ones;
 *                            the message names the file and the place.
 * @retval MAILGUARD_EUNSUPPORTED  A signed .mobileconfig.
 * @retval MAILGUARD_EIO      It cannot be read.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_import(
	mailguard_profile *p,
	const char *path,
	const char *address,
	size_t *added,
	mailguard_error *err);

/** These six: borrowed from the profile; NULL past the end. */
MAILGUARD_EXTERN(const mailguard_account *) mailguard_profile_account(
	const mailguard_profile *p,
	size_t i);
MAILGUARD_EXTERN(const mailguard_server *) mailguard_profile_server(
	const mailguard_profile *p,
	size_t i);
MAILGUARD_EXTERN(const mailguard_provider *) mailguard_profile_provider(
	const mailguard_profile *p,
	size_t i);
MAILGUARD_EXTERN(const mailguard_storage *) mailguard_profile_storage(
	const mailguard_profile *p,
	size_t i);
/** Who said it; nothing for what stands in a profile without origins. */
MAILGUARD_EXTERN(const mailguard_origin *) mailguard_profile_origin(
	const mailguard_profile *p,
	size_t i);
/** What was odd in the settings read: a broken entry, a conflict. */
MAILGUARD_EXTERN(const mailguard_finding *) mailguard_profile_finding(
	const mailguard_profile *p,
	size_t i);
/** By id; NULL if there is none. */
MAILGUARD_EXTERN(const mailguard_server *) mailguard_profile_server_of(
	const mailguard_profile *p,
	const char *id);
MAILGUARD_EXTERN(const mailguard_storage *) mailguard_profile_storage_of(
	const mailguard_profile *p,
	const char *id);
MAILGUARD_EXTERN(const mailguard_provider *) mailguard_profile_provider_of(
	const mailguard_profile *p,
	const char *id);

/** Append the profile as its JSON file has it. */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_json(
	mailguard_buffer *out,
	const mailguard_profile *p,
	mailguard_error *err);

/** In whose words. Numbers are stable; new ones are appended. */
typedef int32_t mailguard_profile_format;
enum {
	MAILGUARD_PROFILE_JSON = 0,         /**< The profile itself. */
	MAILGUARD_PROFILE_AUTOCONFIG = 1,   /**< Mozilla's, of one account. */
	MAILGUARD_PROFILE_MOBILECONFIG = 2, /**< Apple's, not signed. */
	MAILGUARD_PROFILE_PRF = 3,          /**< Outlook's .prf. */
	MAILGUARD_PROFILE_THUNDERBIRD = 4,  /**< Lines of a prefs.js. */
	MAILGUARD_PROFILE_SHEET = 5         /**< A page to print, in HTML. */
};

/** Of "profile", "autoconfig", "mobileconfig", "prf", "thunderbird" or
 *  "sheet"; -1 for anything else. */
MAILGUARD_EXTERN(mailguard_profile_format) mailguard_profile_format_find(
	const char *name);
/**
 * Append the accounts in the words of `format`; no password is in any of them.
 * What a format cannot say is left out: docs/rooms/profile.md has a table.
 * UTF-8, but for a .prf with characters beyond ASCII (CP932, else UTF-16LE).
 *
 * @param account  The id of the one account to export; NULL: all of them. An
 *                 autoconfig file is of one. Of no matter to the profile
 *                 itself.
 * @retval MAILGUARD_EINVAL  No such format or account, no account at all, or
 *                           more than the format holds.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_export(
	mailguard_buffer *out,
	const mailguard_profile *p,
	mailguard_profile_format format,
	const char *account,
	mailguard_error *err);

/** What happened to one thing. Numbers are stable. */
enum {
	MAILGUARD_DIFF_ADDED = 0,
	MAILGUARD_DIFF_REMOVED = 1,
	MAILGUARD_DIFF_CHANGED = 2
};

/** "added", "removed", "changed"; "unknown" for anything else. */
MAILGUARD_EXTERN(const char *) mailguard_diff_what_name(int32_t what);

/** One difference. May grow at the end. */
typedef struct mailguard_change {
	int32_t what; /**< MAILGUARD_DIFF_ADDED ... */
	int32_t reserved;
	const char *list;   /**< "accounts", "providers" or "stores". */
	const char *name;   /**< The address, the provider's name, the path. */
	const char *field;  /**< "user_in", "server_in.port"; NULL if all of
	                         it came or went, as are the two below. */
	const char *before; /**< "" for nothing. */
	const char *after;
} mailguard_change;

/** What changed from one profile to another. */
typedef struct mailguard_diff mailguard_diff;

/**
 * Compare two profiles. Ids, uuids, the order and who said what do not count:
 * accounts are matched by uuid, else by address; a server is told with the
 * accounts that use it.
 *
 * @param[out] out  Free with mailguard_diff_free(); keeps nothing of the two.
 * @retval MAILGUARD_EINVAL  One of them is missing.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_profile_diff(
	mailguard_diff **out,
	const mailguard_profile *before,
	const mailguard_profile *after,
	mailguard_error *err);
/** Borrowed from the diff; NULL past the end. None: nothing was changed. */
MAILGUARD_EXTERN(const mailguard_change *) mailguard_diff_change(
	const mailguard_diff *d,
	size_t i);
/** Append a line a change, or one that says that there is none. */
MAILGUARD_EXTERN(mailguard_status) mailguard_diff_text(mailguard_buffer *out,
                                                       const mailguard_diff *d,
                                                       mailguard_error *err);
/** Append docs/schema/diff.json. */
MAILGUARD_EXTERN(mailguard_status) mailguard_diff_json(mailguard_buffer *out,
                                                       const mailguard_diff *d,
                                                       mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_diff_free(mailguard_diff *d);

MAILGUARD_END_DECLS
#endif
