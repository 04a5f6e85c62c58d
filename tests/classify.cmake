# The committed reasons.h must be what data/reasons.tsv gives.
add_test(NAME classify.reasons_h_is_current
  COMMAND ${CMAKE_COMMAND} -E compare_files ${MAILGUARD_TABLES_DIR}/reasons.h
    ${PROJECT_SOURCE_DIR}/include/mailguard/reasons.h)
set_tests_properties(classify.reasons_h_is_current PROPERTIES LABELS unit
  TIMEOUT 30)
