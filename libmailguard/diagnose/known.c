/*
 * known.c - does a known defect of a mail program fit this case?
 */
#include "diagnose/world.h"

#include <string.h>

#include "base/text.h"

bool mgi_words_hold(const char *words, const char *word)
{
	size_t n = strlen(word);

	while (*words) {
		size_t len = strcspn(words, " ,");

		if (len == n && memcmp(words, word, n) == 0)
			return true;
		words += len;
		words += strspn(words, " ,");
	}
	return false;
}

/* The next number of a version, whatever stands between; -1 at the end. */
static int64_t number_next(const char **at)
{
	int64_t n = 0;

	while (**at && !mgi_is_digit(**at))
		(*at)++;
	if (!**at)
		return -1;
	for (; mgi_is_digit(**at); (*at)++)
		if (n < INT64_MAX / 20)
			n = n * 10 + (**at - '0');
	return n;
}

/* By their numbers: "16.0.19000" < "16.0.19100". */
static int version_compare(const char *a, const char *b)
{
	int64_t x, y;

	do {
		x = number_next(&a);
		y = number_next(&b);
	} while (x == y && x >= 0);
	return (x > y) - (x < y);
}

/* As many numbers, and all but the last of them the same. */
static bool same_branch(const char *a, const char *b)
{
	int64_t x = 0, y = 0;
	bool differed = false, same = true;

	while (x >= 0 && y >= 0) {
		x = number_next(&a);
		y = number_next(&b);
		if (x < 0 || y < 0)
			break;
		same = same && !differed;
		differed = x != y;
	}
	return x < 0 && y < 0 && same;
}

/* The i-th of a list parted by commas, "" past the end. */
static void item_of(char out[32], const char *list, size_t i)
{
	size_t n;

	while (i > 0 && *list) {
		list += strcspn(list, ",");
		list += *list == ',';
		i--;
	}
	n = strcspn(list, ",");
	n = n < 31 ? n : 31;
	memcpy(out, list, n);
	out[n] = '\0';
}

/* Branch by branch if the row has several, else from `since` to `until`. */
static bool version_fits(const mgi_defect *d, const char *v)
{
	bool branches = strchr(d->since, ',') != NULL;
	char low[32], high[32];
	size_t i;

	if (!d->since[0] && !d->until[0])
		return true;
	if (!v)
		return false;
	for (i = 0; i == 0 || low[0]; i++) {
		item_of(low, d->since, i);
		item_of(high, d->until, i);
		if (i > 0 && !low[0])
			break;
		if (branches && !same_branch(v, low))
			continue;
		if ((!low[0] || version_compare(v, low) >= 0) &&
		    (!high[0] || version_compare(v, high) <= 0))
			return true;
	}
	return false;
}

static bool place_fits(const mgi_defect *d,
                       const mailguard_link *links,
                       size_t count)
{
	size_t i;

	if (!d->places[0])
		return true;
	for (i = 0; i < count; i++)
		if (mgi_words_hold(d->places,
		                   mailguard_place_name(links[i].place)))
			return true;
	return false;
}

bool mgi_defect_fits(const mgi_defect *d,
                     const mgi_client *client,
                     const mailguard_link *links,
                     size_t count)
{
	if (mgi_strcmp_nocase(d->product, client->product) != 0)
		return false;
	if (!version_fits(d, client->version))
		return false;
	if (client->protocol && d->protocols[0] &&
	    !mgi_words_hold(d->protocols, client->protocol))
		return false;
	return place_fits(d, links, count);
}
