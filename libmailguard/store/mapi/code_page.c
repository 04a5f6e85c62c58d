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

uint32_t mgi_code_page_ansi(uint32_t number)
{
	static const struct {
		uint32_t mail, windows;
	} pairs[] = {
		{ 20127, 1252 }, { 20866, 1251 }, { 20932, 932 },
		{ 21866, 1251 }, { 28591, 1252 }, { 28592, 1250 },
		{ 28593, 1254 }, { 28594, 1257 }, { 28595, 1251 },
		{ 28596, 1256 }, { 28597, 1253 }, { 28598, 1255 },
		{ 28599, 1254 }, { 28603, 1257 }, { 28605, 1252 },
		{ 38598, 1255 }, { 50220, 932 },  { 50221, 932 },
		{ 50222, 932 },  { 50225, 949 },  { 51932, 932 },
		{ 51936, 936 },  { 51949, 949 },  { 52936, 936 },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].mail == number)
			return pairs[i].windows;
	return number;
}
