#ifndef MGI_ROW_H
#define MGI_ROW_H
/*
 * row.h - what a cell of a table means, for the host tools and for a user's
 * rows alike. Plain C on NUL-terminated strings, so that a tool can include it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MGI_FAULTS 18

/* In the order of their numbers. */
static const char *const mgi_fault_names[MGI_FAULTS] = {
	"unknown",         "local_store",   "local_config",
	"local_network",   "local_system",  "dns",
	"route",           "tls",           "auth",
	"server_overload", "server_outage", "provider_maintenance",
	"policy",          "recipient",     "content",
	"protocol",        "user_action",   "none"
};

static inline int mgi_row_fault(const char *name, size_t n)
{
	int i;

	for (i = 0; i < MGI_FAULTS; i++)
		if (strlen(mgi_fault_names[i]) == n &&
		    memcmp(mgi_fault_names[i], name, n) == 0)
			return i;
	return -1;
}

/* "yes", "no", "maybe" or "": 1, 0, -1; -2 for anything else. */
static inline int mgi_row_answer(const char *cell)
{
	if (strcmp(cell, "yes") == 0)
		return 1;
	if (strcmp(cell, "no") == 0)
		return 0;
	return strcmp(cell, "maybe") == 0 || !*cell ? -1 : -2;
}

/* "dns,recipient" into three numbers; false for an unknown fault. */
static inline bool mgi_row_also(int32_t also[3], const char *cell)
{
	int i = 0;

	also[0] = also[1] = also[2] = 0;
	while (*cell) {
		size_t n = strcspn(cell, ",| ");
		int fault = n ? mgi_row_fault(cell, n) : 0;

		if (fault < 0)
			return false;
		if (n && i < 3)
			also[i++] = fault;
		cell += n + (cell[n] != '\0');
	}
	return true;
}

/* "RCPT" or "" as a phase number; -1 for anything else. */
static inline int mgi_row_phase(const char *cell)
{
	static const struct {
		const char *name;
		int phase;
	} phases[] = {
		{ "", 0 },          { "DNS", 10 },          { "CONNECT", 20 },
		{ "GREETING", 30 }, { "CAPABILITIES", 40 }, { "STARTTLS", 50 },
		{ "TLS", 60 },      { "LOGIN", 70 },        { "COMMAND", 80 },
		{ "MAIL", 82 },     { "RCPT", 84 },         { "DATA", 86 },
		{ "DOT", 88 },      { "QUIT", 90 },
	};
	size_t i;

	for (i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		if (strcmp(phases[i].name, cell) == 0)
			return phases[i].phase;
	return -1;
}

/* 1..99 in decimal; 0 for anything else. */
static inline int mgi_row_percent(const char *cell)
{
	int n = 0;

	for (; *cell >= '0' && *cell <= '9' && n < 100; cell++)
		n = n * 10 + (*cell - '0');
	return *cell || n > 99 ? 0 : n;
}

/*
 * The next part of a phrase at `*at`, which moves behind it: the bytes up to
 * a " * ". `open` says that the part ended with "*". An empty part is a
 * mistake of the row and comes with length 0; false when none is left.
 */
static inline bool mgi_row_part(const char **part,
                                size_t *n,
                                bool *open,
                                const char **at)
{
	const char *gap;

	if (!**at)
		return false;
	gap = strstr(*at, " * ");
	*part = *at;
	*n = gap ? (size_t)(gap - *at) : strlen(*at);
	*at += gap ? *n + 3 : *n;
	*open = *n > 0 && (*part)[*n - 1] == '*';
	*n -= *open;
	return true;
}

/* ASCII letters without case, then bytes: the order of all our tables. */
static inline int mgi_row_compare(const char *a,
                                  size_t an,
                                  const char *b,
                                  size_t bn)
{
	size_t i;

	for (i = 0; i < an && i < bn; i++) {
		int x = (unsigned char)a[i], y = (unsigned char)b[i];

		x += x >= 'A' && x <= 'Z' ? 32 : 0;
		y += y >= 'A' && y <= 'Z' ? 32 : 0;
		if (x != y)
			return x - y;
	}
	return an < bn ? -1 : an > bn;
}

#endif
