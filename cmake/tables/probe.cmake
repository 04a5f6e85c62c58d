# What servers call themselves, and what stands between.
mg_table(probe mkmarks OUTPUTS server_marks_table.c
  INPUTS ${PROJECT_SOURCE_DIR}/data/server_marks.tsv)
