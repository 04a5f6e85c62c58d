/**
 * @file mailguard/status.h
 * @brief Status pages, feeds and notices of providers as incidents, and which
 *        of them touch my accounts. What cannot be read is unknown, never ok.
 */
#ifndef MAILGUARD_STATUS_H
#define MAILGUARD_STATUS_H

#include <mailguard/diagnose.h>
#include <mailguard/net.h>

MAILGUARD_BEGIN_DECLS

/** What was told. Numbers are stable; new ones are appended. */
typedef int32_t mailguard_incident_kind;
enum {
	MAILGUARD_INCIDENT_KIND_UNKNOWN = 0,
	MAILGUARD_INCIDENT_KIND_INCIDENT = 1,
	MAILGUARD_INCIDENT_KIND_MAINTENANCE = 2,
	MAILGUARD_INCIDENT_KIND_INFO = 3 /**< Stops no mail. */
};

/** How far it has got. */
typedef int32_t mailguard_incident_phase;
enum {
	MAILGUARD_INCIDENT_PHASE_UNKNOWN = 0, /**< Taken for going on. */
	MAILGUARD_INCIDENT_PHASE_SCHEDULED = 1,
	MAILGUARD_INCIDENT_PHASE_IN_PROGRESS = 2, /**< Of maintenance. */
	MAILGUARD_INCIDENT_PHASE_INVESTIGATING = 3,
	MAILGUARD_INCIDENT_PHASE_IDENTIFIED = 4,
	MAILGUARD_INCIDENT_PHASE_MONITORING = 5, /**< Mended, being watched. */
	MAILGUARD_INCIDENT_PHASE_RESOLVED = 6,
	MAILGUARD_INCIDENT_PHASE_COMPLETED = 7 /**< Of maintenance. */
};

/** How bad it is. A word that is not known counts as the worst. */
typedef int32_t mailguard_incident_impact;
enum {
	MAILGUARD_INCIDENT_IMPACT_UNKNOWN = 0, /**< Nobody said. */
	MAILGUARD_INCIDENT_IMPACT_NONE = 1,
	MAILGUARD_INCIDENT_IMPACT_MINOR = 2,
	MAILGUARD_INCIDENT_IMPACT_MAJOR = 3,
	MAILGUARD_INCIDENT_IMPACT_CRITICAL = 4
};

/** Where it stands in time, seen from when the page was fetched. */
typedef int32_t mailguard_incident_when;
enum {
	MAILGUARD_INCIDENT_WHEN_UNKNOWN = 0, /**< Old, and never closed. */
	MAILGUARD_INCIDENT_WHEN_NOW = 1,
	MAILGUARD_INCIDENT_WHEN_AHEAD = 2,
	MAILGUARD_INCIDENT_WHEN_OVER = 3
};

/** Services of mail, as bits. */
enum {
	MAILGUARD_INCIDENT_SMTP = 1,
	MAILGUARD_INCIDENT_POP = 2,
	MAILGUARD_INCIDENT_IMAP = 4,
	MAILGUARD_INCIDENT_WEBMAIL = 8,
	MAILGUARD_INCIDENT_DNS = 16,
	MAILGUARD_INCIDENT_OTHER = 32 /**< Something that is not mail. */
};

/** Does it touch me? */
typedef int32_t mailguard_incident_touches;
enum {
	MAILGUARD_INCIDENT_TOUCHES_NO = 0,
	MAILGUARD_INCIDENT_TOUCHES_MAYBE = 1,
	MAILGUARD_INCIDENT_TOUCHES_YES = 2
};

