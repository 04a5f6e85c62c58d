# The reason table, the codes by name space, and the wordings.
set(data ${PROJECT_SOURCE_DIR}/data)
file(GLOB codes CONFIGURE_DEPENDS ${data}/codes/*.tsv)
mg_table(classify mkreasons OUTPUTS reasons.h reasons_table.c
  INPUTS ${data}/reasons.tsv)
mg_table(classify mkcodes OUTPUTS codes_table.c
  INPUTS ${data}/reasons.tsv ${codes})
mg_table(classify mkphrases OUTPUTS phrases_table.c
  INPUTS ${data}/reasons.tsv ${data}/phrases.tsv
  SOURCES ${PROJECT_SOURCE_DIR}/libmailguard/base/scan_build.c)
# What a bounce looks like.
file(GLOB bounces CONFIGURE_DEPENDS ${data}/bounce/*.tsv)
mg_table(classify mkbounce OUTPUTS bounce_table.c INPUTS ${bounces}
  SOURCES ${PROJECT_SOURCE_DIR}/libmailguard/base/scan_build.c)
