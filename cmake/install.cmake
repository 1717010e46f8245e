# cmake --install: the program, systemd's units, and the drop-ins as examples beside the documentation.
include(GNUInstallDirs)

set(systemd ${PROJECT_SOURCE_DIR}/packaging/systemd)
set(documents ${CMAKE_INSTALL_DATAROOTDIR}/doc/pgwatch-exporter)

install(TARGETS pgwatch RUNTIME)
install(DIRECTORY ${systemd}/drop-ins DESTINATION ${documents}/systemd)
install(FILES ${systemd}/sysusers.conf DESTINATION lib/sysusers.d RENAME pgwatch-exporter.conf)
install(FILES ${PROJECT_SOURCE_DIR}/examples/pgwatch.yaml DESTINATION ${documents})

set(system_units pgwatch-alert@.service pgwatch-exporter.service pgwatch-exporter.socket pgwatch-once.service
    pgwatch-once.timer pgwatch-textfile.service pgwatch-textfile.timer)
set(user_units user/pgwatch-exporter.service)

# systemd looks for units below lib of /usr and of /usr/local, whatever the machine calls the folder of its libraries.
# They name the program by its path, which is known when they are installed.
foreach(manager system user)
  install(CODE "
    set(folder \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/${manager}\")
    foreach(unit ${${manager}_units})
      file(READ \"${systemd}/\${unit}\" text)
      string(REPLACE /usr/bin/pgwatch \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/pgwatch\" text \"\${text}\")
      get_filename_component(name \${unit} NAME)
      message(STATUS \"Installing: \$ENV{DESTDIR}\${folder}/\${name}\")
      file(WRITE \"\$ENV{DESTDIR}\${folder}/\${name}\" \"\${text}\")
    endforeach()")
endforeach()
