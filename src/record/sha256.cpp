#include "src/record/sha256.h"

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

namespace noroshi::record {
namespace {

// Looking the algorithm up takes longer than hashing a leaf, so each is done once: the algorithm for the
// program, the context for each thread.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

EVP_MD_CTX* context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> mine(EVP_MD_CTX_new());
  return mine.get();
}

void must(int result) {
  if (result != 1) std::abort();
}

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
  Digest digest;
  must(EVP_DigestInit_ex2(context(), algorithm(), nullptr));
  for (auto part : parts) must(EVP_DigestUpdate(context(), part.data(), part.size()));
  must(EVP_DigestFinal_ex(context(), digest.data(), nullptr));
  return digest;
}

Digest leaf_hash(std::string_view leaf) {
  return sha256({std::string_view("\0", 1), leaf});
}

}  // namespace noroshi::record
