/*
 * charset.c - which charset a label means, and what the first bytes say.
 *
 * Source: WHATWG Encoding Standard, "Names and labels" (2024), and the labels
 * mail uses beyond it. A label is looked up by its letters and digits alone.
 */
#include "base/charset_rows.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define LABEL_MAX 40

enum {
	UTF8,
	UTF16,
	UTF16LE,
	UTF16BE,
	UTF32LE,
	UTF32BE,
	UTF7,
	JIS,
	JIS2,
	SJIS,
	EUCJP,
	GB,
	BIG5,
	KR,
	KR2022,
	CN2022,
	JOHAB,
	EUCTW,
	W1250,
	W1251,
	W1252,
	W1253,
	W1254,
	W1255,
	W1256,
	W1257,
	W1258,
	W874,
	L2,
	L3,
	L4,
	L5,
	L6,
	L7,
	L8,
	L10,
	L13,
	L14,
	L15,
	L16,
	KOI8R,
	KOI8U,
	MAC,
	MACCYR,
	C437,
	C850,
	C852,
	C866,
	VISCII
};

static const mgi_charset charsets[] = {
	[UTF8] = { "utf-8", NULL, MGI_CODING_UTF8, false },
	[UTF16] = { "utf-16", NULL, MGI_CODING_UTF16, false },
	[UTF16LE] = { "utf-16le", NULL, MGI_CODING_UTF16LE, false },
	[UTF16BE] = { "utf-16be", NULL, MGI_CODING_UTF16BE, false },
	[UTF32LE] = { "utf-32le", NULL, MGI_CODING_UTF32LE, false },
	[UTF32BE] = { "utf-32be", NULL, MGI_CODING_UTF32BE, false },
	[UTF7] = { "utf-7", "UTF-7", MGI_CODING_UTF7, false },
	[JIS] = { "iso-2022-jp", "CP932", MGI_CODING_JIS, false },
	[JIS2] = { "iso-2022-jp-2", "ISO-2022-JP-2", MGI_CODING_ICONV, false },
	[SJIS] = { "shift_jis", "CP932", MGI_CODING_ICONV, false },
	[EUCJP] = { "euc-jp", "EUC-JP-MS", MGI_CODING_ICONV, false },
	[GB] = { "gb18030", "GB18030", MGI_CODING_ICONV, false },
	[BIG5] = { "big5", "BIG5-HKSCS", MGI_CODING_ICONV, true },
	[KR] = { "euc-kr", "CP949", MGI_CODING_ICONV, false },
	[KR2022] = { "iso-2022-kr", "ISO-2022-KR", MGI_CODING_ICONV, false },
	[CN2022] = { "iso-2022-cn", "ISO-2022-CN", MGI_CODING_ICONV, false },
	[JOHAB] = { "johab", "JOHAB", MGI_CODING_ICONV, false },
	[EUCTW] = { "euc-tw", "EUC-TW", MGI_CODING_ICONV, false },
	[W1250] = { "windows-1250", "CP1250", MGI_CODING_ICONV, false },
	[W1251] = { "windows-1251", "CP1251", MGI_CODING_ICONV, false },
	[W1252] = { "windows-1252", "CP1252", MGI_CODING_ICONV, false },
	[W1253] = { "windows-1253", "CP1253", MGI_CODING_ICONV, false },
	[W1254] = { "windows-1254", "CP1254", MGI_CODING_ICONV, false },
	[W1255] = { "windows-1255", "CP1255", MGI_CODING_ICONV, true },
	[W1256] = { "windows-1256", "CP1256", MGI_CODING_ICONV, false },
	[W1257] = { "windows-1257", "CP1257", MGI_CODING_ICONV, false },
	[W1258] = { "windows-1258", "CP1258", MGI_CODING_ICONV, true },
	[W874] = { "windows-874", "CP874", MGI_CODING_ICONV, false },
	[L2] = { "iso-8859-2", "ISO-8859-2", MGI_CODING_ICONV, false },
	[L3] = { "iso-8859-3", "ISO-8859-3", MGI_CODING_ICONV, false },
	[L4] = { "iso-8859-4", "ISO-8859-4", MGI_CODING_ICONV, false },
	[L5] = { "iso-8859-5", "ISO-8859-5", MGI_CODING_ICONV, false },
	[L6] = { "iso-8859-6", "ISO-8859-6", MGI_CODING_ICONV, false },
	[L7] = { "iso-8859-7", "ISO-8859-7", MGI_CODING_ICONV, false },
	[L8] = { "iso-8859-8", "ISO-8859-8", MGI_CODING_ICONV, false },
	[L10] = { "iso-8859-10", "ISO-8859-10", MGI_CODING_ICONV, false },
	[L13] = { "iso-8859-13", "ISO-8859-13", MGI_CODING_ICONV, false },
	[L14] = { "iso-8859-14", "ISO-8859-14", MGI_CODING_ICONV, false },
	[L15] = { "iso-8859-15", "ISO-8859-15", MGI_CODING_ICONV, false },
	[L16] = { "iso-8859-16", "ISO-8859-16", MGI_CODING_ICONV, false },
	[KOI8R] = { "koi8-r", "KOI8-R", MGI_CODING_ICONV, false },
	[KOI8U] = { "koi8-u", "KOI8-U", MGI_CODING_ICONV, false },
	[MAC] = { "macintosh", "MACINTOSH", MGI_CODING_ICONV, false },
	[MACCYR] = { "x-mac-cyrillic", "MAC-CYRILLIC", MGI_CODING_ICONV,
	             false },
	[C437] = { "ibm437", "IBM437", MGI_CODING_ICONV, false },
	[C850] = { "ibm850", "IBM850", MGI_CODING_ICONV, false },
	[C852] = { "ibm852", "IBM852", MGI_CODING_ICONV, false },
	[C866] = { "ibm866", "IBM866", MGI_CODING_ICONV, false },
	[VISCII] = { "viscii", "VISCII", MGI_CODING_ICONV, false },
};

