# Lists of addresses in DNS, and what their codes mean.
mg_table(probe mkdnsbl OUTPUTS dnsbl_table.c
  INPUTS ${PROJECT_SOURCE_DIR}/data/dnsbl.tsv)
