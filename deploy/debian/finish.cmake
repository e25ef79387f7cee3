# Between installation and packing: what Debian wants otherwise than `cmake --install` does. CPack runs it.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
set(documents ${root}/usr/share/doc/noroshi)
file(MAKE_DIRECTORY ${root}/etc/noroshi)
file(COPY_FILE ${documents}/noroshi.toml ${root}/etc/noroshi/noroshi.toml)
file(REMOVE ${documents}/LICENSE)  # /usr/share/common-licenses holds it
file(COPY_FILE ${CPACK_DEBIAN_FOLDER}/copyright ${documents}/copyright)

set(ENV{LC_ALL} C)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${CPACK_DEBIAN_FOLDER}/changelog.in ${documents}/changelog.Debian @ONLY)
file(GLOB pages ${root}/usr/share/man/man*/*)
execute_process(COMMAND gzip -9n ${pages} ${documents}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)

# Units and the list of users where Debian 12 has them.
file(GLOB_RECURSE files LIST_DIRECTORIES true ${root}/*)
foreach(file IN LISTS files)
  if(IS_DIRECTORY ${file})
    file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endforeach()
file(MAKE_DIRECTORY ${root}/lib/systemd)
file(RENAME ${root}/usr/lib/systemd/system ${root}/lib/systemd/system)
file(REMOVE_RECURSE ${root}/usr/lib/systemd)
