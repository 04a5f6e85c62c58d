/*
 * dns_config.c - resolvers and hosts as text, read.
 */
#include "net/wire/dns_config.h"

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"

static bool address_read(mgi_address *out, mailguard_span s)
{
	char text[MGI_ADDRESS_TEXT];

	if (s.len >= sizeof(text) || memchr(s.data, '\0', s.len))
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return mgi_address_read(out, text);
}

/* Where the port's colon is; an IPv6 address without brackets has none. */
static size_t host_length(mailguard_span s)
{
	const unsigned char *first = memchr(s.data, ':', s.len), *end;

	if (mgi_span_starts(s, "[")) {
		end = memchr(s.data, ']', s.len);
		return end ? (size_t)(end - s.data) + 1 : 0;
	}
	if (!first)
		return s.len;
	end = s.data + s.len;
	if (memchr(first + 1, ':', (size_t)(end - first) - 1))
		return s.len;
	return (size_t)(first - s.data);
}

static bool server_read(mgi_dns_server_at *out, mailguard_span s)
{
	mailguard_span host = mgi_span_head(s, host_length(s));
	mailguard_span tail = mgi_span_from(s, host.len);
	uint64_t port = MGI_DNS_PORT;

	if (mgi_span_starts(host, "["))
		host = mgi_span(host.data + 1, host.len - 2);
	if (tail.len > 0 &&
	    (tail.data[0] != ':' ||
	     !mgi_span_u64(&port, mgi_span_from(tail, 1), 65535)))
		return false;
	out->port = (uint32_t)port;
	return port > 0 && host.len > 0 && address_read(&out->address, host);
}

bool mgi_dns_servers_parse(mgi_dns_servers *out, const char *text)
{
	mailguard_span all = mgi_span_of(text), one;
	mgi_cursor c = mgi_cursor_of(all);

	memset(out, 0, sizeof(*out));
	while (mgi_cursor_until(&one, &c, ',')) {
		one = mgi_span_trim(one);
		if (out->count == MGI_DNS_SERVERS_MAX ||
		    !server_read(&out->list[out->count], one))
			return false;
		out->count++;
	}
	return out->count > 0 && text[all.len - 1] != ',';
}

/* The next word of a line, without what follows "#" or ";". */
static mailguard_span word(mailguard_span *line)
{
	mailguard_span s = mgi_span_trim(*line), w = { s.data, 0 };

	while (w.len < s.len && !mgi_is_space(s.data[w.len]))
		w.len++;
	if (w.len > 0 && (w.data[0] == '#' || w.data[0] == ';'))
		w.len = s.len = 0;
	*line = mgi_span_from(s, w.len);
	return w;
}

void mgi_dns_servers_system(mgi_dns_servers *out, mailguard_span resolv_conf)
{
	mgi_cursor c = mgi_cursor_of(resolv_conf);
	mailguard_span line;

	memset(out, 0, sizeof(*out));
	while (mgi_cursor_line(&line, &c)) {
		mgi_dns_server_at *at = &out->list[out->count];

		if (!mgi_span_is(word(&line), "nameserver") ||
		    !address_read(&at->address, word(&line)))
			continue;
		at->port = MGI_DNS_PORT;
		if (++out->count == MGI_DNS_SERVERS_MAX)
			break;
	}
	if (out->count > 0)
		return;
	out->count = 1;
	out->list[0].port = MGI_DNS_PORT;
	(void)mgi_address_read(&out->list[0].address, "127.0.0.1");
}

void mgi_dns_server_write(char out[MGI_DNS_SERVER_TEXT],
                          const mgi_dns_server_at *at)
{
	char address[MGI_ADDRESS_TEXT];

	mgi_address_write(address, &at->address);
	(void)snprintf(out, MGI_DNS_SERVER_TEXT,
	               at->address.family == 6 ? "[%s]:%u" : "%s:%u", address,
	               (unsigned)at->port);
}

static bool names(mailguard_span line, const char *host)
{
	mailguard_span name = word(&line);

	while (name.len > 0) {
		if (mgi_span_is_nocase(name, host))
			return true;
		name = word(&line);
	}
	return false;
}

size_t mgi_hosts_find(mgi_address *out,
                      size_t max,
                      mailguard_span hosts,
                      const char *host)
{
	mgi_cursor c = mgi_cursor_of(hosts);
	mailguard_span line;
	size_t count = 0;

	while (count < max && mgi_cursor_line(&line, &c)) {
		mailguard_span address = word(&line);

		if (address.len > 0 && names(line, host) &&
		    address_read(&out[count], address))
			count++;
	}
	return count;
}
