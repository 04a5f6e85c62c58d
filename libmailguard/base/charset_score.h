#ifndef MGI_CHARSET_SCORE_H
#define MGI_CHARSET_SCORE_H
/*
 * charset_score.h - East Asian text by what it is full of; for
 * charset_sniff.c alone.
 */
#include "base/charset.h"

/*
 * The label of the likeliest charset, NULL if it is like none; sure: nothing
 * in it is impossible, and it is full of what such texts are full of.
 */
const char *mgi_charset_asian(bool *sure, mailguard_span bytes);

#endif
