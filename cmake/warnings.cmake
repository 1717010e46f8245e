# Everything of ours links pgwatch_warnings; warnings are errors. Sanitizers too, so that no target is left out.
add_library(pgwatch_warnings INTERFACE)
target_compile_options(pgwatch_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  -Wformat=2 -Wimplicit-fallthrough -Wold-style-cast -Wextra-semi -Wsuggest-override -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping and overrun buffers in "literal" + string, where there are none.
  target_compile_options(pgwatch_warnings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
if(PGWATCH_SANITIZE)
  target_compile_options(pgwatch_warnings INTERFACE -fsanitize=${PGWATCH_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(pgwatch_warnings INTERFACE -fsanitize=${PGWATCH_SANITIZE})
  target_compile_definitions(pgwatch_warnings INTERFACE PGWATCH_SANITIZED)
endif()

# The libraries of ours are what fuzzers explore.
add_library(pgwatch_code INTERFACE)
target_link_libraries(pgwatch_code INTERFACE pgwatch_warnings)
if(PGWATCH_FUZZ)
  target_compile_options(pgwatch_code INTERFACE -fsanitize=fuzzer-no-link)
endif()

# What nearly every file includes is parsed once. Files still name what they use: clang-tidy reads them without this.
file(WRITE ${PROJECT_BINARY_DIR}/nothing.cc "")
add_library(pgwatch_common OBJECT ${PROJECT_BINARY_DIR}/nothing.cc)
target_link_libraries(pgwatch_common PRIVATE pgwatch_code)
target_include_directories(pgwatch_common PRIVATE ${PROJECT_SOURCE_DIR})
target_precompile_headers(pgwatch_common PRIVATE
  <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <unordered_map> <variant> <vector>
  ${PROJECT_SOURCE_DIR}/exporter/model/collector.h)

# pgwatch_library(NAME SOURCES … [PUBLIC …] [PRIVATE …]): a folder of ours as a static library.
function(pgwatch_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE")
  add_library(${name} STATIC ${arg_SOURCES})
  target_precompile_headers(${name} REUSE_FROM pgwatch_common)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE pgwatch_code ${arg_PRIVATE})
endfunction()
