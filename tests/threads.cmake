# Plain programs, no Criterion: ThreadSanitizer sees them from start to end.
find_package(Threads REQUIRED)
add_executable(test_threads threads/threads.c)
mg_test_program(test_threads)
target_link_libraries(test_threads PRIVATE mailguard_static Threads::Threads)
add_test(NAME threads COMMAND test_threads)
set_tests_properties(threads PROPERTIES LABELS unit TIMEOUT 120
  ENVIRONMENT "${MAILGUARD_TEST_ENVIRONMENT}"
  FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")