/** Why it does, or does not, touch me. */
typedef int32_t mailguard_incident_why;
enum {
	MAILGUARD_INCIDENT_WHY_NONE = 0,           /**< No subjects. */
	MAILGUARD_INCIDENT_WHY_HOST_NAMED = 1,     /**< yes */
	MAILGUARD_INCIDENT_WHY_HOST_IN_RANGE = 2,  /**< yes */
	MAILGUARD_INCIDENT_WHY_ADDRESS = 3,        /**< yes */
	MAILGUARD_INCIDENT_WHY_SERVICE = 4,        /**< yes */
	MAILGUARD_INCIDENT_WHY_PARTLY = 5,         /**< maybe: some users */
	MAILGUARD_INCIDENT_WHY_NOT_SAID = 6,       /**< maybe: no target told */
	MAILGUARD_INCIDENT_WHY_HOST_UNKNOWN = 7,   /**< maybe: by which name? */
	MAILGUARD_INCIDENT_WHY_WHOSE_PAGE = 8,     /**< maybe: no provider */
	MAILGUARD_INCIDENT_WHY_OTHER_HOSTS = 9,    /**< no */
	MAILGUARD_INCIDENT_WHY_OTHER_SERVICE = 10, /**< no */
	MAILGUARD_INCIDENT_WHY_OTHER_PROVIDER = 11, /**< no */
	MAILGUARD_INCIDENT_WHY_INFORMATION = 12     /**< no */
};

/* These six give "unknown" for a number of a newer library. */

/** "unknown" "incident" "maintenance" "info". */
MAILGUARD_EXTERN(const char *) mailguard_incident_kind_name(
	mailguard_incident_kind kind);
/** "scheduled" "in_progress" "investigating" "identified" "monitoring"
 *  "resolved" "completed"; else "unknown". */
MAILGUARD_EXTERN(const char *) mailguard_incident_phase_name(
	mailguard_incident_phase phase);
/** "none" "minor" "major" "critical"; else "unknown". */
MAILGUARD_EXTERN(const char *) mailguard_incident_impact_name(
	mailguard_incident_impact impact);
/** "now" "ahead" "over"; else "unknown". */
MAILGUARD_EXTERN(const char *) mailguard_incident_when_name(
	mailguard_incident_when when);
/** "no" "maybe" "yes". */
MAILGUARD_EXTERN(const char *) mailguard_incident_touches_name(
	mailguard_incident_touches touches);
/** "host-named" "host-in-range" "address" "service" "partly" "not-said"
 *  "host-unknown" "whose-page" "other-hosts" "other-service"
 *  "other-provider" "information"; "none" for no subjects. */
MAILGUARD_EXTERN(const char *) mailguard_incident_why_name(
	mailguard_incident_why why);
/** One of the service bits: "smtp" "pop" "imap" "webmail" "dns" "other". */
MAILGUARD_EXTERN(const char *) mailguard_incident_service_name(uint32_t bit);

/** One thing that was said while it went on. */
typedef struct mailguard_incident_update {
	mailguard_time at;
	mailguard_incident_phase phase;
	int32_t reserved;
	const char *text; /**< Without markup. */
} mailguard_incident_update;

/**
 * One incident, maintenance or piece of news, whoever told it. Strings are
 * UTF-8 without markup or control characters but line feeds, "" if not told;
 * lists end with NULL. May grow at the end.
 */
typedef struct mailguard_incident {
	const char *provider;    /**< Key, "google"; as in a subject. */
	const char *source_url;  /**< Where the page was. */
	const char *source_kind; /**< Format: "statuspage", "rss" ... */
	const char *native_id;
	const char *title;
	const char *url;  /**< A page of its own. */
	const char *body; /**< The newest text. */
	const char *lang; /**< "ja", "en" or "". */
	const char *const *components;
	const char *const *hosts; /**< "a.example.org", "192.0.2.0/24",
	                               "www1.x.jp..www9.x.jp", "mx01.*". */
	const char *const *regions;
	const mailguard_incident_update *updates; /**< Newest first. */
	size_t update_count;
	mailguard_time started_at;       /**< The declared one if there is. */
	mailguard_time started_declared; /**< What people said. */
	mailguard_time started_observed; /**< First machine stamp. */
	mailguard_time updated_at;
	mailguard_time expected_end;
	mailguard_time ended_at;
	mailguard_time next_update_at;
	mailguard_time fetched_at;
	mailguard_incident_kind kind;
	mailguard_incident_phase phase;
	mailguard_incident_impact impact;
	mailguard_incident_when when;
	int32_t expected_end_revisions; /**< How often it was put off. */
	int32_t partly;     /**< 1: only some users or servers, it says. */
	int32_t confidence; /**< Percent: how surely this was read right. */
	uint32_t services;
} mailguard_incident;

