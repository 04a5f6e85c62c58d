/*
 * code_page.c - Windows code pages as charsets.
 */
#include "store/mapi/code_page.h"

#include <stddef.h>

#include "base/text.h"

/* Those whose charset is not called "windows-" and the number. */
static const struct {
	uint32_t number;
	const char *label;
} named[] = {
	{ 437, "ibm437" },        { 850, "ibm850" },
	{ 852, "ibm852" },        { 866, "ibm866" },
	{ 874, "windows-874" },   { 932, "shift_jis" },
	{ 936, "gbk" },           { 949, "euc-kr" },
	{ 950, "big5" },          { 1200, "utf-16le" },
	{ 1201, "utf-16be" },     { 10000, "macintosh" },
	{ 20127, "us-ascii" },    { 20866, "koi8-r" },
	{ 20932, "euc-jp" },      { 21866, "koi8-u" },
	{ 28591, "iso-8859-1" },  { 28592, "iso-8859-2" },
	{ 28593, "iso-8859-3" },  { 28594, "iso-8859-4" },
	{ 28595, "iso-8859-5" },  { 28596, "iso-8859-6" },
	{ 28597, "iso-8859-7" },  { 28598, "iso-8859-8" },
	{ 28599, "iso-8859-9" },  { 28603, "iso-8859-13" },
	{ 28605, "iso-8859-15" }, { 38598, "iso-8859-8-i" },
	{ 50220, "iso-2022-jp" }, { 50221, "iso-2022-jp" },
	{ 50222, "iso-2022-jp" }, { 50225, "iso-2022-kr" },
	{ 51932, "euc-jp" },      { 51936, "gbk" },
	{ 51949, "euc-kr" },      { 52936, "hz-gb-2312" },
	{ 54936, "gb18030" },     { 65000, "utf-7" },
	{ 65001, "utf-8" },
};

const mgi_charset *mgi_code_page(uint32_t number)
{
	char label[] = "windows-1250";
	size_t i;

	if (number >= 1250 && number <= 1258) {
		label[sizeof(label) - 2] = (char)('0' + number % 10);
		return mgi_charset_find(mgi_span_of(label));
	}
	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i].number == number)
			return mgi_charset_find(mgi_span_of(named[i].label));
	return NULL;
}
