# tests/bench/bench_*.c are built by `./dev bench` only.
add_custom_target(benchmarks)
file(GLOB benches CONFIGURE_DEPENDS bench/bench_*.c)
if(NOT MAILGUARD_NET)
  list(FILTER benches EXCLUDE REGEX "bench_(net|dns|domain)")
endif()
foreach(source IN LISTS benches)
  get_filename_component(bench ${source} NAME_WE)
  add_executable(${bench} EXCLUDE_FROM_ALL ${source})
  mg_test_program(${bench})
  target_include_directories(${bench} PRIVATE ${PROJECT_SOURCE_DIR}/tools)
  target_link_libraries(${bench} PRIVATE mailguard_static)
  add_dependencies(benchmarks ${bench})
endforeach()
# The least a probe can cost; bench_probe.py holds the others against it.
if(MAILGUARD_NET)
  add_executable(peer_bare EXCLUDE_FROM_ALL bench/peer_bare.c)
  mg_test_program(peer_bare)
  target_link_libraries(peer_bare PRIVATE OpenSSL::SSL)
  add_dependencies(benchmarks peer_bare)
endif()
target_sources(bench_store PRIVATE support/make_store.c)
target_sources(bench_backup PRIVATE support/make_store.c)
target_sources(bench_pst PRIVATE store/pst_make.c store/pst_make_ltp.c
  store/pst_make_ndb.c)
# What others make of the same bytes; bench_store says what was not here.
pkg_check_modules(GMIME IMPORTED_TARGET gmime-3.0)
if(GMIME_FOUND)
  add_executable(peer_gmime EXCLUDE_FROM_ALL bench/peer_gmime.c)
  mg_test_program(peer_gmime)
  target_link_libraries(peer_gmime PRIVATE PkgConfig::GMIME)
  target_link_libraries(bench_mime PRIVATE PkgConfig::GMIME)
  target_compile_definitions(bench_mime PRIVATE HAVE_GMIME)
  add_dependencies(benchmarks peer_gmime)
endif()
if(MAILGUARD_PYTHON)
  add_custom_target(bench_python USES_TERMINAL
    COMMAND ${CMAKE_COMMAND} -E env
    PYTHONPATH=${PROJECT_BINARY_DIR}/bindings/python
    BENCH_WALK=$<TARGET_FILE:bench_walk> ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/bench/bench_python.py
    DEPENDS bench_walk mailguard_python)
endif()