/** The page they stood on. May grow at the end. */
typedef struct mailguard_incident_page {
	const char *provider;
	const char *url;
	const char *format; /**< "" if it is like none that is known. */
	const char *title;
	const char *etag;
	const char *last_modified;
	const char *sha256; /**< Of the bytes as they came, hexadecimal. */
	mailguard_time fetched_at;
	mailguard_time updated_at; /**< What the page says; often 0. */
	int64_t age;               /**< Seconds in caches; -1 if not told. */
	int32_t http_status;       /**< 0 if it was not fetched. */
	int32_t readable;          /**< 0: nothing may be concluded from it. */
	int32_t complete;          /**< 0: more incidents than the limit. */
	int32_t reserved;
} mailguard_incident_page;

/** Past these the rest is left out, and told. */
enum {
	MAILGUARD_INCIDENTS_BYTES_MAX = 4194304,
	MAILGUARD_INCIDENTS_MAX = 500,
	MAILGUARD_INCIDENTS_LIST_MAX = 200 /**< Of each list of an incident. */
};

/** What is known of a page beside its bytes. Zero means not known. */
typedef struct mailguard_incidents_options {
	size_t size;
	const char *content_type; /**< "text/html; charset=Shift_JIS". */
	const char *url;
	const char *provider; /**< Key of whose page it is. */
	const char *etag;
	const char *last_modified;
	const mailguard_net_options *net; /**< Of a fetch; NULL: defaults. */
	mailguard_time fetched_at;        /**< 0: now. */
	int64_t age; /**< Of the HTTP Age field, in seconds. */
	int32_t http_status;
	int32_t utc_offset;   /**< Of times that name no zone. Unless told:
	                           the page's, else +09:00 for .jp and pages
	                           in Japanese, else UTC. */
	int32_t offset_known; /**< 1: utc_offset counts, also if 0. */
	int32_t age_known;    /**< 1: age counts, also if 0. */
} mailguard_incidents_options;

/* clang-format off */
#define MAILGUARD_INCIDENTS_OPTIONS_INIT \
	{ sizeof(mailguard_incidents_options), NULL, NULL, NULL, NULL, NULL, \
	  NULL, 0, 0, 0, 0, 0, 0 }
/* clang-format on */

/** What of mine may be touched. */
typedef struct mailguard_subject {
	size_t size;
	const char *host;     /**< "www2148.sakura.example.jp"; may be NULL. */
	const char *provider; /**< Key; NULL if not known. */
	const char *const *addresses; /**< IP addresses, ended by NULL. */
	uint32_t services;            /**< Bits I use; 0 means all of mail. */
	uint32_t reserved;
} mailguard_subject;

/* clang-format off */
#define MAILGUARD_SUBJECT_INIT \
	{ sizeof(mailguard_subject), NULL, NULL, NULL, 0, 0 }
/* clang-format on */

/** Whether one incident touches me. */
typedef struct mailguard_incident_touch {
	mailguard_incident_touches touches;
	mailguard_incident_why why;
	size_t subject;   /**< Index of the one most touched. */
	const char *seen; /**< Lent by the incident: what decided, or "". */
} mailguard_incident_touch;

/** Incidents of one page, and what was odd about it. Never changes. */
typedef struct mailguard_incidents mailguard_incidents;

