# Third-party libraries. Debian's come by find_package; Arrow, DuckDB and the Python grammar come from the folder
# that tools/install_deps.sh fills, unless the distribution offers them.
set(BOATHOUSE_DEPS "${PROJECT_SOURCE_DIR}/build/deps" CACHE PATH "filled by tools/install_deps.sh")
set(ARROW_SONAME 2600)
if(NOT EXISTS "${BOATHOUSE_DEPS}/pyarrow/libarrow.so.${ARROW_SONAME}")
  message(FATAL_ERROR "no Arrow in ${BOATHOUSE_DEPS}: run tools/install_deps.sh first")
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto SSL)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
# Loaded when the first request leaves the machine: nothing links it (src/http/curl_library_internal.h).
add_library(third_party::curl_headers INTERFACE IMPORTED GLOBAL)
target_include_directories(third_party::curl_headers INTERFACE ${CURL_INCLUDE_DIRS})
target_link_libraries(third_party::curl_headers INTERFACE ${CMAKE_DL_LIBS})
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(GRPC REQUIRED grpc++)
find_package(Boost 1.81 REQUIRED)
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
pkg_check_modules(TREE_SITTER REQUIRED IMPORTED_TARGET tree-sitter)

# gRPC and what it stands on come in sixty libraries: linked statically, else each command would spend longer on
# loading them than on its work.
set(grpc_archives)
foreach(name IN LISTS GRPC_STATIC_LIBRARIES ITEMS protobuf)
  if(NOT name MATCHES "^(ssl|crypto|z|dl|pthread|atomic|rt|m)$")
    find_library(GRPC_PART_${name} NAMES lib${name}.a REQUIRED)
    list(APPEND grpc_archives ${GRPC_PART_${name}})
  endif()
endforeach()
list(REMOVE_DUPLICATES grpc_archives)
add_library(grpc INTERFACE)
target_link_libraries(grpc INTERFACE $<LINK_GROUP:RESCAN,${grpc_archives}> OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB
  Threads::Threads atomic ${CMAKE_DL_LIBS})
add_library(third_party::grpc ALIAS grpc)

function(add_wheel_library name)
  add_library(third_party::${name} SHARED IMPORTED GLOBAL)
  set_target_properties(third_party::${name} PROPERTIES
    IMPORTED_LOCATION "${BOATHOUSE_DEPS}/pyarrow/lib${name}.so.${ARROW_SONAME}"
    IMPORTED_SONAME "lib${name}.so.${ARROW_SONAME}"
    INTERFACE_INCLUDE_DIRECTORIES "${BOATHOUSE_DEPS}/pyarrow/include")
  if(NOT name STREQUAL "arrow")
    set_target_properties(third_party::${name} PROPERTIES INTERFACE_LINK_LIBRARIES third_party::arrow)
  endif()
endfunction()
add_wheel_library(arrow)
add_wheel_library(parquet)
add_wheel_library(arrow_compute)

add_library(third_party::duckdb SHARED IMPORTED GLOBAL)
set_target_properties(third_party::duckdb PROPERTIES
  IMPORTED_LOCATION "${BOATHOUSE_DEPS}/duckdb/libduckdb.so" IMPORTED_SONAME libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES "${BOATHOUSE_DEPS}/duckdb/include")

# The grammar is generated C from its package: our warnings do not apply to it.
add_library(python_grammar STATIC ${BOATHOUSE_DEPS}/tree-sitter-python/src/parser.c
  ${BOATHOUSE_DEPS}/tree-sitter-python/src/scanner.c)
target_include_directories(python_grammar PRIVATE ${BOATHOUSE_DEPS}/tree-sitter-python/src)
target_compile_options(python_grammar PRIVATE -w)
target_link_libraries(python_grammar PUBLIC PkgConfig::TREE_SITTER)

# libparquet exports the OpenSSL that it was built with, another version than the system's. Whoever comes first wins
# for the whole process, also for libssl and libcurl, so the system's comes first.
function(put_system_openssl_first target)
  target_link_options(${target} BEFORE PRIVATE LINKER:--push-state,--no-as-needed ${OPENSSL_SSL_LIBRARY}
    ${OPENSSL_CRYPTO_LIBRARY} LINKER:--pop-state)
endfunction()
