#The law as files : the editions and the registry, built into every program that applies them.
include(${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)

file(GLOB edition_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/routing/editions/*.toml)
list(SORT edition_files)

add_library(noroshi_law STATIC law.cpp)
target_include_directories(noroshi_law PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(noroshi_law PUBLIC noroshi_routing)
noroshi_embed_files(noroshi_law noroshi::app::embedded_editions FILES ${edition_files})
noroshi_embed_files(noroshi_law noroshi::app::embedded_registry FILES
  ${PROJECT_SOURCE_DIR}/routing/registry/organizations.csv
  ${PROJECT_SOURCE_DIR}/routing/registry/supervision_scopes.csv)