/**
 * Read a page, whatever its format. A page that is broken, or like none that
 * is known, is no failure: there is a finding, and the overall is unknown.
 *
 * Formats: Statuspage, Google Workspace, RSS 0.91 to 2.0, Atom, Instatus,
 * Cachet, Uptime Kuma (page, heartbeats), cState, AWS Health, Apple, Sakura,
 * Microsoft (feed, posts, Graph), and Japanese notices as HTML or text.
 *
 * @param[out] out  Free with mailguard_incidents_free(). NULL on failure.
 * @param page      In any charset. Copied where needed.
 * @param opts      NULL for the defaults. Copied.
 * @retval MAILGUARD_ENOMEM  No memory.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_incidents_parse(
	mailguard_incidents **out,
	mailguard *mg,
	mailguard_span page,
	const mailguard_incidents_options *opts,
	mailguard_error *err);
/**
 * The same from an HTTP conversation, one that went wrong as well: no answer
 * and an answer other than 200 are unknown. `opts` gives provider and offset;
 * the rest comes from the transcript where it tells.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_incidents_read(
	mailguard_incidents **out,
	mailguard *mg,
	const mailguard_transcript *from,
	const mailguard_incidents_options *opts,
	mailguard_error *err);
/**
 * Ask `url` and read the answer; blocks until the limits of `opts->net`. An
 * answer that does not come is no failure, but unknown.
 *
 * @retval MAILGUARD_EINVAL        `url` is no HTTP URL.
 * @retval MAILGUARD_EUNSUPPORTED  Built without the network.
 */
MAILGUARD_EXTERN(mailguard_status) mailguard_incidents_fetch(
	mailguard_incidents **out,
	mailguard *mg,
	const char *url,
	const mailguard_incidents_options *opts,
	mailguard_error *err);
/** NULL is fine. */
MAILGUARD_EXTERN(void) mailguard_incidents_free(mailguard_incidents *list);

/** Those going on first, then ahead, unknown, over; newest first. NULL past
 *  the end. */
MAILGUARD_EXTERN(const mailguard_incident *) mailguard_incidents_at(
	const mailguard_incidents *list,
	size_t i);
MAILGUARD_EXTERN(const mailguard_incident_page *) mailguard_incidents_page(
	const mailguard_incidents *list);
/** What was odd; NULL past the end. */
MAILGUARD_EXTERN(const mailguard_finding *) mailguard_incidents_finding(
	const mailguard_incidents *list,
	size_t i);

/**
 * Does it touch any of these subjects? Pure; of many the one most touched is
 * told. `count` 0: maybe, for whose it is was not said.
 */
MAILGUARD_EXTERN(void) mailguard_incident_match(
	mailguard_incident_touch *out,
	const mailguard_incident *incident,
	const mailguard_subject *subjects,
	size_t count);
/** The reason as a sentence in the handle's language; NULL is English. */
MAILGUARD_EXTERN(const char *) mailguard_incident_why_text(
	const mailguard *mg,
	mailguard_incident_why why);
/**
 * What the page says of me, as evidence of MAILGUARD_TEST_STATUS for a case:
 * OUTCOME_INCIDENT or _MAINTENANCE if one that goes on touches me or may,
 * _OK if the page was read whole and none does, else _UNKNOWN. Maintenance
 * that lies ahead changes nothing.
 *
 * @param[out] out  Its strings are lent by `list` and `subjects`.
 */
MAILGUARD_EXTERN(void) mailguard_incidents_overall(
	mailguard_evidence *out,
	const mailguard_incidents *list,
	const mailguard_subject *subjects,
	size_t count);
/** Append a JSON object and a line end for each incident, then one for the
 *  page (docs/schema/status.json). */
MAILGUARD_EXTERN(mailguard_status) mailguard_incidents_json(
	mailguard_buffer *out,
	const mailguard_incidents *list,
	const mailguard_subject *subjects,
	size_t count,
	mailguard_error *err);
/** Append the same for people, in the handle's language: what goes on and
 *  lies ahead; what is over is only counted. */
MAILGUARD_EXTERN(mailguard_status) mailguard_incidents_text(
	mailguard_buffer *out,
	const mailguard_incidents *list,
	const mailguard_subject *subjects,
	size_t count,
	mailguard_error *err);

MAILGUARD_END_DECLS
#endif
