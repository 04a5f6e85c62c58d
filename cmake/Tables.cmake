# Tables in data/ become C at build time, each by its own host tool.
set(MAILGUARD_TABLES_DIR ${PROJECT_BINARY_DIR}/tables)
file(MAKE_DIRECTORY ${MAILGUARD_TABLES_DIR})
add_custom_target(mailguard_tables)

# mg_table(<room> <tool> OUTPUTS <files...> INPUTS <data files...>
#          [SOURCES <further C files of the tool>])
# The tool is tools/<tool>.c and gets the table folder, then the inputs.
function(mg_table room tool)
  cmake_parse_arguments(A "" "" "OUTPUTS;INPUTS;SOURCES" ${ARGN})
  if(NOT TARGET ${tool})
    add_executable(${tool} ${PROJECT_SOURCE_DIR}/tools/${tool}.c ${A_SOURCES})
    target_include_directories(${tool} PRIVATE ${PROJECT_SOURCE_DIR}/include
      ${PROJECT_SOURCE_DIR}/libmailguard ${PROJECT_SOURCE_DIR}/tools)
  endif()
  list(TRANSFORM A_OUTPUTS PREPEND ${MAILGUARD_TABLES_DIR}/)
  add_custom_command(OUTPUT ${A_OUTPUTS}
    COMMAND ${tool} ${MAILGUARD_TABLES_DIR} ${A_INPUTS}
    DEPENDS ${tool} ${A_INPUTS} VERBATIM)
  add_custom_target(table_${tool} DEPENDS ${A_OUTPUTS})
  add_dependencies(mailguard_tables table_${tool})
  set_property(GLOBAL APPEND PROPERTY MAILGUARD_TABLES_${room} table_${tool})
  set(c ${A_OUTPUTS})
  list(FILTER c INCLUDE REGEX "\\.c$")
  set(${room}_TABLES ${${room}_TABLES} ${c} PARENT_SCOPE)
endfunction()

file(GLOB texts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/data/text/*.tsv)
mg_table(base mktext OUTPUTS say_ids.h say_table.c INPUTS ${texts})
file(GLOB more CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/tables/*.cmake)
foreach(f IN LISTS more)
  include(${f})
endforeach()
