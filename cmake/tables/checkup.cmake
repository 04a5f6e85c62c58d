# Where mail programs keep their settings and mail.
mg_table(checkup mkclients OUTPUTS client_places_table.c
  INPUTS ${PROJECT_SOURCE_DIR}/data/client_places.tsv)
