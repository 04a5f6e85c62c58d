# The writer read by another reader, and the reader beside another one.
if(NOT TARGET room_mime)
  return()
endif()
get_property(known TARGET room_mime PROPERTY MAILGUARD_ROOMS)
set(objects)
foreach(k IN LISTS known)
  list(APPEND objects $<TARGET_OBJECTS:room_${k}>)
endforeach()
add_executable(mime_tool mime/mime_tool.c ${objects})
mg_test_program(mime_tool)
target_link_libraries(mime_tool PRIVATE ${MAILGUARD_LIBS} ${CMAKE_DL_LIBS})
# Beside Python's email package, and beside GMime where it is installed.
pkg_check_modules(GMIME IMPORTED_TARGET gmime-3.0)
if(GMIME_FOUND AND NOT MAILGUARD_SANITIZE)
  add_executable(gmime_tool mime/gmime_tool.c)
  mg_test_program(gmime_tool)
  target_link_libraries(gmime_tool PRIVATE PkgConfig::GMIME)
endif()
foreach(t writer reader)
  set(check ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/mime/check_${t}.py
    $<TARGET_FILE:mime_tool>)
  add_test(NAME mime.${t} COMMAND ${check})
  if(TARGET gmime_tool)
    add_test(NAME mime.${t}.gmime COMMAND ${check} $<TARGET_FILE:gmime_tool>)
  else() # seen as skipped
    add_test(NAME mime.${t}.gmime COMMAND ${check} --without-gmime)
  endif()
  set_tests_properties(mime.${t} mime.${t}.gmime PROPERTIES LABELS unit
    TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT "${MAILGUARD_TEST_ENVIRONMENT}"
    FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")
endforeach()
