mg_table(diagnose mkisolation OUTPUTS isolation_ids.h isolation_table.c
  INPUTS ${PROJECT_SOURCE_DIR}/data/isolation.tsv
         ${PROJECT_SOURCE_DIR}/data/isolation_stages.tsv
         ${PROJECT_SOURCE_DIR}/data/isolation_weights.tsv
         ${PROJECT_SOURCE_DIR}/data/known_defects.tsv)
target_link_libraries(mkisolation PRIVATE m)
