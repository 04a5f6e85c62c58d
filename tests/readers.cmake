# Other people's programs read the same out of our formats, where there are any.
foreach(files IN ITEMS "" "${PROJECT_SOURCE_DIR}/../shared/corpora")
  set(name readers)
  if(files)
    set(name readers.corpora)
  endif()
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/readers.py $<TARGET_FILE:mailguard_program>
    ${PROJECT_SOURCE_DIR} ${files})
  set_tests_properties(${name} PROPERTIES LABELS readers TIMEOUT 900
    SKIP_RETURN_CODE 77)
endforeach()
set_tests_properties(readers.corpora PROPERTIES LABELS slow)
