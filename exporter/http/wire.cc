#include "exporter/http/wire.h"

#include "exporter/http/words.h"

namespace pgwatch::http {
namespace {

using ResponsePtr = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

std::string_view view(const char* text, std::size_t size) {
  return text == nullptr ? std::string_view{} : std::string_view(text, size);
}

// No exception may pass through C: what does not fit into memory ends the walk.
MHD_Result add_query(void* request, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                     std::size_t value_size) try {
  static_cast<Request*>(request)->query.emplace_back(view(key, key_size), view(value, value_size));
  return MHD_YES;
} catch (...) {
  return MHD_NO;
}

// A repeated header means the same as its values in one list.
MHD_Result add_header(void* request, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                      std::size_t value_size) try {
  auto [place, added] = static_cast<Request*>(request)->headers.emplace(lower_case(view(key, key_size)), "");
  if (!added) place->second += ", ";
  place->second += view(value, value_size);
  return MHD_YES;
} catch (...) {
  return MHD_NO;
}

// A request may name the whole URL, as to a proxy.
std::string_view path_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == target.npos) return target;
  const std::size_t path = target.find('/', scheme + 3);
  return path == target.npos ? "/" : target.substr(path);
}

void free_body(void* body) { delete static_cast<std::string*>(body); }

ResponsePtr response_of(std::string body) {
  auto* kept = new std::string(std::move(body));
  ResponsePtr made(MHD_create_response_from_buffer_with_free_callback_cls(kept->size(), kept->data(), &free_body, kept),
                   &MHD_destroy_response);
  if (!made) delete kept;
  return made;
}

ssize_t no_body(void*, std::uint64_t, char*, std::size_t) { return MHD_CONTENT_READER_END_OF_STREAM; }

// A length not known is not said. libmicrohttpd would say "chunked" instead and, in 0.9.75, send the last chunk even
// after HEAD, where it would be taken for the next response; as to a client of HTTP 1.0 it sends neither, and closes.
ResponsePtr response_of_unknown_length() {
  ResponsePtr made(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1, &no_body, nullptr, nullptr),
                   &MHD_destroy_response);
  if (made) MHD_set_response_options(made.get(), MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  return made;
}

}  // namespace

Request read_request(MHD_Connection* connection, std::string_view target, std::string_view method) {
  Request request{.method = std::string(method), .path = std::string(path_of(target)), .query = {}, .headers = {}};
  MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, &add_query, &request);
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &add_header, &request);
  return request;
}

bool announces_body(const Request& request) {
  const std::string_view length = request.header("content-length");
  return request.headers.contains("transfer-encoding") || (!length.empty() && length != "0");
}

MHD_Result send(MHD_Connection* connection, Rendered rendered) {
  const ResponsePtr response = rendered.body ? response_of(std::move(*rendered.body)) : response_of_unknown_length();
  if (!response) return MHD_NO;
  for (const auto& [name, value] : rendered.headers)
    MHD_add_response_header(response.get(), name.c_str(), value.c_str());
  return MHD_queue_response(connection, static_cast<unsigned>(rendered.status), response.get());
}

}  // namespace pgwatch::http
