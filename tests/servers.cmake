# Real servers and the scripted one, on loopback ports. The lab is proven with
# Python's own clients first; then the program is to see what they saw.
set(servers_patience 4) # seconds until silence is silence
if(MAILGUARD_SANITIZE OR MAILGUARD_COVERAGE)
  set(servers_patience 10) # less than a greeting takes a byte at a time
endif()

function(mg_servers name)
  add_test(NAME servers.${name} COMMAND ${Python3_EXECUTABLE} run.py ${ARGN}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/servers)
  # One at a time: a busy machine must not make a server look slow.
  set_tests_properties(servers.${name} PROPERTIES LABELS servers
    RESOURCE_LOCK servers TIMEOUT 180 SKIP_RETURN_CODE 77 ENVIRONMENT
    "MAILGUARD_BUILD=${PROJECT_BINARY_DIR};MAILGUARD_TEST_TIMEOUT=${servers_patience};PYTHONDONTWRITEBYTECODE=1;${MAILGUARD_TEST_ENVIRONMENT}"
    FAIL_REGULAR_EXPRESSION "${MAILGUARD_TEST_FAILS}")
endfunction()

mg_servers(lab.scripted test_demo_server.Scripted)
foreach(server Dovecot Postfix Unbound TheLabItself)
  string(TOLOWER ${server} name)
  mg_servers(lab.${name} test_lab.${server})
endforeach()
if(MAILGUARD_NET)
  mg_servers(scripted test_scripted)
  mg_servers(faults test_faults)
  mg_servers(hostile test_hostile)
  mg_servers(real.secrets test_secrets)
  foreach(part Stories Demo BadInput)
    string(TOLOWER ${part} name)
    mg_servers(stories.${name} test_stories.${part})
  endforeach()
  foreach(server Dovecot Postfix Unbound)
    string(TOLOWER ${server} name)
    mg_servers(real.${name} test_real.${server})
  endforeach()
  mg_servers(real.newest test_newest.Newest)
  mg_servers(real.silence test_silence)
  mg_servers(real.domain test_domain)
endif()
