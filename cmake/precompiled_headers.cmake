# Headers from outside that nearly every file includes are parsed once for the programs and once for the tests, which have options
# of their own. They save time and nothing else: each file still names what it uses, and the preset `fuzz` builds without.
option(NOROSHI_PRECOMPILED_HEADERS "Parse the headers from outside once" ON)

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/headers.cpp CONTENT "")

# Makes the target `name`, which parses them, under the options of the folder at hand. No header whose library defines a macro for
# its users: a target without that macro could not use what was parsed with it; and none that must be linked with something.
function(add_precompiled_headers name)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/headers.cpp)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <charconv> <chrono> <cstdint> <filesystem> <fstream> <functional> <iterator> <map> <memory> <mutex> <optional>
    <set> <span> <sstream> <stdexcept> <string> <string_view> <system_error> <thread> <tuple> <utility> <variant> <vector>
    <tl/expected.hpp>)
endfunction()

# Gives what `name` parsed to every target of the folders below the one at hand, but for those named after it. To be called when
# all targets are made.
function(use_precompiled_headers name)
  get_property(folders DIRECTORY PROPERTY SUBDIRECTORIES)
  foreach(folder IN LISTS folders)
    cmake_path(GET folder FILENAME short)
    if(short IN_LIST ARGN)
      continue()
    endif()
    get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
      get_target_property(kind ${target} TYPE)
      if(kind MATCHES "^(STATIC_LIBRARY|OBJECT_LIBRARY|EXECUTABLE)$" AND NOT target STREQUAL name)
        target_precompile_headers(${target} REUSE_FROM ${name})
      endif()
    endforeach()
  endforeach()
endfunction()
