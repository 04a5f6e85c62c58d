#ifndef STATUS_FIXTURE_H
#define STATUS_FIXTURE_H
/* Pages of our own making, one a format, and how a test reads them. */
#include <mailguard/status.h>

/* 2026-02-03T10:00:00+09:00, when every page of the tests was fetched. */
#define FETCHED INT64_C(1770080400000000)

typedef struct page_row {
	const char *format, *text, *url;
	char *sketch;
} page_row;

extern const page_row pages[];
extern const size_t page_count;

/* "kind/phase/impact/when title begin..end services hosts" a line. */
char *sketch_of(const mailguard_incidents *list);
mailguard_incidents *read_page(mailguard *mg,
                               const char *text,
                               const char *url,
                               const char *provider);
mailguard_outcome overall_of(const mailguard_incidents *list,
                             const char *host,
                             const char *provider);
#endif