/* Labels as letters and digits. */
static const struct {
	const char *key;
	int charset;
} labels[] = {
	{ "utf8", UTF8 },
	{ "unicode11utf8", UTF8 },
	{ "unicode20utf8", UTF8 },
	{ "xunicode20utf8", UTF8 },
	{ "utf8mb4", UTF8 },
	{ "cp65001", UTF8 },
	{ "65001", UTF8 },
	{ "utf16", UTF16 },
	{ "unicode", UTF16 },
	{ "ucs2", UTF16 },
	{ "iso10646ucs2", UTF16 },
	{ "csunicode", UTF16 },
	{ "utf16le", UTF16LE },
	{ "unicodefeff", UTF16LE },
	{ "utf16be", UTF16BE },
	{ "unicodefffe", UTF16BE },
	{ "utf32", UTF32LE },
	{ "utf32le", UTF32LE },
	{ "utf32be", UTF32BE },
	{ "utf7", UTF7 },
	{ "unicode11utf7", UTF7 },
	{ "csunicode11utf7", UTF7 },
	{ "iso2022jp", JIS },
	{ "csiso2022jp", JIS },
	{ "iso2022jpms", JIS },
	{ "cp50220", JIS },
	{ "cp50221", JIS },
	{ "cp50222", JIS },
	{ "jis", JIS },
	{ "jis7", JIS },
	{ "iso2022jp1", JIS2 },
	{ "iso2022jp2", JIS2 },
	{ "csiso2022jp2", JIS2 },
	{ "shiftjis", SJIS },
	{ "sjis", SJIS },
	{ "xsjis", SJIS },
	{ "xsjiscp932", SJIS },
	{ "sjiswin", SJIS },
	{ "csshiftjis", SJIS },
	{ "mskanji", SJIS },
	{ "ms932", SJIS },
	{ "windows31j", SJIS },
	{ "xmswin31j", SJIS },
	{ "cswindows31j", SJIS },
	{ "windows932", SJIS },
	{ "cp932", SJIS },
	{ "ibm943", SJIS },
	{ "cp943", SJIS },
	{ "xmacjapanese", SJIS },
	{ "eucjp", EUCJP },
	{ "xeucjp", EUCJP },
	{ "eucjpms", EUCJP },
	{ "eucjpwin", EUCJP },
	{ "cp51932", EUCJP },
	{ "xeuc", EUCJP },
	{ "ujis", EUCJP },
	{ "cseucpkdfmtjapanese", EUCJP },
	{ "gb18030", GB },
	{ "gbk", GB },
	{ "xgbk", GB },
	{ "gb2312", GB },
	{ "gb23121980", GB },
	{ "gb231280", GB },
	{ "csgb2312", GB },
	{ "csiso58gb231280", GB },
	{ "isoir58", GB },
	{ "chinese", GB },
	{ "euccn", GB },
	{ "xeuccn", GB },
	{ "cp936", GB },
	{ "ms936", GB },
	{ "windows936", GB },
	{ "big5", BIG5 },
	{ "big5hkscs", BIG5 },
	{ "cnbig5", BIG5 },
	{ "csbig5", BIG5 },
	{ "xxbig5", BIG5 },
	{ "big5eten", BIG5 },
	{ "cp950", BIG5 },
	{ "ms950", BIG5 },
	{ "windows950", BIG5 },
	{ "euckr", KR },
	{ "xeuckr", KR },
	{ "cseuckr", KR },
	{ "ksc56011987", KR },
	{ "ksc56011989", KR },
	{ "ksc5601", KR },
	{ "csksc56011987", KR },
	{ "isoir149", KR },
	{ "korean", KR },
	{ "windows949", KR },
	{ "cp949", KR },
	{ "ms949", KR },
	{ "uhc", KR },
	{ "iso2022kr", KR2022 },
	{ "csiso2022kr", KR2022 },
	{ "iso2022cn", CN2022 },
	{ "csiso2022cn", CN2022 },
	{ "johab", JOHAB },
	{ "cp1361", JOHAB },
	{ "euctw", EUCTW },
	{ "windows1250", W1250 },
	{ "cp1250", W1250 },
	{ "xcp1250", W1250 },
	{ "windows1251", W1251 },
	{ "cp1251", W1251 },
	{ "xcp1251", W1251 },
	{ "windows1252", W1252 },
	{ "cp1252", W1252 },
	{ "xcp1252", W1252 },
	{ "ansix341968", W1252 },
	{ "ansix341986", W1252 },
	{ "usascii", W1252 },
	{ "ascii", W1252 },
	{ "iso646us", W1252 },
	{ "us", W1252 },
	{ "iso88591", W1252 },
	{ "iso885911987", W1252 },
	{ "88591", W1252 },
	{ "latin1", W1252 },
	{ "l1", W1252 },
	{ "isoir100", W1252 },
	{ "csisolatin1", W1252 },
	{ "cp819", W1252 },
	{ "ibm819", W1252 },
	{ "windows1253", W1253 },
	{ "cp1253", W1253 },
	{ "xcp1253", W1253 },
	{ "windows1254", W1254 },
	{ "cp1254", W1254 },
	{ "xcp1254", W1254 },
	{ "iso88599", W1254 },
	{ "iso885991989", W1254 },
	{ "latin5", W1254 },
	{ "l5", W1254 },
	{ "csisolatin5", W1254 },
	{ "windows1255", W1255 },
	{ "cp1255", W1255 },
	{ "xcp1255", W1255 },
	{ "windows1256", W1256 },
	{ "cp1256", W1256 },
	{ "xcp1256", W1256 },
	{ "windows1257", W1257 },
	{ "cp1257", W1257 },
	{ "xcp1257", W1257 },
	{ "windows1258", W1258 },
	{ "cp1258", W1258 },
	{ "xcp1258", W1258 },
	{ "windows874", W874 },
	{ "cp874", W874 },
	{ "tis620", W874 },
	{ "dos874", W874 },
	{ "iso885911", W874 },
	{ "iso88592", L2 },
	{ "iso885921987", L2 },
	{ "latin2", L2 },
	{ "l2", L2 },
	{ "csisolatin2", L2 },
	{ "iso88593", L3 },
	{ "latin3", L3 },
	{ "csisolatin3", L3 },
	{ "iso88594", L4 },
	{ "latin4", L4 },
	{ "csisolatin4", L4 },
	{ "iso88595", L5 },
	{ "cyrillic", L5 },
	{ "csisolatincyrillic", L5 },
	{ "iso88596", L6 },
	{ "iso88596i", L6 },
	{ "iso88596e", L6 },
	{ "arabic", L6 },
	{ "csisolatinarabic", L6 },
	{ "iso88597", L7 },
	{ "greek", L7 },
	{ "csisolatingreek", L7 },
	{ "iso88598", L8 },
	{ "iso88598i", L8 },
	{ "iso88598e", L8 },
	{ "hebrew", L8 },
	{ "logical", L8 },
	{ "visual", L8 },
	{ "csisolatinhebrew", L8 },
	{ "iso885910", L10 },
	{ "latin6", L10 },
	{ "csisolatin6", L10 },
	{ "iso885913", L13 },
	{ "iso885914", L14 },
	{ "iso885915", L15 },
	{ "latin9", L15 },
	{ "csisolatin9", L15 },
	{ "iso885916", L16 },
	{ "koi8r", KOI8R },
	{ "koi8", KOI8R },
	{ "koi", KOI8R },
	{ "cskoi8r", KOI8R },
	{ "koi8u", KOI8U },
	{ "koi8ru", KOI8U },
	{ "macintosh", MAC },
	{ "mac", MAC },
	{ "xmacroman", MAC },
	{ "csmacintosh", MAC },
	{ "xmaccyrillic", MACCYR },
	{ "xmacukrainian", MACCYR },
	{ "ibm437", C437 },
	{ "cp437", C437 },
	{ "ibm850", C850 },
	{ "cp850", C850 },
	{ "ibm852", C852 },
	{ "cp852", C852 },
	{ "ibm866", C866 },
	{ "cp866", C866 },
	{ "866", C866 },
	{ "csibm866", C866 },
	{ "viscii", VISCII },
};

