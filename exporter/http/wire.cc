#include "exporter/http/wire.h"

#include <cstring>

#include "exporter/http/request_target.h"
#include "exporter/http/words.h"

namespace pgwatch::http {
namespace {

using ResponsePtr = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

std::string_view view(const char* text, std::size_t size) {
  return text == nullptr ? std::string_view{} : std::string_view(text, size);
}

// A repeated header means the same as its values in one list. No exception may pass through C: what does not fit into
// memory ends the walk.
MHD_Result add_header(void* request, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                      std::size_t value_size) try {
  auto [place, added] = static_cast<Request*>(request)->headers.emplace(lower_case(view(key, key_size)), "");
  if (!added) place->second += ", ";
  place->second += view(value, value_size);
  return MHD_YES;
} catch (...) {
  return MHD_NO;
}

MHD_Result add_size(void* size, MHD_ValueKind, const char*, std::size_t key_size, const char*, std::size_t value_size) {
  *static_cast<std::size_t*>(size) += key_size + value_size + std::string_view(": \r\n").size();
  return MHD_YES;
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

Target take_query(const char* target) {
  if (target == nullptr) return {};
  const std::size_t size = std::strlen(target);
  // It lends its own buffer, and reads what stands there afterwards.
  char* mark = std::strchr(const_cast<char*>(target), '?');
  if (mark == nullptr) return {"", size};
  std::string query(mark + 1);
  mark[1] = '\0';
  return {std::move(query), size};
}

Request read_request(MHD_Connection* connection, std::string_view path, std::string_view query,
                     std::string_view method) {
  Request request{
      .method = std::string(method), .path = std::string(path_of(path)), .query = parse_query(query), .headers = {}};
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &add_header, &request);
  return request;
}

std::optional<Response> complaint_of_size(MHD_Connection* connection, std::string_view method, std::size_t target_size,
                                          std::size_t most) {
  const auto complaint = [most](int status, const char* subject) {
    return Response::text(status, std::string(subject) + " is longer than " + std::to_string(most) + " bytes.\n");
  };
  std::size_t size = method.size() + target_size + std::string_view("  HTTP/1.1\r\n").size();
  if (size > most) return complaint(414, "The request line");
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &add_size, &size);
  if (size > most) return complaint(431, "The header");
  return std::nullopt;
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
