# Folders that are synced or shared, by their names.
mg_table(base mkplaces OUTPUTS places_table.c
  INPUTS ${PROJECT_SOURCE_DIR}/data/places.tsv)
