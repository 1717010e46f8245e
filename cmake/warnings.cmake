# Everything of ours links pgwatch_warnings; warnings are errors. Sanitizers too, so that no target is left out.
add_library(pgwatch_warnings INTERFACE)
target_compile_options(pgwatch_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  -Wformat=2 -Wimplicit-fallthrough -Wold-style-cast -Wextra-semi -Wsuggest-override -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping and overrun buffers in "literal" + string, where there are none.
  target_compile_options(pgwatch_warnings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
  if(CMAKE_UNITY_BUILD)
    # A header's types must not hang on an unnamed namespace. It takes files that are compiled together for headers.
    target_compile_options(pgwatch_warnings INTERFACE -Wno-subobject-linkage)
  endif()
endif()
if(PGWATCH_SANITIZE)
  target_compile_options(pgwatch_warnings INTERFACE -fsanitize=${PGWATCH_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(pgwatch_warnings INTERFACE -fsanitize=${PGWATCH_SANITIZE})
  target_compile_definitions(pgwatch_warnings INTERFACE PGWATCH_SANITIZED _GLIBCXX_ASSERTIONS)
endif()

# pgwatch_precompiled(NAME HEADERS … LIBRARIES …): headers that are parsed once, for all that say REUSE_FROM this. With
# clang their inline functions are compiled once, too, into NAME_inlines, which those link: without optimisation they are
# most of what each file would bring. Only with Ninja, which finds the parsed headers by their file, and lld, which reads
# archives in any order: so only in the presets that are not shipped.
file(WRITE ${PROJECT_BINARY_DIR}/nothing.cc "")
function(pgwatch_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LIBRARIES")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/nothing.cc)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})

  add_library(${name}_inlines INTERFACE)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_DISABLE_PRECOMPILE_HEADERS
     OR NOT CMAKE_GENERATOR STREQUAL "Ninja" OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug"
     OR NOT CMAKE_EXE_LINKER_FLAGS MATCHES "lld")
    return()
  endif()
  target_compile_options(${name} PRIVATE -fpch-codegen)
  separate_arguments(flags NATIVE_COMMAND "${CMAKE_CXX_COMPILER_ARG1} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_DEBUG}")
  set(headers ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.pch)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}_inlines.o)
  add_custom_command(OUTPUT ${object} DEPENDS ${headers} COMMAND_EXPAND_LISTS VERBATIM
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} "$<TARGET_PROPERTY:${name},COMPILE_OPTIONS>" -Wno-unused-command-line-argument
            -c ${headers} -o ${object})
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  add_library(${name}_code STATIC ${object})
  set_target_properties(${name}_code PROPERTIES LINKER_LANGUAGE CXX)
  add_dependencies(${name}_code ${name})
  target_link_libraries(${name}_inlines INTERFACE ${name}_code)
  # Some call what no library has; nobody calls those.
  target_link_options(${name}_inlines INTERFACE -Wl,--gc-sections)
endfunction()

# What nearly every file includes. Files still name what they use: clang-tidy reads them without this.
pgwatch_precompiled(pgwatch_common LIBRARIES pgwatch_warnings HEADERS
  <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <unordered_map> <variant> <vector>
  ${PROJECT_SOURCE_DIR}/exporter/model/collector.h)

# pgwatch_library(NAME [EXPLORED] SOURCES … [PUBLIC …] [PRIVATE …]): a folder of ours as a static library. Fuzzers see
# which ways they have taken through an EXPLORED one; all others are spared what that costs.
function(pgwatch_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "EXPLORED" "" "SOURCES;PUBLIC;PRIVATE")
  add_library(${name} STATIC ${arg_SOURCES})
  target_precompile_headers(${name} REUSE_FROM pgwatch_common)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE pgwatch_warnings pgwatch_common_inlines ${arg_PRIVATE})
  set_target_properties(${name} PROPERTIES PGWATCH_EXPLORED ${arg_EXPLORED})
  if(arg_EXPLORED AND PGWATCH_FUZZ)
    # As -fsanitize=fuzzer-no-link, with which clang would not read what was parsed without it.
    target_compile_options(${name} PRIVATE
      -fsanitize-coverage=inline-8bit-counters,indirect-calls,trace-cmp,pc-table,stack-depth)
  endif()
endfunction()

# pgwatch_hot(FILE …): in these files of a folder the program and its tests spend much of their time under a sanitizer, so
# they are optimised there, too. They cannot share headers that were parsed for what is not.
function(pgwatch_hot)
  if(PGWATCH_SANITIZE)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -O1 SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()
