#include "tests/integration/authority.h"

#include <utility>
#include <vector>

#include "tests/support/postgres_programs.h"
#include "tests/support/process.h"

namespace pgwatch::test {
namespace {

using Words = std::vector<std::string>;

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

void openssl(const Words& words) { run({.arguments = Words{"openssl"} + words, .user = server_user()}); }

Words new_key(const std::string& file, const std::string& passphrase) {
  return Words{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", file} +
         (passphrase.empty() ? Words{"-nodes"} : Words{"-passout", "pass:" + passphrase});
}

}  // namespace

Authority::Authority(const std::string& name) : folder_(server_user()), root_{path("root.pem"), path("root.key")} {
  openssl(Words{"req", "-x509", "-days", "2", "-subj", "/CN=" + name, "-out", root_.file} +
          new_key(root_.key_file, ""));
}

Certificate Authority::sign(const CertificateRequest& request) {
  const std::string number = std::to_string(++signed_);
  const Certificate made = {path(number + ".pem"), path(number + ".key")};
  const std::string question = path(number + ".request");
  const std::string& alternative = request.alternative_name;
  openssl(Words{"req", "-new", "-subj", "/CN=" + request.common_name, "-out", question} +
          (alternative.empty() ? Words{} : Words{"-addext", "subjectAltName=" + alternative}) +
          new_key(made.key_file, request.passphrase));
  openssl({"x509", "-req", "-copy_extensions", "copy", "-days", request.expired ? "-1" : "2", "-in", question,  //
           "-out", made.file, "-CA", root_.file, "-CAkey", root_.key_file, "-CAcreateserial"});
  return made;
}

}  // namespace pgwatch::test
