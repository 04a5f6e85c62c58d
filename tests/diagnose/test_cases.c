/* cases.h; no tests of its own. */
#include "diagnose/cases.h"

#include "support/ok.h"

#include <mailguard/classify.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc((size_t)4 << 20);

	if (!f || !text) {
		free(text);
		if (f)
			fclose(f);
		return NULL;
	}
	*len = fread(text, 1, ((size_t)4 << 20) - 1, f);
	text[*len] = '\0';
	fclose(f);
	return text;
}

static void put(char *to, size_t n, const json_t *from)
{
	snprintf(to, n, "%s", json_string_value(from));
}

expected *expectations(const char *text, size_t len, size_t *count)
{
	json_t *root = json_loadb(text, len, 0, NULL);
	expected *all;
	size_t i, k;

	*count = json_array_size(root);
	all = calloc(*count + 1, sizeof(*all));
	for (i = 0; i < *count; i++) {
		json_t *c = json_array_get(root, i);
		json_t *e = json_object_get(c, "expect");
		json_t *parts = json_object_get(e, "components");

		put(all[i].id, sizeof(all[i].id), json_object_get(c, "id"));
		put(all[i].domain, sizeof(all[i].domain),
		    json_object_get(e, "domain"));
		put(all[i].grade, sizeof(all[i].grade),
		    json_object_get(e, "grade"));
		all[i].any_of = json_is_true(json_object_get(e, "any_of"));
		all[i].count = json_array_size(parts);
		for (k = 0; k < all[i].count && k < 8; k++)
			put(all[i].parts[k], sizeof(all[i].parts[k]),
			    json_array_get(parts, k));
	}
	json_decref(root);
	return all;
}

static int has(const expected *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->parts[i], name) == 0)
			return 1;
	return 0;
}

const char *differs(const mailguard_verdict *v, const expected *e)
{
	mailguard_fault f = mailguard_verdict_fault(v);
	const char *domain = f ? mailguard_fault_name(f) : "undetermined";
	size_t i, blamed = mailguard_verdict_blamed(v);

	if (strcmp(domain, e->domain) != 0)
		return domain;
	if (strcmp(mailguard_grade_name(mailguard_verdict_grade(v)),
	           e->grade) != 0)
		return mailguard_grade_name(mailguard_verdict_grade(v));
	if (e->any_of ? blamed != 1 : blamed != e->count)
		return "how many are blamed";
	for (i = 0; i < blamed; i++)
		if (!has(e, mailguard_verdict_suspect(v, i)->name))
			return mailguard_verdict_suspect(v, i)->name;
	return NULL;
}

mailguard_verdict *verdict_of(mailguard *mg, const char *json)
{
	mailguard_span text = { (const unsigned char *)json, strlen(json) };
	mailguard_cases *cases;
	mailguard_verdict *v;
	mailguard_case *c;
	mailguard_error err = { 0 };

	cr_assert(MAILGUARD_OK == mailguard_cases_parse(&cases, mg, text, &err),
	          "%s", err.message);
	cr_assert(MAILGUARD_OK == mailguard_cases_next(&c, cases, &err), "%s",
	          err.message);
	ok(mailguard_case_weigh(&v, c, &err));
	mailguard_case_free(c);
	mailguard_cases_free(cases);
	return v;
}
