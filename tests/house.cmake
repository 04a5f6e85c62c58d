# The house rules that no compiler checks: floors, headers, exported names.
get_property(landed GLOBAL PROPERTY MAILGUARD_LANDED_HEADERS)

function(mg_rule name label)
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} ${ARGN}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()

mg_rule(layers layers layers.py ${PROJECT_SOURCE_DIR}
  --objects ${PROJECT_BINARY_DIR}/libmailguard)
mg_rule(layers.itself layers test_layers.py)
if(NOT MAILGUARD_SANITIZE AND NOT MAILGUARD_COVERAGE) # they add their own
  mg_rule(exports layers exports.py ${PROJECT_SOURCE_DIR}
    --library $<TARGET_FILE:mailguard> ${landed})
endif()

# reasons.h is committed, so that it can be read and diffed, but data/ decides.
add_test(NAME headers.reasons.current COMMAND ${CMAKE_COMMAND} -E compare_files
  ${PROJECT_SOURCE_DIR}/include/mailguard/reasons.h
  ${MAILGUARD_TABLES_DIR}/reasons.h)
set_tests_properties(headers.reasons.current PROPERTIES LABELS headers TIMEOUT 30)

file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/mailguard.h
  ${PROJECT_SOURCE_DIR}/include/mailguard/*.h)
foreach(header IN LISTS headers)
  get_filename_component(name ${header} NAME_WE)
  mg_rule(headers.${name} headers headers.py
    ${PROJECT_SOURCE_DIR}/include ${header})
endforeach()
