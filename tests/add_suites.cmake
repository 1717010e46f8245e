# cmake -D PROGRAM=… -D FILTER=… -D RESULTS=… -D PROPERTIES=… -D FILE=… -P add_suites.cmake: writes into FILE a test for
# each suite of a program that has tests which pass FILTER: names of suites, or "-" and what is left out of all.
set(left_out)
if(FILTER MATCHES "^-")
  set(left_out ${FILTER})
elseif(NOT FILTER MATCHES "^[^:-]+\\.\\*$")
  message(FATAL_ERROR "${FILTER}: suites are whole, but for what is left out")
endif()
execute_process(COMMAND ${PROGRAM} --gtest_list_tests --gtest_filter=${FILTER} OUTPUT_VARIABLE listed
                TIMEOUT 60 COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "(^|\n)[^ \n]+\\." suites "${listed}")
string(REGEX REPLACE "^.*/" "" name "${PROGRAM}")
set(text "")
foreach(suite IN LISTS suites)
  string(STRIP "${suite}" suite)
  string(APPEND text
    "add_test([==[${name}/${suite}*]==] [==[${CMAKE_CURRENT_LIST_DIR}/run_telling_failures]==] [==[${PROGRAM}]==]"
    " [==[--gtest_filter=${suite}*${left_out}]==]"
    " [==[--gtest_output=xml:${RESULTS}/${suite}xml]==])\n"
    "set_tests_properties([==[${name}/${suite}*]==] PROPERTIES ${PROPERTIES})\n")
endforeach()
file(WRITE ${FILE} "${text}")