const mgi_charset *mgi_charset_find(mailguard_span label)
{
	char key[LABEL_MAX + 1];
	size_t i, n = 0;

	for (i = 0; i < label.len; i++) {
		if (!mgi_is_alnum(label.data[i]))
			continue;
		if (n == LABEL_MAX)
			return NULL;
		key[n++] = (char)mgi_lower(label.data[i]);
	}
	key[n] = '\0';
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(key, labels[i].key) == 0)
			return &charsets[labels[i].charset];
	return NULL;
}

const mgi_charset *mgi_charset_utf8(void)
{
	return &charsets[UTF8];
}

const char *mgi_charset_name(const mgi_charset *cs)
{
	return cs->name;
}

bool mgi_charset_is_wide(const mgi_charset *cs)
{
	return cs->coding >= MGI_CODING_UTF16 &&
	       cs->coding <= MGI_CODING_UTF32BE;
}

const mgi_charset *mgi_charset_marked(mailguard_span s, size_t *skip)
{
	static const struct {
		const char *mark;
		size_t len;
		int charset;
	} marks[] = {
		{ "\xef\xbb\xbf", 3, UTF8 },    { "\xff\xfe\0\0", 4, UTF32LE },
		{ "\0\0\xfe\xff", 4, UTF32BE }, { "\xff\xfe", 2, UTF16LE },
		{ "\xfe\xff", 2, UTF16BE },
	};
	size_t i;

	*skip = 0;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (s.len < marks[i].len ||
		    memcmp(s.data, marks[i].mark, marks[i].len) != 0)
			continue;
		*skip = marks[i].len;
		return &charsets[marks[i].charset];
	}
	if (s.len < 2)
		return NULL;
	if (s.data[0] && s.data[0] < 0x80 && !s.data[1])
		return &charsets[UTF16LE];
	if (!s.data[0] && s.data[1] && s.data[1] < 0x80)
		return &charsets[UTF16BE];
	return NULL;
}

/*
 * glibc answers EINVAL both for a charset it does not have and for a malloc
 * that failed while it was looking, so one EINVAL is asked about again.
 */
mailguard_status mgi_iconv_open(iconv_t *cd,
                                mailguard *mg,
                                const char *to,
                                const char *from,
                                mailguard_error *err)
{
	int i;

	for (i = 0; i < 2; i++) {
		errno = 0;
		*cd = iconv_open(to, from);
		if (*cd != MGI_NO_ICONV)
			return MAILGUARD_OK;
		if (errno != EINVAL)
			return mgi_fail_nomem(err);
	}
	return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED,
	                MGI_SAY_CHARSET_MISSING, "charset",
	                strcmp(to, "UTF-8") == 0 ? from : to);
}
