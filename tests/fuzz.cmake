# tests/fuzz/fuzz_<name>.c is a libFuzzer target, tests/fuzz/corpus/<name>/ what
# it starts from. Without libFuzzer the corpus is replayed, whole and damaged.
file(GLOB targets CONFIGURE_DEPENDS fuzz/fuzz_*.c)
if(NOT MAILGUARD_NET) # it reads what comes from the world
  list(FILTER targets EXCLUDE REGEX "fuzz_dns\\.c$")
endif()
foreach(source IN LISTS targets)
  get_filename_component(target ${source} NAME_WE)
  string(REPLACE fuzz_ "" name ${target})
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
  add_executable(${target} ${source})
  mg_test_program(${target})
  target_link_libraries(${target} PRIVATE mailguard_static)
  if(name STREQUAL pst) # changes files that it makes
    target_sources(${target} PRIVATE store/pst_make.c store/pst_make_ltp.c
      store/pst_make_ndb.c)
  endif()
  if(MAILGUARD_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${name} COMMAND ${target} -runs=0 ${corpus})
  else()
    target_sources(${target} PRIVATE fuzz/replay.c)
    add_test(NAME fuzz.${name} COMMAND ${target} ${corpus})
  endif()
  set_tests_properties(fuzz.${name} PROPERTIES LABELS unit TIMEOUT 300
    ENVIRONMENT "${MAILGUARD_TEST_ENVIRONMENT}"
    FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")
endforeach()
