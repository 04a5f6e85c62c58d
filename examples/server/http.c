/*
 * http.c - the server's half of HTTP/1.1, one request a connection.
 *
 * Serves a login page, as a webmail would, or a folder of pages, as the
 * status page of a provider would.
 */
#include "server.h"

#include <stdio.h>
#include <string.h>

static const char *folder;

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".xml", "application/xml" },
	{ ".rss", "application/rss+xml" },
	{ ".atom", "application/atom+xml" },
	{ "", "application/octet-stream" },
};

static const char login_page[] =
	"<!DOCTYPE html><html><head><title>Webmail</title></head><body>"
	"<form method=\"post\" action=\"/login\">"
	"<input name=\"user\"><input name=\"password\" type=\"password\">"
	"<button>Log in</button></form></body></html>\n";

void http_pages(const char *path)
{
	folder = path;
}

static void greet(conn *c)
{
	(void)c; /* the client speaks first */
}

static void head(conn *c, const char *status, const char *type)
{
	sayf(c,
	     "HTTP/1.1 %s\r\nContent-Type: %s\r\nConnection: close\r\n"
	     "Cache-Control: no-store\r\n\r\n",
	     status, type);
}

static const char *type_of(const char *path)
{
	size_t i = 0, n = strlen(path);

	for (;; i++) {
		size_t k = strlen(types[i].ending);

		if (n >= k && strcmp(path + n - k, types[i].ending) == 0)
			return types[i].type;
	}
}

/* False if there is no such file, or it lies outside the folder. */
static bool serve_file(conn *c, const char *path)
{
	char name[4096], piece[4096];
	size_t n;
	FILE *f;

	if (strstr(path, "..") || strlen(path) > 1024)
		return false;
	snprintf(name, sizeof(name), "%s%s%s", folder, path,
	         path[strlen(path) - 1] == '/' ? "index.html" : "");
	f = fopen(name, "rb");
	if (!f)
		return false;
	head(c, "200 OK", type_of(name));
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		say_bytes(c, piece, n);
	fclose(f);
	return true;
}

static void answer(conn *c, char *request)
{
	char *path = strchr(request, '/');

	c->closing = true;
	if (path)
		path[strcspn(path, " ?#")] = '\0';
	if (folder && path && serve_file(c, path))
		return;
	if (!folder && path && strcmp(path, "/") == 0) {
		head(c, "200 OK", "text/html; charset=utf-8");
		say(c, login_page);
		return;
	}
	head(c, "404 Not Found", "text/plain");
	say(c, "There is no such page.\n");
}

static bool is_request(const char *text)
{
	return *text >= 'A' && *text <= 'Z';
}

/* A request ends with its empty line; what is none is over at once. */
static size_t whole(conn *c)
{
	const char *end;

	c->in[c->in_len] = '\0';
	if (!is_request(c->in))
		return c->in_len;
	end = strstr(c->in, "\r\n\r\n");
	return end ? (size_t)(end - c->in) + 4 : 0;
}

static void hear(conn *c, char *request)
{
	if (!is_request(request)) {
		head(c, "400 Bad Request", "text/plain");
		c->closing = true;
		return;
	}
	request[strcspn(request, "\r\n")] = '\0';
	if (!strikes(c, PHASE_COMMAND))
		answer(c, request);
}

const dialogue http_dialogue = { greet, hear, whole };
