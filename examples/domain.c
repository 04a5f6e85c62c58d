/*
 * domain - what DNS says of a domain's mail: where it goes, who may send it,
 * and what is wrong with that.
 *
 *	$ mailguard domain example.org --selector s1 --ip 192.0.2.1
 *	example.org: something is wrong
 *	  MX: 10 mx.example.org 192.0.2.1
 *	  SPF: v=spf1 include:_spf.example.net -all
 *	  Wrong: example.org: the SPF record costs 12 lookups ...
 *
 * Lists of addresses are asked only if named by --dnsbl. With --json a line a
 * domain (docs/schema/domain.json). Exits 0 if nothing is wrong, 1 if
 * something is, 2 if it cannot tell.
 */
#include "examples.h"
#include "signals.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct lists {
	ex_values selectors, addresses, resolvers, dnsbls;
	const char *ca_file;
	int64_t timeout;
	uint32_t server_port, policy_port;
};

static bool timeout_take(void *into, const ex_opt *o, const char *value)
{
	struct lists *l = into;
	char *end;
	double seconds = strtod(value, &end);

	(void)o;
	l->timeout = (int64_t)(seconds * 1e6);
	return !*end && seconds >= 0.01 && seconds <= 86400;
}

static bool port_take(void *into, const ex_opt *o, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);
	uint32_t port = (uint32_t)n;

	memcpy((char *)into + o->at, &port, sizeof(port));
	return value[0] >= '0' && value[0] <= '9' && !*end && n && n <= 65535;
}

const ex_opt ex_domain_options[] = {
	{ "--selector", "S", "a selector of DKIM; may be given often",
	  "DKIM のセレクター(繰り返し指定できます)",
	  offsetof(struct lists, selectors), ex_values_take },
	{ "--ip", "ADDRESS", "an address that sends; may be given often",
	  "送信元のアドレス(繰り返し指定できます)",
	  offsetof(struct lists, addresses), ex_values_take },
	{ "--resolver", "HOST:PORT", "ask this one; a second is compared",
	  "使うリゾルバー(2 つ目以降は回答を比べます)",
	  offsetof(struct lists, resolvers), ex_values_take },
	{ "--dnsbl", "ZONE", "look the addresses up there; all: known lists",
	  "アドレスを照会するリスト(all で既知のリストすべて)",
	  offsetof(struct lists, dnsbls), ex_values_take },
	{ "--ca-file", "FILE", "trust the authorities in FILE (PEM)",
	  "FILE (PEM) の認証局を信頼します", offsetof(struct lists, ca_file),
	  NULL },
	{ "--timeout", "SECONDS", "for a domain in all; else 60",
	  "ドメインごとの制限時間(省略時は 60 秒)", 0, timeout_take },
	{ "--server-port", "PORT", "of its name servers; else 53",
	  "ネームサーバーのポート(省略時は 53)",
	  offsetof(struct lists, server_port), port_take },
	{ "--policy-port", "PORT", "of the host of MTA-STS; else 443",
	  "MTA-STS のホストのポート(省略時は 443)",
	  offsetof(struct lists, policy_port), port_take },
	EX_OPT_END,
};

/* The values with the NULL that ends them; malloc'd. */
static const char **ended(const ex_values *v)
{
	const char **list;

	if (!v->count)
		return NULL;
	list = calloc(v->count + 1, sizeof(*list));
	if (list)
		memcpy(list, v->at, v->count * sizeof(*list));
	return list;
}

static int tell(const ex_call *call, const mailguard_domain *d)
{
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard_status st = mailguard_buffer_new(&buf, call->mg, &err);

	if (st == MAILGUARD_OK && call->format == EX_TEXT)
		st = mailguard_domain_text(buf, d, &err);
	else if (st == MAILGUARD_OK)
		st = mailguard_domain_json(buf, d, &err);
	if (st == MAILGUARD_OK)
		ex_print(buf);
	mailguard_buffer_free(buf);
	if (st < 0)
		return ex_fail(call, &err);
	return mailguard_domain_ok(d) ? EX_FINE : EX_TROUBLE;
}

static int check(const ex_call *call,
                 const mailguard_domain_options *opts,
                 const char *name)
{
	mailguard_domain *d;
	mailguard_error err;
	int result;

	if (mailguard_domain_ask(&d, call->mg, name, opts, &err) < 0)
		return ex_fail(call, &err);
	result = tell(call, d);
	mailguard_domain_free(d);
	return result;
}

static int check_all(const ex_call *call, const struct lists *l)
{
	mailguard_domain_options opts = MAILGUARD_DOMAIN_OPTIONS_INIT;
	const char **lists[] = { ended(&l->selectors), ended(&l->addresses),
		                 ended(&l->resolvers), ended(&l->dnsbls) };
	int i, one, result = EX_FINE;

	opts.selectors = lists[0];
	opts.addresses = lists[1];
	opts.resolvers = lists[2];
	opts.dnsbls = lists[3];
	opts.ca_file = l->ca_file;
	opts.total_usec = l->timeout;
	opts.dns_usec = l->timeout && l->timeout < 5000000 ? l->timeout : 0;
	opts.server_port = l->server_port;
	opts.policy_port = l->policy_port;
	for (i = 0; i < call->argc && !ex_interrupted(); i++) {
		one = check(call, &opts, call->argv[i]);
		result = one > result ? one : result;
	}
	for (i = 0; i < 4; i++)
		free(lists[i]);
	return result;
}

int ex_domain(ex_call *call)
{
	struct lists l = { .timeout = 0 };
	int result = ex_options_read(call, ex_domain_options, &l);

	if (result == EX_FINE)
		result = call->argc ? check_all(call, &l) : ex_usage(call);
	ex_values_free(&l.selectors);
	ex_values_free(&l.addresses);
	ex_values_free(&l.resolvers);
	ex_values_free(&l.dnsbls);
	return result;
}
