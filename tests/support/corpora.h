#ifndef CORPORA_H
#define CORPORA_H
/* MAILGUARD_CORPORA, else the folder beside the sources; NULL if absent. */
const char *corpora(void);
#endif
