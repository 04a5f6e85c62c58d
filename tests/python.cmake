# The Python package: from the build tree, its stubs, and on another CPython.
if(MAILGUARD_PYTHON AND NOT MAILGUARD_SANITIZE)
  add_test(NAME python.package COMMAND ${Python3_EXECUTABLE} -m unittest
    discover -s ${CMAKE_CURRENT_SOURCE_DIR}/python)
  add_test(NAME python.other COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/python/other.py)
  set_tests_properties(python.package PROPERTIES LABELS python TIMEOUT 300
    ENVIRONMENT "PYTHONPATH=${PROJECT_BINARY_DIR}/bindings/python;PYTHONDONTWRITEBYTECODE=1")
  set_tests_properties(python.other PROPERTIES LABELS python TIMEOUT 300
    SKIP_RETURN_CODE 77)
  add_test(NAME python.pip COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/python/pip_install.py)
  set_tests_properties(python.pip PROPERTIES LABELS "python;slow" TIMEOUT 900
    SKIP_RETURN_CODE 77)
  foreach(tool mypy stubtest)
    add_test(NAME python.${tool} COMMAND ${Python3_EXECUTABLE}
      ${CMAKE_CURRENT_SOURCE_DIR}/python/typed.py ${tool})
    set_tests_properties(python.${tool} PROPERTIES LABELS python TIMEOUT 300
      SKIP_RETURN_CODE 77
      ENVIRONMENT "PYTHONPATH=${PROJECT_BINARY_DIR}/bindings/python;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endif()
