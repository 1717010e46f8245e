// Authority: a certificate authority of a test's own, and the certificates it signs. Made by openssl.
#pragma once

#include <string>

#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

struct Certificate {
  std::string file;
  std::string key_file;  // readable by its owner alone
};

struct CertificateRequest {
  std::string common_name;
  std::string alternative_name = {};  // as in "DNS:localhost"
  bool expired = false;
  std::string passphrase = {};  // of the key; "" leaves it in the clear
};

class Authority {
 public:
  // Its files belong to whom servers run as. Throws std::runtime_error with openssl's words where it fails.
  explicit Authority(const std::string& name);

  const std::string& root_file() const { return root_.file; }
  Certificate sign(const CertificateRequest& request);

 private:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
  Certificate root_;
  int signed_ = 0;
};

}  // namespace pgwatch::test
