# The words of status pages, and the labels of notices.
mg_table(status mkstatus OUTPUTS status_table.c
  INPUTS ${PROJECT_SOURCE_DIR}/data/status_enums.tsv
         ${PROJECT_SOURCE_DIR}/data/status_words.tsv
         ${PROJECT_SOURCE_DIR}/data/status_labels.tsv)
