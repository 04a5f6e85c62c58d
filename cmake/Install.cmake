# What `cmake --install` puts where, in four components: runtime, dev, tools,
# and python (which bindings/ fills). pkg-config and find_package() files are
# relocatable: the prefix may be moved after the installation.
get_property(rooms GLOBAL PROPERTY MAILGUARD_ALL_ROOMS)
set(landed export ${rooms})
if(classify IN_LIST rooms)
  list(APPEND landed reasons) # generated from classify's table
endif()
list(TRANSFORM landed PREPEND ${PROJECT_SOURCE_DIR}/include/mailguard/)
list(TRANSFORM landed APPEND .h)
set_property(GLOBAL PROPERTY MAILGUARD_LANDED_HEADERS ${landed})

install(TARGETS mailguard EXPORT libmailguard-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
  NAMELINK_COMPONENT dev)
install(TARGETS mailguard_static EXPORT libmailguard-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(TARGETS mailguard_program
  DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
install(FILES include/mailguard.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(FILES ${landed}
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mailguard COMPONENT dev)
install(FILES docs/man/mailguard.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/libmailguard)
install(EXPORT libmailguard-targets NAMESPACE libmailguard::
  DESTINATION ${package} COMPONENT dev)
configure_package_config_file(cmake/libmailguard-config.cmake.in
  libmailguard-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(libmailguard-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/libmailguard-config.cmake
  ${PROJECT_BINARY_DIR}/libmailguard-config-version.cmake
  DESTINATION ${package} COMPONENT dev)

file(RELATIVE_PATH MAILGUARD_PC_UP /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
if(MAILGUARD_PSL)
  set(MAILGUARD_PC_PSL ", libpsl >= 0.21")
endif()
if(MAILGUARD_ARCHIVE)
  set(MAILGUARD_PC_ARCHIVE ", libarchive >= 3.4")
endif()
if(MAILGUARD_NET)
  set(MAILGUARD_PC_NET ", libssl >= 3.0, libcurl >= 7.74, libcares >= 1.18")
endif()
configure_file(pkgconfig/libmailguard.pc.in libmailguard.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/libmailguard.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
