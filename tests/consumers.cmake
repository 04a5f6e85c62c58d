# Strangers' projects against a fresh installation. A library built with a
# sanitizer or gcov cannot be linked by a program built without.
if(NOT MAILGUARD_SANITIZE AND NOT MAILGUARD_COVERAGE)
  foreach(way cmake pkgconfig)
    add_test(NAME consumers.${way} COMMAND ${Python3_EXECUTABLE}
      ${CMAKE_CURRENT_SOURCE_DIR}/consumers.py ${way} ${PROJECT_BINARY_DIR})
    set_tests_properties(consumers.${way} PROPERTIES LABELS consumers
      TIMEOUT 300)
  endforeach()
endif()
