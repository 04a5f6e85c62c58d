# The program itself: the demo's scenes in both languages, on real servers.
if(MAILGUARD_NET)
  foreach(lang ja en)
    add_test(NAME examples.demo.${lang} COMMAND
      ${PROJECT_SOURCE_DIR}/examples/demo/run.sh
      $<TARGET_FILE:mailguard_program> ${lang})
    set_tests_properties(examples.demo.${lang} PROPERTIES LABELS examples
      RESOURCE_LOCK servers TIMEOUT 120
      ENVIRONMENT "${MAILGUARD_TEST_ENVIRONMENT}"
      FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")
  endforeach()
endif()

# Odd input: the message names the thing, the exit status is the manual's.
add_test(NAME examples.program COMMAND ${Python3_EXECUTABLE}
  ${CMAKE_CURRENT_SOURCE_DIR}/examples/test_program.py)
set(program_cases 50000)
if(MAILGUARD_SANITIZE OR MAILGUARD_COVERAGE)
  set(program_cases 2000)
endif()
set_tests_properties(examples.program PROPERTIES LABELS examples TIMEOUT 120
  ENVIRONMENT
  "${MAILGUARD_TEST_ENVIRONMENT};MAILGUARD_PROGRAM=$<TARGET_FILE:mailguard_program>;MAILGUARD_TEST_CASES=${program_cases};PYTHONDONTWRITEBYTECODE=1"
  FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")

# Without a profile: what is found, what is asked for, how it ends.
add_test(NAME examples.look COMMAND ${Python3_EXECUTABLE}
  ${CMAKE_CURRENT_SOURCE_DIR}/examples/test_look.py)
set_tests_properties(examples.look PROPERTIES LABELS examples TIMEOUT 300
  ENVIRONMENT
  "${MAILGUARD_TEST_ENVIRONMENT};MAILGUARD_TEST_NET=$<BOOL:${MAILGUARD_NET}>;MAILGUARD_PROGRAM=$<TARGET_FILE:mailguard_program>;PYTHONDONTWRITEBYTECODE=1"
  FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")

# What other readers of Outlook data files agree on.
add_test(NAME examples.pst_peers COMMAND ${Python3_EXECUTABLE}
  ${CMAKE_CURRENT_SOURCE_DIR}/examples/test_pst_peers.py)
set_tests_properties(examples.pst_peers PROPERTIES LABELS slow TIMEOUT 1200
  ENVIRONMENT
  "${MAILGUARD_TEST_ENVIRONMENT};MAILGUARD_PROGRAM=$<TARGET_FILE:mailguard_program>;PYTHONDONTWRITEBYTECODE=1"
  FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")

# Settings in, out and compared.
add_test(NAME examples.settings COMMAND ${Python3_EXECUTABLE}
  ${CMAKE_CURRENT_SOURCE_DIR}/examples/test_settings.py)
set_tests_properties(examples.settings PROPERTIES LABELS examples TIMEOUT 120
  ENVIRONMENT
  "${MAILGUARD_TEST_ENVIRONMENT};MAILGUARD_PROGRAM=$<TARGET_FILE:mailguard_program>;PYTHONDONTWRITEBYTECODE=1"
  FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")

# Backups made, verified, tried out and restored.
add_test(NAME examples.backup COMMAND ${Python3_EXECUTABLE}
  ${CMAKE_CURRENT_SOURCE_DIR}/examples/test_backup.py)
set_tests_properties(examples.backup PROPERTIES LABELS examples TIMEOUT 300
  ENVIRONMENT
  "${MAILGUARD_TEST_ENVIRONMENT};MAILGUARD_PROGRAM=$<TARGET_FILE:mailguard_program>;PYTHONDONTWRITEBYTECODE=1"
  FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")
